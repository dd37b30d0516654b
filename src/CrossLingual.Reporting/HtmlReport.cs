using System.Net;
using System.Text;
using CrossLingual.Runs;

namespace CrossLingual.Reporting;

/// <summary>
/// A write-up in one HTML file that needs no other host. Figures are interactive where scripts run, and pictures where
/// they do not and on paper. What it is given is plain text and is encoded.
/// <code>
/// new HtmlReport("X-CIT against translated SFT") { Subtitle = "3 seeds", Summary = "X-CIT leads." }
///     .Section("Results").Add(table).Add(figure).Made("Seed", "7").Write("report.html");
/// </code>
/// </summary>
/// <param name="title">Heading of the page.</param>
public sealed class HtmlReport(string title)
{
    private readonly StringBuilder body = new();
    private readonly List<(string Name, string Value)> made = [];
    private int figures;
    private bool inSection;

    /// <summary>Line under the title; empty for none.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>The findings in a paragraph; empty for none.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The command that made the report; empty for none.</summary>
    public string Command { get; init; } = "";

    /// <summary>Starts a section.</summary>
    public HtmlReport Section(string heading)
    {
        body.Append(inSection ? "</section>\n" : "").Append("<section><h2>").Append(Encode(heading)).Append("</h2>\n");
        inSection = true;
        return this;
    }

    /// <summary>Adds text; an empty line starts a new paragraph.</summary>
    public HtmlReport Add(string text)
    {
        body.Append(Paragraphs(text));
        return this;
    }

    /// <summary>Adds a table.</summary>
    public HtmlReport Add(Table table)
    {
        body.Append("<div class=\"scroll\">").Append(table.ToHtml()).Append("</div>\n");
        return this;
    }

    /// <summary>Adds a figure; its caption stands under it.</summary>
    public HtmlReport Add(Figure figure)
    {
        figures++;
        var plain = figure with { Caption = "" };
        body.Append("<figure><div class=\"still\">").Append(plain.ToSvg()).Append("</div>")
            .Append("<div class=\"live\" hidden></div><script type=\"application/json\">")

            // Nothing in the data can close the script element.
            .Append(plain.ToPlotlyJson().Replace("<", "\\u003c"))
            .Append("</script>");
        if (figure.Caption.Length > 0)
        {
            body.Append("<figcaption>").Append(Encode(figure.Caption)).Append("</figcaption>");
        }

        body.Append("</figure>\n");
        return this;
    }

    /// <summary>Adds a line to the section that says how the report was made: seed, version, hash of the data.</summary>
    public HtmlReport Made(string name, string value)
    {
        made.Add((name, value));
        return this;
    }

    /// <summary>The page.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>").Append(Encode(title))
            .Append("</title>\n<style>\n").Append(Resource(typeof(HtmlReport), "report.css")).Append("</style>\n</head>\n<body>\n<main>\n<header><h1>")
            .Append(Encode(title)).Append("</h1>");
        if (Subtitle.Length > 0)
        {
            html.Append("<p class=\"subtitle\">").Append(Encode(Subtitle)).Append("</p>");
        }

        html.Append("</header>\n");
        if (Summary.Length > 0)
        {
            html.Append("<div class=\"summary\">").Append(Paragraphs(Summary)).Append("</div>\n");
        }

        html.Append(body).Append(inSection ? "</section>\n" : "").Append(HowMade()).Append("</main>\n");
        if (figures > 0)
        {
            html.Append("<script>").Append(Resource(typeof(Plotly.NET.GenericChart), "Plotly.NET.plotly-2.28.0.min.js"))
                .Append("</script>\n<script>\n").Append(Resource(typeof(HtmlReport), "report.js")).Append("</script>\n");
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>Writes the page; a reader never sees half of it.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, ToHtml());

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Paragraphs(string text) => string.Concat(text.ReplaceLineEndings("\n")
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(paragraph => $"<p>{Encode(paragraph).Replace("\n", "<br>")}</p>\n"));

    private static string Resource(Type neighbour, string name)
    {
        using var reader = new StreamReader(neighbour.Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private string HowMade()
    {
        if (made.Count == 0 && Command.Length == 0)
        {
            return "";
        }

        var html = new StringBuilder("<details><summary>How this was made</summary>\n");
        if (Command.Length > 0)
        {
            html.Append("<pre><code>").Append(Encode(Command)).Append("</code></pre>\n");
        }

        html.Append("<dl>");
        foreach (var (name, value) in made)
        {
            html.Append("<dt>").Append(Encode(name)).Append("</dt><dd>").Append(Encode(value)).Append("</dd>");
        }

        return html.Append("</dl></details>\n").ToString();
    }
}
