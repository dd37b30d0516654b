using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Evaluation;

/// <summary>One question's answer and mark.</summary>
/// <param name="Id">The question.</param>
/// <param name="Prediction">The answer; null where there is none.</param>
/// <param name="References">The accepted answers.</param>
/// <param name="Exact">Whether it equals one.</param>
/// <param name="F1">Overlap with the best, 0 to 1.</param>
public sealed record QaItem(string Id, string? Prediction, IReadOnlyList<string> References, bool Exact, double F1);

/// <summary>A question file's answers under one set of rules.</summary>
/// <param name="Rules">Name of the rules.</param>
/// <param name="Score">The marks in percent.</param>
/// <param name="Items">Question by question, in the file's order.</param>
/// <param name="Unknown">Ids with a prediction that the file does not ask.</param>
public sealed record QaResult(string Rules, QaScore Score, IReadOnlyList<QaItem> Items, IReadOnlyList<string> Unknown)
{
    /// <summary>Ids of questions without a prediction; each counts as wrong.</summary>
    public IReadOnlyList<string> Missing => [.. Items.Where(i => i.Prediction is null).Select(i => i.Id)];

    /// <summary>Reads a question file for scoring and its predictions, both at once: in most sets the one takes a fifth of the other's time.</summary>
    /// <param name="gold">The question file.</param>
    /// <param name="language">BCP 47 tag of the questions.</param>
    /// <param name="predictions">The prediction file.</param>
    /// <exception cref="UserException">Whatever reading finds; of the question file first.</exception>
    public static (SquadFile Gold, IReadOnlyDictionary<string, string> Predictions) Read(string gold, string language, string predictions)
    {
        var answers = Task.Run(() => QaPredictions.Read(predictions));
        return (SquadReader.Read(gold, language, passages: false), answers.GetAwaiter().GetResult());
    }

    /// <summary>Marks predictions.</summary>
    /// <param name="gold">The questions with their answers.</param>
    /// <param name="predictions">Answers by id.</param>
    /// <param name="rules">What counts as the same.</param>
    /// <exception cref="UserException">XL615: no prediction is for a question of the file.</exception>
    public static QaResult Of(SquadFile gold, IReadOnlyDictionary<string, string> predictions, AnswerRules rules)
    {
        var marks = new QaMark?[gold.Questions.Count];
        var items = new QaItem[marks.Length];
        Parallel.For(0, items.Length, i =>
        {
            var question = gold.Questions[i];
            var references = question.Answers.Select(a => a.Text).ToArray();
            var prediction = predictions.GetValueOrDefault(question.Id);
            marks[i] = prediction is null ? null : SquadScore.Mark(prediction, references, rules);
            items[i] = new QaItem(question.Id, prediction, references, marks[i] is { Exact: true }, marks[i]?.F1 ?? 0);
        });
        if (Array.TrueForAll(marks, m => m is null))
        {
            throw new UserException("XL615", FormattableString.Invariant(
                $"None of the {predictions.Count} predictions is for one of the {items.Length} questions: the first id asked is '{items[0].Id}', the first answered '{predictions.Keys.FirstOrDefault()}'. Give the predictions of this question file."));
        }

        var asked = items.Select(i => i.Id).ToHashSet();
        return new QaResult(
            rules.Name,
            SquadScore.Total(marks, Seed.For("qa", rules.Name)),
            items,
            [.. predictions.Keys.Where(id => !asked.Contains(id))]);
    }
}
