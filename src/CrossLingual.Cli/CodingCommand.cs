using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Methods;
using CrossLingual.Reporting;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling coding</c>: programs from descriptions in another language, before and after each method, on the embedded lab.</summary>
internal static class CodingCommand
{
    public static Command Create()
    {
        var languages = new Option<string>("--languages") { Description = "Languages of the descriptions: es, de, hi, vi, sw.", DefaultValueFactory = _ => "vi", HelpName = "L,…" };
        var ways = new Option<string>("--ways") { Description = $"all, or some of: {string.Join(", ", CodingExperiment.Ways)}.", DefaultValueFactory = _ => "all", HelpName = "NAME,…" };
        var seeds = new Option<int>("--seeds") { Description = "Trainings of each kind.", DefaultValueFactory = _ => 3 };
        var questions = new Option<int>("--questions") { Description = "Coding tasks.", DefaultValueFactory = _ => 200 };
        var examples = new Option<int>("--examples") { Description = "Examples of each training.", DefaultValueFactory = _ => 3000 };
        var tokens = new Option<long>("--tokens") { Description = "Tokens of each training.", DefaultValueFactory = _ => 100_000 };
        var start = new Option<int>("--start-examples") { Description = "Instructions in the language that the common start was trained on; 0 starts from the lab's base.", DefaultValueFactory = _ => 600 };
        var startTokens = new Option<long>("--start-tokens") { Description = "Tokens of that training.", DefaultValueFactory = _ => 150_000 };
        var dev = new Option<bool>("--dev") { Description = "Ask questions of the development split, to choose settings." };
        var weak = new Option<bool>("--weak-isolation") { Description = "Run programs where the machine refuses namespaces too: they then reach the network and your files." };
        var resume = new Option<bool>("--resume") { Description = "Take over the trainings that an earlier run of the same settings completed." };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("coding", "Teach the lab's model to program in English, try every method, and run the programs that it writes from another language.") { languages, ways, seeds, questions, examples, tokens, start, startTokens, dev, weak, resume, output, json };
        command.SetAction((result, cancel) =>
        {
            var named = result.GetValue(ways)!;
            var chosen = named == "all" ? CodingExperiment.Ways : Options.Words(named);
            if (chosen.Except(CodingExperiment.Ways).FirstOrDefault() is { } unknown)
            {
                throw new UserException("XL100", $"--ways: '{unknown}' is not a way. Use all, or some of: {string.Join(", ", CodingExperiment.Ways)}.");
            }

            var options = new CodingOptions
            {
                Languages = Options.Words(result.GetValue(languages)!),
                Ways = chosen,
                Seeds = Math.Max(1, result.GetValue(seeds)),
                Questions = Math.Max(1, result.GetValue(questions)),
                Examples = Math.Max(1, result.GetValue(examples)),
                Tokens = Math.Max(1, result.GetValue(tokens)),
                StartExamples = Math.Max(0, result.GetValue(start)),
                StartTokens = Math.Max(1, result.GetValue(startTokens)),
                Split = result.GetValue(dev) ? LabSplit.Dev : LabSplit.Test,
                Resume = result.GetValue(resume),
                Output = result.GetValue(output) ?? Path.Combine("artifacts", "coding"),
            };
            var line = Options.CommandLine(result);
            var screen = new Screen(result.GetValue(json));
            var sandbox = new Sandbox(result.GetValue(weak) ? null : Isolation.Namespaces);
            var outcome = screen.Progress("coding", report => CodingExperiment.Run(options, sandbox, line, report, cancel));
            var run = new RunFolder(options.Output);
            CodingReport.Page(outcome, line).Write(run["report.html"]);
            var scores = outcome.Arms.Select(a => new { a.Language, way = a.Name, own = a.InLanguage.PassAt(1), english = a.InEnglish.PassAt(1), gap = a.Gap.Gap, retention = a.Gap.Retention, outcomes = a.InLanguage.Outcomes, englishOutcomes = a.InEnglish.Outcomes }).ToList();
            run.WriteManifest(new Manifest { Command = line, Seed = (ulong)options.Seeds });
            run.WriteJson("results.json", scores);
            run.WriteJson("comparisons.json", outcome.Comparisons());
            screen.Result(
                new { findings = outcome.Languages.Select(l => CodingReport.Finding(outcome, l)), sandbox.Isolation, scores, report = run["report.html"] },
                console =>
                {
                    foreach (var language in outcome.Languages)
                    {
                        console.WriteLine(CodingReport.Ways(outcome, language).ToText());
                        console.WriteLine(CodingReport.Endings(outcome, language).ToText());
                        console.WriteLine(CodingReport.Finding(outcome, language));
                    }

                    console.WriteLine($"Report: {Path.GetRelativePath(Environment.CurrentDirectory, run["report.html"])}");
                });
            return Task.FromResult(0);
        });
        return command;
    }
}
