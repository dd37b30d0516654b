using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Merging;
using CrossLingual.Methods;
using CrossLingual.Reporting;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling switching --language L --models NAME=DIR…</c>: instructions in two languages at once.</summary>
internal static class SwitchingCommand
{
    public static Command Create()
    {
        var language = new Option<string>("--language") { Description = "The language that the models were made for: es, de, hi, vi, sw.", Required = true, HelpName = "L" };
        var other = new Option<string>("--other") { Description = "The language mixed into it.", DefaultValueFactory = _ => "en", HelpName = "L" };
        var models = new Option<string[]>("--models") { Description = "Models to ask, each NAME=DIR, or DIR+ADAPTER; those of one name count together.", Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "NAME=DIR" };
        var tasks = new Option<string>("--tasks") { Description = $"Of {string.Join(", ", LabMixedInstructions.Tasks)}.", DefaultValueFactory = _ => string.Join(',', LabMixedInstructions.Tasks), HelpName = "NAME,…" };
        var levels = new Option<double[]>("--levels") { Description = "S-index levels to aim at, above 0.", DefaultValueFactory = _ => [0.15, 0.3, 0.45, 0.6], AllowMultipleArgumentsPerToken = true, HelpName = "S" };
        var questions = new Option<int>("--questions") { Description = "Questions of each task.", DefaultValueFactory = _ => 100 };
        var dev = new Option<bool>("--dev") { Description = "Ask questions of the development split." };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("switching", "Ask models of the lab in two languages at once, at levels of the S-index.") { language, other, models, tasks, levels, questions, dev, output, json };
        command.SetAction((result, cancel) =>
        {
            var options = new SwitchingOptions
            {
                Language = result.GetValue(language)!,
                Other = result.GetValue(other)!,
                Models = [.. result.GetValue(models)!.Select(Named)],
                Tasks = Options.Words(result.GetValue(tasks)!),
                Levels = result.GetValue(levels)!.All(l => l is > 0 and < 0.7) ? [.. result.GetValue(levels)!.Order()] : throw new UserException("XL100", "--levels are above 0 and below 0.7: two languages reach ln 2 = 0.693 at most."),
                Questions = GenerateCommand.AtLeast(result.GetValue(questions), 2, "--questions"),
                Split = result.GetValue(dev) ? LabSplit.Dev : LabSplit.Test,
            };
            var line = Options.CommandLine(result);
            var screen = new Screen(result.GetValue(json));
            var outcome = screen.Progress("switching", report => SwitchingExperiment.Run(options, report, cancel));
            var run = new RunFolder(result.GetValue(output) ?? Path.Combine("artifacts", "switching"));
            run.WriteManifest(new Manifest { Command = line, Seed = 0 });
            SwitchingReport.Page(outcome, line).Write(run["report.html"]);
            var scores = outcome.Cells.Select(c => new
            {
                c.Name,
                c.Level,
                c.SIndex,
                exact = c.Exact(),
                tasks = options.Tasks.ToDictionary(t => t, c.Exact),
            }).ToList();
            run.WriteJson("results.json", scores);
            run.WriteJson("bins.json", outcome.Names.ToDictionary(n => n, outcome.Bins));
            run.WriteJson("comparisons.json", outcome.Comparisons());
            screen.Result(
                new { finding = SwitchingReport.Finding(outcome), scores, bins = outcome.Names.ToDictionary(n => n, outcome.Bins), comparisons = outcome.Comparisons(), report = run["report.html"] },
                console =>
                {
                    console.WriteLine(SwitchingReport.Levels(outcome).ToText());
                    console.WriteLine(SwitchingReport.Comparisons(outcome).ToText());
                    console.WriteLine(SwitchingReport.Finding(outcome));
                    console.WriteLine($"Report: {Path.GetRelativePath(Environment.CurrentDirectory, run["report.html"])}");
                });
            return Task.FromResult(0);
        });
        return command;
    }

    private static (string Name, ModelReference Model) Named(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var (name, place) = equals > 0 && equals < text.Length - 1
            ? (text[..equals], text[(equals + 1)..])
            : throw new UserException("XL100", $"--models takes NAME=DIR, as soup=runs/soup/model; found '{text}'.");
        return Directory.Exists(place) || !place.Contains('+', StringComparison.Ordinal)
            ? (name, new ModelReference(place))
            : (name, new ModelReference(place[..place.LastIndexOf('+')], place[(place.LastIndexOf('+') + 1)..]));
    }
}
