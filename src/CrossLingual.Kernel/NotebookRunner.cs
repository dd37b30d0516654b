using System.Globalization;
using System.Text.Json.Nodes;
using CrossLingual.Kernel.Languages;

namespace CrossLingual.Kernel;

/// <summary>How a notebook's run ended.</summary>
public enum RunOutcome
{
    /// <summary>Every cell ran.</summary>
    Succeeded,

    /// <summary>A cell failed; those after it did not run.</summary>
    Failed,

    /// <summary>The run was stopped from outside.</summary>
    Interrupted,
}

/// <summary>What became of a run; the outputs are in the notebook.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="CellsRun">Code cells that ran, the failing one included.</param>
/// <param name="Error">What stopped the run, or null.</param>
/// <param name="FailedCell">Number of the cell that stopped it, counted from 1 over all cells, or null.</param>
/// <param name="Elapsed">How long the run took.</param>
public sealed record NotebookRun(RunOutcome Outcome, int CellsRun, CellError? Error, int? FailedCell, TimeSpan Elapsed);

/// <summary>A step of a run.</summary>
/// <param name="Cell">Number of the cell that starts, counted from 1 over all cells.</param>
/// <param name="Cells">Cells in all.</param>
/// <param name="FirstLine">First line of its code.</param>
public sealed record NotebookProgress(int Cell, int Cells, string FirstLine);

/// <summary>Runs a notebook's code cells from the top, without Jupyter, and fills in their outputs.</summary>
public static class NotebookRunner
{
    /// <summary>The working folder belongs to the process: one run at a time.</summary>
    private static readonly SemaphoreSlim Turn = new(1);

    /// <summary>
    /// Runs the notebook in place. A failing cell stops the run; what ran before it stays filled in, so that the caller
    /// can write the notebook either way. Outputs of earlier runs are cleared.
    /// </summary>
    /// <param name="notebook">The notebook; its outputs change.</param>
    /// <param name="parameters">Values for its parameters; text is read as the declared type asks.</param>
    /// <param name="workingFolder">Where relative paths in cells start; by default the current folder.</param>
    /// <param name="progress">Told of each cell before it runs.</param>
    /// <param name="cancel">Asks the running cell to stop, and ends the run.</param>
    /// <exception cref="UserException">XL706: an unknown parameter; XL707: no such folder.</exception>
    public static async Task<NotebookRun> RunAsync(
        Notebook notebook,
        IReadOnlyDictionary<string, object?>? parameters = null,
        string? workingFolder = null,
        IProgress<NotebookProgress>? progress = null,
        CancellationToken cancel = default)
    {
        await Turn.WaitAsync(cancel);
        var before = Environment.CurrentDirectory;
        try
        {
            var folder = Path.GetFullPath(workingFolder ?? before);
            Environment.CurrentDirectory = Directory.Exists(folder)
                ? folder
                : throw new UserException("XL707", $"Folder {folder} does not exist. Give the folder in which the notebook's paths start.");
            NotebookParameters.Inject(notebook, parameters ?? new Dictionary<string, object?>());
            return await RunCells(notebook, new CellSession(folder), progress, cancel);
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Turn.Release();
        }
    }

    private static async Task<NotebookRun> RunCells(
        Notebook notebook, CellSession session, IProgress<NotebookProgress>? progress, CancellationToken cancel)
    {
        var start = TimeProvider.System.GetTimestamp();
        TimeSpan Elapsed() => TimeProvider.System.GetElapsedTime(start);
        var cells = notebook.Cells;
        foreach (var cell in cells.Where(cell => cell.IsCode))
        {
            cell.Outputs.Clear();
            cell.ExecutionCount = null;
            cell.Metadata.Remove("execution");
        }

        var count = 0;
        for (var i = 0; i < cells.Count; i++)
        {
            if (!cells[i].IsCode || string.IsNullOrWhiteSpace(cells[i].Source))
            {
                continue;
            }

            if (cancel.IsCancellationRequested)
            {
                return new NotebookRun(RunOutcome.Interrupted, count, null, null, Elapsed());
            }

            progress?.Report(new NotebookProgress(i + 1, cells.Count, cells[i].Source.Split('\n')[0].Trim()));
            var error = await RunCell(notebook, cells[i], $"cell {i + 1}", ++count, session, cancel);
            if (error is not null)
            {
                var outcome = cancel.IsCancellationRequested ? RunOutcome.Interrupted : RunOutcome.Failed;
                return new NotebookRun(outcome, count, error, i + 1, Elapsed());
            }
        }

        return new NotebookRun(RunOutcome.Succeeded, count, null, null, Elapsed());
    }

    private static async Task<CellError?> RunCell(
        Notebook notebook, NotebookCell cell, string name, int count, CellSession session, CancellationToken cancel)
    {
        var started = DateTimeOffset.UtcNow;
        cell.ExecutionCount = count;
        var outputs = new CellOutputs(cell.Outputs);
        var language = notebook.LanguageOf(cell);
        var result = CellLanguages.Find(language) is not null
            ? await session.RunAsync(cell.Source, name, outputs.Add, language, cancel)
            : new CellResult(null, WrongLanguage(language, name), false, TimeSpan.Zero);
        outputs.Finish(result, count);
        cell.Metadata["execution"] = new JsonObject
        {
            ["iopub.status.busy"] = Say(started),
            ["iopub.status.idle"] = Say(started + result.Elapsed),
            ["shell.execute_reply"] = Say(started + result.Elapsed),
        };
        return result.Error;
    }

    private static CellError WrongLanguage(string language, string name)
    {
        var message = $"{name}: XL703 the cell is in {language}, which is not known here. Change the cell's language to one of {string.Join(", ", CellLanguages.Magics)}, or run the notebook in a kernel that speaks {language}.";
        return new CellError("XL703", message, null, [message]);
    }

    private static string Say(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
