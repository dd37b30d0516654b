using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CrossLingual.Kernel;

/// <summary>Compares outputs of a cell: words as they are, numbers within a tolerance, figures by their traces.</summary>
/// <param name="tolerance">How far numbers may be apart, as a share of the larger one; at least 0, below 1.</param>
internal sealed partial class OutputComparison(double tolerance)
{
    private const string Plotly = "application/vnd.plotly.v1+json";

    /// <summary>Numbers as small as this are zero: what rounding leaves.</summary>
    private const double Nothing = 1e-9;

    /// <summary>The first difference between what a file holds and what a run gave; null for none.</summary>
    public OutputDifference? First(JsonArray committed, JsonArray fresh)
    {
        var (before, now) = (Joined(committed), Joined(fresh));
        for (var i = 0; i < Math.Min(before.Count, now.Count); i++)
        {
            var found = before[i].Kind != now[i].Kind
                ? new OutputDifference($"output {i + 1}", before[i].Kind, now[i].Kind)
                : now[i].Data is { } data ? Forms(i + 1, before[i].Data!, data) : Text(now[i].Kind, before[i].Text, now[i].Text);
            if (found is not null)
            {
                return found;
            }
        }

        return before.Count == now.Count ? null : new OutputDifference("outputs", Count(before.Count), Count(now.Count));
    }

    /// <summary>The first difference between texts; null for none. Runs of blanks and of rules count as one.</summary>
    public OutputDifference? Text(string where, string committed, string fresh)
    {
        var (before, now) = (Tokens().Matches(committed), Tokens().Matches(fresh));
        for (var i = 0; i < Math.Max(before.Count, now.Count); i++)
        {
            var (a, b) = (i < before.Count ? before[i].Value : "", i < now.Count ? now[i].Value : "");
            if (a != b && !(IsRule(a) && IsRule(b)) && !(Number(a) is { } x && Number(b) is { } y && IsClose(x, y)))
            {
                return new OutputDifference(where, Around(committed, before, i), Around(fresh, now, i));
            }
        }

        return null;
    }

    // The whole line is more telling than the word.
    private static string Around(string text, MatchCollection tokens, int i)
    {
        if (i >= tokens.Count)
        {
            return "nothing more";
        }

        var at = tokens[i].Index;
        var start = text.LastIndexOf('\n', Math.Max(0, at - 1)) + 1;
        var end = text.IndexOf('\n', at);
        var line = text[Math.Max(start, at - 60)..Math.Min(end < 0 ? text.Length : end, at + 60)];
        return $"{tokens[i].Value} in '{line.Trim()}'";
    }

    private static bool IsRule(string token) => token.Length > 1 && token.All(c => c == '-');

    private static double? Number(string token) =>
        double.TryParse(token, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Count(int outputs) => string.Create(CultureInfo.InvariantCulture, $"{outputs} outputs");

    // Text that went to a stream in pieces is one text.
    private static List<(string Kind, string Text, JsonObject? Data)> Joined(JsonArray outputs)
    {
        var all = new List<(string Kind, string Text, JsonObject? Data)>();
        foreach (var output in outputs.OfType<JsonObject>())
        {
            switch ((string?)output["output_type"])
            {
                case "stream":
                    var (name, text) = ((string?)output["name"] ?? "stdout", NotebookCell.TextOf(output["text"]));
                    if (all is [.., var last] && last.Kind == name)
                    {
                        all[^1] = last with { Text = last.Text + text };
                    }
                    else
                    {
                        all.Add((name, text, null));
                    }

                    break;
                case "error":
                    all.Add(("error", (string?)output["evalue"] ?? "", null));
                    break;
                default:
                    all.Add(("value", "", output["data"] as JsonObject ?? []));
                    break;
            }
        }

        return all;
    }

    private OutputDifference? Forms(int number, JsonObject committed, JsonObject fresh)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"output {number}");
        string Kinds(JsonObject data) => string.Join(", ", data.Select(pair => pair.Key).Order(StringComparer.Ordinal));
        if (Kinds(committed) != Kinds(fresh))
        {
            return new OutputDifference($"{where}: forms", Kinds(committed), Kinds(fresh));
        }

        if (fresh[Plotly] is { } figure)
        {
            return Json("figure: data", committed[Plotly]?["data"], figure["data"]) ?? Json("figure: title", committed[Plotly]?["layout"]?["title"], figure["layout"]?["title"]);
        }

        // Plain text says what a table says, in words; pictures without numbers are not compared.
        var texts = fresh.Select(pair => pair.Key).Where(type => type.StartsWith("text/", StringComparison.Ordinal));
        var told = fresh.ContainsKey("text/plain") ? texts.OrderByDescending(type => type == "text/plain").Take(1) : texts;
        return told.Select(type => Text($"{where}: {type}", NotebookCell.TextOf(committed[type]), NotebookCell.TextOf(fresh[type]))).FirstOrDefault(d => d is not null);
    }

    private OutputDifference? Json(string path, JsonNode? committed, JsonNode? fresh)
    {
        switch (committed, fresh)
        {
            case (JsonObject a, JsonObject b):
                return a.Select(p => p.Key).Union(b.Select(p => p.Key)).Select(key => Json($"{path}.{key}", a[key], b[key])).FirstOrDefault(d => d is not null);
            case (JsonArray a, JsonArray b) when a.Count == b.Count:
                return a.Select((item, i) => Json(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), item, b[i])).FirstOrDefault(d => d is not null);
            case (JsonArray a, JsonArray b):
                return new OutputDifference(path, string.Create(CultureInfo.InvariantCulture, $"{a.Count} values"), string.Create(CultureInfo.InvariantCulture, $"{b.Count} values"));
        }

        if (committed?.GetValueKind() == JsonValueKind.String && fresh?.GetValueKind() == JsonValueKind.String)
        {
            return Text(path, (string)committed!, (string)fresh!) is null ? null : new OutputDifference(path, Say(committed), Say(fresh));
        }

        if (committed?.GetValueKind() == JsonValueKind.Number && fresh?.GetValueKind() == JsonValueKind.Number
            && IsClose(double.Parse(committed.ToJsonString(), CultureInfo.InvariantCulture), double.Parse(fresh.ToJsonString(), CultureInfo.InvariantCulture)))
        {
            return null;
        }

        return JsonNode.DeepEquals(committed, fresh) ? null : new OutputDifference(path, Say(committed), Say(fresh));
    }

    private static string Say(JsonNode? node) => node is null ? "nothing" : node.ToJsonString() is { Length: > 120 } text ? text[..120] + "…" : node.ToJsonString();

    private bool IsClose(double a, double b) => Math.Abs(a - b) <= Math.Max(Nothing, tolerance * Math.Max(Math.Abs(a), Math.Abs(b)));

    // Numbers (a minus after a word or a number is a dash), words, rules, and every other sign.
    [GeneratedRegex(@"(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)|\w+|-{2,}|[^\w\s]")]
    private static partial Regex Tokens();
}
