using System.Text;
using System.Text.Json;

namespace CrossLingual.Data;

/// <summary>
/// Reads JSON front to back and knows the line of everything it reads, so that what is wrong in a data file is named by
/// file and line.
/// </summary>
internal ref struct PlacedJson
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _path;
    private readonly string _errorId;
    private readonly string _form;
    private Utf8JsonReader _reader;
    private int _counted;
    private int _lines;

    /// <param name="bytes">The file's content; a byte-order mark is skipped.</param>
    /// <param name="path">The file's name in messages.</param>
    /// <param name="errorId">Id of errors.</param>
    /// <param name="form">What the file must be, as a sentence.</param>
    public PlacedJson(ReadOnlySpan<byte> bytes, string path, string errorId, string form)
    {
        _bytes = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
        (_path, _errorId, _form) = (path, errorId, form);
        _reader = new Utf8JsonReader(_bytes);
        Next();
    }

    /// <summary>What stands here.</summary>
    public readonly JsonTokenType Kind => _reader.TokenType;

    /// <summary>Line of what stands here, from 1.</summary>
    public int Line
    {
        get
        {
            // Counted on from where it was asked last: from the start each time, large files would take the square of their length.
            var here = (int)_reader.TokenStartIndex;
            _lines += _bytes[_counted..here].Count((byte)'\n');
            _counted = here;
            return 1 + _lines;
        }
    }

    /// <summary>Goes on to the next token.</summary>
    public void Next()
    {
        try
        {
            _ = _reader.Read();
        }
        catch (JsonException e)
        {
            var what = e.Message.Split(" LineNumber:")[0];
            throw new UserException(_errorId, $"{_path}:{(e.LineNumber ?? 0) + 1}: not JSON: {what} {_form}", e);
        }
    }

    /// <summary>Goes on to the next key of an object; false, and past its end, where there is none.</summary>
    /// <param name="key">The key; its value stands here.</param>
    public bool NextKey(out string key)
    {
        key = "";
        if (Kind == JsonTokenType.EndObject)
        {
            Next();
            return false;
        }

        key = Text("a key", JsonTokenType.PropertyName);
        return true;
    }

    /// <summary>Opens an object or a list.</summary>
    public void Open(JsonTokenType kind, string what)
    {
        Expect(kind, what);
        Next();
    }

    /// <summary>Whether a list has another entry; false, and past its end, where it has none.</summary>
    public bool NextEntry()
    {
        if (Kind == JsonTokenType.EndArray)
        {
            Next();
            return false;
        }

        return true;
    }

    /// <summary>A text.</summary>
    public string Text(string what, JsonTokenType kind = JsonTokenType.String)
    {
        Expect(kind, what);
        try
        {
            var text = _reader.GetString()!;
            Next();
            return text;
        }
        catch (InvalidOperationException e)
        {
            throw new UserException(_errorId, $"{_path}:{Line}: {what} is not Unicode: {e.Message} Save the file as UTF-8.", e);
        }
    }

    /// <summary>A whole number.</summary>
    public int Integer(string what)
    {
        Expect(JsonTokenType.Number, what);
        if (!_reader.TryGetInt32(out var value))
        {
            throw Wrong($"{what} is not a whole number");
        }

        Next();
        return value;
    }

    /// <summary>Passes over a value.</summary>
    public void Skip()
    {
        try
        {
            _reader.Skip();
        }
        catch (JsonException e)
        {
            throw new UserException(_errorId, $"{_path}:{(e.LineNumber ?? 0) + 1}: not JSON: {e.Message.Split(" LineNumber:")[0]} {_form}", e);
        }

        Next();
    }

    /// <summary>An error at this line.</summary>
    public UserException Wrong(string what, string? id = null, int? line = null) => new(id ?? _errorId, $"{_path}:{line ?? Line}: {what}. {_form}");

    private void Expect(JsonTokenType kind, string what)
    {
        if (Kind != kind)
        {
            throw Wrong($"expected {what}, found {Kind}");
        }
    }
}
