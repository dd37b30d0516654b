using System.CommandLine;
using CrossLingual.Evaluation;
using CrossLingual.Reporting;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling compare RUN_A RUN_B</c>.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var first = new Argument<string>("RUN_A") { Description = "Folder of an evaluation, or a results file of lm-evaluation-harness." };
        var second = new Argument<string>("RUN_B") { Description = "The run to compare with it." };
        var output = new Option<string>("--out") { Description = "Folder for the page and the figure.", DefaultValueFactory = _ => Path.Combine("artifacts", "compare"), HelpName = "DIR" };
        var json = Options.Json();
        var command = new Command("compare", "Is the second run better? Paired differences, tests, and what could have been shown.") { first, second, output, json };
        command.SetAction(result =>
        {
            var compared = RunComparison.Of(ScoredRun.Read(result.GetValue(first)!), ScoredRun.Read(result.GetValue(second)!));
            var screen = new Screen(result.GetValue(json));
            foreach (var remark in compared.Remarks)
            {
                screen.Note(remark);
            }

            var folder = Directory.CreateDirectory(result.GetValue(output)!).FullName;
            ComparisonReport.Page(compared, Options.CommandLine(result)).Write(Path.Combine(folder, "compare.html"));
            AtomicFile.WriteBytes(Path.Combine(folder, "compare.png"), ComparisonReport.Bars(compared, compared.Rows[0].Metric).ToPng());
            screen.Result(compared, console =>
            {
                console.Profile.Width = Math.Max(console.Profile.Width, 160);
                console.WriteLine(ComparisonReport.Rows(compared).ToText());
                console.WriteLine();
                console.WriteLine(ComparisonReport.Finding(compared.Rows));
                console.WriteLine($"Page and figure: {Path.GetRelativePath(Environment.CurrentDirectory, folder)}");
            });
            return 0;
        });
        return command;
    }
}
