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
public sealed record EvalSample(string Id, string Language, string Task, string Prompt, string Reference, string Answer, bool Ended, bool Exact, double F1)
{
    /// <summary>What the model said before its answer, in two-turn questions; else empty.</summary>
    public string Thought { get; init; } = "";

    /// <summary>The language of the answer; null when it was not looked at, or has no words.</summary>
    public string? AnsweredIn { get; init; }

    /// <summary>The number read from the answer, empty where it has none; null where none was wanted.</summary>
    public string? Extracted { get; init; }

    /// <summary>Whether the answer is in another language than the question.</summary>
    public bool InWrongLanguage => AnsweredIn is not null && AnsweredIn != Language;
}

/// <summary>Marks of one language and task; an empty task is all of the language's.</summary>
/// <param name="Language">The language.</param>
/// <param name="Task">The task; empty for all together.</param>
/// <param name="Exact">Share of exact answers, Wilson interval.</param>
/// <param name="F1">Mean F1, bootstrap interval.</param>
/// <param name="Ended">Share of answers that the model ended itself.</param>
public sealed record EvalScore(string Language, string Task, Score Exact, Score F1, Score Ended)
{
    /// <summary>Share of answers that a number could be read from; null where none was wanted.</summary>
    public Score? Extracted { get; init; }
}

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

    /// <summary>The same with the language of each answer.</summary>
    /// <param name="languageOf">Says the language of a sample's answer; null when it has no words.</param>
    public EvalResult WithLanguages(Func<EvalSample, string?> languageOf) => new([.. Samples.Select(s => s with { AnsweredIn = languageOf(s) })]);

    /// <summary>Share of a language's answers that are in another language, among those that have words; Wilson interval.</summary>
    public Score WrongLanguage(string language) => WrongLanguage(Samples.Where(s => s.Language == language));

    /// <summary>The same of any samples.</summary>
    public static Score WrongLanguage(IEnumerable<EvalSample> samples)
    {
        var spoken = samples.Where(s => s.AnsweredIn is not null).ToList();
        return Score.Share(spoken.Count(s => s.InWrongLanguage), spoken.Count);
    }

    /// <summary>Marks of a language over all its tasks.</summary>
    public EvalScore Of(string language, string task = "") => Scores.First(s => s.Language == language && s.Task == task);

    private static EvalScore ScoreOf(string language, string task, IReadOnlyList<EvalSample> samples) => new(
        language,
        task,
        Score.Share(samples.Count(s => s.Exact), samples.Count),
        Score.Mean([.. samples.Select(s => s.F1)], Seed.For("bootstrap f1", language, task)),
        Score.Share(samples.Count(s => s.Ended), samples.Count))
    {
        Extracted = samples.Any(s => s.Extracted is not null) ? Score.Share(samples.Count(s => s.Extracted is { Length: > 0 }), samples.Count(s => s.Extracted is not null)) : null,
    };
}
