using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>
/// CrossAlpaca (Ranaldi, Pucci and Freitas, Findings of ACL 2024, arXiv 2308.14186): instruction-following demonstrations in the
/// target language together with translation-following demonstrations, which tie the languages' meanings to each other.
/// <code>
/// x_tg -> y_tg                                 follow an instruction
/// "Translate … to tg": s_en -> s_tg            follow a translation, either way
/// </code>
/// The union is in the abstract. Corpus, sizes, directions, instruction strings and all settings could not be verified; the
/// defaults are ours, and those of the adapter are the common ones of Alpaca-LoRA.
/// </summary>
public sealed record CrossAlpaca
{
    /// <summary>Name of the method in recipes and on the command line.</summary>
    public const string Name = "crossalpaca";

    /// <summary>Model, template, seed, adapter, output.</summary>
    public required TrainRecipe Shared { get; init; }

    /// <summary>Instruction-following demonstrations in the target language.</summary>
    public required IReadOnlyList<DataSource> Instructions { get; init; }

    /// <summary>Translation-following demonstrations.</summary>
    public required IReadOnlyList<DataSource> Translations { get; init; }

    /// <summary>Share of translations among the examples, 0 to 1; null takes all of both.</summary>
    public double? TranslationShare { get; init; }

    /// <summary>Examples in all; 0 for as many as there are.</summary>
    public int Total { get; init; }

    /// <summary>Settings of the training.</summary>
    public TrainingOptions Training { get; init; } = new() { Epochs = 3, Length = 512, LearningRate = 3e-4 };

    /// <summary>Reads a recipe whose <c>method</c> is <c>crossalpaca</c>.</summary>
    public static CrossAlpaca Read(RecipeSection root)
    {
        var translations = MethodRecipe.Sources(root, "translations");
        foreach (var source in translations.Where(t => !t.IsTranslation))
        {
            root.Problem($"'{source.Kind}' has no translations; use parallel or lab-translation", "translations");
        }

        var shared = TrainRecipe.ReadShared(root);
        return new CrossAlpaca
        {
            // An adapter unless the recipe asks for full training.
            Shared = shared with { Lora = root.IsSection("lora") ? shared.Lora : root.Choice("tune", "lora", "lora", "full") == "full" ? null : new LoraConfig { Rank = 8, Alpha = 16, Dropout = 0.05 } },
            Instructions = MethodRecipe.Sources(root, "instructions"),
            Translations = translations,
            TranslationShare = root.Has("translation_share") ? root.Number("translation_share", 0.5, 0, 1) : null,
            Total = root.Integer("total", 0, least: 0),
            Training = TrainRecipe.ReadTraining(root.Section("training"), new TrainingOptions { Epochs = 3, Length = 512, LearningRate = 3e-4 }),
        };
    }

    /// <summary>The method on the embedded lab: full training, half as many translations as instructions.</summary>
    public static CrossAlpaca OnLab(LabTraining lab) => new()
    {
        Shared = lab.Shared,
        Instructions = [lab.Instructions],
        Translations = [new DataSource { Kind = "lab-translation", Language = lab.Language, Count = lab.Examples / 2 }],
        Training = lab.Options,
    };

    /// <summary>The one training that it is.</summary>
    public Pipeline Build() => Pipeline.Of(Name, Shared.Output, new Phase("crossalpaca", Shared with
    {
        Data = [.. Instructions, .. Translations],
        Mixture = new MixtureOptions
        {
            Explicit = TranslationShare is { } share ? [.. Each(Instructions, 1 - share), .. Each(Translations, share)] : null,
            Total = Total,
        },
        Training = Training,
    }));

    private static IEnumerable<double> Each(IReadOnlyList<DataSource> sources, double share) => sources.Select(_ => share / sources.Count);
}
