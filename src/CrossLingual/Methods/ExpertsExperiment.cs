using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Merging;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Runs;

namespace CrossLingual.Methods;

/// <summary>What to try with experts on the embedded lab.</summary>
public sealed record ExpertsOptions
{
    /// <summary>Target languages.</summary>
    public IReadOnlyList<string> Languages { get; init; } = ["sw", "hi", "vi"];

    /// <summary>The ways to try, of <see cref="ExpertsExperiment.Ways"/>; all are compared with layer swapping, which is always tried.</summary>
    public IReadOnlyList<string> Ways { get; init; } = ExpertsExperiment.Ways;

    /// <summary>Trainings of each kind, seeds 1 to N.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>
    /// Instructions of every kind, in the target language, that the model all start from was trained on; 0 starts from
    /// the lab's base model, which hardly understands the target languages.
    /// </summary>
    public int StartExamples { get; init; } = 600;

    /// <summary>Input tokens of that training.</summary>
    public long StartTokens { get; init; } = 150_000;

    /// <summary>Questions of each test, the same for all.</summary>
    public int Questions { get; init; } = 200;

    /// <summary>Where the questions come from; settings are chosen on the development split.</summary>
    public LabSplit Split { get; init; } = LabSplit.Test;

    /// <summary>Examples of each expert.</summary>
    public int Examples { get; init; } = 3000;

    /// <summary>Input tokens of each expert's training; joint trainings get twice as many.</summary>
    public long Tokens { get; init; } = 100_000;

    /// <summary>Which layers are the language's: bottom and top of the lab's six.</summary>
    public LayerSwapOptions Swap { get; init; } = new() { Bottom = 1, Top = 1, BottomTransition = 1, TopTransition = 0 };

    /// <summary>Trains low-rank adapters instead of whole models; null trains every weight.</summary>
    public LoraConfig? Lora { get; init; }

    /// <summary>Whether trainings that an earlier run of the same options completed are taken over.</summary>
    public bool Resume { get; init; }

    /// <summary>Whether every bottom and top is tried with the first seed, on the development split.</summary>
    public bool Sweep { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Output { get; init; }

    /// <summary>The kind of work that the task expert learns in English, of <see cref="Lab.Tasks"/>; the language expert does not learn it.</summary>
    internal string Task { get; init; } = "math";

    /// <summary>Kinds of work of the common start; none for all.</summary>
    internal IReadOnlyList<string> StartTasks { get; init; } = [];
}

/// <summary>What the models are asked.</summary>
public enum ExpertsTest
{
    /// <summary>Mathematics in the target language, which no expert was trained on.</summary>
    Mathematics,

    /// <summary>The same mathematics in English: the task expert's field.</summary>
    EnglishMathematics,

    /// <summary>Everything but mathematics in the target language: the language expert's field.</summary>
    LanguageTasks,
}

/// <summary>One model and its answers.</summary>
/// <param name="Name">The way it was made.</param>
/// <param name="Language">The target language.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Model">Where it is: a folder, or a base and an adapter.</param>
/// <param name="Answers">Its answers to all tests.</param>
public sealed record ExpertsArm(string Name, string Language, int Seed, ModelReference Model, EvalResult Answers);

/// <summary>What the experiment found.</summary>
/// <param name="Arms">Every model.</param>
/// <param name="Sweeps">Share of exact answers by bottom and top, by language; NaN where they do not fit.</param>
public sealed record ExpertsOutcome(IReadOnlyList<ExpertsArm> Arms, IReadOnlyDictionary<string, double[,]> Sweeps)
{
    /// <summary>The ways that were tried, in the order of the tables.</summary>
    public IReadOnlyList<string> Ways => [.. Arms.Select(a => a.Name).Distinct()];

    /// <summary>A model, for a look into its weights.</summary>
    public ModelReference Model(string name, string language, int seed = 1) => Arms.Single(a => a.Name == name && a.Language == language && a.Seed == seed).Model;

    /// <summary>Each question's share of seeds that got it right, in the questions' order.</summary>
    /// <param name="name">The way.</param>
    /// <param name="language">The target language.</param>
    /// <param name="test">What was asked.</param>
    public IReadOnlyList<double> Marks(string name, string language, ExpertsTest test) =>
    [
        .. Arms.Where(a => a.Name == name && a.Language == language).SelectMany(a => a.Answers.Samples).Where(s => TestOf(s) == test)
            .GroupBy(s => s.Id).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Average(s => s.Exact ? 1.0 : 0)),
    ];

    /// <summary>Exact answers with the bootstrap's interval over questions.</summary>
    public Score Exact(string name, string language, ExpertsTest test) => Score.Mean(Marks(name, language, test), Seed.For("experts", name, language, test));

    /// <summary>Two ways on the same questions: second minus first.</summary>
    public Comparison Compare(string first, string second, string language, ExpertsTest test) =>
        PairedTest.Compare(Marks(first, language, test), Marks(second, language, test), Seed.For("experts", first, second, language, test));

    /// <summary>What the papers make claims about: every way against the start, reverting against freezing, layer swapping against the others.</summary>
    public IReadOnlyList<ExpertsComparison> Comparisons()
    {
        var pairs = Ways.Where(w => w != "base").Select(w => (First: "base", Second: w))
            .Concat(new (string First, string Second)[] { ("freeze", "revert"), ("task expert", "layer swap"), ("soup", "layer swap"), ("joint", "layer swap") })
            .Where(p => Ways.Contains(p.First) && Ways.Contains(p.Second)).ToList();
        var all = Arms.Select(a => a.Language).Distinct().SelectMany(l => pairs.Select(p => (Language: l, p.First, p.Second, Result: Compare(p.First, p.Second, l, ExpertsTest.Mathematics)))).ToList();
        return [.. all.Zip(HolmCorrection.Adjust([.. all.Select(c => c.Result.P)]), (c, holm) => new ExpertsComparison(c.Language, c.First, c.Second, c.Result, holm))];
    }

    private static ExpertsTest TestOf(EvalSample sample) =>
        sample.Task != "math" ? ExpertsTest.LanguageTasks : sample.Language == "en" ? ExpertsTest.EnglishMathematics : ExpertsTest.Mathematics;
}

/// <summary>A comparison of two ways on mathematics in a language.</summary>
/// <param name="Language">The language.</param>
/// <param name="First">The first way.</param>
/// <param name="Second">The second.</param>
/// <param name="Result">Second minus first.</param>
/// <param name="Holm">p, corrected over all comparisons of the run.</param>
public sealed record ExpertsComparison(string Language, string First, string Second, Comparison Result, double Holm);

/// <summary>
/// Does mathematics learnt in English reach another language through merging? An English mathematics expert and a
/// language expert, which has seen no mathematics, are trained from the lab's base model and put together in every way
/// of arXiv 2410.01335 and 2505.18356; all answer the same mathematics questions in the language, zero-shot.
/// </summary>
public static class ExpertsExperiment
{
    private const int MaxNewTokens = 48;

    // A language expert learns everything but mathematics.
    private static readonly string[] LanguageTasks = ["reading", "everyday", "facts", "translation"];

    /// <summary>The ways, in the order of the tables.</summary>
    public static IReadOnlyList<string> Ways { get; } =
        ["base", "task expert", "language expert", "soup", "task arithmetic", "ties", "dare", "slerp", "layer swap", "freeze", "revert", "simultaneous", "joint", "sequential"];

    /// <summary>Trains, merges and asks; every model stays below the output.</summary>
    /// <param name="options">What to try.</param>
    /// <param name="command">The command line or call, for the manifests.</param>
    /// <param name="progress">Told the share of the whole, and what is being done.</param>
    /// <param name="cancel">Stops at the next step.</param>
    /// <exception cref="UserException">XL121: not a language of the lab; XL123: English as target.</exception>
    public static ExpertsOutcome Run(ExpertsOptions options, string command, Action<double, string>? progress = null, CancellationToken cancel = default)
    {
        foreach (var language in options.Languages)
        {
            Lab.CheckTarget(language);
        }

        var ways = Ways.Where(w => w == "layer swap" || options.Ways.Contains(w)).ToList();
        var examiner = new Examiner(Lab.Load(), options, cancel);
        var arms = new List<ExpertsArm>();
        var sweeps = new Dictionary<string, double[,]>();
        var (done, all) = (0, options.Languages.Count * options.Seeds * ways.Count);
        foreach (var language in options.Languages)
        {
            for (var seed = 1; seed <= options.Seeds; seed++)
            {
                var made = new ExpertModels(options, language, seed, command, cancel);
                foreach (var way in ways)
                {
                    progress?.Invoke((double)done++ / all, $"{way}, {language}, seed {seed}");
                    arms.Add(new ExpertsArm(way, language, seed, made.Model(way), examiner.Ask(made.Model(way), language)));
                }

                if (options.Sweep && seed == 1)
                {
                    progress?.Invoke((double)done / all, $"sweep, {language}");
                    sweeps[language] = Sweep(examiner, made, language);
                }
            }
        }

        return new ExpertsOutcome(arms, sweeps);
    }

    // Chosen layers must not be chosen on the test questions.
    private static double[,] Sweep(Examiner examiner, ExpertModels made, string language)
    {
        var layers = ModelFolder.Open(ModelFolder.PathOf("lab")).Config.Layers;
        var shares = new double[layers + 1, layers + 1];
        for (var bottom = 0; bottom <= layers; bottom++)
        {
            for (var top = 0; top <= layers; top++)
            {
                shares[bottom, top] = bottom + top > layers ? double.NaN
                    : new EvalResult(examiner.Ask(made.Swapped(bottom, top), language, LabSplit.Dev, ["math"])).Of(language).Exact.Value;
            }
        }

        return shares;
    }

    /// <summary>The data of the language expert and of the task expert.</summary>
    internal static (DataSource Language, DataSource Task) Sources(ExpertsOptions options, string language) => (
        new DataSource { Kind = "lab", Language = language, Split = LabSplit.Train, Count = options.Examples, Tasks = LanguageTasks },
        new DataSource { Kind = "lab", Language = "en", Split = LabSplit.Train, Count = options.Examples, Tasks = [options.Task] });

    /// <summary>Asks; a model that serves several languages and seeds is asked once.</summary>
    private sealed class Examiner(Lab lab, ExpertsOptions options, CancellationToken cancel)
    {
        private readonly Dictionary<(ModelReference Model, string Language), IReadOnlyList<EvalSample>> _asked = [];

        public EvalResult Ask(ModelReference model, string language) => new(
        [
            .. Once(model, language, () => Ask(model, language, options.Split, ["math"], LanguageTasks)),
            .. Once(model, "en", () => Ask(model, "en", options.Split, ["math"])),
        ]);

        public IReadOnlyList<EvalSample> Ask(ModelReference model, string language, LabSplit split, params IReadOnlyList<IReadOnlyList<string>> tests) =>
            LabAnswers.Of(model, tests.SelectMany(tasks => lab.Examples(language, split, options.Questions, tasks)), MaxNewTokens, cancel);

        private IReadOnlyList<EvalSample> Once(ModelReference model, string language, Func<IReadOnlyList<EvalSample>> ask) =>
            _asked.TryGetValue((model, language), out var samples) ? samples : _asked[(model, language)] = ask();
    }
}
