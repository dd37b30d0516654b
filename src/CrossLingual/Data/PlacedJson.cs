using System.Text;
using System.Text.Json;
using System.Text.Unicode;

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
    private readonly KnownKeys _keys = new();
    private Utf8JsonReader _reader;
    private int _start;
    private bool _atKey;
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
    public JsonTokenType Kind
    {
        get
        {
            Reach();
            return _reader.TokenType;
        }
    }

    /// <summary>Where it starts, or its key, in bytes: what a line is counted from when it is asked for.</summary>
    public readonly int Place => _start + (int)_reader.TokenStartIndex;

    /// <summary>Line of a place, from 1.</summary>
    public int LineOf(int place)
    {
        // Counted on from where it was asked last: from the start each time, large files would take the square of their length.
        if (place < _counted)
        {
            (_counted, _lines) = (0, 0);
        }

        _lines += _bytes[_counted..place].Count((byte)'\n');
        _counted = place;
        return 1 + _lines;
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

        Expect(JsonTokenType.PropertyName, "a key");
        key = (_reader.ValueIsEscaped ? null : _keys.Find(_reader.ValueSpan)) ?? Decoded("a key");
        _atKey = true;
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
    public string Text(string what)
    {
        Expect(JsonTokenType.String, what);
        var text = Decoded(what);
        Next();
        return text;
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

    /// <summary>Passes over a text, which must be one all the same.</summary>
    public void SkipText(string what)
    {
        if (_atKey && Leap())
        {
            return;
        }

        Expect(JsonTokenType.String, what);
        Skip();
    }

    /// <summary>Passes over a value; a text must be UTF-8 all the same.</summary>
    public void Skip()
    {
        if (Kind == JsonTokenType.String && !Utf8.IsValid(_reader.ValueSpan))
        {
            throw Wrong("a text is not UTF-8");
        }

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

    /// <summary>An error here, or at a place.</summary>
    public UserException Wrong(string what, string? id = null, int? place = null) => new(id ?? _errorId, $"{_path}:{LineOf(place ?? Place)}: {what}. {_form}");

    // A value is read when it is asked for: what is passed over then costs less.
    private void Reach()
    {
        if (_atKey)
        {
            _atKey = false;
            Next();
        }
    }

    /// <summary>
    /// Leaves out the text behind a key without taking it in: an empty one stands for it in the reader's eyes. Where anything about it is
    /// unusual nothing happens, and the reader says what.
    /// </summary>
    private bool Leap()
    {
        var from = _start + (int)_reader.BytesConsumed;
        var open = from + _bytes[from..].IndexOfAnyExcept((byte)' ');
        var end = open >= from && _bytes[open] == '"' ? EscapedText.End(_bytes, open + 1) : -1;
        if (end < 0 || !Utf8.IsValid(_bytes[open..end]))
        {
            return false;
        }

        var empty = new Utf8JsonReader("\"\""u8, isFinalBlock: false, _reader.CurrentState);
        _ = empty.Read();
        _reader = new Utf8JsonReader(_bytes[end..], isFinalBlock: true, empty.CurrentState);
        (_start, _atKey) = (end, false);
        Next();
        return true;
    }

    private string Decoded(string what)
    {
        try
        {
            return (_reader.ValueIsEscaped ? EscapedText.Decoded(_reader.ValueSpan) : null) ?? _reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new UserException(_errorId, $"{_path}:{LineOf(Place)}: {what} is not Unicode: {e.Message} Save the file as UTF-8.", e);
        }
    }

    private void Expect(JsonTokenType kind, string what)
    {
        if (Kind != kind)
        {
            throw Wrong($"expected {what}, found {Kind}");
        }
    }

    /// <summary>A file's keys are few and come again and again: each is made a string once.</summary>
    private sealed class KnownKeys
    {
        private const int Most = 16;
        private readonly List<(byte[] Bytes, string Text)> _keys = [];

        public string? Find(ReadOnlySpan<byte> key)
        {
            foreach (var (bytes, text) in _keys)
            {
                if (key.SequenceEqual(bytes))
                {
                    return text;
                }
            }

            if (_keys.Count == Most || !Ascii.IsValid(key))
            {
                return null;
            }

            _keys.Add((key.ToArray(), Encoding.ASCII.GetString(key)));
            return _keys[^1].Text;
        }
    }
}
