using System.Text.Json.Nodes;
using CrossLingual.Kernel.Export;

namespace CrossLingual.Kernel.Tests;

public sealed class NotebookExportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("xl-export-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Html_HoldsAllAndFetchesNothing()
    {
        var html = NotebookHtml.Write(await Sample(), "file name", folder);
        Assert.Contains("<title>Title &amp; more</title>", html);
        Assert.Contains("<span class=\"math\">\\(x_{tg} \\to y\\)</span>", html);
        Assert.Equal(2, html.Split("src=\"data:image/png;base64,AQID\"").Length - 1 + html.Split("src=\"data:image/png;base64,BAUG\"").Length - 1);
        Assert.Contains("<span class=\"k\">var</span> s = <span class=\"s\">&quot;&lt;b&gt;&quot;</span>; <span class=\"c\">// c &lt;</span>", html);
        Assert.Contains("<table class=\"xl-table\">", html);
        Assert.Contains("src=\"data:image/png;base64,iVBOR", html);
        Assert.Contains("<div class=\"output error\"><pre>cell 5", html);
        Assert.DoesNotContain("http://", html.Replace("http://www.w3.org", "", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", html);
    }

    [Fact]
    public async Task Markdown_KeepsPicturesAsFiles()
    {
        var (text, pictures) = NotebookMarkdown.Write(await Sample(), folder, "n_files");
        Assert.Equal(["cell-1-1.png", "cell-1-2.png", "cell-3-1.png"], pictures.Keys);
        Assert.Equal([1, 2, 3], pictures["cell-1-1.png"]);
        Assert.Contains("![a](n_files/cell-1-1.png) ![b](n_files/cell-1-2.png) ![c](missing.png)", text);
        Assert.Contains("```csharp\nvar s = \"<b>\"; // c <\ns\n```\n\n```text\n<b>\n```", text);
        Assert.Contains("![F](n_files/cell-3-1.png)", text);
    }

    [Fact]
    public void Colours_LoseNoLetter()
    {
        const string Code = "#r \"x.dll\"\nvar s = $\"\"\"{a:0.0} <\n\"\"\";\n/* c */ await f('c', 1.5e3); // <end>\n#!broken \"";
        Assert.Equal(Code, System.Net.WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Replace(CSharpColours.ToHtml(Code), "</?span[^>]*>", "")));
    }

    private async Task<Notebook> Sample()
    {
        await File.WriteAllBytesAsync(Path.Combine(folder, "p q.png"), [1, 2, 3]);
        var notebook = Cells.Of("var s = \"<b>\"; // c <\ns", "Figure.Bars(\"F\", [\"a\"], new BarSeries(\"s\", [new Estimate(50)]))", "new Table(\"EM\").Add(1)", "throw new Exception(\"no\");");
        var title = notebook.Insert(0, "markdown", "# Title & more\n\n$x_{tg} \\to y$ ![a](p%20q.png) ![b](attachment:p.png) ![c](missing.png)");
        title.Json["attachments"] = new JsonObject { ["p.png"] = new JsonObject { ["image/png"] = "BAUG" } };
        await NotebookRunner.RunAsync(notebook);
        notebook.Cells[3].Outputs.Add(new JsonObject { ["output_type"] = "display_data", ["metadata"] = new JsonObject(), ["data"] = new JsonObject { ["text/html"] = "<i>x</i><script src=\"http://elsewhere/x.js\"></script>" } });
        return notebook;
    }
}
