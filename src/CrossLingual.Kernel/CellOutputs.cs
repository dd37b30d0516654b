using System.Text.Json.Nodes;

namespace CrossLingual.Kernel;

/// <summary>Fills a cell's outputs in nbformat's terms; text written in a row to one stream becomes one output.</summary>
/// <param name="outputs">The cell's list.</param>
internal sealed class CellOutputs(JsonArray outputs)
{
    private readonly System.Text.StringBuilder text = new();
    private readonly Dictionary<string, JsonObject> displays = [];
    private bool clears;
    private string stream = "";

    /// <summary>Adds what the running cell shows.</summary>
    public void Add(CellOutput output)
    {
        if (output is ClearOutput clear)
        {
            clears = true;
            if (!clear.Wait)
            {
                Clear();
            }

            return;
        }

        if (clears)
        {
            Clear();
        }

        switch (output)
        {
            case DisplayOutput { Updates: true } update:
                // A display of an earlier cell is not in this list; the runner writes one cell at a time.
                if (displays.TryGetValue(update.Id, out var shownBefore))
                {
                    shownBefore["data"] = ByLines(update.Data);
                }

                break;
            case StreamOutput written:
                if (written.Name != stream)
                {
                    EndStream();
                    stream = written.Name;
                }

                text.Append(written.Text);
                break;
            case DisplayOutput shown:
                EndStream();
                var item = new JsonObject { ["data"] = ByLines(shown.Data), ["metadata"] = new JsonObject(), ["output_type"] = "display_data" };
                displays[shown.Id] = item;
                outputs.Add(item);
                break;
        }
    }

    /// <summary>Adds the cell's value or error.</summary>
    public void Finish(CellResult result, int count)
    {
        EndStream();
        if (result.Value is { } value)
        {
            outputs.Add(new JsonObject
            {
                ["data"] = ByLines(value),
                ["execution_count"] = count,
                ["metadata"] = new JsonObject(),
                ["output_type"] = "execute_result",
            });
        }

        if (result.Error is { } error)
        {
            outputs.Add(new JsonObject
            {
                ["ename"] = error.Name,
                ["evalue"] = error.Message,
                ["output_type"] = "error",
                ["traceback"] = new JsonArray([.. error.Trace.Select(line => (JsonNode)line)]),
            });
        }
    }

    private static JsonObject ByLines(JsonObject data)
    {
        var stored = new JsonObject();
        foreach (var (type, value) in data)
        {
            // Pictures are one long string, JSON stays JSON, text is a list of lines.
            stored[type] = type.StartsWith("text/", StringComparison.Ordinal) && value is JsonValue
                ? NotebookCell.Lines((string)value!)
                : value?.DeepClone();
        }

        return stored;
    }

    private void Clear()
    {
        clears = false;
        text.Clear();
        outputs.Clear();
        displays.Clear();
    }

    private void EndStream()
    {
        if (text.Length > 0)
        {
            outputs.Add(new JsonObject { ["name"] = stream, ["output_type"] = "stream", ["text"] = NotebookCell.Lines(text.ToString()) });
            text.Clear();
        }
    }
}
