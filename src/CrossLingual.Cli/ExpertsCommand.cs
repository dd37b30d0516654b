using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Methods;
using CrossLingual.Models;
using CrossLingual.Reporting;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling experts</c>: a mathematics and a language expert on the embedded lab, put together in every way.</summary>
internal static class ExpertsCommand
{
    public static Command Create()
    {
        var languages = new Option<string>("--languages") { Description = "Target languages: es, de, hi, vi, sw.", DefaultValueFactory = _ => "sw,hi,vi", HelpName = "L,…" };
        var seeds = new Option<int>("--seeds") { Description = "Trainings of each kind.", DefaultValueFactory = _ => 3 };
        var questions = new Option<int>("--questions") { Description = "Mathematics questions in each language.", DefaultValueFactory = _ => 200 };
        var examples = new Option<int>("--examples") { Description = "Examples of each expert.", DefaultValueFactory = _ => 3000 };
        var tokens = new Option<long>("--tokens") { Description = "Tokens of each expert's training.", DefaultValueFactory = _ => 100_000 };
        var sweep = new Option<bool>("--sweep") { Description = "Try every number of bottom and top layers." };
        var start = new Option<int>("--start-examples") { Description = "Instructions in the language that the common start was trained on; 0 starts from the lab's base.", DefaultValueFactory = _ => 600 };
        var startTokens = new Option<long>("--start-tokens") { Description = "Tokens of that training.", DefaultValueFactory = _ => 150_000 };
        var dev = new Option<bool>("--dev") { Description = "Ask questions of the development split, to choose settings." };
        var rank = new Option<int>("--lora") { Description = "Train low-rank adapters of this rank; 0 trains every weight.", HelpName = "RANK" };
        var resume = new Option<bool>("--resume") { Description = "Take over the trainings that an earlier run of the same settings completed." };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("experts", "Train an English mathematics expert and a language expert, merge them in every way, and ask all in the language.") { languages, seeds, questions, examples, tokens, start, startTokens, rank, dev, sweep, resume, output, json };
        command.SetAction((result, cancel) =>
        {
            var options = new ExpertsOptions
            {
                Languages = Options.Words(result.GetValue(languages)!),
                Seeds = Math.Max(1, result.GetValue(seeds)),
                Questions = Math.Max(1, result.GetValue(questions)),
                Examples = Math.Max(1, result.GetValue(examples)),
                Tokens = Math.Max(1, result.GetValue(tokens)),
                StartExamples = Math.Max(0, result.GetValue(start)),
                StartTokens = Math.Max(1, result.GetValue(startTokens)),
                Split = result.GetValue(dev) ? LabSplit.Dev : LabSplit.Test,
                Lora = result.GetValue(rank) is > 0 and var r ? new LoraConfig { Rank = r, Alpha = 2 * r } : null,
                Sweep = result.GetValue(sweep),
                Resume = result.GetValue(resume),
                Output = result.GetValue(output) ?? Path.Combine("artifacts", "experts"),
            };
            var line = Options.CommandLine(result);
            var screen = new Screen(result.GetValue(json));
            var outcome = screen.Progress("experts", report => ExpertsExperiment.Run(options, line, report, cancel));
            var run = new RunFolder(options.Output);
            ExpertsReport.Page(outcome, line).Write(run["report.html"]);
            var scores = options.Languages.SelectMany(l => outcome.Ways.Select(w => new { language = l, way = w, own = outcome.Exact(w, l, ExpertsTest.Mathematics), english = outcome.Exact(w, l, ExpertsTest.EnglishMathematics), tasks = outcome.Exact(w, l, ExpertsTest.LanguageTasks) })).ToList();
            run.WriteJson("results.json", scores);
            run.WriteJson("comparisons.json", outcome.Comparisons());
            foreach (var arm in outcome.Arms)
            {
                run.WriteLines($"samples-{arm.Name.Replace(' ', '-')}-{arm.Language}-seed{arm.Seed}.jsonl", arm.Answers.Samples);
            }

            screen.Result(
                new { findings = options.Languages.Select(l => ExpertsReport.Finding(outcome, l)), scores, report = run["report.html"] },
                console =>
                {
                    foreach (var language in options.Languages)
                    {
                        console.WriteLine(ExpertsReport.Ways(outcome, language).ToText());
                        console.WriteLine(ExpertsReport.Finding(outcome, language));
                    }

                    console.WriteLine($"Report: {Path.GetRelativePath(Environment.CurrentDirectory, run["report.html"])}");
                });
            return Task.FromResult(0);
        });
        return command;
    }
}
