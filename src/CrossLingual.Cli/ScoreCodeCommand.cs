using System.CommandLine;
using System.Globalization;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling score code --problems FILE --samples FILE [--k 1,10] [--run]</c>.</summary>
internal static class ScoreCodeCommand
{
    public static Command Create()
    {
        var problems = new Option<string>("--problems") { Description = "Tasks of HumanEval's form, JSONL.", Required = true, HelpName = "FILE" };
        var samples = new Option<string>("--samples") { Description = "Programs, JSONL with task_id and completion, or passed.", Required = true, HelpName = "FILE" };
        var ks = new Option<string>("--k") { Description = "Which pass@k, with commas between.", DefaultValueFactory = _ => "1" };
        var run = new Option<bool>("--run") { Description = "Run the programs (Python). They are a model's code: do so where that does no harm." };
        var seconds = new Option<double>("--timeout") { Description = "Seconds a program may run.", DefaultValueFactory = _ => 3 };
        var json = Options.Json();
        var command = new Command("code", "pass@k of programs.") { problems, samples, ks, run, seconds, json };
        command.SetAction(async (result, cancel) =>
        {
            var screen = new Screen(result.GetValue(json));
            var wanted = result.GetValue(ks)!.Split(',').Select(k => int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw new UserException("XL100", $"--k takes whole numbers from 1 with commas between; found '{k}'.")).ToList();
            if (result.GetValue(seconds) is not (> 0 and < 86400))
            {
                throw new UserException("XL100", "--timeout takes seconds above 0, at most a day.");
            }

            var tasks = CodeFiles.Problems(result.GetValue(problems)!);
            var runner = result.GetValue(run) ? Runner(tasks, TimeSpan.FromSeconds(result.GetValue(seconds))) : null;
            var progress = new ProgressLines("programs", screen.Note);
            var scored = await CodeResult.OfAsync(tasks, CodeFiles.Samples(result.GetValue(samples)!), runner, runner is null ? null : new Told<double>(share => progress.Report(share, "")), cancel);
            if (scored.Unknown > 0)
            {
                screen.Note($"{scored.Unknown} programs are for tasks that the file does not have.");
            }

            if (scored.Items.Count(i => i.Programs == 0) is var without and > 0)
            {
                screen.Note($"{without} of {scored.Items.Count} tasks have no program and count as not solved.");
            }

            var scores = wanted.ToDictionary(k => $"pass@{k}", scored.PassAt);
            screen.Result(scores, console =>
            {
                var table = new Table().Border(TableBorder.Rounded).AddColumns("metric", "n", "% (95 %)");
                foreach (var (name, score) in scores)
                {
                    table.AddRow(name, $"{score.N}", Options.Percent(score));
                }

                console.Write(table);
                console.WriteLine(string.Join(", ", scored.Outcomes.OrderBy(o => o.Key).Select(o => $"{o.Key}: {o.Value}")));
            });
            return 0;
        });
        return command;
    }

    private static Func<CodeProblem, string, CancellationToken, Task<ProgramOutcome>> Runner(IReadOnlyList<CodeProblem> problems, TimeSpan limit)
    {
        if (problems.FirstOrDefault(p => p.Language != "python" || p.EntryPoint.Length == 0) is { } other)
        {
            throw new UserException("XL652", $"The task '{other.Id}' is {(other.Language == "python" ? "without a function to test" : $"in '{other.Language}'")}; --run runs Python tasks with an entry point. Give programs with 'passed' for others.");
        }

        return new PythonProgram { Limit = limit }.RunAsync;
    }
}
