using System.Text;
using System.Text.Json;

namespace CrossLingual.Runs;

/// <summary>What a long run has got so far, a JSON object a line; what is added is on the disk at once, and a line that a kill cut off is dropped.</summary>
/// <typeparam name="T">What a line holds.</typeparam>
public sealed class GrowingLines<T>
{
    private readonly string _path;
    private readonly List<T> _lines = [];

    /// <summary>Reads what is there.</summary>
    /// <param name="path">The file; it need not exist.</param>
    public GrowingLines(string path)
    {
        _path = path;
        if (!File.Exists(path))
        {
            return;
        }

        var bytes = File.ReadAllBytes(path);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var range in MemoryExtensions.Split<byte>(bytes.AsSpan(0, whole), (byte)'\n'))
        {
            if (bytes.AsSpan(0, whole)[range] is { IsEmpty: false } line)
            {
                _lines.Add(JsonSerializer.Deserialize<T>(line, JsonText.Line)!);
            }
        }

        if (whole < bytes.Length)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
            file.SetLength(whole);
        }
    }

    /// <summary>Everything, in the order it was added.</summary>
    public IReadOnlyList<T> Lines => _lines;

    /// <summary>Adds lines.</summary>
    public void Add(IReadOnlyList<T> lines)
    {
        using var file = new FileStream(_path, FileMode.Append, FileAccess.Write);
        file.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => JsonSerializer.Serialize(l, JsonText.Line) + "\n"))));
        file.Flush(flushToDisk: true);
        _lines.AddRange(lines);
    }
}
