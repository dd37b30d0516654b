using CrossLingual.Metrics;
using CrossLingual.Runs;
using Microsoft.Extensions.AI;

namespace CrossLingual.Evaluation;

/// <summary>
/// A model as judge, after MT-bench (Zheng et al., NeurIPS 2023; FastChat, llm_judge): each answer rated from 1 to 10, a turn at a time, or two
/// answers compared in both orders, of which a win counts only when it survives the change of places. Reference answers are shown where there
/// are any. Nothing is lost when it is killed: replies are kept as they come, and a new run takes them from there.
/// </summary>
public static class Judge
{
    /// <summary>Runs a recipe and writes <c>judgments.jsonl</c>, <c>votes.jsonl</c> and <c>results.json</c>.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="client">The judge; it is disposed.</param>
    /// <param name="command">The command line or call, for the manifest.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancel">Stops asking; replies that came are kept.</param>
    /// <exception cref="UserException">XL671: the server refuses; XL613, XL673: a file not of its form; XL674: no question has an answer.</exception>
    public static async Task<JudgeResult> RunAsync(JudgeRecipe recipe, IChatClient client, string command, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        using var judge = new JudgeClient(client, recipe.Options, recipe.Cache);
        var (work, unanswered) = Work(recipe);
        if (work.Count == 0)
        {
            throw new UserException("XL674", $"No question of {recipe.Questions} has an answer in {string.Join(", ", recipe.Models.Select(m => m.Path))}. The question_id of both must be the same.");
        }

        var judgments = new Judgment?[work.Count];
        var (done, spent) = (0, 0);
        await Parallel.ForEachAsync(Enumerable.Range(0, work.Count), new ParallelOptions { MaxDegreeOfParallelism = recipe.Concurrency, CancellationToken = cancel }, async (i, stop) =>
        {
            var (asked, system, user) = work[i];
            try
            {
                judgments[i] = Read(asked, (await judge.AskAsync(system, user, stop)).Text, recipe);
            }
            catch (BudgetSpentException)
            {
                Interlocked.Increment(ref spent);
            }
            catch (Exception e) when (e is not UserException && !stop.IsCancellationRequested)
            {
                judgments[i] = asked with { Failure = e is IOException ? e.Message : e.GetType().Name };
            }

            progress?.Report((double)Interlocked.Increment(ref done) / work.Count);
        });
        var found = judgments.OfType<Judgment>().ToList();
        var result = Result(recipe, found) with { Asked = work.Count, Unreached = spent, Unanswered = unanswered, Spending = judge.Spent };
        var run = new RunFolder(recipe.Output);
        run.WriteRecipe(recipe.Yaml);
        run.WriteManifest(new Manifest
        {
            Command = command,
            Seed = 0,
            Compute = $"{recipe.Options.Model} at {recipe.Endpoint.Host}",
            Hashes = recipe.Models.Select(m => m.Path).Concat([recipe.Questions, recipe.References, recipe.Prompts]).OfType<string>().Distinct().ToDictionary(Manifest.NameOf, Manifest.HashFile),
        });
        run.WriteLines("judgments.jsonl", found);
        if (recipe.Pairwise)
        {
            run.WriteLines("votes.jsonl", Decided(found).Select(d => JudgeVotes.ToRecord(d.Straight, d.Vote)));
        }

        run.WriteJson("results.json", result);
        return result;
    }

    /// <summary>Every judgement to ask for, with its prompt, in a fixed order.</summary>
    private static (List<(Judgment Asked, string System, string User)> Work, int Unanswered) Work(JudgeRecipe recipe)
    {
        var prompts = recipe.Prompts is { } file ? JudgePrompts.Read(file, recipe.Language) : JudgePrompts.For(recipe.Language, recipe.OwnLanguage);
        var questions = JudgeFiles.ByQuestion(recipe.Questions);
        var references = recipe.References is { } path ? JudgeFiles.ByQuestion(path) : [];
        var answers = recipe.Models.ToDictionary(m => m.Name, m => JudgeFiles.ByQuestion(m.Path));
        var (work, unanswered) = (new List<(Judgment, string, string)>(), 0);
        foreach (var (id, (turns, category)) in questions)
        {
            var able = recipe.Models.Where(m => answers[m.Name].TryGetValue(id, out var given) && given.Turns.Count >= turns.Count).Select(m => m.Name).ToList();
            unanswered += recipe.Models.Count - able.Count;
            var reference = references.TryGetValue(id, out var known) && known.Turns.Count >= turns.Count ? known.Turns : null;
            for (var turn = 1; turn <= Math.Min(2, turns.Count); turn++)
            {
                foreach (var (first, second) in Opponents(able, recipe.Pairwise))
                {
                    foreach (var swapped in second is null ? [false] : new[] { false, true })
                    {
                        var (one, two) = (answers[first][id].Turns, second is null ? null : answers[second][id].Turns);
                        var name = (second is null ? reference is null ? "single-v1" : "single-math-v1" : reference is null ? "pair-v2" : "pair-math-v1") + (turn == 2 ? "-multi-turn" : "");
                        var (system, user) = prompts.Fill(name, Values(turns, reference, swapped ? two! : one, swapped ? one : two, turn));
                        var asked = new Judgment
                        {
                            Question = id,
                            Category = category,
                            Turn = turn,
                            First = first,
                            Second = second,
                            Swapped = swapped,
                            FirstLength = one[turn - 1].Length,
                            SecondLength = two?[turn - 1].Length ?? 0,
                        };
                        work.Add((asked, system, user));
                    }
                }
            }
        }

        return (work, unanswered);
    }

    private static IEnumerable<(string First, string? Second)> Opponents(List<string> models, bool pairwise) => pairwise
        ? models.SelectMany((first, i) => models.Skip(i + 1).Select(second => (first, (string?)second)))
        : models.Select(m => (m, (string?)null));

    private static Dictionary<string, string> Values(IReadOnlyList<string> questions, IReadOnlyList<string>? reference, IReadOnlyList<string> a, IReadOnlyList<string>? b, int turn)
    {
        var values = new Dictionary<string, string> { ["question"] = questions[0], ["answer"] = a[0], ["answer_a"] = a[0], ["answer_b"] = b?[0] ?? "" };
        for (var t = 1; t <= turn; t++)
        {
            values[$"question_{t}"] = questions[t - 1];
            values[$"answer_{t}"] = values[$"answer_a_{t}"] = a[t - 1];
            values[$"answer_b_{t}"] = b?[t - 1] ?? "";
            values[$"ref_answer_{t}"] = reference?[t - 1] ?? "";
        }

        return values;
    }

    private static Judgment Read(Judgment asked, string reply, JudgeRecipe recipe)
    {
        if (asked.Second is null)
        {
            var (rating, loose) = JudgeVerdict.Rating(reply, recipe.Reading);
            return asked with { Reply = reply, Rating = rating, Repaired = loose };
        }

        var (vote, repaired) = JudgeVerdict.Pair(reply, recipe.Reading);
        return asked with { Reply = reply, Repaired = repaired, Vote = asked.Swapped ? Turned(vote) : vote };
    }

    private static Vote? Turned(Vote? vote) => vote switch { Vote.First => Vote.Second, Vote.Second => Vote.First, _ => vote };

    private static JudgeResult Result(JudgeRecipe recipe, List<Judgment> found) => new()
    {
        Scores = recipe.Pairwise ? [] : [.. recipe.Models.Select(m => ScoreOf(m.Name, [.. found.Where(j => j.First == m.Name && j.Rating is not null)]))],
        Pairs = [.. Decided(found).GroupBy(d => (d.Straight.First, d.Straight.Second)).Select(g => PairOf(g.Key.First, g.Key.Second!, [.. g]))],
        Agreements = [.. recipe.Votes.Select(file => new JudgedAgreement(file, JudgeVotes.Compare(file, [.. Decided(found).Select(d => (d.Straight, d.Vote))])))],
        Unmarked = found.Count(j => j.Failure is null && j.Rating is null && j.Vote is null),
        Repaired = found.Count(j => j.Repaired),
        Failed = found.Count(j => j.Failure is not null),
        Spending = new JudgeSpending(0, 0, 0, 0, 0),
    };

    private static JudgedScore ScoreOf(string model, List<Judgment> rated) => new(
        model,
        Mean(rated, model),
        [.. rated.GroupBy(j => j.Turn).OrderBy(g => g.Key).Select(g => Mean([.. g], model, g.Key))],
        rated.GroupBy(j => j.Category).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Mean([.. g], model, g.Key)),
        JudgeBias.Rank(rated.Select(j => (double)j.FirstLength), rated.Select(j => j.Rating!.Value)));

    // A question's turns are drawn together: they are not independent.
    private static Score Mean(List<Judgment> rated, params object[] seed)
    {
        double[][] rows = [.. rated.GroupBy(j => j.Question).Select(g => new[] { g.Sum(j => j.Rating!.Value), g.Count() })];
        if (rows.Length == 0)
        {
            return new Score(double.NaN, 0, double.NaN, double.NaN);
        }

        var (low, high) = Bootstrap.OfSums(rows, s => s[0] / s[1], Seed.For(["judge", .. seed]));
        return new Score(rated.Average(j => j.Rating!.Value), rated.Count, low, high);
    }

    private static JudgedPair PairOf(string first, string second, List<(Judgment Straight, Judgment Swapped, Vote Vote)> pairs)
    {
        var (wins, losses) = (pairs.Count(p => p.Vote == Vote.First), pairs.Count(p => p.Vote == Vote.Second));
        double[][] rows = [.. pairs.GroupBy(p => p.Straight.Question).Select(g => new[] { g.Sum(p => p.Vote switch { Vote.First => 1, Vote.Second => 0, _ => 0.5 }), g.Count() })];
        var (low, high) = Bootstrap.OfSums(rows, s => s[0] / s[1], Seed.For("judge pair", first, second));
        return new JudgedPair(
            first,
            second,
            wins,
            losses,
            pairs.Count - wins - losses,
            new Score(rows.Sum(r => r[0]) / pairs.Count, pairs.Count, low, high).ToPercent(),
            JudgeBias.Of([.. pairs.Select(p => (p.Straight.Vote!.Value, p.Swapped.Vote!.Value, p.Straight.FirstLength - p.Straight.SecondLength))]));
    }

    /// <summary>Pairs with a mark in both orders: a win must survive the change of places, all else is a tie.</summary>
    private static IEnumerable<(Judgment Straight, Judgment Swapped, Vote Vote)> Decided(IEnumerable<Judgment> found) => found
        .Where(j => j.Vote is not null).GroupBy(j => (j.Question, j.Turn, j.First, j.Second)).Where(g => g.Count() == 2)
        .Select(g => (Straight: g.Single(j => !j.Swapped), Swapped: g.Single(j => j.Swapped)))
        .Select(p => (p.Straight, p.Swapped, p.Straight.Vote == p.Swapped.Vote ? p.Straight.Vote!.Value : Vote.Tie));
}
