using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CrossLingual.Kernel.Languages;

namespace CrossLingual.Kernel;

/// <summary>
/// .NET Interactive's own notebook format: plain text in which a line <c>#!csharp</c> begins a cell of that language, and
/// a cell <c>#!meta</c> at the top holds JSON with the kernels' names.
/// </summary>
internal static partial class DibFile
{
    /// <summary>How such files end.</summary>
    public const string Ending = ".dib";

    private const string Meta = "meta";

    /// <summary>Whether a file's name is such a file's.</summary>
    public static bool IsDib(string path) => string.Equals(Path.GetExtension(path), Ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a text as a notebook; its cells carry their language as .NET Interactive writes it.</summary>
    /// <param name="text">The file.</param>
    /// <param name="origin">What errors call it.</param>
    /// <exception cref="UserException">XL748: its <c>#!meta</c> cell is not JSON.</exception>
    public static Notebook Parse(string text, string origin)
    {
        text = text.ReplaceLineEndings("\n");
        var notebook = Notebook.Create();
        var names = new HashSet<string>(CellLanguages.Magics.Append(Meta), StringComparer.OrdinalIgnoreCase);
        var (language, from) = (CellLanguages.CSharp, 0);
        foreach (Match match in Opening().Matches(text))
        {
            if (!names.Contains(match.Groups[1].Value))
            {
                continue;
            }

            Add(text[from..match.Index]);
            language = match.Groups[1].Value.ToLowerInvariant();

            // #!sql --name x belongs to its cell as well as opening it.
            from = string.IsNullOrWhiteSpace(match.Groups[2].Value) ? match.Index + match.Length : match.Index;
        }

        Add(text[from..]);
        return notebook;

        void Add(string source)
        {
            source = source.Trim('\n');
            if (language == Meta)
            {
                (language, var kernels) = ReadMeta(source, origin);
                names.UnionWith(kernels);
                return;
            }

            if (source.Length == 0)
            {
                return;
            }

            var name = CellLanguages.Find(language) ?? language;
            var cell = notebook.Add(name == CellLanguages.Markdown ? "markdown" : "code", source);
            if (cell.IsCode)
            {
                cell.Metadata["dotnet_interactive"] = new JsonObject { ["language"] = name };
                cell.Metadata["polyglot_notebook"] = new JsonObject { ["kernelName"] = name };
            }
        }
    }

    // {"kernelInfo":{"defaultKernelName":"csharp","items":[{"name":"csharp","languageName":"C#","aliases":["c#"]}]}}
    private static (string Language, IEnumerable<string> Kernels) ReadMeta(string json, string origin)
    {
        try
        {
            var info = JsonNode.Parse(json)!["kernelInfo"];
            var kernels = (info?["items"] as JsonArray ?? []).SelectMany(item => (item?["aliases"] as JsonArray ?? []).Select(a => (string?)a).Append((string?)item?["name"]));
            return ((string?)info?["defaultKernelName"] ?? CellLanguages.CSharp, [.. kernels.OfType<string>()]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UserException("XL748", $"{origin}: its #!meta cell is not JSON: {e.Message} Correct it, or take the cell out.", e);
        }
    }

    [GeneratedRegex(@"^#!(\p{L}[^\s]*)(.*)$", RegexOptions.Multiline)]
    private static partial Regex Opening();
}
