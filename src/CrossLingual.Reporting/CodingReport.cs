using System.Globalization;
using CrossLingual.Evaluation;
using CrossLingual.Methods;

namespace CrossLingual.Reporting;

/// <summary>What the experiment with programs found.</summary>
public static class CodingReport
{
    /// <summary>pass@1 of every way in the language and in English, the gap and what is retained, and the difference to the English coder.</summary>
    public static Table Ways(CodingOutcome outcome, string language)
    {
        var name = LabReport.NameOf(language);
        var table = new Table("way", new("tasks", Alignment.Right), Right($"pass@1 from {name} %"), Right("from English %"), Right("gap, points"), Right("retention"), Right("against the English coder"), Right("p (Holm)"))
        {
            Caption = $"Each task counts with the share of seeds ({outcome.Seeds}) that solve it; 95 % intervals over tasks; differences are paired over tasks, p from sign flips, Holm's correction over all comparisons of the run.",
            Decimals = 3,
        };
        var comparisons = outcome.Comparisons();
        foreach (var arm in outcome.Of(language))
        {
            var (own, gap) = (arm.InLanguage.PassAt(1), arm.Gap);
            var against = comparisons.FirstOrDefault(c => c.Language == language && c.First == CodingExperiment.Coder && c.Second == arm.Name);
            table.Add(
                arm.Name, own.N, Estimate.Of(own).ToString(1), Estimate.Of(arm.InEnglish.PassAt(1)).ToString(1), Estimate.Of(gap.Gap).ToString(1), Estimate.Of(gap.Retention).ToString(2),
                against is null ? null : Estimate.Percent(against.Result.Difference).ToString(1), against?.Holm);
        }

        return table;
    }

    /// <summary>How the programs ended, in per cent of all.</summary>
    public static Table Endings(CodingOutcome outcome, string language)
    {
        var ends = Enum.GetValues<ProgramOutcome>().Where(e => outcome.Of(language).Any(a => a.InLanguage.Outcomes.ContainsKey(e))).ToList();
        var table = new Table(["way", .. ends.Select(e => Right(Words(e)))]) { Caption = $"How programs from {LabReport.NameOf(language)} ended, per cent.", Decimals = 1 };
        foreach (var arm in outcome.Of(language))
        {
            var all = arm.InLanguage.Outcomes.Values.Sum();
            table.Add([arm.Name, .. ends.Select(e => (object)(100.0 * arm.InLanguage.Outcomes.GetValueOrDefault(e) / all))]);
        }

        return table;
    }

    /// <summary>Bars of every way.</summary>
    public static Figure WaysFigure(CodingOutcome outcome, string language) => Figure.Bars(
        $"Programs from descriptions in {LabReport.NameOf(language)}",
        [.. outcome.Of(language).Select(a => a.Name)],
        new BarSeries($"described in {LabReport.NameOf(language)}", [.. outcome.Of(language).Select(a => Estimate.Of(a.InLanguage.PassAt(1)))]),
        new BarSeries("described in English", [.. outcome.Of(language).Select(a => Estimate.Of(a.InEnglish.PassAt(1)))])) with
    {
        YTitle = "pass@1, %",
        Caption = Finding(outcome, language),
    };

    /// <summary>What the methods and the merges changed, whichever way it went.</summary>
    public static string Finding(CodingOutcome outcome, string language)
    {
        var before = outcome.Of(language).First(a => a.Name == CodingExperiment.Coder);
        var compared = outcome.Comparisons().Where(c => c.Language == language && c.First == CodingExperiment.Coder).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{LabReport.NameOf(language)}: having learnt to program in English, the model solves {before.InEnglish.PassAt(1).Value:0.0} % described in English and {before.InLanguage.PassAt(1).Value:0.0} % in {LabReport.NameOf(language)}. Clearly better than that: {List(compared.Where(c => c.Result.Difference.Low > 0))}; clearly worse: {List(compared.Where(c => c.Result.Difference.High < 0))}.");

        static string List(IEnumerable<CodingComparison> found) => string.Join(", ", found.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Second} ({100 * c.Result.Difference.Value:+0.0;-0.0})"))) is { Length: > 0 } names ? names : "none";
    }

    /// <summary>The whole page.</summary>
    public static HtmlReport Page(CodingOutcome outcome, string command)
    {
        var page = new HtmlReport("Programs from descriptions in another language")
        {
            Subtitle = "Multilingual code generation on the embedded lab",
            Summary = string.Join(" ", outcome.Languages.Select(l => Finding(outcome, l))),
            Command = command,
        };
        foreach (var language in outcome.Languages)
        {
            page.Section(LabReport.NameOf(language)).Add(WaysFigure(outcome, language)).Add(Ways(outcome, language)).Add(Endings(outcome, language));
        }

        var others = new Table("language", "second", "minus first", Right("points"), Right("p"), Right("p (Holm)")) { Caption = "pass@1 in the language, paired over the same tasks.", Decimals = 3 };
        foreach (var c in outcome.Comparisons())
        {
            others.Add(LabReport.NameOf(c.Language), c.Second, c.First, Estimate.Percent(c.Result.Difference), c.Result.P, c.Holm);
        }

        return page.Section("All comparisons").Add(others);
    }

    private static string Words(ProgramOutcome outcome) => outcome switch
    {
        ProgramOutcome.Passed => "passed",
        ProgramOutcome.Failed => "failed",
        ProgramOutcome.SyntaxError => "syntax",
        ProgramOutcome.CompileError => "compile",
        ProgramOutcome.WrongAnswer => "wrong answer",
        ProgramOutcome.RuntimeError => "run-time error",
        ProgramOutcome.TimedOut => "time",
        ProgramOutcome.OutOfMemory => "memory",
        ProgramOutcome.TooMuchOutput => "output",
        _ => "skipped",
    };

    private static Column Right(string name) => new(name, Alignment.Right);
}
