using CrossLingual.Metrics;
using CrossLingual.Runs;
using MathNet.Numerics.Distributions;

namespace CrossLingual.Evaluation;

/// <summary>Two runs on one task and metric.</summary>
/// <param name="Task">The task, with its language.</param>
/// <param name="Metric">The measure.</param>
/// <param name="Paired">Whether questions could be paired; else the difference is of totals, and its interval wider than it need be.</param>
/// <param name="First">The first run.</param>
/// <param name="Second">The second run.</param>
/// <param name="Difference">Second minus first.</param>
/// <param name="P">Two-sided p-value: permutation test where paired, normal test of totals else; NaN where neither can be.</param>
/// <param name="AdjustedP">The same after Holm's correction over all rows.</param>
/// <param name="McNemar">McNemar's exact p-value, where every question is right or wrong.</param>
/// <param name="Detectable">The smallest difference that these questions show with 80 % power; NaN where not paired.</param>
public sealed record ComparisonRow(
    string Task, string Metric, bool Paired, Score First, Score Second, Score Difference, double P, double AdjustedP, double? McNemar, double Detectable);

/// <summary>Two runs, task by task.</summary>
/// <param name="First">Name of the first.</param>
/// <param name="Second">Name of the second.</param>
/// <param name="Rows">The tasks and metrics that both have.</param>
/// <param name="Remarks">What was left out, with counts.</param>
public sealed record RunComparison(string First, string Second, IReadOnlyList<ComparisonRow> Rows, IReadOnlyList<string> Remarks)
{
    /// <summary>Compares two runs.</summary>
    /// <param name="first">The first run.</param>
    /// <param name="second">The second run.</param>
    /// <exception cref="UserException">XL667: the runs have no task and metric in common.</exception>
    public static RunComparison Of(ScoredRun first, ScoredRun second)
    {
        var (rows, remarks) = (new List<ComparisonRow>(), new List<string>());
        var (mine, others) = (Keys(first), Keys(second));
        foreach (var key in mine.Where(others.Contains).Order())
        {
            if (first.Items.TryGetValue(key, out var a) && second.Items.TryGetValue(key, out var b))
            {
                var shared = a.Keys.Where(b.ContainsKey).Order(StringComparer.Ordinal).ToList();
                var (only, other) = (a.Count - shared.Count, b.Count - shared.Count);
                if (only + other > 0)
                {
                    remarks.Add(FormattableString.Invariant($"{key.Task} {key.Metric}: {only} questions are in the first run alone, {other} in the second; {shared.Count} are compared"));
                }

                if (shared.Count > 0)
                {
                    rows.Add(Paired(key, [.. shared.Select(id => a[id])], [.. shared.Select(id => b[id])]));
                }
            }
            else
            {
                rows.Add(Totals(key, TotalOf(first, key), TotalOf(second, key)));
            }
        }

        remarks.AddRange(mine.Except(others).Select(k => $"{k.Task} {k.Metric} is in the first run alone"));
        remarks.AddRange(others.Except(mine).Select(k => $"{k.Task} {k.Metric} is in the second run alone"));
        if (rows.Count == 0)
        {
            throw new UserException("XL667", $"The runs have no task with the same questions in common: {first.Name} has {Say(mine)}; {second.Name} has {Say(others)}. Evaluate both on the same tasks.");
        }

        var tested = Enumerable.Range(0, rows.Count).Where(i => !double.IsNaN(rows[i].P)).ToList();
        foreach (var (i, adjusted) in tested.Zip(HolmCorrection.Adjust([.. tested.Select(i => rows[i].P)])))
        {
            rows[i] = rows[i] with { AdjustedP = adjusted };
        }

        return new RunComparison(first.Name, second.Name, rows, remarks);
    }

    private static HashSet<(string Task, string Metric)> Keys(ScoredRun run) => [.. run.Items.Keys, .. run.Totals.Keys];

    private static string Say(IEnumerable<(string Task, string Metric)> keys) => string.Join(", ", keys.Select(k => $"{k.Task} {k.Metric}").DefaultIfEmpty("none"));

    private static ComparisonRow Paired((string Task, string Metric) key, double[] first, double[] second)
    {
        var found = PairedTest.Compare(first, second, Seed.For("compare", key.Task, key.Metric));

        // Right or wrong: Wilson's interval is honest at 0 and 1, where the bootstrap's has no width.
        var isShare = found.McNemar is not null;
        return new ComparisonRow(
            key.Task,
            key.Metric,
            true,
            isShare ? Score.Share((int)first.Sum(), first.Length) : found.First,
            isShare ? Score.Share((int)second.Sum(), second.Length) : found.Second,
            found.Difference,
            found.P,
            double.NaN,
            found.McNemar?.P,
            found.Detectable);
    }

    private static ComparisonRow Totals((string Task, string Metric) key, HarnessScore first, HarnessScore second)
    {
        var z = Normal.InvCDF(0, 1, 0.975);
        var deviation = Math.Sqrt(Square(first.Deviation) + Square(second.Deviation));
        var difference = second.Value - first.Value;
        var p = deviation > 0 ? 2 * Normal.CDF(0, 1, -Math.Abs(difference) / deviation) : double.NaN;
        return new ComparisonRow(key.Task, key.Metric, false, With(first), With(second), new Score(difference, Math.Min(first.N ?? 0, second.N ?? 0), difference - (z * deviation), difference + (z * deviation)), p, double.NaN, null, double.NaN);

        Score With(HarnessScore s) => new(s.Value, s.N ?? 0, s.Value - (z * (s.Deviation ?? double.NaN)), s.Value + (z * (s.Deviation ?? double.NaN)));
        static double Square(double? deviation) => deviation is { } d ? d * d : double.NaN;
    }

    private static HarnessScore TotalOf(ScoredRun run, (string Task, string Metric) key)
    {
        if (run.Totals.TryGetValue(key, out var total))
        {
            return total;
        }

        var values = run.Items[key].Values.ToList();
        var mean = values.Average();
        var deviation = values.Count > 1 ? Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count) : (double?)null;
        return new HarnessScore(key.Task, key.Metric, mean, deviation, values.Count);
    }
}
