using System.Text.Json.Nodes;

namespace CrossLingual.Kernel;

/// <summary>A cell of a notebook: a view of its JSON, so that fields it does not know stay as they are.</summary>
/// <param name="json">The cell.</param>
public sealed class NotebookCell(JsonObject json)
{
    /// <summary>The cell as it stands in the file.</summary>
    public JsonObject Json { get; } = json;

    /// <summary>Whether the cell is run.</summary>
    public bool IsCode => (string?)Json["cell_type"] == "code";

    /// <summary>Whether the cell is text.</summary>
    public bool IsMarkdown => (string?)Json["cell_type"] == "markdown";

    /// <summary>Text of the cell; the file holds a list of lines or one string.</summary>
    public string Source
    {
        get => TextOf(Json["source"]);
        set => Json["source"] = Lines(value);
    }

    /// <summary>Metadata; made when missing.</summary>
    public JsonObject Metadata => Child("metadata");

    /// <summary>Tags, such as <c>parameters</c>.</summary>
    public IEnumerable<string> Tags => (Json["metadata"]?["tags"] as JsonArray)?.Select(tag => (string?)tag ?? "") ?? [];

    /// <summary>The language that the cell's metadata names (.NET Interactive and VS Code write it), or null.</summary>
    public string? Language =>
        (string?)Json["metadata"]?["polyglot_notebook"]?["kernelName"]
        ?? (string?)Json["metadata"]?["dotnet_interactive"]?["language"]
        ?? (string?)Json["metadata"]?["vscode"]?["languageId"];

    /// <summary>Outputs of a code cell; made when missing.</summary>
    public JsonArray Outputs
    {
        get
        {
            if (Json["outputs"] is not JsonArray outputs)
            {
                Json["outputs"] = outputs = [];
            }

            return outputs;
        }
    }

    /// <summary>When the cell ran, counted from 1; null when it did not.</summary>
    public int? ExecutionCount
    {
        get => (int?)Json["execution_count"];
        set => Json["execution_count"] = value;
    }

    /// <summary>Text that nbformat stores: a list of lines or one string; empty where there is none.</summary>
    internal static string TextOf(JsonNode? stored) => stored switch
    {
        JsonArray lines => string.Concat(lines.Select(line => (string?)line)),
        JsonValue text => (string?)text ?? "",
        _ => "",
    };

    /// <summary>Text as nbformat stores it: a list of lines, each but the last with its newline.</summary>
    internal static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            var next = end < 0 ? text.Length : end + 1;
            lines.Add((JsonNode)text[start..next]);
            start = next;
        }

        return lines;
    }

    private JsonObject Child(string name)
    {
        if (Json[name] is not JsonObject child)
        {
            Json[name] = child = [];
        }

        return child;
    }
}
