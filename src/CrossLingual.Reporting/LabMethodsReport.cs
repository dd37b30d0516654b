using System.Globalization;
using CrossLingual.Methods;
using CrossLingual.Metrics;
using CrossLingual.Training;

namespace CrossLingual.Reporting;

/// <summary>Several methods on the lab, side by side, under one budget of tokens.</summary>
public static class LabMethodsReport
{
    private const double Level = 0.05;

    /// <summary>One row a method: the target language, English, answers in the wrong language, the difference from translated SFT, cost.</summary>
    /// <param name="outcome">The findings.</param>
    /// <param name="target">The language trained for.</param>
    public static Table Methods(LabOutcome outcome, string target)
    {
        var table = new Table(
            "method",
            new($"{LabReport.NameOf(target)} exact %", Alignment.Right),
            new("against translated SFT", Alignment.Right),
            new("p (Holm)", Alignment.Right),
            new("English exact %", Alignment.Right),
            new("wrong language %", Alignment.Right),
            new("tokens trained", Alignment.Right),
            new("tokens scored", Alignment.Right),
            new("seconds", Alignment.Right))
        {
            Caption = $"Exact answers with 95 % intervals over {outcome.Before.Of("en").Exact.N} questions, each question's mean over {Seeds(outcome)}; paired differences in points; "
                + "p of a sign-flip permutation test, Holm-corrected over all comparisons of this page. Wrong language: among answers that have words. Tokens and seconds: mean of one training.",
        };
        table.Add(
            "base model",
            Estimate.Percent(outcome.Before.Of(target).Exact),
            "",
            "",
            Estimate.Percent(outcome.Before.Of("en").Exact),
            Estimate.Percent(outcome.Before.WrongLanguage(target)),
            "",
            "",
            "");
        var compared = outcome.AgainstTranslatedSft().Where(c => c.Language == target).ToDictionary(c => c.Name);
        foreach (var name in outcome.Names)
        {
            var own = outcome.Of(name);
            var arms = own.Arms.Where(a => a.Language == target).ToList();
            var comparison = compared.GetValueOrDefault(name);
            table.Add(
                name,
                Estimate.Percent(own.After(target, target)),
                comparison is null ? "" : LabReport.Sign(comparison.Comparison.Difference),
                comparison is null ? "" : ComparisonReport.P(comparison.AdjustedP),
                arms.TrueForAll(a => a.TwoTurn) ? "" : Estimate.Percent(own.After(target, "en")),
                Estimate.Percent(own.WrongLanguage(target)),
                Whole(arms.Average(a => a.TrainedTokens)),
                Whole(arms.Average(a => a.ScoredTokens)),
                Whole(arms.Average(a => a.Seconds)));
        }

        return table;
    }

    /// <summary>Bars of the target language and of English, a method each.</summary>
    public static Figure MethodsFigure(LabOutcome outcome, string target) => Figure.Bars(
        $"Methods for {LabReport.NameOf(target)} under one budget",
        ["base model", .. outcome.Names],
        new BarSeries(LabReport.NameOf(target), [Estimate.Percent(outcome.Before.Of(target).Exact), .. outcome.Names.Select(n => Estimate.Percent(outcome.Of(n).After(target, target)))]),
        new BarSeries("English", [Estimate.Percent(outcome.Before.Of("en").Exact), .. outcome.Names.Select(n => outcome.Of(n).Arms.All(a => a.TwoTurn) ? new Estimate(double.NaN) : Estimate.Percent(outcome.Of(n).After(target, "en")))])) with
    {
        YTitle = "exact answers, %",
        Caption = Finding(outcome, target),
    };

    /// <summary>What self-paced learning admitted when, by task; null without it.</summary>
    public static Figure? AdmissionFigure(IReadOnlyList<SelfPacedRound> rounds)
    {
        if (rounds.Count == 0)
        {
            return null;
        }

        var rows = rounds[0].Admissions.Select(a => (a.Source, a.Task)).Distinct().ToList();
        var values = new double[rows.Count, rounds.Count];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var round = 0; round < rounds.Count; round++)
            {
                var own = rounds[round].Admissions.First(a => (a.Source, a.Task) == rows[row]);
                values[row, round] = 100.0 * own.Admitted / own.Examples;
            }
        }

        var last = rounds[0].Admissions.OrderBy(a => (double)a.Admitted / a.Examples).ThenBy(a => a.Task, StringComparer.Ordinal).ToList();
        return Figure.HeatMap(
            "Self-paced learning: what was admitted when",
            [.. rows.Select(r => $"{r.Task} ({r.Source})")],
            [.. rounds.Select(r => $"round {r.Round + 1}")],
            values) with
        {
            XTitle = "share admitted, %",
            Decimals = 0,
            Caption = string.Create(CultureInfo.InvariantCulture, $"The first round takes {rounds[0].Share * 100:0} % of the examples: most of {last[^1].Task} ({100.0 * last[^1].Admitted / last[^1].Examples:0} % of it), least of {last[0].Task} ({100.0 * last[0].Admitted / last[0].Examples:0} %). "
                + $"Admitted answers have {Tokens(rounds[0], admitted: true):0.0} tokens on average, all of them {Tokens(rounds[0], admitted: false):0.0}."),
        };
    }

    /// <summary>How long the admitted answers are, round by round; null without self-paced learning.</summary>
    public static Figure? LengthFigure(IReadOnlyList<SelfPacedRound> rounds)
    {
        if (rounds.Count == 0)
        {
            return null;
        }

        double[] numbers = [.. rounds.Select(r => r.Round + 1.0)];
        return Figure.Lines(
            "Self-paced learning: how long the admitted answers are",
            new LineSeries("admitted", numbers, [.. rounds.Select(r => Tokens(r, admitted: true))]) { Points = true },
            new LineSeries("all", numbers, [.. rounds.Select(r => Tokens(r, admitted: false))]) { Points = true }) with
        {
            XTitle = "round",
            YTitle = "learned tokens, mean",
            Caption = string.Create(CultureInfo.InvariantCulture, $"Admitted answers have {Tokens(rounds[0], admitted: true):0.0} learned tokens in the first round and {Tokens(rounds[^1], admitted: true):0.0} in the last; all of them have {Tokens(rounds[0], admitted: false):0.0}."),
        };
    }

    /// <summary>How close the target language comes to English, layer by layer: retrieval of translations.</summary>
    public static Figure AlignmentFigure(LabOutcome outcome, string target)
    {
        var before = outcome.AlignmentBefore[target];
        var series = new List<LineSeries> { Line("base model", before.Select(l => (l.Layer, l.Retrieval.Value))) };
        foreach (var name in outcome.Names.Where(n => outcome.Of(n).Arms.Any(a => !a.TwoTurn)))
        {
            var arms = outcome.Of(name).Arms.Where(a => a.Language == target).ToList();
            series.Add(Line(name, before.Select(l => (l.Layer, arms.Average(a => a.Alignment[target][l.Layer].Retrieval.Value)))));
        }

        var middle = before.Count / 2;
        return Figure.Lines($"How well {LabReport.NameOf(target)} sentences find their English translation", series) with
        {
            XTitle = "layer (0: embeddings)",
            YTitle = "retrieval, %",
            Caption = string.Create(CultureInfo.InvariantCulture, $"In layer {middle} the base model retrieves {before[middle].Retrieval.Value * 100:0} % of {before[middle].Retrieval.N / 2} translations (CKA {before[middle].Cka:0.00}); "
                + $"after training: {string.Join(", ", series.Skip(1).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Name} {s.Y[middle]:0} %")))}."),
        };
    }

    /// <summary>The finding in words, whichever way it went.</summary>
    public static string Finding(LabOutcome outcome, string target)
    {
        var compared = outcome.AgainstTranslatedSft().Where(c => c.Language == target).ToList();
        var sft = outcome.Of(TranslatedSft.Name);
        var start = sft.Targets.Contains(target)
            ? string.Create(CultureInfo.InvariantCulture, $"{LabReport.NameOf(target)}: translated SFT reaches {sft.After(target, target).Value * 100:0.0} % (base model {outcome.Before.Of(target).Exact.Value * 100:0.0} %). ")
            : $"{LabReport.NameOf(target)} (base model {Percent(outcome.Before.Of(target).Exact)}): {string.Join(", ", outcome.Names.Select(n => $"{n} {Percent(outcome.Of(n).After(target, target))}"))}.";
        return start + string.Join(" ", compared.Select(c => $"{c.Name} is {Verdict(c)}: {LabReport.Sign(c.Comparison.Difference)} points."));
    }

    /// <summary>Adds the comparison of a target language to a page.</summary>
    internal static void Add(HtmlReport page, LabOutcome outcome, string target)
    {
        page.Add(MethodsFigure(outcome, target)).Add(Methods(outcome, target)).Add(AlignmentFigure(outcome, target));
        var paced = outcome.Arms.FirstOrDefault(a => a.Language == target && a.ScoredTokens > 0);
        if (paced?.Phases[^1].Outcome.SelfPaced is { } rounds && AdmissionFigure(rounds) is { } tasks && LengthFigure(rounds) is { } lengths)
        {
            page.Add(tasks).Add(lengths);
        }
    }

    private static string Verdict(LabComparison c) => (c.AdjustedP < Level, c.Comparison.Difference.Value > 0) switch
    {
        (true, true) => "better",
        (true, false) => "worse",
        _ => "not clearly different",
    };

    private static LineSeries Line(string name, IEnumerable<(int Layer, double Share)> points) =>
        new(name, [.. points.Select(p => (double)p.Layer)], [.. points.Select(p => p.Share * 100)]) { Points = true };

    private static double Tokens(SelfPacedRound round, bool admitted)
    {
        var counts = round.Admissions.Select(a => admitted ? (Count: a.Admitted, Mean: a.AdmittedTokens) : (Count: a.Examples, Mean: a.LearnedTokens)).ToList();
        return counts.Sum(c => c.Count * c.Mean) / counts.Sum(c => c.Count);
    }

    private static string Percent(Score score) => string.Create(CultureInfo.InvariantCulture, $"{score.Value * 100:0.0} %");

    private static string Whole(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seeds(LabOutcome outcome) => outcome.Arms.Select(a => a.Seed).Distinct().Count() is var n && n == 1 ? "one seed" : $"{n} seeds";
}
