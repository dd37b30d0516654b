using System.CommandLine;
using System.Diagnostics;
using CrossLingual.Methods;
using CrossLingual.Metrics;
using CrossLingual.Reporting;
using CrossLingual.Runs;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace CrossLingual.Cli;

/// <summary><c>xling lab</c>: the main job, on the embedded model and data.</summary>
internal static class LabCommand
{
    // Columns of the methods' table that fit a terminal; the report has them all.
    private const int Shown = 6;

    public static Command Create()
    {
        var methods = new Option<string>("--methods")
        {
            Description = $"Methods to try: all, or of {string.Join(", ", LabExperiment.Methods)}.",
            DefaultValueFactory = _ => TranslatedSft.Name,
            HelpName = "NAME,…",
        };
        var languages = new Option<string>("--languages") { Description = "Target languages: es, de, hi, vi, sw.", DefaultValueFactory = _ => "es", HelpName = "L,…" };
        var seeds = new Option<int>("--seeds") { Description = "Trainings of each kind.", DefaultValueFactory = _ => 1 };
        var questions = new Option<int>("--questions") { Description = "Test questions in each language.", DefaultValueFactory = _ => 300 };
        var examples = new Option<int>("--examples") { Description = "Instructions to train on.", DefaultValueFactory = _ => 3000 };
        var tokens = new Option<long>("--tokens") { Description = "Input tokens of each training, the same for all methods.", DefaultValueFactory = _ => 300_000 };
        var resume = new Option<bool>("--resume") { Description = "Take the trainings that a stopped run has finished." };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("lab", "Train the embedded model for a language, ask it in six before and after, and write a report.")
        {
            methods, languages, seeds, questions, examples, tokens, resume, output, json,
        };
        command.SetAction((result, cancel) =>
        {
            var options = new LabOptions
            {
                Methods = Names(result.GetValue(methods)!),
                Languages = Options.Words(result.GetValue(languages)!),
                Seeds = Math.Max(1, result.GetValue(seeds)),
                Questions = Math.Max(6, result.GetValue(questions)),
                Examples = Math.Max(6, result.GetValue(examples)),
                Tokens = Math.Max(1, result.GetValue(tokens)),
                Output = result.GetValue(output) ?? Path.Combine("artifacts", "lab"),
            };
            return Task.FromResult(Run(options, Options.CommandLine(result), result.GetValue(resume), new Screen(result.GetValue(json)), cancel));
        });
        return command;
    }

    private static int Run(LabOptions options, string line, bool resume, Screen screen, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var outcome = screen.Progress("lab", report => LabExperiment.Run(options, line, resume, report, cancel));
        var run = new RunFolder(options.Output);
        var report = run["report.html"];
        LabReport.Page(outcome, line, watch.Elapsed.TotalSeconds).Write(report);
        run.WriteJson("results.json", new
        {
            before = outcome.Before.Scores,
            after = outcome.Arms.Select(a => new { a.Name, a.Language, a.Seed, a.TrainedTokens, a.ScoredTokens, a.Seconds, a.Result.Scores, wrongLanguage = a.Result.WrongLanguage(a.Language), a.Alignment }),
            againstTranslatedSft = outcome.AgainstTranslatedSft(),
            alignmentBefore = outcome.AlignmentBefore,
            seconds = watch.Elapsed.TotalSeconds,
        });
        run.WriteLines("samples-before.jsonl", outcome.Before.Samples);
        foreach (var arm in outcome.Arms)
        {
            run.WriteLines($"samples-{arm.Method}{(arm.TwoTurn ? "-two-turn" : "")}-{arm.Language}-seed{arm.Seed}.jsonl", arm.Result.Samples);
        }

        screen.Result(
            new
            {
                findings = outcome.Names.SelectMany(n => outcome.Of(n).Targets.Select(t => LabReport.Finding(outcome.Of(n), t))),
                changes = outcome.Names.SelectMany(n => outcome.Of(n).Targets.SelectMany(t => LabReport.Asked(outcome.Of(n)).Select(l => new
                {
                    method = n,
                    target = t,
                    language = l,
                    before = outcome.Before.Of(l).Exact,
                    after = outcome.Of(n).After(t, l),
                    change = outcome.Of(n).Change(t, l),
                }))),
                againstTranslatedSft = outcome.AgainstTranslatedSft(),
                report,
                seconds = watch.Elapsed.TotalSeconds,
            },
            console =>
            {
                foreach (var target in outcome.Targets)
                {
                    console.Write(outcome.Names.Count > 1 ? Printed(LabMethodsReport.Methods(outcome, target), LabReport.NameOf(target)) : TableOf(outcome, target));
                    console.WriteLine(outcome.Names.Count > 1 ? LabMethodsReport.Finding(outcome, target) : LabReport.Finding(outcome, target));
                }

                console.WriteLine();
                console.WriteLine($"Report: {Path.GetRelativePath(Environment.CurrentDirectory, report)}  ({watch.Elapsed.TotalSeconds:0} s)");
            });
        return 0;
    }

    private static Table TableOf(LabOutcome outcome, string target)
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"exact answers in %, with 95 % intervals, n = {outcome.Before.Of("en").Exact.N} in each language").AddColumns("asked in");
        foreach (var heading in new[] { "before", "after", "change" })
        {
            table.AddColumn(new TableColumn(heading).RightAligned());
        }

        foreach (var language in LabReport.Asked(outcome))
        {
            Score[] scores = [outcome.Before.Of(language).Exact, outcome.After(target, language), outcome.Change(target, language)];
            table.AddRow([LabReport.NameOf(language) + (language == target ? " (trained)" : ""), .. scores.Select(s => Markup.Escape($"{s.Value * 100:0.0} [{s.Low * 100:0.0}, {s.High * 100:0.0}]"))]);
        }

        return table;
    }

    private static Table Printed(Reporting.Table report, string title)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(title);
        foreach (var column in report.Columns.Take(Shown))
        {
            table.AddColumn(column.Align == Reporting.Alignment.Right ? new TableColumn(Markup.Escape(column.Name)).RightAligned() : new TableColumn(Markup.Escape(column.Name)));
        }

        foreach (var row in report.Rows)
        {
            table.AddRow([.. row.Take(Shown).Select(Markup.Escape)]);
        }

        return table;
    }

    private static IReadOnlyList<string> Names(string methods) => Options.Words(methods) is var names && names.Contains("all") ? LabExperiment.Methods : names;
}
