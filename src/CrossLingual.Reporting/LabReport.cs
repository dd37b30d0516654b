using System.Globalization;
using CrossLingual.Data;
using CrossLingual.Methods;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Reporting;

/// <summary>The lab's findings as tables, figures and a page; the notebook and the command line show the same ones.</summary>
public static class LabReport
{
    /// <summary>A language of the lab in English words.</summary>
    public static string NameOf(string language) => LanguageName.Of(language);

    /// <summary>The languages in which the trained models were asked: all six, or, in two turns, the target alone.</summary>
    public static IReadOnlyList<string> Asked(LabOutcome outcome) => outcome.Arms.All(a => a.TwoTurn) ? outcome.Targets : Lab.AllLanguages;

    /// <summary>Exact answers before and after by language, with 95 % intervals.</summary>
    /// <param name="outcome">The findings.</param>
    /// <param name="target">The language trained for.</param>
    public static Table Languages(LabOutcome outcome, string target)
    {
        var table = new Table("asked in", new("n", Alignment.Right), new("before %", Alignment.Right), new("after %", Alignment.Right), new("change", Alignment.Right), new("F1 before %", Alignment.Right), new("F1 after %", Alignment.Right))
        {
            Caption = "Share of exactly right answers, and mean token F1, with 95 % intervals; the change is paired over the same questions.",
        };
        foreach (var language in Lab.AllLanguages)
        {
            var before = outcome.Before.Of(language);
            var f1 = outcome.Arms.Where(a => a.Language == target).SelectMany(a => a.Result.Samples).Where(s => s.Language == language)
                .GroupBy(s => s.Id).Select(g => g.Average(s => s.F1)).ToList();
            table.Add(
                NameOf(language) + (language == target ? " (trained)" : ""),
                before.Exact.N,
                Estimate.Percent(before.Exact),
                Estimate.Percent(outcome.After(target, language)),
                Estimate.Percent(outcome.Change(target, language)),
                Estimate.Percent(before.F1),
                Estimate.Percent(Score.Mean(f1, Seed.For("lab f1", target, language))));
        }

        return table;
    }

    /// <summary>Exact answers by task: the target before and after, and English, what the gap is measured against.</summary>
    public static Table Tasks(LabOutcome outcome, string target)
    {
        var table = new Table("task", new($"{NameOf(target)} before %", Alignment.Right), new($"{NameOf(target)} after %", Alignment.Right), new("English before %", Alignment.Right), new("English after %", Alignment.Right));
        foreach (var task in Lab.Tasks)
        {
            table.Add(
                task,
                Estimate.Percent(outcome.Before.Of(target, task).Exact),
                Estimate.Percent(outcome.After(target, target, task)),
                Estimate.Percent(outcome.Before.Of("en", task).Exact),
                Estimate.Percent(outcome.After(target, "en", task)));
        }

        return table;
    }

    /// <summary>Bars before and after by language.</summary>
    public static Figure LanguageFigure(LabOutcome outcome, string target) => Figure.Bars(
        $"What training on translated {NameOf(target)} instructions changes",
        [.. Lab.AllLanguages.Select(NameOf)],
        new BarSeries("base model", [.. Lab.AllLanguages.Select(l => Estimate.Percent(outcome.Before.Of(l).Exact))]),
        new BarSeries($"after training for {NameOf(target)}", [.. Lab.AllLanguages.Select(l => Estimate.Percent(outcome.After(target, l)))])) with
    {
        YTitle = "exact answers, %",
        XTitle = "language of the questions",
        Caption = Finding(outcome, target),
    };

    /// <summary>Bars by task in the target language.</summary>
    public static Figure TaskFigure(LabOutcome outcome, string target) => Figure.Bars(
        $"{NameOf(target)} by task",
        Lab.Tasks,
        new BarSeries("base model", [.. Lab.Tasks.Select(t => Estimate.Percent(outcome.Before.Of(target, t).Exact))]),
        new BarSeries("after training", [.. Lab.Tasks.Select(t => Estimate.Percent(outcome.After(target, target, t)))]),
        new BarSeries("base model in English", [.. Lab.Tasks.Select(t => Estimate.Percent(outcome.Before.Of("en", t).Exact))])) with
    {
        YTitle = "exact answers, %",
        Caption = $"The distance between the second and the third bar is what remains of the gap to English.",
    };

    /// <summary>The finding in two sentences, whichever way it went.</summary>
    public static string Finding(LabOutcome outcome, string target)
    {
        var (own, english) = (outcome.Change(target, target), outcome.Change(target, "en"));
        var (before, after) = (outcome.Before.Of(target).Exact, outcome.After(target, target));
        return string.Create(CultureInfo.InvariantCulture,
            $"{NameOf(target)} goes from {before.Value * 100:0.0} % to {after.Value * 100:0.0} % exact answers ({Sign(own)} points, n = {before.N}). English {Forgetting(english)}.");
    }

    /// <summary>The whole page.</summary>
    /// <param name="outcome">The findings.</param>
    /// <param name="command">The command line that made it.</param>
    /// <param name="seconds">How long it took.</param>
    public static HtmlReport Page(LabOutcome outcome, string command, double seconds)
    {
        var several = outcome.Names.Count > 1;
        var page = new HtmlReport("From English to another language")
        {
            Subtitle = $"{string.Join(", ", outcome.Arms.Select(a => a.Method).Distinct())} on the embedded lab's base model, for {string.Join(", ", outcome.Targets.Select(NameOf))}",
            Summary = string.Join(" ", outcome.Targets.Select(t => several ? LabMethodsReport.Finding(outcome, t) : Finding(outcome, t))),
            Command = command,
        };
        foreach (var target in outcome.Targets)
        {
            page.Section(NameOf(target));
            if (several)
            {
                LabMethodsReport.Add(page, outcome, target);
            }

            var first = outcome.Of(outcome.Names[0]);
            page.Add(LanguageFigure(first, target)).Add(Languages(first, target)).Add(TaskFigure(first, target)).Add(Tasks(first, target));
            Examples(page, first, target);
        }

        page.Section("How to read this").Add(
            "The base model is a small Llama that has read all six languages but follows instructions in English only. It was fine-tuned for one language at a time, "
            + "with loss on the answers, and asked the same test questions in all six languages before and after. No instruction's wording, entity of a task or pair of numbers of the test questions was trained on.\n\n"
            + "An interval that holds 0 is no evidence of a change. These are findings about a model of a few million weights on generated text; they show the effects, not their size in large models.");
        page.Made("Training", string.Join("; ", outcome.Arms.Where(a => !a.TwoTurn).GroupBy(a => (a.Method, a.Language)).Select(g => string.Create(
                CultureInfo.InvariantCulture, $"{g.Key.Method} {g.Key.Language}: {g.Average(a => a.TrainedTokens):N0} tokens, {g.Average(a => a.Seconds):0} s"))))
            .Made("Seeds", string.Join(", ", outcome.Arms.Select(a => a.Seed).Distinct()))
            .Made("Questions", $"{outcome.Before.Of("en").Exact.N} in each language, the same in all")
            .Made("Held-out loss (nats a token)", string.Join("; ", outcome.Arms.Where(a => !a.TwoTurn).Select(a => string.Create(
                CultureInfo.InvariantCulture, $"{a.Method} {a.Language} seed {a.Seed}: {string.Join(", ", a.Phases[^1].Outcome.HeldOut.Select(h => $"{h.Before.Loss:0.000} to {h.After.Loss:0.000}"))}"))))
            .Made("Whole run", string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"));
        var machine = new Manifest { Command = command, Seed = 0 };
        return page.Made("Machine", $"{machine.Processor}; {machine.System}; {machine.Runtime}").Made("Version", machine.Version);
    }

    private static void Examples(HtmlReport page, LabOutcome outcome, string target)
    {
        var after = outcome.Arms.First(a => a.Language == target).Result.Samples.Where(s => s.Language == target).ToDictionary(s => s.Id);
        var table = new Table("task", "question", "reference", "before", "after") { Caption = "The first test question of each task." };
        foreach (var sample in Lab.Tasks.Select(t => outcome.Before.Samples.First(s => s.Language == target && s.Task == t)))
        {
            table.Add(sample.Task, sample.Prompt, sample.Reference, sample.Answer, after[sample.Id].Answer);
        }

        page.Add(table);
    }

    internal static string Sign(Score change) => string.Create(CultureInfo.InvariantCulture, $"{change.Value * 100:+0.0;-0.0;0.0} [{change.Low * 100:0.0}, {change.High * 100:0.0}]");

    private static string Forgetting(Score english) => english switch
    {
        { High: < 0 } => $"is partly forgotten: {Sign(english)} points",
        { Low: > 0 } => $"gains: {Sign(english)} points",
        _ => $"shows no clear change: {Sign(english)} points",
    };
}
