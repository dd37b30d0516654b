using System.Globalization;
using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Evaluation;

/// <summary>Votes in FastChat's form, <c>{"question_id", "turn", "model_a", "model_b", "winner": "model_a" | "model_b" | "tie"}</c>: people's, or another judge's.</summary>
internal static class JudgeVotes
{
    /// <summary>A vote to write.</summary>
    public static object ToRecord(Judgment pair, Vote vote) => new Dictionary<string, object?>
    {
        ["question_id"] = pair.Question,
        ["turn"] = pair.Turn,
        ["model_a"] = pair.First,
        ["model_b"] = pair.Second,
        ["winner"] = vote switch { Vote.First => "model_a", Vote.Second => "model_b", _ => "tie" },
    };

    /// <summary>Compares with a file's votes; every vote on the same pair, turn and question counts, whoever cast it.</summary>
    /// <exception cref="UserException">XL673: a line not of the form; XL675: no vote is on one of the pairs.</exception>
    public static Agreement Compare(string path, IReadOnlyList<(Judgment Pair, Vote Vote)> judged)
    {
        var mine = judged.ToDictionary(j => (j.Pair.Question, j.Pair.Turn, j.Pair.First, j.Pair.Second!), j => j.Vote);
        var (first, second) = (new List<Vote>(), new List<Vote>());
        foreach (var record in JudgeFiles.Records(path))
        {
            var (a, b, winner) = (JudgeFiles.Text(record, "model_a"), JudgeFiles.Text(record, "model_b"), JudgeFiles.Text(record, "winner"));
            var turn = int.TryParse(JudgeFiles.Optional(record, "turn") ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;
            Vote vote = winner switch
            {
                "model_a" => Vote.First,
                "model_b" => Vote.Second,
                _ when winner.StartsWith("tie", StringComparison.Ordinal) => Vote.Tie,
                _ => throw new UserException("XL673", $"{record.Where}: the winner is '{winner}'; allowed: model_a, model_b, tie."),
            };
            var question = JudgeFiles.Text(record, "question_id");
            if (mine.TryGetValue((question, turn, a, b), out var straight))
            {
                first.Add(straight);
                second.Add(vote);
            }
            else if (mine.TryGetValue((question, turn, b, a), out var turned))
            {
                first.Add(turned);
                second.Add(vote switch { Vote.First => Vote.Second, Vote.Second => Vote.First, _ => vote });
            }
        }

        return first.Count > 0 ? Agreement.Of(first, second, Seed.For("agreement", Path.GetFileName(path)))
            : throw new UserException("XL675", $"No vote of {path} is on a pair that was judged. Question, turn and the models' names must be the same.");
    }
}
