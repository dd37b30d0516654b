using System.Net;
using System.Text;
using CrossLingual.Kernel.Languages;
using Markdig;

namespace CrossLingual.Kernel.Export;

/// <summary>A notebook as one HTML page that takes no script from another host and adds none. Formulas stay as TeX.</summary>
public static class NotebookHtml
{
    /// <summary>Writes the page's text.</summary>
    /// <param name="notebook">The notebook.</param>
    /// <param name="title">Title of the page where the notebook has no heading.</param>
    /// <param name="folder">The notebook's folder, for pictures that lie beside it.</param>
    public static string Write(Notebook notebook, string title, string folder)
    {
        var pictures = new CellPictures(folder);
        var heading = notebook.Cells.Where(cell => cell.IsMarkdown).SelectMany(cell => cell.Source.Split('\n')).FirstOrDefault(line => line.StartsWith("# ", StringComparison.Ordinal));
        var html = new StringBuilder("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .Append(WebUtility.HtmlEncode(heading?[2..].Trim() ?? title)).Append("</title>\n<style>\n").Append(Style()).Append("</style>\n</head>\n<body>\n<main>\n");
        foreach (var cell in notebook.Cells)
        {
            if (cell.IsCode)
            {
                AppendCode(html, cell, notebook.LanguageOf(cell));
            }
            else if (cell.IsMarkdown)
            {
                var document = CellPictures.Parse(cell);
                pictures.Move(cell, document, (type, bytes, _) => Data(type, Convert.ToBase64String(bytes)));
                html.Append("<section class=\"text\">\n").Append(document.ToHtml(CellPictures.Pipeline)).Append("</section>\n");
            }
        }

        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void AppendCode(StringBuilder html, NotebookCell cell, string language)
    {
        if (string.IsNullOrWhiteSpace(cell.Source) && cell.Outputs.Count == 0)
        {
            return;
        }

        html.Append("<section class=\"cell\">\n<pre class=\"code\"><code>")
            .Append(language == CellLanguages.CSharp ? CSharpColours.ToHtml(cell.Source) : WebUtility.HtmlEncode(cell.Source)).Append("</code></pre>\n");
        foreach (var output in OutputForm.Of(cell))
        {
            html.Append(output.IsError ? "<div class=\"output error\">" : "<div class=\"output\">").Append(output.Type switch
            {
                "image/svg+xml" => $"<div class=\"picture\">{output.Text}</div>",
                _ when output.IsPicture => $"<div class=\"picture\"><img alt=\"{WebUtility.HtmlEncode(output.Alternative)}\" src=\"{Data(output.Type, output.Text)}\"></div>",
                "text/html" => output.Text,
                "text/markdown" => Markdown.ToHtml(output.Text, CellPictures.Pipeline),
                _ => $"<pre>{WebUtility.HtmlEncode(output.Text)}</pre>",
            }).Append("</div>\n");
        }

        html.Append("</section>\n");
    }

    private static string Data(string type, string base64) => $"data:{type};base64,{base64.ReplaceLineEndings("")}";

    private static string Style()
    {
        using var reader = new StreamReader(typeof(NotebookHtml).Assembly.GetManifestResourceStream("notebook.css")!);
        return reader.ReadToEnd();
    }
}
