using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CrossLingual.Data;

/// <summary>A programming task of HumanEval's form (Chen et al. 2021), also HumanEval-XL's and mHumanEval's.</summary>
/// <param name="Id">task_id.</param>
/// <param name="Prompt">What the program starts with: signature and description.</param>
/// <param name="Test">Code that fails where the program is wrong.</param>
/// <param name="EntryPoint">Name of the function; empty where the file does not say.</param>
/// <param name="Language">The programming language, in lower case.</param>
/// <param name="NaturalLanguage">The description's language as the file names it; empty where it does not.</param>
/// <param name="Gold">The solution that comes with it; null where none does.</param>
public sealed record CodeProblem(string Id, string Prompt, string Test, string EntryPoint, string Language, string NaturalLanguage = "", string? Gold = null);

/// <summary>A program that a model wrote for a task.</summary>
/// <param name="Id">task_id.</param>
/// <param name="Completion">What follows the prompt.</param>
/// <param name="Passed">Whether it passes, where that is known already.</param>
public sealed record CodeSample(string Id, string Completion, bool? Passed);

/// <summary>
/// Reads tasks and programs, a JSON object a line, or one list of them (mHumanEval); <c>.gz</c> is unpacked, a bare NaN (HumanEval-XL) is
/// read as null, and so is a solution that says <c>nan</c>.
/// </summary>
public static partial class CodeFiles
{
    /// <summary>The tasks of a file.</summary>
    /// <exception cref="UserException">XL130: no such file; XL621: not UTF-8; XL650: a line not of the form; XL613: a task twice.</exception>
    public static IReadOnlyList<CodeProblem> Problems(string path)
    {
        var problems = new List<CodeProblem>();
        var seen = new HashSet<string>();
        foreach (var (record, where) in Records(path))
        {
            var id = Text(record, "task_id", where);
            var prompt = Text(record, "prompt", where);
            if (!seen.Add(id))
            {
                throw new UserException("XL613", $"{where}: the task '{id}' stands twice. Give each task an id of its own.");
            }

            var language = Optional(record, "language") ?? Optional(record, "pl") ?? (prompt.Contains("def ", StringComparison.Ordinal) ? "python" : "");
            problems.Add(new CodeProblem(
                id, prompt, Text(record, "test", where), Optional(record, "entry_point") ?? Function().Matches(prompt).LastOrDefault()?.Groups[1].Value ?? "", language.ToLowerInvariant(),
                Optional(record, "natural_language") ?? Optional(record, "nl") ?? "",
                (Optional(record, "canonical_solution") ?? Optional(record, "canonical_solutions")) is { } gold && gold.Trim() is not ("" or "nan") ? gold : null));
        }

        return problems.Count > 0 ? problems : throw new UserException("XL650", $"{path} has no task. Give a file of HumanEval's form.");
    }

    /// <summary>The programs of a file; several of a task are several tries.</summary>
    /// <exception cref="UserException">XL130, XL621, XL650.</exception>
    public static IReadOnlyList<CodeSample> Samples(string path) => [.. Records(path).Select(r => new CodeSample(
        Text(r.Record, "task_id", r.Where),
        Optional(r.Record, "completion") ?? "",
        r.Record.TryGetProperty("passed", out var passed) && passed.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? passed.GetBoolean()
            : r.Record.TryGetProperty("completion", out _) ? null : throw new UserException("XL650", $"{r.Where}: neither 'completion' nor 'passed' is there. A program needs task_id and one of them.")))];

    private static IEnumerable<(JsonElement Record, string Where)> Records(string path)
    {
        using var lines = path.EndsWith(".gz", StringComparison.Ordinal) && File.Exists(path)
            ? new Utf8Lines(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), path)
            : new Utf8Lines(path);
        while (lines.Read(out var line))
        {
            if (line.Trim(" \t"u8).IsEmpty)
            {
                continue;
            }

            if (line.TrimStart(" \t"u8).StartsWith("["u8))
            {
                var list = new StringBuilder(Encoding.UTF8.GetString(line));
                var first = lines.Line;
                while (lines.Read(out line))
                {
                    list.Append('\n').Append(Encoding.UTF8.GetString(line));
                }

                foreach (var listed in Listed(list.ToString(), path, first))
                {
                    yield return listed;
                }

                yield break;
            }

            yield return (JsonRecord.Parse(BareNaN().Replace(Encoding.UTF8.GetString(line), "$1null"), lines.Where, "XL650"), lines.Where);
        }
    }

    private static List<(JsonElement Record, string Where)> Listed(string text, string path, int first)
    {
        try
        {
            var list = JsonElement.Parse(BareNaN().Replace(text, "$1null"));
            JsonRecord.ReadTexts(text, list);
            return [.. list.EnumerateArray().Select((record, i) => record.ValueKind == JsonValueKind.Object
                ? (record, FormattableString.Invariant($"{path}, record {i + 1}"))
                : throw new UserException("XL650", FormattableString.Invariant($"{path}, record {i + 1}: found {record.ValueKind}; each record must be a JSON object.")))];
        }
        catch (JsonException e)
        {
            throw new UserException("XL650", FormattableString.Invariant($"{path}:{first + (e.LineNumber ?? 0)}: not JSON: {e.Message.Split(" LineNumber:")[0]} The file must be a JSON object a line, or one list of them."), e);
        }
        catch (InvalidOperationException e)
        {
            throw new UserException("XL650", $"{path}: a text is not Unicode: {e.Message}", e);
        }
    }

    private static string Text(JsonElement record, string name, string where) => Optional(record, name)
        ?? throw new UserException("XL650", $"{where}: the text '{name}' is missing; the record has: {string.Join(", ", record.EnumerateObject().Select(p => p.Name))}.");

    private static string? Optional(JsonElement record, string name) =>
        record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex(@"(?m)^\s*def\s+(\w+)")]
    private static partial Regex Function();

    [GeneratedRegex(@"((?<!\\)"":\s*)NaN(?=\s*[,}])")]
    private static partial Regex BareNaN();
}
