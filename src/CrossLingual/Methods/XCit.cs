using CrossLingual.Data;
using CrossLingual.Runs;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>What the second phase of X-CIT learns from.</summary>
public enum XCitData
{
    /// <summary>Translated pairs and chats, shuffled together.</summary>
    Mixed,

    /// <summary>Chats alone: the ablation without translated pairs.</summary>
    ChatOnly,

    /// <summary>Translated pairs alone: the ablation without chats.</summary>
    TranslationOnly,

    /// <summary>Translated pairs, then chats, a phase each.</summary>
    Sequential,
}

/// <summary>
/// X-CIT, cross-lingual continued instruction tuning (Wu, Wei, Yang and Lu, ACL 2025), after the principles-and-parameters view
/// of how a language is acquired.
/// <code>
/// phase 1, principles:  x_en -> y_en
/// phase 2, parameters:  x_tg -> y_tg                                translated pairs
///                       x_tg + cue -> x_en, y_en;  "in tg" -> y_tg  chats that think in English first
///                       easy examples first (self-paced)
/// </code>
/// The two phases, their data and that the second is self-paced are in the abstract. The mix, the strings, the schedule and
/// all training settings could not be verified: every default here is ours.
/// </summary>
public sealed record XCit
{
    /// <summary>Name of the method in recipes and on the command line.</summary>
    public const string Name = "xcit";

    /// <summary>Model, template, seed, adapter, output. The model may be any first phase's result.</summary>
    public required TrainRecipe Shared { get; init; }

    /// <summary>English instructions of phase 1; without any, the model is taken to have its principles already.</summary>
    public IReadOnlyList<DataSource> English { get; init; } = [];

    /// <summary>Instructions in the target language with their English originals.</summary>
    public required IReadOnlyList<DataSource> Pairs { get; init; }

    /// <summary>What phase 2 learns from.</summary>
    public XCitData Data { get; init; } = XCitData.Mixed;

    /// <summary>Share of chats among the examples of a mixed phase 2, 0 to 1.</summary>
    public double ChatShare { get; init; } = 0.5;

    /// <summary>What ends the first turn of chats, so that they are told from questions asked directly; empty for nothing.</summary>
    public string Cue { get; init; } = ChatInstruction.Cue;

    /// <summary>Whether English and target data are shuffled into one phase: the ablation of continued training.</summary>
    public bool Joint { get; init; }

    /// <summary>Examples of phase 2; 0 for as many as there are. With another seed another sample is drawn.</summary>
    public int Total { get; init; }

    /// <summary>Settings of phase 1.</summary>
    public TrainingOptions Principles { get; init; } = new() { Epochs = 3, Length = 512 };

    /// <summary>Settings of phase 2.</summary>
    public TrainingOptions Parameters { get; init; } = new() { Epochs = 3, Length = 1024 };

    /// <summary>Self-paced learning of phase 2; null trains on everything from the start.</summary>
    public SelfPacedOptions? SelfPaced { get; init; } = new();

    /// <summary>Reads a recipe whose <c>method</c> is <c>xcit</c>.</summary>
    public static XCit Read(RecipeSection root)
    {
        var pairs = MethodRecipe.Sources(root, "pairs");
        foreach (var pair in pairs.Where(p => p.Kind is not ("lab" or "alpaca")))
        {
            root.Problem($"'{pair.Kind}' has no instructions: X-CIT needs pairs of source lab, or alpaca with its 'english' side", "pairs");
        }

        foreach (var pair in pairs.Where(p => p.Kind == "alpaca" && p.English is null))
        {
            root.Problem($"{pair.Path} has no English side: give 'english' with its 'path', or with its 'fields' in the same file", "pairs");
        }

        var english = root.Sections("english").Select(DataSource.Read).ToList();
        var joint = root.Choice("stages", "sequential", "sequential", "joint") == "joint";
        if (joint && english.Count == 0)
        {
            root.Problem("'stages: joint' shuffles English and target data, and 'english' is missing", "stages");
        }

        return new XCit
        {
            Shared = TrainRecipe.ReadShared(root),
            English = english,
            Pairs = pairs,
            Data = root.Choice("data", "mixed", "mixed", "chat-only", "translation-only", "sequential") switch
            {
                "chat-only" => XCitData.ChatOnly,
                "translation-only" => XCitData.TranslationOnly,
                "sequential" => XCitData.Sequential,
                _ => XCitData.Mixed,
            },
            ChatShare = root.Number("chat_share", 0.5, 0, 1),
            Cue = root.Text("cue", ChatInstruction.Cue),
            Joint = joint,
            Total = root.Integer("total", 0, least: 0),
            Principles = TrainRecipe.ReadTraining(root.Section("principles"), new TrainingOptions { Epochs = 3, Length = 512 }),
            Parameters = TrainRecipe.ReadTraining(root.Section("parameters"), new TrainingOptions { Epochs = 3, Length = 1024 }),
            SelfPaced = root.IsSection("self_paced") ? SelfPacedOptions.Read(root.Section("self_paced")) : root.Flag("self_paced", true) ? new SelfPacedOptions() : null,
        };
    }

    /// <summary>The method on the embedded lab, whose base model has its principles already.</summary>
    public static XCit OnLab(LabTraining lab) => new()
    {
        Shared = lab.Shared,
        Pairs = [lab.Instructions],
        Parameters = lab.Options with { Length = 512, Rows = 4 },

        // Three rounds: each scores all examples, which costs about a third of training on them.
        SelfPaced = new SelfPacedOptions { Rounds = 3, GrowRounds = 2 },
    };

    /// <summary>The phases.</summary>
    public Pipeline Build()
    {
        var phases = new List<Phase>();
        if (English.Count > 0 && !Joint)
        {
            phases.Add(new Phase("principles", Shared with { Data = English, Training = Principles }));
        }

        IReadOnlyList<DataSource> translated = [.. Pairs.Select(p => p with { Form = DataForm.Instruction })];
        IReadOnlyList<DataSource> chats = [.. Pairs.Select(p => p with { Form = DataForm.Chat, Cue = Cue })];
        phases.AddRange(Data switch
        {
            XCitData.ChatOnly => [Second("parameters", chats)],
            XCitData.TranslationOnly => [Second("parameters", translated)],
            XCitData.Sequential => [Second("parameters-translated", translated), Second("parameters-chat", chats)],
            _ => [Second("parameters", [.. translated, .. chats], [.. translated.Select(_ => 1 - ChatShare), .. chats.Select(_ => ChatShare)])],
        });
        return Pipeline.Of(Name, Shared.Output, phases);
    }

    private Phase Second(string name, IReadOnlyList<DataSource> data, IReadOnlyList<double>? shares = null) => new(name, Shared with
    {
        Data = Joint ? [.. data, .. English] : data,
        Mixture = Joint || shares is null ? new MixtureOptions { Total = Total } : new MixtureOptions { Explicit = shares, Total = Total },
        Training = Parameters,
        SelfPaced = SelfPaced,
    });
}
