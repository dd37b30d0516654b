using System.Globalization;
using System.Text;

namespace CrossLingual.Kernel.Export;

/// <summary>A notebook as Markdown with its pictures as files beside it.</summary>
/// <param name="Text">The Markdown.</param>
/// <param name="Pictures">The pictures, by file name in their folder.</param>
public sealed record NotebookMarkdown(string Text, IReadOnlyDictionary<string, byte[]> Pictures)
{
    /// <summary>Writes a notebook.</summary>
    /// <param name="notebook">The notebook.</param>
    /// <param name="folder">The notebook's folder, for pictures that lie beside it.</param>
    /// <param name="pictureFolder">What the Markdown calls the folder of its pictures.</param>
    public static NotebookMarkdown Write(Notebook notebook, string folder, string pictureFolder)
    {
        var source = new CellPictures(folder);
        var pictures = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var parts = new List<string>();
        for (var i = 0; i < notebook.Cells.Count; i++)
        {
            var (cell, count) = (notebook.Cells[i], 0);
            string Keep(byte[] bytes, string ending)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"cell-{i + 1}-{++count}{ending}");
                pictures[name] = bytes;
                return $"{Uri.EscapeDataString(pictureFolder)}/{name}";
            }

            if (cell.IsMarkdown)
            {
                var text = new StringBuilder(cell.Source);
                foreach (var (span, address) in source.Move(cell, CellPictures.Parse(cell), (_, bytes, name) => Keep(bytes, Path.GetExtension(name))).Reverse())
                {
                    text.Remove(span.Start, span.Length).Insert(span.Start, address);
                }

                parts.Add(text.ToString().Trim('\n'));
            }
            else if (cell.IsCode && (cell.Source.Length > 0 || cell.Outputs.Count > 0))
            {
                parts.Add(Fenced(cell.Source, notebook.LanguageOf(cell)));
                parts.AddRange(OutputForm.Of(cell).Select(output => output.Type switch
                {
                    "image/svg+xml" => Picture(output, Keep(Encoding.UTF8.GetBytes(output.Text), ".svg")),
                    _ when output.IsPicture => Picture(output, Keep(Convert.FromBase64String(output.Text), output.Type == "image/png" ? ".png" : ".jpg")),

                    // An empty line would end the HTML.
                    "text/html" => string.Join('\n', output.Text.Split('\n').Where(line => line.Trim().Length > 0)),
                    "text/markdown" => output.Text,
                    _ => Fenced(output.Text, "text"),
                }));
            }
        }

        return new NotebookMarkdown(string.Join("\n\n", parts) + "\n", pictures);
    }

    private static string Picture(OutputForm output, string address) =>
        $"![{output.Alternative.ReplaceLineEndings(" ").Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal)}]({address})";

    // The fence is longer than any within.
    private static string Fenced(string text, string language)
    {
        var fence = "```";
        while (text.Contains(fence, StringComparison.Ordinal))
        {
            fence += "`";
        }

        return $"{fence}{language}\n{text.TrimEnd('\n')}\n{fence}";
    }
}
