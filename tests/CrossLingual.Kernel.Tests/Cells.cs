using System.Text.Json.Nodes;

namespace CrossLingual.Kernel.Tests;

/// <summary>Short ways to run code and look at what it showed.</summary>
internal static class Cells
{
    public static Notebook Of(params string[] cells)
    {
        var notebook = Notebook.Create();
        foreach (var cell in cells)
        {
            notebook.Add("code", cell);
        }

        return notebook;
    }

    public static NotebookCell Tag(this NotebookCell cell, string tag)
    {
        cell.Metadata["tags"] = new JsonArray(tag);
        return cell;
    }

    public static string Text(JsonNode? lines) => string.Concat(lines!.AsArray().Select(line => (string?)line));

    public static string Value(this NotebookCell cell) => Text(cell.Outputs[^1]!["data"]!["text/plain"]);

    public static string Error(this NotebookCell cell) => (string)cell.Outputs[^1]!["evalue"]!;

    public static async Task<CellResult> Run(this CSharpSession session, string code, List<CellOutput>? outputs = null) =>
        await session.RunAsync(code, "cell 1", output => outputs?.Add(output));

    public static string Plain(this CellResult result) =>
        result.Error is null ? (string?)result.Value?["text/plain"] ?? "" : throw new InvalidOperationException(result.Error.Message);
}
