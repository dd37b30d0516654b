namespace CrossLingual.Data;

/// <summary>A sentence in English and in another language.</summary>
/// <param name="Where">File and line.</param>
/// <param name="English">The English side.</param>
/// <param name="Other">The other side.</param>
public readonly record struct ParallelPair(string Where, string English, string Other);

/// <summary>
/// Reads parallel text: two files of which line N of one translates line N of the other (Moses, OPUS, Tatoeba), or one
/// file of tab-separated columns.
/// </summary>
public static class ParallelReader
{
    /// <summary>Reads two line-aligned files.</summary>
    /// <exception cref="UserException">XL130: a file is absent; XL621: a line is not UTF-8; XL132: they have different numbers of lines.</exception>
    public static IReadOnlyList<ParallelPair> Lines(string englishPath, string otherPath)
    {
        var (english, other) = (TextLines.Read(englishPath), TextLines.Read(otherPath));
        return english.Count == other.Count
            ? [.. english.Select((line, i) => new ParallelPair($"{Path.GetFileName(otherPath)}:{i + 1}", line.Trim(), other[i].Trim()))]
            : throw new UserException("XL132", $"{englishPath} has {english.Count:N0} lines and {otherPath} has {other.Count:N0}: they are not aligned, and no pair can be trusted. Line N of one must translate line N of the other.");
    }

    /// <summary>Reads a file of tab-separated columns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="englishColumn">Column of the English side, from 1.</param>
    /// <param name="otherColumn">Column of the other side, from 1.</param>
    /// <exception cref="UserException">XL130: the file is absent; XL621: a line is not UTF-8; XL131: a line has too few columns.</exception>
    public static IReadOnlyList<ParallelPair> Columns(string path, int englishColumn, int otherColumn)
    {
        var most = Math.Max(englishColumn, otherColumn);
        return [.. TextLines.Read(path).Select((line, i) => line.Split('\t') is var cells && cells.Length >= most
            ? new ParallelPair($"{Path.GetFileName(path)}:{i + 1}", cells[englishColumn - 1].Trim(), cells[otherColumn - 1].Trim())
            : throw new UserException("XL131", $"{path}:{i + 1}: {cells.Length} tab-separated columns, but column {most} is wanted. Name the right ones with 'english_column' and 'column'."))];
    }
}
