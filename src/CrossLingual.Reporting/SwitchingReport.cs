using System.Globalization;
using CrossLingual.Methods;
using CrossLingual.Metrics;

namespace CrossLingual.Reporting;

/// <summary>How models follow instructions in two languages at once.</summary>
public static class SwitchingReport
{
    /// <summary>Exact answers of every name at every level.</summary>
    public static Table Levels(SwitchingOutcome outcome, string task = "")
    {
        var table = new Table([
            "model", Right($"{LabReport.NameOf(outcome.Language)} %"),
            .. outcome.Levels.Select(l => Right(string.Create(CultureInfo.InvariantCulture, $"S {outcome.Of(outcome.Names[0], l).SIndex:0.00} %"))), Right($"{LabReport.NameOf(outcome.Other)} %")])
        {
            Caption = $"Exact answers{(task.Length > 0 ? $", {task}" : "")}; the same questions in every column, mixed at the mean S-index in its head; 95 % bootstrap intervals over questions.",
        };
        foreach (var name in outcome.Names)
        {
            table.Add([name, .. outcome.Levels.Select(l => (double?)l).Prepend(0).Append(null).Select(l => (object)Estimate.Percent(outcome.Of(name, l).Exact(task)))]);
        }

        return table;
    }

    /// <summary>Exact answers over the S-index.</summary>
    public static Figure LevelsFigure(SwitchingOutcome outcome)
    {
        return Figure.Lines(
            $"Instructions in {LabReport.NameOf(outcome.Language)} and {LabReport.NameOf(outcome.Other)} at once",
            [.. outcome.Names.Select(name =>
            {
                var cells = outcome.Levels.Prepend(0).Select(l => outcome.Of(name, l)).ToList();
                return new LineSeries(name, [.. cells.Select(c => c.SIndex)], [.. cells.Select(c => 100 * c.Exact().Value)]) { Points = true };
            })]) with
        {
            XTitle = "mean S-index of the instructions",
            YTitle = "exact answers, %",
            Caption = Finding(outcome),
        };
    }

    /// <summary>Exact answers by what each instruction measures.</summary>
    public static Table Bins(SwitchingOutcome outcome)
    {
        var bins = outcome.Names.ToDictionary(n => n, outcome.Bins);
        var table = new Table(["model", .. SIndexBins.Names.Where(bins[outcome.Names[0]].ContainsKey).Select(b => Right($"S {b} %"))])
        {
            Caption = "Exact answers by each instruction's own S-index, all levels together: the same question may stand in several columns, or in none; 95 % bootstrap intervals over instructions.",
        };
        foreach (var (name, scores) in bins)
        {
            table.Add([name, .. scores.Values.Select(s => (object)Estimate.Percent(s))]);
        }

        return table;
    }

    /// <summary>All comparisons.</summary>
    public static Table Comparisons(SwitchingOutcome outcome)
    {
        var table = new Table("model", Right("S aimed at"), Right("points"), Right("p"), Right("p (Holm)"))
        {
            Caption = $"Mixed minus unmixed {LabReport.NameOf(outcome.Language)}, the same questions; 95 % intervals, p from sign flips, Holm's correction over all rows.",
            Decimals = 3,
        };
        foreach (var c in outcome.Comparisons())
        {
            table.Add(c.Name, c.Level, Estimate.Percent(c.Result.Difference).ToString(1), c.Result.P, c.Holm);
        }

        return table;
    }

    /// <summary>What mixing changed, whichever way it went.</summary>
    public static string Finding(SwitchingOutcome outcome)
    {
        var most = outcome.Levels.Max();
        var at = outcome.Comparisons().Where(c => c.Level == most).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"From unmixed {LabReport.NameOf(outcome.Language)} to a mean S-index of {outcome.Of(outcome.Names[0], most).SIndex:0.00}: clear losses {List(at.Where(c => c.Result.Difference.High < 0))}; clear gains {List(at.Where(c => c.Result.Difference.Low > 0))}.");

        static string List(IEnumerable<SwitchingComparison> found) => string.Join(", ", found.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Name} ({100 * c.Result.Difference.Value:+0.0;-0.0})"))) is { Length: > 0 } names ? names : "none";
    }

    /// <summary>The whole page.</summary>
    public static HtmlReport Page(SwitchingOutcome outcome, string command)
    {
        var page = new HtmlReport("Code-switched instructions")
        {
            Subtitle = $"{LabReport.NameOf(outcome.Language)} and {LabReport.NameOf(outcome.Other)} on the embedded lab",
            Summary = Finding(outcome),
            Command = command,
        };
        page.Section("All tasks").Add(LevelsFigure(outcome)).Add(Levels(outcome)).Add(Bins(outcome));
        foreach (var task in outcome.Cells[0].Answers.Select(a => a.Task).Distinct())
        {
            page.Section(task).Add(Levels(outcome, task));
        }

        return page.Section("Comparisons").Add(Comparisons(outcome));
    }

    private static Column Right(string name) => new(name, Alignment.Right);
}
