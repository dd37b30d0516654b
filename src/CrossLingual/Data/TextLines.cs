using System.Text;

namespace CrossLingual.Data;

/// <summary>Reads aligned plain text: one segment a line, empty lines too, UTF-8.</summary>
public static class TextLines
{
    /// <summary>All lines of a file.</summary>
    /// <exception cref="UserException">XL130: no such file; XL621: not UTF-8, with the line.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        using var lines = new Utf8Lines(path);
        var all = new List<string>();
        while (lines.Read(out var line))
        {
            all.Add(Encoding.UTF8.GetString(line));
        }

        return all;
    }
}
