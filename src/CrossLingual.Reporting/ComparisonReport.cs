using CrossLingual.Evaluation;

namespace CrossLingual.Reporting;

/// <summary>Two runs as a table, a figure and a page.</summary>
public static class ComparisonReport
{
    private const double Level = 0.05;

    /// <summary>A row for each task and metric, in percent, with the paired difference and what it is worth.</summary>
    public static Table Rows(RunComparison comparison)
    {
        var table = new Table("task", "metric", new("n", Alignment.Right), new("first %", Alignment.Right), new("second %", Alignment.Right), new("difference", Alignment.Right), new("p", Alignment.Right), new("p (Holm)", Alignment.Right), new("detectable", Alignment.Right))
        {
            Caption = $"First: {comparison.First}. Second: {comparison.Second}. 95 % intervals; differences are over the same questions unless marked unpaired; detectable: the smallest difference that these questions show with 80 % power.",
        };
        foreach (var row in comparison.Rows)
        {
            table.Add(
                row.Task, row.Paired ? row.Metric : $"{row.Metric} (unpaired)", row.Difference.N, Estimate.Percent(row.First), Estimate.Percent(row.Second), Estimate.Percent(row.Difference), P(row.P), P(row.AdjustedP), double.IsNaN(row.Detectable) ? "–" : new Estimate(row.Detectable * 100).ToString(1));
        }

        return table;
    }

    /// <summary>Bars of the two runs for a metric, by task.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="metric">The measure.</param>
    public static Figure Bars(RunComparison comparison, string metric)
    {
        var rows = comparison.Rows.Where(r => r.Metric == metric).ToList();
        return Figure.Bars(
            $"{metric} by task",
            [.. rows.Select(r => r.Task)],
            new BarSeries("first", [.. rows.Select(r => Estimate.Percent(r.First))]),
            new BarSeries("second", [.. rows.Select(r => Estimate.Percent(r.Second))])) with
        { YTitle = $"{metric} (%)", Caption = Finding(rows) };
    }

    /// <summary>The finding in a sentence.</summary>
    public static string Finding(IReadOnlyList<ComparisonRow> rows)
    {
        var (better, worse) = (rows.Count(r => r.AdjustedP <= Level && r.Difference.Value > 0), rows.Count(r => r.AdjustedP <= Level && r.Difference.Value < 0));
        return (better, worse) switch
        {
            (0, 0) => $"No difference is significant at 5 % after Holm's correction in {rows.Count} {(rows.Count == 1 ? "test" : "tests")}.",
            _ => $"The second run is better in {better} and worse in {worse} of {rows.Count} tests, at 5 % after Holm's correction.",
        };
    }

    /// <summary>The page.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="command">The command that made it.</param>
    public static HtmlReport Page(RunComparison comparison, string command)
    {
        var report = new HtmlReport("Two runs compared") { Subtitle = $"{comparison.First} and {comparison.Second}", Summary = Finding(comparison.Rows), Command = command };
        report.Section("Differences").Add(Rows(comparison));
        foreach (var metric in comparison.Rows.Select(r => r.Metric).Distinct())
        {
            report.Add(Bars(comparison, metric));
        }

        if (comparison.Remarks.Count > 0)
        {
            report.Section("Left out").Add(string.Join("\n\n", comparison.Remarks));
        }

        return report;
    }

    internal static string P(double p) => double.IsNaN(p) ? "–" : p < 0.001 ? "< 0.001" : new Estimate(p).ToString(3);
}
