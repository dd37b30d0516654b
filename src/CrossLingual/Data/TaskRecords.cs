using System.Text;
using System.Text.Json;
using CrossLingual.Runs;

namespace CrossLingual.Data;

/// <summary>How a file of test questions is written.</summary>
public enum RecordForm
{
    /// <summary>A JSON object a line.</summary>
    Jsonl,

    /// <summary>Columns with tabs between; without a heading they are named 1, 2, …</summary>
    Tsv,

    /// <summary>SQuAD 1.1: fields question, context, answer.</summary>
    Squad,
}

/// <summary>One record of a file of questions.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Fields">Its texts by name.</param>
/// <param name="References">The accepted answers, at least one.</param>
public sealed record TaskRecord(string Id, IReadOnlyDictionary<string, string> Fields, IReadOnlyList<string> References);

/// <summary>Reads files of questions; every mistake is named by file and line.</summary>
/// <param name="Path">The file.</param>
/// <param name="Form">How it is written.</param>
/// <param name="Language">BCP 47 tag.</param>
public sealed record TaskRecords(string Path, RecordForm Form, string Language)
{
    /// <summary>Field of the accepted answer; a JSON list holds several.</summary>
    public string AnswerField { get; init; } = "answer";

    /// <summary>Field of the identity; without it a record's is its number.</summary>
    public string? IdField { get; init; }

    /// <summary>Whether a TSV's first line names its columns.</summary>
    public bool HasHeading { get; init; }

    /// <summary>The form that a file's name says.</summary>
    public static RecordForm FormOf(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".tsv" => RecordForm.Tsv,
        ".json" => RecordForm.Squad,
        _ => RecordForm.Jsonl,
    };

    /// <summary>The records in the file's order.</summary>
    /// <exception cref="UserException">XL130: no such file; XL612, XL613: of SQuAD's form; XL621: not UTF-8; XL660: a record not of the form.</exception>
    public IReadOnlyList<TaskRecord> Read()
    {
        var records = Form switch
        {
            RecordForm.Squad => [.. SquadReader.Read(Path, Language).Questions.Select(OfQuestion)],
            RecordForm.Tsv => Tsv(),
            _ => Jsonl(),
        };
        if (records.Count == 0)
        {
            throw new UserException("XL660", $"{Path} has no record.");
        }

        return records;
    }

    private static TaskRecord OfQuestion(Example question) => new(
        question.Id,
        new Dictionary<string, string> { ["question"] = question.Instruction, ["context"] = question.Context!, ["answer"] = question.Output },
        [.. question.Answers.Select(a => a.Text)]);

    private List<TaskRecord> Tsv()
    {
        using var lines = new Utf8Lines(Path);
        var records = new List<TaskRecord>();
        var ids = new Dictionary<string, int>();
        string[]? names = null;
        while (lines.Read(out var line))
        {
            if (line.IsEmpty)
            {
                continue;
            }

            var cells = Encoding.UTF8.GetString(line).Split('\t');
            if (names is null)
            {
                names = HasHeading ? cells : [.. cells.Select((_, i) => FormattableString.Invariant($"{i + 1}"))];
                if (HasHeading)
                {
                    continue;
                }
            }

            if (cells.Length != names.Length)
            {
                throw new UserException("XL660", $"{lines.Where}: the line has {cells.Length} columns, the first one {names.Length}. Give each line as many, with tabs between.");
            }

            records.Add(Make(names.Zip(cells).ToDictionary(p => p.First, p => p.Second), null, lines, ids));
        }

        return records;
    }

    private List<TaskRecord> Jsonl()
    {
        using var lines = new Utf8Lines(Path);
        var records = new List<TaskRecord>();
        var ids = new Dictionary<string, int>();
        while (lines.Read(out var line))
        {
            if (line.Trim(" \t"u8).IsEmpty)
            {
                continue;
            }

            var record = JsonRecord.Parse(Encoding.UTF8.GetString(line), lines.Where, "XL660");
            var answers = record.TryGetProperty(AnswerField, out var answer) && answer.ValueKind == JsonValueKind.Array
                ? answer.EnumerateArray().Select(Text).OfType<string>().ToList()
                : null;
            var fields = new Dictionary<string, string>();
            foreach (var property in record.EnumerateObject())
            {
                if (Text(property.Value) is { } text)
                {
                    fields[property.Name] = text;
                }
            }

            records.Add(Make(fields, answers, lines, ids));
        }

        return records;

        static string? Text(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };
    }

    private TaskRecord Make(Dictionary<string, string> fields, List<string>? answers, Utf8Lines lines, Dictionary<string, int> ids)
    {
        if (answers is null && fields.TryGetValue(AnswerField, out var only))
        {
            answers = [only];
        }

        if (answers is null or [])
        {
            throw Missing(AnswerField);
        }

        fields[AnswerField] = answers[0];
        var id = IdField is null ? FormattableString.Invariant($"{ids.Count + 1}") : fields.GetValueOrDefault(IdField) ?? throw Missing(IdField);
        return ids.TryAdd(id, lines.Line)
            ? new TaskRecord(id, fields, answers)
            : throw new UserException("XL613", $"{lines.Where}: the id '{id}' stands twice, first in line {ids[id]}. Give each record an id of its own.");

        UserException Missing(string field) => new("XL660", $"{lines.Where}: the text '{field}' is missing; the record has: {string.Join(", ", fields.Keys)}."
            + (NearestName.Find(field, fields.Keys) is { } near ? $" Did you mean '{near}'?" : " Name the right field under 'fields'."));
    }
}
