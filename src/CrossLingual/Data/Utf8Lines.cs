using System.Text.Unicode;

namespace CrossLingual.Data;

/// <summary>
/// Reads a file line by line as UTF-8 bytes, without making a string of each: what fast readers of large corpora stand on.
/// </summary>
internal sealed class Utf8Lines : IDisposable
{
    private readonly Stream _stream;
    private readonly string _path;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _last;

    /// <exception cref="UserException">XL130: no such file.</exception>
    public Utf8Lines(string path)
        : this(File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1) : throw new UserException("XL130", $"Data file {path} does not exist."), path)
    {
    }

    /// <param name="stream">The content; it is closed with this.</param>
    /// <param name="path">Its name in messages.</param>
    public Utf8Lines(Stream stream, string path) => (_stream, _path) = (stream, path);

    /// <summary>Number of the line read last, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Where: file and line.</summary>
    public string Where => FormattableString.Invariant($"{_path}:{Line}");

    /// <summary>The next line without its end, valid until the next call; false after the last.</summary>
    /// <exception cref="UserException">XL621: the line is not UTF-8.</exception>
    public bool Read(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        int at;
        while ((at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n')) < 0 && !_last)
        {
            searched = _end - _start;
            Fill();
        }

        if (at < 0 && _start == _end)
        {
            line = default;
            return false;
        }

        var length = at < 0 ? _end - _start : searched + at;
        line = _buffer.AsSpan(_start, length);
        _start += Math.Min(length + 1, _end - _start);
        Line++;
        if (Line == 1 && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        return Utf8.IsValid(line) ? true : throw new UserException("XL621", $"{Where}: the line is not UTF-8. Save the file as UTF-8.");
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _last = read == 0;
    }
}
