using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CrossLingual.Data;

/// <summary>
/// Names of the record's fields in a file; Stanford Alpaca's by default. A field inside another is named with points,
/// list places from 0: <c>instances.0.output</c>.
/// </summary>
/// <param name="Instruction">Field of the instruction.</param>
/// <param name="Input">Field of the input; it may be absent in a record.</param>
/// <param name="Output">Field of the answer.</param>
public sealed record AlpacaFields(string Instruction = "instruction", string Input = "input", string Output = "output");

/// <summary>
/// Reads instruction data in Stanford Alpaca's shape: a JSON array of records, or a record a line (JSONL). The id is the
/// record's <c>id</c>, or file name and number.
/// </summary>
public static class AlpacaReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">A .json or .jsonl file.</param>
    /// <param name="language">BCP 47 tag of the records.</param>
    /// <param name="fields">Names of the fields.</param>
    /// <exception cref="UserException">XL130: no such file; XL131: a record that cannot be read, with file and line or number.</exception>
    public static IEnumerable<Example> Read(string path, string language, AlpacaFields? fields = null)
    {
        fields ??= new AlpacaFields();
        if (!File.Exists(path))
        {
            throw new UserException("XL130", $"Data file {path} does not exist.");
        }

        var bytes = File.ReadAllBytes(path);
        var text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsMemory(3) : bytes;
        return text.Span.TrimStart(" \t\r\n"u8).StartsWith("["u8)
            ? Array(text, path, language, fields)
            : Lines(text, path, language, fields);
    }

    private static IEnumerable<Example> Array(ReadOnlyMemory<byte> text, string path, string language, AlpacaFields fields)
    {
        using var document = Parse(text, path, 1);
        var number = 0;
        foreach (var record in document.RootElement.EnumerateArray())
        {
            number++;
            yield return Record(record, path, $"record {number}", number, language, fields);
        }
    }

    private static IEnumerable<Example> Lines(ReadOnlyMemory<byte> text, string path, string language, AlpacaFields fields)
    {
        for (var number = 1; !text.IsEmpty; number++)
        {
            var end = text.Span.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            using var document = Parse(line, path, number);
            yield return Record(document.RootElement, path, $"line {number}", number, language, fields);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> text, string path, int firstLine)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            // The message ends with the place, counted from 0 within this text.
            var what = e.Message.Split(" LineNumber:")[0];
            throw new UserException("XL131", $"{path}:{firstLine + (e.LineNumber ?? 0)}: not JSON: {what} The file must be a JSON array of records or one record a line, in UTF-8.", e);
        }
    }

    private static Example Record(JsonElement record, string path, string where, int number, string language, AlpacaFields fields)
    {
        if (record.ValueKind != JsonValueKind.Object)
        {
            throw new UserException("XL131", $"{path}, {where}: a record must be an object with '{fields.Instruction}' and '{fields.Output}'; found {record.ValueKind}.");
        }

        try
        {
            return new Example
            {
                Id = Value("id") ?? $"{Path.GetFileNameWithoutExtension(path)}-{number}",
                Language = language,
                Instruction = Required(fields.Instruction),
                Input = Value(fields.Input) ?? "",
                Output = Required(fields.Output),
            };
        }
        catch (InvalidOperationException e)
        {
            throw new UserException("XL131", $"{path}, {where}: its text is not Unicode: {e.Message} Save the file as UTF-8.", e);
        }

        string Required(string name) => Value(name) ?? throw new UserException(
            "XL131",
            $"{path}, {where}: the text '{name}' is missing; the record has: {string.Join(", ", record.EnumerateObject().Select(p => p.Name))}. Name the right field under 'fields'.");

        string? Value(string name) => Find(record, name) is { } value
            ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null }
            : null;
    }

    // A field of that very name comes first, points and all.
    private static JsonElement? Find(JsonElement record, string name)
    {
        if (record.TryGetProperty(name, out var whole))
        {
            return whole;
        }

        var at = record;
        foreach (var part in name.Split('.'))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out var field))
            {
                at = field;
            }
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < at.GetArrayLength())
            {
                at = at[place];
            }
            else
            {
                return null;
            }
        }

        return at;
    }
}
