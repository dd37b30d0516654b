using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrossLingual.Data;
using CrossLingual.Runs;

namespace CrossLingual.Evaluation;

/// <summary>One number of a results file.</summary>
/// <param name="Task">The task, with its language where it has one: <c>mgsm-direct_sw</c>.</param>
/// <param name="Metric">The measure: <c>exact_match</c>, <c>acc</c>.</param>
/// <param name="Value">The value, mostly from 0 to 1.</param>
/// <param name="Deviation">Its standard error; null where the file gives none.</param>
/// <param name="N">Questions; null where the file does not say.</param>
public sealed record HarnessScore(string Task, string Metric, double Value, double? Deviation, int? N);

/// <summary>
/// The results file of lm-evaluation-harness (version 0.4), written and read, so that this project's numbers and others' stand in one table:
/// <code>
/// {"results": {"mgsm-direct_sw": {"exact_match,none": 0.12, "exact_match_stderr,none": 0.02}}, "n-samples": {"mgsm-direct_sw": {"effective": 250}}}
/// </code>
/// </summary>
public static class HarnessResults
{
    /// <summary>Name of a task in a language.</summary>
    public static string NameOf(string task, string language) => $"{task}_{language}";

    /// <summary>The file of a result.</summary>
    /// <param name="result">The marks.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="tasks">The tasks, for their settings.</param>
    public static string Write(EvalResult result, string model, IReadOnlyList<EvalTask> tasks)
    {
        var (results, counts, shots, configs, versions) = (new JsonObject(), new JsonObject(), new JsonObject(), new JsonObject(), new JsonObject());
        foreach (var group in result.Samples.GroupBy(s => (s.Task, s.Language)))
        {
            var name = NameOf(group.Key.Task, group.Key.Language);
            var task = tasks.FirstOrDefault(t => t.Name == group.Key.Task && t.Language == group.Key.Language);
            var row = new JsonObject { ["alias"] = name };
            Put("exact_match", [.. group.Select(s => s.Exact ? 1.0 : 0)]);
            Put("f1", [.. group.Select(s => s.F1)]);
            if (group.Any(s => s.Extracted is not null))
            {
                Put("extracted", [.. group.Select(s => s.Extracted is { Length: > 0 } ? 1.0 : 0)]);
            }

            results[name] = row;
            counts[name] = new JsonObject { ["original"] = group.Count(), ["effective"] = group.Count() };
            shots[name] = task?.Shots ?? 0;
            versions[name] = 1;
            configs[name] = new JsonObject { ["task"] = name, ["doc_to_text"] = task?.Prompt ?? "", ["num_fewshot"] = task?.Shots ?? 0, ["output_type"] = "generate_until" };

            void Put(string metric, double[] values)
            {
                var mean = values.Average();
                row[$"{metric},none"] = mean;
                row[$"{metric}_stderr,none"] = values.Length > 1
                    ? Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length)
                    : "N/A";
            }
        }

        return new JsonObject
        {
            ["results"] = results,
            ["configs"] = configs,
            ["versions"] = versions,
            ["n-shot"] = shots,
            ["n-samples"] = counts,
            ["config"] = new JsonObject { ["model"] = "xling", ["model_args"] = $"pretrained={model}" },
            ["model_name"] = model,
        }.ToJsonString(JsonText.Indented) + "\n";
    }

    /// <summary>Reads a results file of this project or of the harness.</summary>
    /// <exception cref="UserException">XL664: not such a file, with the line, or a key twice; XL621: not UTF-8.</exception>
    public static IReadOnlyList<HarnessScore> Read(string path)
    {
        JsonObject root;
        try
        {
            var text = string.Join('\n', TextLines.Read(path));
            var whole = JsonElement.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            JsonRecord.ReadTexts(text, whole);
            root = JsonObject.Create(whole) ?? throw new InvalidOperationException("It is null.");
        }
        catch (JsonException e)
        {
            throw new UserException("XL664", FormattableString.Invariant($"{path}{(e.LineNumber is { } line ? FormattableString.Invariant($":{line + 1}") : "")}: not a results file of lm-evaluation-harness: {e.Message.Split(" LineNumber:")[0]}"), e);
        }
        catch (InvalidOperationException e)
        {
            throw new UserException("XL664", $"{path} is not a results file of lm-evaluation-harness: {e.Message}", e);
        }

        if (root["results"] is not JsonObject results)
        {
            throw new UserException("XL664", $"{path} is not a results file of lm-evaluation-harness: it has no 'results', but {string.Join(", ", root.Select(p => p.Key))}.");
        }

        var scores = new List<HarnessScore>();
        foreach (var (task, row) in results)
        {
            foreach (var (key, value) in row as JsonObject ?? [])
            {
                var (metric, filter) = key.Split(',', 2) is [var name, var how] ? (name, how) : (key, "none");
                if (metric.EndsWith("_stderr", StringComparison.Ordinal) || Number(value) is not { } number)
                {
                    continue;
                }

                var n = root["n-samples"]?[task]?["effective"];
                scores.Add(new HarnessScore(task, filter == "none" ? metric : $"{metric},{filter}", number, Number(row![$"{metric}_stderr,{filter}"]), n is null ? null : (int?)Number(n)));
            }
        }

        return scores.Count > 0 ? scores : throw new UserException("XL664", $"{path} has no number under 'results'.");
    }

    // The harness writes "N/A" for an error that it does not compute.
    private static double? Number(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
