using System.Text.Json;
using CrossLingual.Runs;

namespace CrossLingual.Data;

/// <summary>
/// Instructions about programs in another language, with the code as it was: English records are masked, translated elsewhere, and put
/// together again as pairs that the methods read, <c>alpaca</c> with its <c>english</c> side in the same file. In X-CIT's chats such a pair is:
/// the task in the language; the English task and answer; the explanation in the language and the same code.
/// <code>
/// masked        {"id": "a", "instruction": "Write ⟦0⟧.", "output": "It adds.\n⟦0⟧"}
/// translated    {"id": "a", "instruction": "Escribe ⟦0⟧.", "output": "Suma.\n⟦0⟧"}
/// pairs         {"id": "a", "language": "es", "instruction": "Escribe `add(a, b)`.", "output": "Suma.\n```…```", "english_instruction": …, "english_output": …}
/// </code>
/// </summary>
public static class CodeTranslation
{
    private static readonly string[] Fields = ["instruction", "input", "output"];

    /// <summary>Records with marks for code, a JSON object a line.</summary>
    /// <param name="english">English records of Alpaca's form.</param>
    public static IEnumerable<string> Mask(IEnumerable<Example> english) => english.Select(e => JsonSerializer.Serialize(
        Texts(e).Prepend(("id", e.Id)).ToDictionary(p => p.Item1, p => p.Item1 == "id" ? p.Item2 : CodeMask.Of(p.Item2).Text), JsonText.Line));

    /// <summary>Pairs of English records and their translations, a JSON object a line; those that lost code are told, and left out.</summary>
    /// <param name="english">The records that were masked.</param>
    /// <param name="translated">The translated file.</param>
    /// <param name="language">BCP 47 tag of the translations.</param>
    /// <param name="lost">Told of every record left out, with the reason.</param>
    /// <exception cref="UserException">XL130, XL621; XL681: a line of the translated file is not of its form; XL613: an id twice; XL682: nothing is left.</exception>
    public static IReadOnlyList<string> Pairs(IReadOnlyList<Example> english, string translated, string language, Action<string> lost)
    {
        var found = Read(translated);
        var pairs = new List<string>();
        foreach (var example in english)
        {
            if (!found.TryGetValue(example.Id, out var line))
            {
                lost($"'{example.Id}' has no translation in {translated}");
                continue;
            }

            try
            {
                var pair = new Dictionary<string, string> { ["id"] = example.Id, ["language"] = language };
                foreach (var (field, text) in Texts(example))
                {
                    pair[field] = CodeMask.Of(text).Restore(
                        line.Record.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new UserException("XL681", $"{line.Where}: the text '{field}' is missing."),
                        $"{line.Where}, '{field}'");
                    pair[$"english_{field}"] = text;
                }

                pairs.Add(JsonSerializer.Serialize(pair, JsonText.Line));
            }
            catch (UserException e) when (e.Id == "XL680")
            {
                lost(e.Message);
            }
        }

        return pairs.Count > 0 ? pairs : throw new UserException("XL682", $"No record of {translated} can be used: each has lost code, or another id. Translate the masked file with its ids and marks kept.");
    }

    private static Dictionary<string, (JsonElement Record, string Where)> Read(string path)
    {
        var records = new Dictionary<string, (JsonElement, string)>();
        foreach (var (line, number) in TextLines.Read(path).Select((line, i) => (line, i + 1)).Where(l => l.line.Trim().Length > 0))
        {
            var where = FormattableString.Invariant($"{path}:{number}");
            var record = JsonRecord.Parse(line, where, "XL681");
            var id = record.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : throw new UserException("XL681", $"{where}: the text 'id' is missing.");
            if (!records.TryAdd(id, (record, where)))
            {
                throw new UserException("XL613", $"{where}: the id '{id}' stands twice. Keep one of them.");
            }
        }

        return records;
    }

    private static IEnumerable<(string Field, string Text)> Texts(Example example) => Fields
        .Zip([example.Instruction, example.Input, example.Output]).Where(p => p.First != "input" || p.Second.Length > 0);
}
