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
    private static readonly string[] Methods = ["translated-sft"];

    public static Command Create()
    {
        var methods = new Option<string>("--methods") { Description = "Methods to try: translated-sft, or all.", DefaultValueFactory = _ => "all", HelpName = "NAME,…" };
        var languages = new Option<string>("--languages") { Description = "Target languages: es, de, hi, vi, sw.", DefaultValueFactory = _ => "es", HelpName = "L,…" };
        var seeds = new Option<int>("--seeds") { Description = "Trainings of each kind.", DefaultValueFactory = _ => 1 };
        var questions = new Option<int>("--questions") { Description = "Test questions in each language.", DefaultValueFactory = _ => 300 };
        var examples = new Option<int>("--examples") { Description = "Translated instructions to train on.", DefaultValueFactory = _ => 6000 };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("lab", "Train the embedded model for a language, ask it in six before and after, and write a report.") { methods, languages, seeds, questions, examples, output, json };
        command.SetAction((result, cancel) =>
        {
            Check(result.GetValue(methods)!);
            var options = new LabOptions
            {
                Languages = [.. result.GetValue(languages)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()],
                Seeds = Math.Max(1, result.GetValue(seeds)),
                Questions = Math.Max(6, result.GetValue(questions)),
                Examples = Math.Max(6, result.GetValue(examples)),
                Output = result.GetValue(output) ?? Path.Combine("artifacts", "lab"),
            };
            var line = $"xling lab {string.Join(' ', result.Tokens.Skip(1).Select(t => t.Value))}".TrimEnd();
            return Task.FromResult(Run(options, line, new Screen(result.GetValue(json)), cancel));
        });
        return command;
    }

    private static int Run(LabOptions options, string line, Screen screen, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var outcome = screen.Progress("lab", report => LabExperiment.Run(options, line, report, cancel));
        var run = new RunFolder(options.Output);
        var report = run["report.html"];
        LabReport.Page(outcome, line, watch.Elapsed.TotalSeconds).Write(report);
        run.WriteJson("results.json", new
        {
            before = outcome.Before.Scores,
            after = outcome.Arms.Select(a => new { a.Method, a.Language, a.Seed, a.Result.Scores }),
            seconds = watch.Elapsed.TotalSeconds,
        });
        run.WriteLines("samples-before.jsonl", outcome.Before.Samples);
        foreach (var arm in outcome.Arms)
        {
            run.WriteLines($"samples-{arm.Method}-{arm.Language}-seed{arm.Seed}.jsonl", arm.Result.Samples);
        }

        var targets = outcome.Arms.Select(a => a.Language).Distinct().ToList();
        screen.Result(
            new
            {
                findings = targets.Select(t => LabReport.Finding(outcome, t)),
                changes = targets.SelectMany(t => Data.Lab.AllLanguages.Select(l => new { target = t, language = l, before = outcome.Before.Of(l).Exact, after = outcome.After(t, l), change = outcome.Change(t, l) })),
                report,
                seconds = watch.Elapsed.TotalSeconds,
            },
            console =>
            {
                foreach (var target in targets)
                {
                    console.Write(TableOf(outcome, target));
                    console.WriteLine(LabReport.Finding(outcome, target));
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

        foreach (var language in Data.Lab.AllLanguages)
        {
            Score[] scores = [outcome.Before.Of(language).Exact, outcome.After(target, language), outcome.Change(target, language)];
            table.AddRow([LabReport.NameOf(language) + (language == target ? " (trained)" : ""), .. scores.Select(s => Markup.Escape($"{s.Value * 100:0.0} [{s.Low * 100:0.0}, {s.High * 100:0.0}]"))]);
        }

        return table;
    }

    private static void Check(string methods)
    {
        foreach (var name in methods.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (name != "all" && !Methods.Contains(name))
            {
                throw new UserException("XL124", $"'{name}' is not a method of the lab. Use all, or: {string.Join(", ", Methods)}.");
            }
        }
    }
}
