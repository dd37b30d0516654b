using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrossLingual.Kernel.Languages;
using CrossLingual.Runs;

namespace CrossLingual.Kernel;

/// <summary>
/// A Jupyter notebook file (nbformat 4). What this project does not know in it survives reading and writing.
/// <code>
/// var notebook = Notebook.Read("01-text.ipynb");
/// var run = await NotebookRunner.RunAsync(notebook);
/// notebook.Write("01-text.out.ipynb");
/// </code>
/// </summary>
public sealed class Notebook
{
    /// <summary>How such files end.</summary>
    public const string Ending = ".ipynb";

    private readonly JsonArray cells;

    private Notebook(JsonObject json, JsonArray cells)
    {
        Json = json;
        this.cells = cells;
    }

    /// <summary>The whole file.</summary>
    public JsonObject Json { get; }

    /// <summary>The cells, from the top.</summary>
    public IReadOnlyList<NotebookCell> Cells => [.. cells.OfType<JsonObject>().Select(cell => new NotebookCell(cell))];

    /// <summary>The language that the file's kernel speaks, or null.</summary>
    public string? Language =>
        (string?)Json["metadata"]?["kernelspec"]?["language"] ?? (string?)Json["metadata"]?["language_info"]?["name"];

    /// <summary>An empty C# notebook.</summary>
    public static Notebook Create() => Parse(
        """
        {
         "cells": [],
         "metadata": {
          "kernelspec": { "display_name": "C# (CrossLingual)", "language": "C#", "name": "crosslingual-csharp" },
          "language_info": { "file_extension": ".cs", "mimetype": "text/x-csharp", "name": "csharp", "pygments_lexer": "csharp" }
         },
         "nbformat": 4,
         "nbformat_minor": 5
        }
        """,
        "new notebook");

    /// <summary>Whether a file's name is a notebook's: <c>.ipynb</c> or <c>.dib</c>.</summary>
    public static bool IsNotebook(string path) => Path.GetExtension(path).ToUpperInvariant() is ".IPYNB" or ".DIB";

    /// <summary>Reads a file of Jupyter's, or .NET Interactive's <c>.dib</c>.</summary>
    /// <exception cref="UserException">XL701: no such file; XL702: not a notebook of nbformat 4; XL748: a .dib file that cannot be read.</exception>
    public static Notebook Read(string path) => !File.Exists(path)
        ? throw new UserException("XL701", $"Notebook {path} does not exist. Give an .ipynb or .dib file.")
        : DibFile.IsDib(path) ? DibFile.Parse(File.ReadAllText(path), path) : Parse(File.ReadAllText(path), path);

    /// <summary>The language that a cell begins in, by the cell's metadata or else the file's, as <c>#!</c> magics name it; C# where neither says.</summary>
    public string LanguageOf(NotebookCell cell)
    {
        var name = new[] { cell.Language, Language }.FirstOrDefault(l => l is { Length: > 0 } and not "polyglot-notebook") ?? CellLanguages.CSharp;
        return CellLanguages.Find(name) ?? name;
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="origin">What errors call it.</param>
    /// <exception cref="UserException">XL702: not a notebook of nbformat 4.</exception>
    public static Notebook Parse(string text, string origin = "notebook")
    {
        try
        {
            var json = JsonNode.Parse(text) as JsonObject;
            return (int?)json?["nbformat"] == 4 && json["cells"] is JsonArray cells && cells.All(cell => cell is JsonObject)
                ? new Notebook(json, cells)
                : throw new UserException("XL702", $"{origin} is not a notebook of nbformat 4 (nbformat is {json?["nbformat"]?.ToJsonString() ?? "missing"}). Open and save it in Jupyter or VS Code to convert it.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new UserException("XL702", $"{origin} is not a notebook: {e.Message} It must be JSON of nbformat 4.", e);
        }
    }

    /// <summary>Puts a new cell in.</summary>
    /// <param name="place">Its place, counted from 0.</param>
    /// <param name="type"><c>code</c> or <c>markdown</c>.</param>
    /// <param name="source">Its text.</param>
    public NotebookCell Insert(int place, string type, string source)
    {
        var json = new JsonObject { ["cell_type"] = type, ["metadata"] = new JsonObject(), ["source"] = NotebookCell.Lines(source) };
        if (type == "code")
        {
            json["execution_count"] = null;
            json["outputs"] = new JsonArray();
        }

        // Cells have names since 4.5; made from place and text, a run of the same notebook writes the same file.
        if ((int?)Json["nbformat_minor"] >= 5)
        {
            json["id"] = Seed.For("cell", place, source).Value.ToString("x16", CultureInfo.InvariantCulture)[..8];
        }

        cells.Insert(place, json);
        return new NotebookCell(json);
    }

    /// <summary>Adds a cell at the end.</summary>
    public NotebookCell Add(string type, string source) => Insert(cells.Count, type, source);

    /// <summary>Takes a cell out.</summary>
    public void Remove(NotebookCell cell) => cells.Remove(cell.Json);

    /// <summary>The file's text as Jupyter writes it.</summary>
    public string ToText() => JupyterJson.Write(Json);

    /// <summary>Writes the file; a reader never sees half of it.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, ToText());
}
