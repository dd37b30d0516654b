using System.Text.Json;

namespace CrossLingual.Data;

/// <summary>A text that is measured as one.</summary>
/// <param name="Id">Its identity: the record's <c>id</c>, or file and line.</param>
/// <param name="Text">The text, not empty.</param>
public sealed record TextDocument(string Id, string Text);

/// <summary>Reads documents: a record of a <c>.jsonl</c> file each, a line of any other file each, or a whole file.</summary>
public static class TextDocuments
{
    /// <summary>The documents of a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="field">For JSONL: the field with the text.</param>
    /// <param name="whole">Whether the file is one document; not for JSONL. Else empty lines are none.</param>
    /// <exception cref="UserException">XL130: no such file; XL621: not UTF-8; XL643: a record not of the form, or no text in the file; XL613: an id twice.</exception>
    public static IReadOnlyList<TextDocument> Read(string path, string field = "text", bool whole = false)
    {
        var lines = TextLines.Read(path);
        var name = Path.GetFileName(path);
        List<TextDocument> documents = Path.GetExtension(path).Equals(".jsonl", StringComparison.OrdinalIgnoreCase)
            ? Records(path, lines, field)
            : whole ? [new TextDocument(name, string.Join('\n', lines).Trim())]
            : [.. lines.Select((line, i) => new TextDocument(FormattableString.Invariant($"{name}:{i + 1}"), line.Trim())).Where(d => d.Text.Length > 0)];
        return documents.Exists(d => d.Text.Length > 0) ? documents : throw new UserException("XL643", $"{path} has no text.");
    }

    private static List<TextDocument> Records(string path, IReadOnlyList<string> lines, string field)
    {
        var (documents, ids) = (new List<TextDocument>(), new Dictionary<string, int>());
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Trim().Length == 0)
            {
                continue;
            }

            var where = FormattableString.Invariant($"{path}:{i + 1}");
            var record = JsonRecord.Parse(lines[i], where, "XL643");
            if (!record.TryGetProperty(field, out var text) || text.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(text.GetString()))
            {
                throw new UserException("XL643", $"{where}: a record must be a JSON object with a text in '{field}'; it has: {string.Join(", ", record.EnumerateObject().Select(p => p.Name))}. Correct it, or name the right field.");
            }

            var id = record.TryGetProperty("id", out var given) && given.ValueKind is JsonValueKind.String or JsonValueKind.Number ? given.ToString() : FormattableString.Invariant($"{Path.GetFileName(path)}:{i + 1}");
            if (!ids.TryAdd(id, i + 1))
            {
                throw new UserException("XL613", $"{where}: the id '{id}' stands twice, first in line {ids[id]}. Give each record an id of its own.");
            }

            documents.Add(new TextDocument(id, text.GetString()!));
        }

        return documents;
    }
}
