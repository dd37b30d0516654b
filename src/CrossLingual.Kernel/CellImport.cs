using CrossLingual.Kernel.Languages;

namespace CrossLingual.Kernel;

/// <summary>Runs the code of files in a session: <c>#!import</c>.</summary>
/// <param name="session">The session.</param>
/// <param name="folder">Where paths start.</param>
internal sealed class CellImport(CellSession session, string folder)
{
    private readonly List<string> open = [];

    /// <summary>Runs the code cells of a notebook, or a file of one language. What they show is shown.</summary>
    /// <param name="file">The file.</param>
    /// <param name="line">Line of the magic.</param>
    /// <param name="cancel">Asks it to stop.</param>
    /// <exception cref="UserException">XL744: no such file, or of no kind that can be run; XL745: a file that imports itself.</exception>
    public async Task<CellEnd> RunAsync(string file, int line, CancellationToken cancel)
    {
        var path = Path.GetFullPath(file, open.Count == 0 ? folder : Path.GetDirectoryName(open[^1])!);
        if (!File.Exists(path))
        {
            throw new UserException("XL744", $"Line {line}: {path} does not exist. Give a file beside the notebook, or a whole path.");
        }

        if (open.Contains(path))
        {
            throw new UserException("XL745", $"Line {line}: {Path.GetFileName(path)} imports itself, by way of {string.Join(", ", open.Select(Path.GetFileName))}. Take one of these imports out.");
        }

        open.Add(path);
        try
        {
            return await RunAsync(path, line, Path.GetFileName(path), cancel);
        }
        finally
        {
            open.RemoveAt(open.Count - 1);
        }
    }

    private async Task<CellEnd> RunAsync(string path, int line, string name, CancellationToken cancel)
    {
        if (CellLanguages.OfFile(path) is { } language)
        {
            return await session.RunPartsAsync(await File.ReadAllTextAsync(path, cancel), language, name, cancel);
        }

        if (!Notebook.IsNotebook(path))
        {
            var kinds = string.Join(", ", CellLanguages.FileEndings.Prepend(DibFile.Ending).Prepend(Notebook.Ending));
            throw new UserException("XL744", $"Line {line}: {name} is of no kind that can be run. There are: {kinds}.");
        }

        var notebook = Notebook.Read(path);
        for (var i = 0; i < notebook.Cells.Count; i++)
        {
            if (!notebook.Cells[i].IsCode)
            {
                continue;
            }

            var end = await session.RunPartsAsync(notebook.Cells[i].Source, notebook.LanguageOf(notebook.Cells[i]), $"{name} cell {i + 1}", cancel);
            if (end.Error is not null)
            {
                return end;
            }

            if (end.Value is { } value)
            {
                session.Show(value);
            }
        }

        return default;
    }
}
