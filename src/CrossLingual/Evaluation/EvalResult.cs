using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Evaluation;

/// <summary>One question with its answer and marks.</summary>
/// <param name="Id">The question's identity, shared by all languages.</param>
/// <param name="Language">Its language.</param>
/// <param name="Task">Its kind.</param>
/// <param name="Prompt">What the model was asked.</param>
/// <param name="Reference">The right answer.</param>
/// <param name="Answer">The model's answer, trimmed.</param>
/// <param name="Ended">Whether the model ended its answer itself.</param>
/// <param name="Exact">Whether the answer equals the reference.</param>
/// <param name="F1">Token overlap with the reference, 0 to 1.</param>
public sealed record EvalSample(string Id, string Language, string Task, string Prompt, string Reference, string Answer, bool Ended, bool Exact, double F1);

/// <summary>Marks of one language and task; an empty task is all of the language's.</summary>
/// <param name="Language">The language.</param>
/// <param name="Task">The task; empty for all together.</param>
/// <param name="Exact">Share of exact answers, Wilson interval.</param>
/// <param name="F1">Mean F1, bootstrap interval.</param>
/// <param name="Ended">Share of answers that the model ended itself.</param>
public sealed record EvalScore(string Language, string Task, Score Exact, Score F1, Score Ended);

/// <summary>All answers of a model with their marks.</summary>
/// <param name="Samples">The answers.</param>
public sealed record EvalResult(IReadOnlyList<EvalSample> Samples)
{
    /// <summary>Marks by language, first over all tasks, then task by task.</summary>
    public IReadOnlyList<EvalScore> Scores { get; } =
    [
        .. Samples.GroupBy(s => s.Language).SelectMany(language =>
            language.GroupBy(s => s.Task).Select(task => ScoreOf(language.Key, task.Key, [.. task]))
                .Prepend(ScoreOf(language.Key, "", [.. language]))),
    ];

    /// <summary>Marks of a language over all its tasks.</summary>
    public EvalScore Of(string language, string task = "") => Scores.First(s => s.Language == language && s.Task == task);

    private static EvalScore ScoreOf(string language, string task, IReadOnlyList<EvalSample> samples) => new(
        language,
        task,
        Score.Share(samples.Count(s => s.Exact), samples.Count),
        Score.Mean([.. samples.Select(s => s.F1)], Seed.For("bootstrap f1", language, task)),
        Score.Share(samples.Count(s => s.Ended), samples.Count));
}
