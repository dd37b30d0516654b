using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>What to try on the embedded lab.</summary>
public sealed record LabOptions
{
    /// <summary>Target languages.</summary>
    public IReadOnlyList<string> Languages { get; init; } = ["es"];

    /// <summary>Trainings of each kind, seeds 1 to N.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Test questions in each of the six languages; all languages get the same ones.</summary>
    public int Questions { get; init; } = 300;

    /// <summary>Translated instructions to train on.</summary>
    public int Examples { get; init; } = 6000;

    /// <summary>The run's folder.</summary>
    public required string Output { get; init; }
}

/// <summary>One training and what it led to.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Language">The target language.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Training">What the training did.</param>
/// <param name="Result">Answers to the test questions.</param>
public sealed record LabArm(string Method, string Language, int Seed, TrainingOutcome Training, EvalResult Result);

/// <summary>What the lab found.</summary>
/// <param name="Before">The base model's answers.</param>
/// <param name="Arms">The trainings.</param>
public sealed record LabOutcome(EvalResult Before, IReadOnlyList<LabArm> Arms)
{
    /// <summary>
    /// Change of the share of exact answers in a language, over the same questions and all seeds; bootstrap over questions.
    /// </summary>
    /// <param name="target">The language trained for.</param>
    /// <param name="language">The language asked in.</param>
    public Score Change(string target, string language)
    {
        var before = Before.Samples.Where(s => s.Language == language).ToDictionary(s => s.Id, s => s.Exact ? 1.0 : 0);
        var after = Arms.Where(a => a.Language == target).SelectMany(a => a.Result.Samples).Where(s => s.Language == language);
        var changes = after.GroupBy(s => s.Id).Select(g => g.Average(s => s.Exact ? 1.0 : 0) - before[g.Key]).ToList();
        return Score.Mean(changes, Seed.For("lab change", target, language));
    }

    /// <summary>
    /// Share of exact answers after training: of one seed with Wilson's interval; of several averaged for each question,
    /// bootstrap over questions.
    /// </summary>
    /// <param name="target">The language trained for.</param>
    /// <param name="language">The language asked in.</param>
    /// <param name="task">A task, or empty for all.</param>
    public Score After(string target, string language, string task = "")
    {
        var samples = Arms.Where(a => a.Language == target).SelectMany(a => a.Result.Samples)
            .Where(s => s.Language == language && (task.Length == 0 || s.Task == task)).ToList();
        if (samples.Select(s => s.Id).Distinct().Count() == samples.Count)
        {
            return Score.Share(samples.Count(s => s.Exact), samples.Count);
        }

        return Score.Mean([.. samples.GroupBy(s => s.Id).Select(g => g.Average(s => s.Exact ? 1.0 : 0))], Seed.For("lab after", target, language, task));
    }
}

/// <summary>
/// The lab's main question: what does fine-tuning the English base model for one language do to that language, to
/// English, and to the others? The same test questions are asked in all six before and after.
/// </summary>
public static class LabExperiment
{
    private const int MaxNewTokens = 48;

    /// <summary>Runs it and writes every training's run folder below the output.</summary>
    /// <param name="options">What to try.</param>
    /// <param name="command">The command line or call, for the manifests.</param>
    /// <param name="progress">Told the share of the whole that is done, and what is being done.</param>
    /// <param name="cancel">Stops at the next step.</param>
    /// <exception cref="UserException">XL121: not a language of the lab; XL123: English as target.</exception>
    public static LabOutcome Run(LabOptions options, string command, Action<double, string>? progress = null, CancellationToken cancel = default)
    {
        foreach (var language in options.Languages)
        {
            if (Lab.CheckLanguage(language) == "en")
            {
                throw new UserException("XL123", "The lab's base model knows English already; choose other languages: es, de, hi, vi, sw.");
            }
        }

        var lab = Lab.Load();
        var questions = Lab.AllLanguages.SelectMany(l => lab.Examples(l, LabSplit.Test, options.Questions)).Select(Conversation.Of).ToList();
        var arms = options.Languages.SelectMany(language => Enumerable.Range(1, options.Seeds).Select(seed => (language, seed))).ToList();

        // Asking all questions takes about as long as half a training; each arm trains and asks.
        var parts = 1 + (3 * arms.Count);
        var done = 0;
        var before = Ask("lab", "base model", 1);
        var finished = new List<LabArm>();
        foreach (var (language, seed) in arms)
        {
            var folder = Path.Combine(options.Output, $"translated-sft-{language}-seed{seed}");
            var recipe = new TranslatedSft { Language = language, Examples = options.Examples, Seed = seed }.OnLab(folder);
            TrainingOutcome outcome;
            using (var run = new TrainingRun(recipe))
            {
                outcome = run.Execute(command, progress: new Reported(p => Tell(2.0 * p.Step / p.Steps, $"train {language}, loss {p.Loss:0.000}, {p.TokensPerSecond:N0} tokens/s")), cancel: cancel);
            }

            done += 2;
            finished.Add(new LabArm("translated-sft", language, seed, outcome, Ask(outcome.Model, $"model trained for {language}", 1)));
        }

        return new LabOutcome(before, finished);

        EvalResult Ask(string model, string what, int weight)
        {
            var folder = ModelFolder.Open(ModelFolder.PathOf(model));
            using var llama = folder.Load(Compute.Default);
            var result = Evaluator.Run(
                llama,
                folder,
                questions,
                ChatTemplate.AlpacaShort,
                new GenerationOptions { MaxNewTokens = MaxNewTokens },
                new Counted(n => Tell((double)weight * n / questions.Count, $"ask the {what}")),
                cancel);
            done += weight;
            return result;
        }

        void Tell(double within, string what) => progress?.Invoke((done + within) / parts, what);
    }

    private sealed class Reported(Action<TrainingProgress> tell) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => tell(value);
    }

    private sealed class Counted(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
