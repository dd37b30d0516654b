using System.Globalization;
using CrossLingual.Methods;
using CrossLingual.Metrics;

namespace CrossLingual.Reporting;

/// <summary>What the experiment with taggers found.</summary>
public static class TaggingReport
{
    private const string Balanced = "balanced";

    /// <summary>Accuracy of every tagger on every test corpus.</summary>
    public static Table Accuracy(TaggingOutcome outcome)
    {
        var table = new Table(["model", "hidden", "drawn", Right("words"), .. Tested(outcome).Select(c => Right(c + " %"))])
        {
            Caption = "Share of words tagged right, mean over seeds, with 95 % bootstrap intervals over sentences; in the hidden corpus's column the pair was not seen.",
        };
        foreach (var (model, hidden, arm) in Designs(outcome))
        {
            var words = outcome.Cells.Where(c => c.Model == model && c.Hidden == hidden && c.Arm == arm).Average(c => c.Words);
            table.Add([model, hidden.Length > 0 ? hidden : "none", arm, (int)words, .. Tested(outcome).Select(c => (object)Estimate.Percent(outcome.Pooled(model, hidden, arm, c).Accuracy()))]);
        }

        return table;
    }

    /// <summary>Accuracy on a corpus by language, at switches and by bin of the S-index.</summary>
    public static Table Detail(TaggingOutcome outcome, string corpus)
    {
        var languages = outcome.Cells[0].Results[corpus].Samples.SelectMany(s => s.Languages).Distinct().Order(StringComparer.Ordinal).ToList();
        var table = new Table(["model", "seen", "drawn", Right("macro-F1 %"), .. languages.Select(l => Right(l + " %")), Right("at switches %"), Right("elsewhere %"), .. SIndexBins.Names.Select(b => Right($"S {b} %"))])
        {
            Caption = $"{corpus}: shares of words tagged right, mean over seeds, 95 % bootstrap intervals over sentences.",
        };
        foreach (var (model, hidden, arm) in Designs(outcome).Where(d => d.Hidden.Length == 0 || d.Hidden == corpus))
        {
            var scores = outcome.Pooled(model, hidden, arm, corpus).Score();
            table.Add([
                model, hidden.Length == 0 ? "yes" : "no", arm, Estimate.Percent(scores.MacroF1), .. languages.Select(l => (object)Estimate.Percent(scores.ByLanguage[l])),
                Estimate.Percent(scores.AtSwitches), Estimate.Percent(scores.Elsewhere), .. scores.ByBin.Select(b => (object)Estimate.Percent(b))]);
        }

        return table;
    }

    /// <summary>All comparisons.</summary>
    public static Table Comparisons(TaggingOutcome outcome)
    {
        var table = new Table("model", "test corpus", "second", "minus first", Right("points"), Right("p"), Right("p (Holm)"))
        {
            Caption = "Accuracy of a sentence, mean over seeds, paired over sentences; 95 % intervals, p from sign flips, Holm's correction over all rows.",
            Decimals = 4,
        };
        foreach (var c in outcome.Comparisons())
        {
            table.Add(c.Model, c.Corpus, c.Second, c.First, Estimate.Percent(c.Result.Difference).ToString(1), c.Result.P, c.Holm);
        }

        return table;
    }

    /// <summary>Bars of accuracy on each hidden corpus by how sentences were drawn, or of each corpus by model.</summary>
    public static Figure Bars(TaggingOutcome outcome, string model)
    {
        var hidden = Tested(outcome).Where(outcome.Hidden.Contains).ToList();
        return Figure.Bars(
            "Tagging a pair of languages that was not seen",
            hidden,
            [
                .. outcome.Arms.Select(arm => new BarSeries(arm == "all" ? "not seen" : arm, [.. hidden.Select(h => Estimate.Percent(outcome.Pooled(model, h, arm, h).Accuracy()))])),
                .. outcome.Hidden.Contains("") && outcome.Arms.Count == 1 ? [new BarSeries("seen", [.. hidden.Select(h => Estimate.Percent(outcome.Pooled(model, "", outcome.Arms[0], h).Accuracy()))])] : Array.Empty<BarSeries>(),
            ]) with
        {
            YTitle = "words tagged right, %",
            Caption = Finding(outcome, model),
        };
    }

    /// <summary>Whether balanced training sentences carry over better, or what it costs not to have seen a pair; whichever way it went.</summary>
    public static string Finding(TaggingOutcome outcome, string model)
    {
        var own = outcome.Comparisons().Where(c => c.Model == model).ToList();
        if (outcome.Arms.Contains(Balanced))
        {
            var clear = own.Where(c => c.Second == Balanced && c.Holm <= 0.05).ToList();
            var (all, better) = (own.Count(c => c.Second == Balanced), clear.Count(c => c.Result.Difference.Value > 0));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{model}: of {all} comparisons on unseen pairs, balanced training sentences are better after Holm's correction in {better}, worse in {clear.Count - better}; in {all - clear.Count} there is no clear difference.");
        }

        var seen = own.Where(c => c.Second == "seen").Select(c => string.Create(
            CultureInfo.InvariantCulture, $"having seen {c.Corpus} adds {c.Result.Difference.Value * 100:0.0} points a sentence [{c.Result.Difference.Low * 100:0.0}, {c.Result.Difference.High * 100:0.0}]")).ToList();
        return $"{model}: {(seen.Count > 0 ? string.Join("; ", seen) : "no corpus was both seen and hidden")}.";
    }

    /// <summary>The whole page.</summary>
    public static HtmlReport Page(TaggingOutcome outcome, string command)
    {
        var page = new HtmlReport("Tagging code-switched text")
        {
            Subtitle = "Parts of speech, on pairs of languages that were seen and that were not",
            Summary = string.Join(" ", outcome.Models.Select(m => Finding(outcome, m))),
            Command = command,
        };
        page.Section("Accuracy");
        foreach (var model in outcome.Models.Where(_ => Tested(outcome).Any(outcome.Hidden.Contains)))
        {
            page.Add(Bars(outcome, model));
        }

        page.Add(Accuracy(outcome)).Add(Comparisons(outcome));
        foreach (var corpus in Tested(outcome).Where(c => outcome.Hidden.Contains(c) || outcome.Hidden.Contains("")))
        {
            page.Section(corpus).Add(Detail(outcome, corpus));
        }

        return page;
    }

    // Where development sentences are tagged, not every corpus has some.
    private static IEnumerable<string> Tested(TaggingOutcome outcome) => outcome.Corpora.Where(outcome.Cells[0].Results.ContainsKey);

    private static IEnumerable<(string Model, string Hidden, string Arm)> Designs(TaggingOutcome outcome) => outcome.Cells.Select(c => (c.Model, c.Hidden, c.Arm)).Distinct();

    private static Column Right(string name) => new(name, Alignment.Right);
}
