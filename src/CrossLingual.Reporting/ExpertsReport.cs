using System.Globalization;
using CrossLingual.Merging;
using CrossLingual.Methods;

namespace CrossLingual.Reporting;

/// <summary>What the experiment with experts found, beside what the papers claim.</summary>
public static class ExpertsReport
{
    private const string Swap = "layer swap";

    /// <summary>Every way on mathematics in the language and in English and on the language's own tasks, with the paired difference to layer swapping.</summary>
    public static Table Ways(ExpertsOutcome outcome, string language)
    {
        var table = new Table("way", new("n", Alignment.Right), Right($"math in {LabReport.NameOf(language)} %"), Right("math in English %"), Right($"other tasks in {LabReport.NameOf(language)} %"), Right("layer swap is better by"), Right("p"))
        {
            Caption = "Share of exactly right answers with 95 % intervals; the difference, on mathematics in the language, is paired over the same questions, p from sign flips.",
            Decimals = 2,
        };
        foreach (var way in outcome.Ways)
        {
            var marks = Enum.GetValues<ExpertsTest>().Select(t => outcome.Exact(way, language, t)).ToList();
            var difference = way == Swap ? null : outcome.Compare(way, Swap, language, ExpertsTest.Mathematics);
            table.Add(way, marks[0].N, Estimate.Percent(marks[0]), Estimate.Percent(marks[1]), Estimate.Percent(marks[2]), difference is null ? null : Estimate.Percent(difference.Difference), difference?.P);
        }

        return table;
    }

    /// <summary>Bars of every way.</summary>
    public static Figure WaysFigure(ExpertsOutcome outcome, string language) => Figure.Bars(
        $"English mathematics in {LabReport.NameOf(language)}, zero-shot",
        outcome.Ways,
        new BarSeries($"asked in {LabReport.NameOf(language)}", [.. outcome.Ways.Select(w => Estimate.Percent(outcome.Exact(w, language, ExpertsTest.Mathematics)))]),
        new BarSeries("asked in English", [.. outcome.Ways.Select(w => Estimate.Percent(outcome.Exact(w, language, ExpertsTest.EnglishMathematics)))])) with
    {
        YTitle = "exact answers, %",
        Caption = Finding(outcome, language),
    };

    /// <summary>The comparisons that the papers make claims about.</summary>
    public static Table Comparisons(ExpertsOutcome outcome)
    {
        var table = new Table("language", "second", "minus first", Right("points"), Right("p"), Right("p (Holm)"))
        {
            Caption = "Mathematics in the language, paired over the same questions; 95 % intervals, p from sign flips, Holm's correction over all rows.",
            Decimals = 3,
        };
        foreach (var c in outcome.Comparisons())
        {
            table.Add(LabReport.NameOf(c.Language), c.Second, c.First, Estimate.Percent(c.Result.Difference), c.Result.P, c.Holm);
        }

        return table;
    }

    /// <summary>Exact answers by number of swapped layers.</summary>
    public static Figure SweepFigure(double[,] shares, string language)
    {
        var size = shares.GetLength(0);
        var percent = new double[size, size];
        var (best, bottom, top) = (double.NegativeInfinity, 0, 0);
        for (var b = 0; b < size; b++)
        {
            for (var u = 0; u < size; u++)
            {
                percent[b, u] = 100 * shares[b, u];
                (best, bottom, top) = percent[b, u] > best ? (percent[b, u], b, u) : (best, bottom, top);
            }
        }

        string[] names = [.. Enumerable.Range(0, size).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        return Figure.HeatMap($"Swapped layers, mathematics in {LabReport.NameOf(language)}", names, names, percent) with
        {
            XTitle = "top layers of the language expert",
            YTitle = "bottom layers of the language expert",
            Caption = string.Create(CultureInfo.InvariantCulture, $"Best on the development questions: bottom {bottom}, top {top}, {best:0.0} % exact (one seed; the best of many is flattered)."),
        };
    }

    /// <summary>Whether layer swapping led, whichever way it went.</summary>
    public static string Finding(ExpertsOutcome outcome, string language)
    {
        var swap = outcome.Exact(Swap, language, ExpertsTest.Mathematics);
        var others = outcome.Ways.Where(w => w != Swap).Select(w => (Way: w, outcome.Compare(w, Swap, language, ExpertsTest.Mathematics).Difference)).ToList();
        var (behind, ahead) = (others.Where(o => o.Difference.Low > 0).Select(o => o.Way).ToList(), others.Where(o => o.Difference.High < 0).Select(o => o.Way).ToList());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{LabReport.NameOf(language)}: layer swapping gets {swap.Value * 100:0.0} % right. It is clearly better than {List(behind)}, clearly worse than {List(ahead)}; with the rest there is no clear difference.");

        static string List(List<string> names) => names.Count > 0 ? string.Join(", ", names) : "none";
    }

    /// <summary>The whole page; looks into the experts of the first seed, which must still be there.</summary>
    public static HtmlReport Page(ExpertsOutcome outcome, string command)
    {
        var languages = outcome.Arms.Select(a => a.Language).Distinct().ToList();
        var page = new HtmlReport("An English mathematics expert and a language expert")
        {
            Subtitle = "Merging and modular training on the embedded lab",
            Summary = string.Join(" ", languages.Select(l => Finding(outcome, l))),
            Command = command,
        };
        foreach (var language in languages)
        {
            page.Section(LabReport.NameOf(language)).Add(WaysFigure(outcome, language)).Add(Ways(outcome, language));
            if (outcome.Sweeps.TryGetValue(language, out var sweep))
            {
                page.Add(SweepFigure(sweep, language));
            }

            var (start, task, tongue) = (outcome.Model("base", language), outcome.Model("task expert", language), outcome.Model("language expert", language));
            page.Add(MergeReport.ChangeFigure(ChangeMap.Measure(start, task), "the mathematics expert, seed 1"))
                .Add(MergeReport.ChangeFigure(ChangeMap.Measure(start, tongue), $"the {LabReport.NameOf(language)} expert, seed 1"))
                .Add(MergeReport.ComparisonFigure(TaskVectorComparison.Measure(start, task, tongue), "mathematics", LabReport.NameOf(language)));
        }

        return page.Section("What the papers claim").Add(Comparisons(outcome)).Add(
            "Layer Swapping (arXiv 2410.01335): about a tenth better on MGSM than the experts and other merges, in four languages, with Llama 3.1 8B. "
            + "The second paper (arXiv 2505.18356): all modular ways help, separate experts with layer swapping most consistently, and reverting after training often beats freezing from the start.\n\n"
            + "Not comparable in size: this is a model of a few million weights on generated word problems. Comparable in sign, where the intervals allow a verdict.");
    }

    private static Column Right(string name) => new(name, Alignment.Right);
}
