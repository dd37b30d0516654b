using System.CommandLine;
using CrossLingual.Kernel;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling notebook</c>: run here, and the commands beside it.</summary>
internal static class NotebookCommand
{
    public static Command Create() => new("notebook", "Run, check and export notebooks.") { Run(), NotebookCheckCommand.Create(), NotebookExportCommand.Create() };

    private static Command Run()
    {
        var file = new Argument<string>("FILE") { Description = "The notebook: .ipynb or .dib." };
        var parameters = new Option<string[]>("--parameter", "-p") { Description = "A parameter's value, as in language=sw. May be given more than once.", HelpName = "name=value" };
        var output = new Option<string?>("--out", "-o") { Description = "File for the run notebook; by default the notebook itself; for FILE.dib, FILE.ipynb beside it.", HelpName = "OUT" };
        var check = new Option<bool>("--check") { Description = "Compare with the outputs in the file, as 'xling notebook check' does; without -o nothing is written." };
        var tolerance = NotebookCheckCommand.Tolerance();
        var json = Options.Json();
        var run = new Command("run", "Run a notebook from the top, without Jupyter.") { file, parameters, output, check, tolerance, json };
        run.SetAction((result, cancel) =>
        {
            var (path, screen) = (result.GetValue(file)!, new Screen(result.GetValue(json)));
            var values = (result.GetValue(parameters) ?? []).Select(Parameter).ToDictionary();
            return result.GetValue(check)
                ? NotebookCheckCommand.RunAsync([path], result.GetValue(tolerance), values, result.GetValue(output), screen, cancel)
                : RunAsync(path, result.GetValue(output) ?? (IsDib(path) ? Path.ChangeExtension(path, Notebook.Ending) : path), values, screen, cancel);
        });
        return run;
    }

    private static bool IsDib(string path) => string.Equals(Path.GetExtension(path), ".dib", StringComparison.OrdinalIgnoreCase);

    private static async Task<int> RunAsync(string file, string output, Dictionary<string, object?> parameters, Screen screen, CancellationToken cancel)
    {
        var notebook = Notebook.Read(file);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file));
        output = Path.GetFullPath(output);
        var run = await NotebookRunner.RunAsync(notebook, parameters, folder, new Told<NotebookProgress>(p => screen.Note($"cell {p.Cell} of {p.Cells}: {p.FirstLine}")), cancel);
        Directory.CreateDirectory(Path.GetDirectoryName(output)!);
        notebook.Write(output);
        screen.Result(
            new { outcome = run.Outcome.ToString(), run.CellsRun, run.FailedCell, error = run.Error, seconds = run.Elapsed.TotalSeconds, file = output },
            console => console.WriteLine(run.Outcome == RunOutcome.Succeeded
                ? $"{run.CellsRun} cells in {run.Elapsed.TotalSeconds:0.0} s: {Path.GetRelativePath(Environment.CurrentDirectory, output)}"
                : Failure(run)));
        return run.Outcome switch { RunOutcome.Succeeded => 0, RunOutcome.Interrupted => throw new OperationCanceledException(cancel), _ => 1 };
    }

    /// <summary>Which cell and line failed and why; the trace, which begins with the message, below it.</summary>
    private static string Failure(NotebookRun run)
    {
        var head = $"{run.Outcome} at cell {run.FailedCell}";
        return run.Error is { } error ? $"{head}{(error.Line is { } line ? $", line {line}" : "")} ({error.Name}):\n{string.Join('\n', error.Trace.DefaultIfEmpty(error.Message))}" : head;
    }

    private static KeyValuePair<string, object?> Parameter(string text) => text.Split('=', 2) is [{ Length: > 0 } name, var value]
        ? new(name, value)
        : throw new UserException("XL100", $"'{text}' is not a parameter. Write it as name=value.");
}
