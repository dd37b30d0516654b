using System.Text.RegularExpressions;
using CrossLingual.Metrics;

namespace CrossLingual.Evaluation;

/// <summary>The name of one of MLQA's files: <c>test-context-de-question-es.json</c>.</summary>
/// <param name="Split">dev or test.</param>
/// <param name="Context">Language of the passages, and so of the answers.</param>
/// <param name="Question">Language of the questions.</param>
public sealed partial record MlqaName(string Split, string Context, string Question)
{
    /// <summary>The file's name.</summary>
    public string File => $"{Split}-context-{Context}-question-{Question}.json";

    /// <summary>Reads a path; null where it is not named so.</summary>
    public static MlqaName? Of(string path) => Pattern().Match(Path.GetFileName(path)) is { Success: true } match
        ? new MlqaName(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value)
        : null;

    [GeneratedRegex(@"^(\w+)-context-(\w+)-question-(\w+)\.json$")]
    private static partial Regex Pattern();
}

/// <summary>
/// MLQA's two tasks (Lewis et al., ACL 2020): XLT, question and passage in one language never trained on, and G-XLT, any
/// question language over any passage language. Answers are normalised in the language of the passage.
/// </summary>
/// <param name="Pairs">Result of each pair of passage and question language.</param>
public sealed record Mlqa(IReadOnlyDictionary<MlqaName, QaResult> Pairs)
{
    /// <summary>Mean F1 and exact match over the pairs of one language, in percent; null where there is none.</summary>
    public (double ExactMatch, double F1)? Xlt => Mean(n => n.Context == n.Question);

    /// <summary>Mean F1 and exact match over all pairs, in percent.</summary>
    public (double ExactMatch, double F1)? Gxlt => Mean(_ => true);

    /// <summary>Marks every question file of a folder with the predictions of the same name in another.</summary>
    /// <param name="gold">Folder of question files named as MLQA's.</param>
    /// <param name="predictions">Folder of prediction files.</param>
    /// <param name="split">dev or test; null for all.</param>
    /// <param name="variant">Whose rules.</param>
    /// <exception cref="UserException">XL616: no such file, or a prediction file is missing; whatever reading finds.</exception>
    public static Mlqa Of(string gold, string predictions, string? split = null, QaVariant variant = QaVariant.Mlqa)
    {
        var names = Directory.EnumerateFiles(gold, "*.json").Select(MlqaName.Of).OfType<MlqaName>()
            .Where(n => split is null || n.Split == split).OrderBy(n => n.File, StringComparer.Ordinal).ToList();
        if (names.Count == 0)
        {
            throw new UserException("XL616", $"{gold} has no question file named as MLQA's, SPLIT-context-L-question-L.json{(split is null ? "" : $" of the split '{split}'")}. Give the folder of MLQA's files, or one file.");
        }

        if (names.Where(n => !File.Exists(Path.Combine(predictions, n.File))).ToList() is { Count: > 0 } missing)
        {
            throw new UserException("XL616", $"{predictions} lacks the predictions for {string.Join(", ", missing.Select(n => n.File))}. Name each file as its questions are.");
        }

        return new Mlqa(names.ToDictionary(n => n, n =>
        {
            var (questions, answers) = QaResult.Read(Path.Combine(gold, n.File), n.Question, Path.Combine(predictions, n.File));
            return QaResult.Of(questions, answers, AnswerRules.Of(variant, n.Context));
        }));
    }

    private (double ExactMatch, double F1)? Mean(Func<MlqaName, bool> which)
    {
        var scores = Pairs.Where(p => which(p.Key)).Select(p => p.Value.Score).ToList();
        return scores.Count == 0 ? null : (scores.Average(s => s.ExactMatch.Value), scores.Average(s => s.F1.Value));
    }
}
