namespace CrossLingual.Kernel;

/// <summary>A place where two outputs differ.</summary>
/// <param name="Where">What differs: a stream, a text, or a figure and the path in it.</param>
/// <param name="Committed">What the file holds there.</param>
/// <param name="Fresh">What the run gave there.</param>
public sealed record OutputDifference(string Where, string Committed, string Fresh);

/// <summary>A cell whose output is not what the file holds.</summary>
/// <param name="Cell">Number of the cell in the file, counted from 1 over all cells.</param>
/// <param name="Difference">The first difference.</param>
public sealed record CellDifference(int Cell, OutputDifference Difference);

/// <summary>What a check of a notebook found.</summary>
/// <param name="Differences">Cells that differ, from the top.</param>
/// <param name="Compared">Code cells that were compared.</param>
/// <param name="Volatile">Code cells that were run and not compared.</param>
/// <param name="Fresh">The notebook with the outputs of the run.</param>
/// <param name="Run">How the run ended.</param>
public sealed record NotebookCheck(IReadOnlyList<CellDifference> Differences, int Compared, int Volatile, Notebook Fresh, NotebookRun Run)
{
    /// <summary>Cells with this tag may show something else each time: durations, dates.</summary>
    public const string VolatileTag = "volatile";

    /// <summary>
    /// Runs a copy of a notebook and compares what it shows with what the file holds. Where a cell fails, those before it
    /// are compared, and the failure counts as a difference.
    /// </summary>
    /// <param name="notebook">The notebook as it was committed; it stays as it is.</param>
    /// <param name="tolerance">How far numbers may be apart, as a share of the larger one.</param>
    /// <param name="parameters">Values for its parameters.</param>
    /// <param name="workingFolder">Where relative paths in cells start; by default the current folder.</param>
    /// <param name="progress">Told of each cell before it runs.</param>
    /// <param name="cancel">Asks the running cell to stop, and ends the run.</param>
    /// <exception cref="UserException">XL750: a tolerance that is none; XL706, XL707: see <see cref="NotebookRunner"/>.</exception>
    public static async Task<NotebookCheck> RunAsync(
        Notebook notebook,
        double tolerance,
        IReadOnlyDictionary<string, object?>? parameters = null,
        string? workingFolder = null,
        IProgress<NotebookProgress>? progress = null,
        CancellationToken cancel = default)
    {
        if (tolerance is not (>= 0 and < 1))
        {
            throw new UserException("XL750", FormattableString.Invariant($"--tolerance is {tolerance}; it must be at least 0 and below 1. 0.02 lets numbers differ by two per cent."));
        }

        var fresh = Notebook.Parse(notebook.ToText());
        var run = await NotebookRunner.RunAsync(fresh, parameters, workingFolder, progress, cancel);
        var comparison = new OutputComparison(tolerance);
        var (before, after) = (CodeOf(notebook), CodeOf(fresh));
        var (differences, compared, skipped) = (new List<CellDifference>(), 0, 0);
        foreach (var ((cell, number), (now, freshNumber)) in before.Zip(after))
        {
            if (freshNumber == run.FailedCell)
            {
                differences.Add(new CellDifference(number, new OutputDifference("the cell fails", $"{cell.Outputs.Count} outputs", run.Error?.Message ?? run.Outcome.ToString())));
                break;
            }

            if (cell.Tags.Contains(VolatileTag))
            {
                skipped++;
                continue;
            }

            compared++;
            if (comparison.First(cell.Outputs, now.Outputs) is { } difference)
            {
                differences.Add(new CellDifference(number, difference));
            }
        }

        return new NotebookCheck(differences, compared, skipped, fresh, run);
    }

    // The cell that sets parameters is not the author's.
    private static List<(NotebookCell Cell, int Number)> CodeOf(Notebook notebook) =>
        [.. notebook.Cells.Select((cell, i) => (cell, i + 1)).Where(pair => pair.cell.IsCode && !pair.cell.Tags.Contains(NotebookParameters.InjectedTag))];
}
