using System.Text.Json.Nodes;
using CrossLingual.Reporting;

namespace CrossLingual.Kernel.Tests.Reporting;

public class FigureTests
{
    private static readonly Figure Bars = Figure.Bars(
        "Exact <match>", ["Tiếng Việt", "हिन्दी"], new BarSeries("X-CIT", new Estimate(62.5, 58.1, 66.7), double.NaN), new BarSeries("SFT", 55, 40));

    private static readonly Figure Grid = Figure.HeatMap("Change", ["layer 0", "layer 1"], ["q", "k"], new[,] { { 0.1, 0.9 }, { double.NaN, 0.4 } });

    private static readonly Figure Lines = Figure.Lines(
        "Loss", new LineSeries("es", [0, 1, 2], [3, 2, 1]) { Low = [2, 1, 0], High = [4, 3, 2], Points = true });

    public static TheoryData<string> Kinds => ["bars", "grid", "lines"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKind_DrawsSvgPngAndPlotly(string kind)
    {
        var figure = Of(kind) with { Caption = "A finding.", XTitle = "x", YTitle = "y" };
        var svg = figure.ToSvg();
        Assert.StartsWith("<svg ", svg);
        Assert.EndsWith("</svg>", svg);
        Assert.DoesNotContain("<?xml", svg);
        Assert.NotNull(System.Xml.Linq.XDocument.Parse(svg));
        var png = figure.ToPng(400, 300);
        Assert.Equal(400, (png[18] << 8) | png[19]);
        Assert.NotEmpty(JsonNode.Parse(figure.ToPlotlyJson())!["data"]!.AsArray());
    }

    [Fact]
    public void ErrorBars_AreAsymmetric()
    {
        var error = JsonNode.Parse(Bars.ToPlotlyJson())!["data"]![0]!["error_y"]!;
        Assert.Equal(4.2, (double)error["array"]![0]!, 6);
        Assert.Equal(4.4, (double)error["arrayminus"]![0]!, 6);
        Assert.Equal("NaN", (string?)error["array"]![1]);
    }

    [Fact]
    public void PlotlyTitle_IsPlainText() =>
        Assert.Equal("Exact &lt;match&gt;", (string?)JsonNode.Parse(Bars.ToPlotlyJson())!["layout"]!["title"]!["text"]);

    [Fact]
    public void TwoFigures_ShareNoNamesOnAPage()
    {
        static HashSet<string> Names(string svg) => [.. svg.Split("id=\"").Skip(1).Select(part => part[..part.IndexOf('"')])];
        Assert.Empty(Names(Bars.ToSvg()).Intersect(Names(Lines.ToSvg())));
    }

    [Fact]
    public void UnequalLengths_AreRefused()
    {
        Assert.Equal("XL601", Assert.Throws<UserException>(() => Figure.Bars("t", ["a", "b"], new BarSeries("s", 1))).Id);
        Assert.Equal("XL601", Assert.Throws<UserException>(() => Figure.Lines("t", new LineSeries("s", [1, 2], [1]))).Id);
        Assert.Equal("XL601", Assert.Throws<UserException>(() => Figure.HeatMap("t", ["a"], ["b"], new double[2, 1])).Id);
    }

    [Fact]
    public void EmptyFigures_StillDraw()
    {
        Assert.NotEmpty(Figure.Bars("none", []).ToPng());
        Assert.NotEmpty(Figure.Lines("none").ToPng());
        Assert.NotEmpty(Figure.HeatMap("none", [], [], new double[0, 0]).ToPng());
    }

    private static Figure Of(string kind) => kind switch { "bars" => Bars, "grid" => Grid, _ => Lines };
}
