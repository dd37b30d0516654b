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
        var models = new Option<string[]>("--models") { Description = "Models to ask, each NAME=DIR, or DIR+ADAPTER; those of one name count together.", AllowMultipleArgumentsPerToken = true, HelpName = "NAME=DIR" };
        var run = new Option<string?>("--run") { Description = "All models that 'xling coding' or 'xling experts' made for the language, in that run's folder; seeds count together.", HelpName = "DIR" };
        var tasks = new Option<string>("--tasks") { Description = $"Of {string.Join(", ", LabMixedInstructions.Tasks)}.", DefaultValueFactory = _ => string.Join(',', LabMixedInstructions.Tasks), HelpName = "NAME,…" };
        var levels = new Option<double[]>("--levels") { Description = "S-index levels to aim at, above 0.", DefaultValueFactory = _ => [0.15, 0.3, 0.45, 0.6], AllowMultipleArgumentsPerToken = true, HelpName = "S" };
        var questions = new Option<int>("--questions") { Description = "Questions of each task.", DefaultValueFactory = _ => 100 };
        var dev = new Option<bool>("--dev") { Description = "Ask questions of the development split." };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("switching", "Ask models of the lab in two languages at once, at levels of the S-index.") { language, other, models, run, tasks, levels, questions, dev, output, json };
        command.SetAction((result, cancel) =>
        {
            var options = new SwitchingOptions
            {
                Language = result.GetValue(language)!,
                Other = result.GetValue(other)!,
                Models = [.. (result.GetValue(models) ?? []).Select(Named), .. result.GetValue(run) is { } made ? Made(made, result.GetValue(language)!) : []],
                Tasks = Options.Words(result.GetValue(tasks)!),
                Levels = result.GetValue(levels)!.All(l => l is > 0 and < 0.7) ? [.. result.GetValue(levels)!.Order()] : throw new UserException("XL100", "--levels are above 0 and below 0.7: two languages reach ln 2 = 0.693 at most."),
                Questions = GenerateCommand.AtLeast(result.GetValue(questions), 2, "--questions"),
                Split = result.GetValue(dev) ? LabSplit.Dev : LabSplit.Test,
            };
            if (options.Models.Count == 0)
            {
                throw new UserException("XL100", "Nobody is asked: give --models NAME=DIR, or --run DIR with the models of a run.");
            }

            var line = Options.CommandLine(result);
            var screen = new Screen(result.GetValue(json));
            var outcome = screen.Progress("switching", report => SwitchingExperiment.Run(options, report, cancel));
            var written = new RunFolder(result.GetValue(output) ?? Path.Combine("artifacts", "switching"));
            written.WriteManifest(new Manifest { Command = line, Seed = 0 });
            SwitchingReport.Page(outcome, line).Write(written["report.html"]);
            var scores = outcome.Cells.Select(c => new
            {
                c.Name,
                c.Level,
                c.SIndex,
                exact = c.Exact(),
                tasks = options.Tasks.ToDictionary(t => t, c.Exact),
            }).ToList();
            written.WriteJson("results.json", scores);
            written.WriteJson("bins.json", outcome.Names.ToDictionary(n => n, outcome.Bins));
            written.WriteJson("comparisons.json", outcome.Comparisons());
            screen.Result(
                new { finding = SwitchingReport.Finding(outcome), scores, bins = outcome.Names.ToDictionary(n => n, outcome.Bins), comparisons = outcome.Comparisons(), report = written["report.html"] },
                console =>
                {
                    console.WriteLine(SwitchingReport.Levels(outcome).ToText());
                    console.WriteLine(SwitchingReport.Comparisons(outcome).ToText());
                    console.WriteLine(SwitchingReport.Finding(outcome));
                    console.WriteLine($"Report: {Path.GetRelativePath(Environment.CurrentDirectory, written["report.html"])}");
                });
            return Task.FromResult(0);
        });
        return command;
    }

    private static IReadOnlyList<(string Name, ModelReference Model)> Made(string run, string language)
    {
        var found = Directory.Exists(run)
            ? Directory.GetDirectories(run, $"{language}-seed*").Order(StringComparer.Ordinal).SelectMany(Directory.GetDirectories).Where(d => File.Exists(Path.Combine(d, "model", "config.json")))
                .OrderBy(Path.GetFileName, StringComparer.Ordinal).Select(d => (Path.GetFileName(d), new ModelReference(Path.Combine(d, "model")))).ToList()
            : [];
        return found.Count > 0 ? found : throw new UserException("XL100", $"--run: {run} has no models for '{language}' as {language}-seed1/NAME/model. Give the folder that 'xling coding' or 'xling experts' wrote.");
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
