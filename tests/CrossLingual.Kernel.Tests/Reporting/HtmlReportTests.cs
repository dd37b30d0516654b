using System.Text.RegularExpressions;
using CrossLingual.Reporting;

namespace CrossLingual.Kernel.Tests.Reporting;

public partial class HtmlReportTests
{
    private const string Evil = "</script><script>alert(1)</script><img src=https://example.org/x>";

    private static readonly string Page = new HtmlReport(Evil) { Subtitle = Evil, Summary = Evil, Command = Evil }
        .Section(Evil)
        .Add(Evil)
        .Add(new Table(Evil) { Caption = Evil }.Add(Evil))
        .Add(Figure.Bars(Evil, [Evil], new BarSeries(Evil, 1), new BarSeries("b", 2)) with { Caption = Evil, XTitle = Evil })
        .Add(Figure.Lines("Loss", new LineSeries("l", [0, 1], [2, 1])))
        .Made(Evil, Evil)
        .ToHtml();

    [Fact]
    public void UserText_IsEncoded()
    {
        Assert.DoesNotContain("<script>alert", Page);
        Assert.DoesNotContain("<img src=https", Page);
        Assert.Contains("&lt;img src=https", Page);
    }

    [Fact]
    public void Page_NamesNoOtherHost() => Assert.DoesNotMatch(Loads(), WithoutScripts(Page));

    [Fact]
    public void Plotly_IsThereOnce_AndNothingClosesItEarly()
    {
        Assert.Equal(1, Regex.Count(Page, "plotly.js v2", RegexOptions.None));
        Assert.Equal(Regex.Count(Page, "<script[ >]"), Regex.Count(Page, "</script"));
        Assert.DoesNotMatch(Loads(), string.Concat(Regex.Matches(Page, "<script[^>]*>").Select(match => match.Value)));
    }

    [Fact]
    public void EveryFigure_HasAStillPicture() => Assert.Equal(2, Regex.Count(Page, "<div class=\"still\"><svg"));

    [Fact]
    public void WithoutFigures_ThePageIsSmall() => Assert.InRange(new HtmlReport("t").Add("text").ToHtml().Length, 1, 10_000);

    private static string WithoutScripts(string page) => Regex.Replace(page, "<script[^>]*>.*?</script>", "", RegexOptions.Singleline);

    [GeneratedRegex("""<[a-z]+(\s+[a-z:-]+(="[^"]*")?)*\s+(src|href)\s*=\s*["']?(https?:)?//|@import|url\(\s*["']?(https?:)?//""", RegexOptions.IgnoreCase)]
    private static partial Regex Loads();
}
