using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CrossLingual.Kernel.Export;

/// <summary>An output in the form that a page that adds no script shows best.</summary>
/// <param name="Type">Its MIME type.</param>
/// <param name="Text">The text; of pictures other than SVG, base64.</param>
/// <param name="Alternative">What it says in plain text.</param>
/// <param name="IsError">Whether it was written to the error stream, or is an error.</param>
internal sealed partial record OutputForm(string Type, string Text, string Alternative, bool IsError = false)
{
    // Best first. A figure's JSON needs a script to draw it; its picture stands beside it.
    private static readonly string[] Preferred = ["image/svg+xml", "image/png", "image/jpeg", "text/html", "text/markdown", "text/plain"];

    /// <summary>Whether it is a picture in base64.</summary>
    public bool IsPicture => Type.StartsWith("image/", StringComparison.Ordinal) && Type != "image/svg+xml";

    /// <summary>The outputs of a cell.</summary>
    public static IEnumerable<OutputForm> Of(NotebookCell cell)
    {
        foreach (var output in cell.Outputs.OfType<JsonObject>())
        {
            switch ((string?)output["output_type"])
            {
                case "stream":
                    var text = Plain(NotebookCell.TextOf(output["text"]));
                    yield return new OutputForm("text/plain", text, text, (string?)output["name"] == "stderr");
                    break;
                case "error":
                    var trace = Plain(string.Join('\n', (output["traceback"] as JsonArray ?? []).Select(line => (string?)line)));
                    yield return new OutputForm("text/plain", trace.Length > 0 ? trace : $"{output["ename"]}: {output["evalue"]}", "", IsError: true);
                    break;
                default:
                    var data = output["data"] as JsonObject ?? [];
                    var plain = NotebookCell.TextOf(data["text/plain"]);
                    var type = Preferred.FirstOrDefault(data.ContainsKey);
                    yield return type is null
                        ? new OutputForm("text/plain", $"({string.Join(", ", data.Select(d => d.Key))})", plain)
                        : new OutputForm(type, type == "text/plain" ? Plain(plain) : Local(NotebookCell.TextOf(data[type])), plain);
                    break;
            }
        }
    }

    // A page must look the same without a network.
    private static string Local(string text) => RemoteScript().Replace(text, "<!-- a script from another host was left out -->");

    // Colours of terminals.
    private static string Plain(string text) => Colour().Replace(text, "");

    [GeneratedRegex(@"<script\b[^>]*\bsrc\s*=[^>]*>.*?</script\s*>", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex RemoteScript();

    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]")]
    private static partial Regex Colour();
}
