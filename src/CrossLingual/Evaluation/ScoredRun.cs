using System.Text.Json;

namespace CrossLingual.Evaluation;

/// <summary>A run's numbers: per question where they are kept, else as totals.</summary>
/// <param name="Name">The run, as it was named.</param>
/// <param name="Items">For each task and metric the score of each question.</param>
/// <param name="Totals">For each task and metric the value alone, where questions are not kept.</param>
public sealed record ScoredRun(
    string Name,
    IReadOnlyDictionary<(string Task, string Metric), IReadOnlyDictionary<string, double>> Items,
    IReadOnlyDictionary<(string Task, string Metric), HarnessScore> Totals)
{
    /// <summary>
    /// Reads a run's folder (<c>samples.jsonl</c>), a results file of lm-evaluation-harness with the <c>samples_….jsonl</c>
    /// beside it where there are any, or a folder that holds these.
    /// </summary>
    /// <exception cref="UserException">XL665: neither; XL664, XL666: a file not of its form; XL613: a question twice.</exception>
    public static ScoredRun Read(string path)
    {
        if (File.Exists(Path.Combine(path, "samples.jsonl")))
        {
            return new ScoredRun(path, Own(Path.Combine(path, "samples.jsonl")), new Dictionary<(string, string), HarnessScore>());
        }

        var file = File.Exists(path) ? path : Newest(path) ?? throw new UserException("XL665", $"{path} is no run: a folder with samples.jsonl, as 'xling eval' writes it, or a results file of lm-evaluation-harness is needed.");
        var items = new Dictionary<(string, string), IReadOnlyDictionary<string, double>>();
        var scores = HarnessResults.Read(file);
        foreach (var task in scores.Select(s => s.Task).Distinct())
        {
            if (SamplesOf(file, task) is { } samples)
            {
                Harness(samples, task, [.. scores.Where(s => s.Task == task).Select(s => s.Metric)], items);
            }
        }

        return new ScoredRun(path, items, scores.Where(s => !items.ContainsKey((s.Task, s.Metric))).ToDictionary(s => (s.Task, s.Metric)));
    }

    private static string? Newest(string folder) => !Directory.Exists(folder) ? null : Directory.EnumerateFiles(folder, "results*.json", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateFiles(folder, "lm-eval.json")).Where(f => HasResults(f)).Order(StringComparer.Ordinal).LastOrDefault();

    private static bool HasResults(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("results", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // results_2026-11-24T19.json stands beside samples_TASK_2026-11-24T19.json(l).
    private static string? SamplesOf(string results, string task)
    {
        var date = Path.GetFileNameWithoutExtension(results).Split('_', 2) is [_, var rest] ? rest : "";
        return Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(results))!, $"samples_{task}_*.json*")
            .Order(StringComparer.Ordinal).LastOrDefault(f => date.Length == 0 || Path.GetFileNameWithoutExtension(f) == $"samples_{task}_{date}");
    }

    private static Dictionary<(string, string), IReadOnlyDictionary<string, double>> Own(string path)
    {
        var items = new Dictionary<(string, string), Dictionary<string, double>>();
        foreach (var (record, where) in Lines(path))
        {
            var (task, language, id) = (Text(record, "task", where), Text(record, "language", where), Text(record, "id", where));
            var name = HarnessResults.NameOf(task, language);
            Add(items, (name, "exact_match"), id, Flag(record, "exact", where), where);
            Add(items, (name, "f1"), id, Number(record, "f1", where), where);
            if (record.TryGetProperty("extracted", out var extracted) && extracted.ValueKind == JsonValueKind.String)
            {
                Add(items, (name, "extracted"), id, extracted.GetString()!.Length > 0 ? 1 : 0, where);
            }
        }

        return items.ToDictionary(i => i.Key, i => (IReadOnlyDictionary<string, double>)i.Value);
    }

    // A line a question and filter; the metrics are numbers of the record.
    private static void Harness(string path, string task, HashSet<string> metrics, Dictionary<(string, string), IReadOnlyDictionary<string, double>> into)
    {
        var items = new Dictionary<(string, string), Dictionary<string, double>>();
        foreach (var (record, where) in Lines(path))
        {
            var id = record.TryGetProperty("doc_id", out var doc) ? doc.ToString() : throw new UserException("XL666", $"{where}: the record has no 'doc_id'.");
            var filter = record.TryGetProperty("filter", out var named) && named.ToString() is { Length: > 0 } and not "none" ? $",{named}" : "";
            foreach (var property in record.EnumerateObject().Where(p => metrics.Contains(p.Name + filter) && p.Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
            {
                Add(items, (task, property.Name + filter), id, property.Value.ValueKind == JsonValueKind.Number ? property.Value.GetDouble() : property.Value.GetBoolean() ? 1 : 0, where);
            }
        }

        foreach (var (key, scores) in items)
        {
            into[key] = scores;
        }
    }

    private static void Add(Dictionary<(string, string), Dictionary<string, double>> items, (string, string) key, string id, double value, string where)
    {
        if (!items.TryGetValue(key, out var scores))
        {
            items[key] = scores = [];
        }

        if (!double.IsFinite(value))
        {
            throw new UserException("XL666", $"{where}: the score of '{id}' is not a finite number. Score the question again, or as a failure.");
        }

        if (!scores.TryAdd(id, value))
        {
            throw new UserException("XL613", $"{where}: the question '{id}' of {key.Item1} stands twice. Give each question an id of its own.");
        }
    }

    private static IEnumerable<(JsonElement Record, string Where)> Lines(string path)
    {
        var number = 0;
        foreach (var line in Data.TextLines.Read(path))
        {
            number++;
            if (line.Trim().Length == 0)
            {
                continue;
            }

            var where = FormattableString.Invariant($"{path}:{number}");
            yield return (Data.JsonRecord.Parse(line, where, "XL666"), where);
        }
    }

    private static string Text(JsonElement record, string name, string where) =>
        record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Missing(name, where);

    private static double Flag(JsonElement record, string name, string where) =>
        record.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() ? 1 : 0 : throw Missing(name, where);

    private static double Number(JsonElement record, string name, string where) =>
        record.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetDouble()
        : value.ValueKind == JsonValueKind.String && value.GetString() is "NaN" or "Infinity" or "-Infinity" ? double.NaN : throw Missing(name, where);

    private static UserException Missing(string name, string where) => new("XL666", $"{where}: '{name}' is missing or of another kind; a line of samples.jsonl has id, task, language, exact and f1.");
}
