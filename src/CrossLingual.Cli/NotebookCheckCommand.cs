using System.CommandLine;
using CrossLingual.Kernel;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling notebook check FILE…</c>: are the committed outputs still what the notebook gives?</summary>
internal static class NotebookCheckCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Notebooks; they stay as they are.", Arity = ArgumentArity.OneOrMore };
        var tolerance = Tolerance();
        var json = Options.Json();
        var check = new Command("check", "Run notebooks in a copy and compare with the outputs in the files. Cells tagged 'volatile' are run and not compared.") { files, tolerance, json };
        check.SetAction((result, cancel) => RunAsync(
            result.GetValue(files)!, result.GetValue(tolerance), new Dictionary<string, object?>(), null, new Screen(result.GetValue(json)), cancel));
        return check;
    }

    public static Option<double> Tolerance() => new("--tolerance")
    {
        Description = "How far numbers may be apart, as a share of the larger one.",
        DefaultValueFactory = _ => 0.02,
        HelpName = "SHARE",
    };

    /// <summary>Checks notebooks one after another.</summary>
    /// <param name="files">Their files.</param>
    /// <param name="tolerance">How far numbers may be apart.</param>
    /// <param name="parameters">Values for parameters.</param>
    /// <param name="output">File for the run notebook; null writes none.</param>
    /// <param name="screen">What is printed.</param>
    /// <param name="cancel">Ends the running one.</param>
    /// <returns>1 where an output differs or a cell fails.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> files, double tolerance, Dictionary<string, object?> parameters, string? output, Screen screen, CancellationToken cancel)
    {
        // A file that cannot be read is said before any runs.
        var notebooks = files.Select(file => (File: file, Notebook: Notebook.Read(file))).ToList();
        var checks = new List<(string File, NotebookCheck Check)>();
        foreach (var (file, notebook) in notebooks)
        {
            var told = new Told<NotebookProgress>(p => screen.Note($"{file}, cell {p.Cell} of {p.Cells}: {p.FirstLine}"));
            var check = await NotebookCheck.RunAsync(notebook, tolerance, parameters, Path.GetDirectoryName(Path.GetFullPath(file)), told, cancel);
            cancel.ThrowIfCancellationRequested();
            checks.Add((file, check));
            if (output is not null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
                check.Fresh.Write(output);
            }
        }

        var differ = checks.Any(c => c.Check.Differences.Count > 0);
        screen.Result(
            new
            {
                outcome = differ ? "Different" : "Same",
                tolerance,
                notebooks = checks.Select(c => new
                {
                    file = c.File,
                    c.Check.Compared,
                    c.Check.Volatile,
                    seconds = c.Check.Run.Elapsed.TotalSeconds,
                    differences = c.Check.Differences.Select(d => new { d.Cell, d.Difference.Where, d.Difference.Committed, d.Difference.Fresh }),
                }),
            },
            console =>
            {
                foreach (var (file, check) in checks)
                {
                    var left = check.Volatile > 0 ? $", {check.Volatile} volatile" : "";
                    console.WriteLine($"{file}: {check.Differences.Count} of {check.Compared} cells differ{left}, {check.Run.Elapsed.TotalSeconds:0.0} s");
                    foreach (var (cell, difference) in check.Differences)
                    {
                        console.WriteLine($"  cell {cell}, {difference.Where}\n    committed: {difference.Committed}\n    now:       {difference.Fresh}");
                    }
                }
            });
        return differ ? 1 : 0;
    }
}
