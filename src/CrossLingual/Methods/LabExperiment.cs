using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>What to try on the embedded lab.</summary>
public sealed record LabOptions
{
    /// <summary>Methods, of <see cref="LabExperiment.Methods"/>.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [TranslatedSft.Name];

    /// <summary>Target languages.</summary>
    public IReadOnlyList<string> Languages { get; init; } = ["es"];

    /// <summary>Trainings of each kind, seeds 1 to N.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Test questions in each of the six languages; all languages get the same ones.</summary>
    public int Questions { get; init; } = 300;

    /// <summary>Instructions to train on, which exist in the target language and in English.</summary>
    public int Examples { get; init; } = 3000;

    /// <summary>Input tokens of each training, the same for all methods.</summary>
    public long Tokens { get; init; } = 300_000;

    /// <summary>The run's folder.</summary>
    public required string Output { get; init; }
}

/// <summary>
/// The lab's main question: what does training the English base model for one language do to that language, to English,
/// and to the others? Each method gets the same instructions and the same number of tokens; the same test questions are
/// asked in all six languages before and after.
/// </summary>
public static class LabExperiment
{
    /// <summary>X-CIT without self-paced learning, an ablation.</summary>
    public const string XCitUnpaced = "xcit-unpaced";

    private const int MaxNewTokens = 48;
    private const int MaxThoughtTokens = 160;
    private const int AlignedPairs = 200;

    /// <summary>The methods that the lab can try.</summary>
    public static IReadOnlyList<string> Methods { get; } = [TranslatedSft.Name, XCit.Name, XCitUnpaced, CrossAlpaca.Name];

    /// <summary>The phases of a method on the lab.</summary>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    /// <param name="lab">Language, seed, budget, output.</param>
    /// <exception cref="UserException">XL124: no such method.</exception>
    public static Pipeline Build(string method, LabTraining lab) => method switch
    {
        TranslatedSft.Name => TranslatedSft.OnLab(lab).Build(),
        XCit.Name => XCit.OnLab(lab).Build(),
        XCitUnpaced => (XCit.OnLab(lab) with { SelfPaced = null }).Build(),
        CrossAlpaca.Name => CrossAlpaca.OnLab(lab).Build(),
        _ => throw new UserException("XL124", $"'{method}' is not a method of the lab. Use all, or: {string.Join(", ", Methods)}."),
    };

    /// <summary>Runs it and writes every training's run folder below the output.</summary>
    /// <param name="options">What to try.</param>
    /// <param name="command">The command line or call, for the manifests.</param>
    /// <param name="resume">Takes trainings that a stopped run has finished.</param>
    /// <param name="progress">Told the share of the whole that is done, and what is being done.</param>
    /// <param name="cancel">Stops at the next step.</param>
    /// <exception cref="UserException">XL121: not a language of the lab; XL123: English as target; XL124: not a method.</exception>
    public static LabOutcome Run(LabOptions options, string command, bool resume = false, Action<double, string>? progress = null, CancellationToken cancel = default)
    {
        foreach (var language in options.Languages)
        {
            Lab.CheckTarget(language);
        }

        var plans =
            (from language in options.Languages
             from method in options.Methods
             from seed in Enumerable.Range(1, options.Seeds)
             let folder = Path.Combine(options.Output, $"{method}-{language}-seed{seed}")
             select (method, language, seed, pipeline: Build(method, new LabTraining(language, seed, options.Examples, options.Tokens, folder)))).ToList();

        // Asking takes about half as long as a training.
        var lab = Lab.Load();
        var examiner = new Examiner(lab, options.Questions);
        var (parts, done) = (1 + (3 * plans.Count), 0);
        var before = Ask("lab", "base model", twoTurn: false, options.Languages);
        var finished = new List<LabArm>();
        foreach (var (method, language, seed, pipeline) in plans)
        {
            var phases = pipeline.Execute(
                command,
                resume,
                (phase, p) => Tell(2.0 * (phase + ((double)p.Step / p.Steps)) / pipeline.Phases.Count, $"{method} {language} seed {seed}, loss {p.Loss:0.000}, {p.TokensPerSecond:N0} tokens/s"),
                cancel);
            done += 2;
            var twoTurn = method is XCit.Name or XCitUnpaced;
            var (direct, thought, aligned) = Ask(phases[^1].Outcome.Model, $"{method} model for {language}", twoTurn, [language]);
            finished.Add(new LabArm(method, language, seed, phases, direct, aligned));
            if (thought is not null)
            {
                finished.Add(new LabArm(method, language, seed, phases, thought, aligned) { TwoTurn = true });
            }
        }

        return new LabOutcome(before.Direct, before.Alignment, finished);

        (EvalResult Direct, EvalResult? TwoTurn, IReadOnlyDictionary<string, IReadOnlyList<LayerAlignment>> Alignment) Ask(string model, string what, bool twoTurn, IReadOnlyList<string> targets)
        {
            var folder = ModelFolder.Open(ModelFolder.PathOf(model));
            using var llama = folder.Load(Compute.Default);
            var answers = examiner.Ask(llama, folder, share => Tell(share, $"ask the {what}"), cancel);
            var thoughts = twoTurn ? examiner.AskTwice(llama, folder, targets[0], cancel) : null;
            var alignment = targets.ToDictionary(t => t, t => examiner.Align(llama, folder, t, cancel));
            done++;
            return (answers, thoughts, alignment);
        }

        void Tell(double within, string what) => progress?.Invoke((done + within) / parts, what);
    }

    /// <summary>The test: the same questions in every language.</summary>
    private sealed class Examiner(Lab lab, int count)
    {
        private readonly LabLexicon _lexicon = new(lab);
        private readonly List<Conversation> _questions = [.. Lab.AllLanguages.SelectMany(l => lab.Examples(l, LabSplit.Test, count)).Select(Conversation.Of)];

        public EvalResult Ask(Llama model, ModelFolder folder, Action<double> share, CancellationToken cancel) => Evaluator.Run(
            model,
            folder,
            _questions,
            ChatTemplate.AlpacaShort,
            new GenerationOptions { MaxNewTokens = MaxNewTokens },
            new Told<int>(n => share((double)n / _questions.Count)),
            cancel).WithLanguages(InLanguage);

        public EvalResult AskTwice(Llama model, ModelFolder folder, string language, CancellationToken cancel) => TwoTurnInference.Run(
            model,
            folder,
            [.. _questions.Where(q => q.Language == language)],
            ChatTemplate.AlpacaShort,
            new GenerationOptions { MaxNewTokens = MaxThoughtTokens },
            new GenerationOptions { MaxNewTokens = MaxNewTokens },
            cancel: cancel).WithLanguages(InLanguage);

        public IReadOnlyList<LayerAlignment> Align(Llama model, ModelFolder folder, string language, CancellationToken cancel)
        {
            var pairs = Enumerable.Range(0, AlignedPairs).Select(i => lab.Pair("en", language, LabSplit.Test, i)).Distinct().ToList();
            return SemanticAlignment.Measure(model, folder.Tokenizer, [.. pairs.Select(p => p.Source)], [.. pairs.Select(p => p.Target)], cancel);
        }

        private string? InLanguage(EvalSample sample) => _lexicon.LanguageOf(sample.Answer, sample.Language, sample.Task);
    }
}
