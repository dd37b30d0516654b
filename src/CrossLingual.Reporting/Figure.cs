using System.Globalization;

namespace CrossLingual.Reporting;

/// <summary>The forms of chart.</summary>
public enum FigureKind
{
    /// <summary>Grouped bars with confidence intervals.</summary>
    Bar,

    /// <summary>Lines, with bands and points where given.</summary>
    Line,

    /// <summary>A grid of coloured cells.</summary>
    HeatMap,
}

/// <summary>
/// A chart in neutral terms. It draws itself as interactive Plotly, as SVG and as PNG, all alike in colours and words.
/// <code>
/// Figure.Bars("Exact match", ["Spanish", "Hindi"], new BarSeries("X-CIT", new Estimate(62.5, 58.1, 66.7), 51.0))
///     with { Caption = "X-CIT leads in Spanish.", YTitle = "Exact match (%)" };
/// </code>
/// </summary>
public sealed record Figure
{
    private Figure()
    {
    }

    /// <summary>What is shown.</summary>
    public required string Title { get; init; }

    /// <summary>The finding, in a sentence; empty for none.</summary>
    public string Caption { get; init; } = "";

    /// <summary>Title of the horizontal axis, with its unit; empty for none.</summary>
    public string XTitle { get; init; } = "";

    /// <summary>Title of the vertical axis, with its unit; empty for none.</summary>
    public string YTitle { get; init; } = "";

    /// <summary>The form of the chart.</summary>
    public FigureKind Kind { get; private init; }

    /// <summary>Names of the bars' groups; empty for other forms.</summary>
    public IReadOnlyList<string> Categories { get; private init; } = [];

    /// <summary>The bars; empty for other forms.</summary>
    public IReadOnlyList<BarSeries> BarSeries { get; private init; } = [];

    /// <summary>The lines; empty for other forms.</summary>
    public IReadOnlyList<LineSeries> LineSeries { get; private init; } = [];

    /// <summary>The grid; null for other forms.</summary>
    public HeatGrid? Grid { get; private init; }

    /// <summary>Digits after the point where values are written into the chart.</summary>
    public int Decimals { get; init; } = 1;

    /// <summary>Grouped bars.</summary>
    /// <exception cref="UserException">XL601: a series has not one value a category.</exception>
    public static Figure Bars(string title, IReadOnlyList<string> categories, params IReadOnlyList<BarSeries> series)
    {
        foreach (var one in series)
        {
            Match(title, one.Name, one.Values.Count, categories.Count, "categories");
        }

        return new Figure { Title = title, Kind = FigureKind.Bar, Categories = categories, BarSeries = series };
    }

    /// <summary>Lines over a numeric axis.</summary>
    /// <exception cref="UserException">XL601: a series' lists differ in length.</exception>
    public static Figure Lines(string title, params IReadOnlyList<LineSeries> series)
    {
        foreach (var one in series)
        {
            Match(title, one.Name, one.Y.Count, one.X.Count, "x positions");
            Match(title, one.Name, one.Low?.Count ?? one.X.Count, one.X.Count, "x positions");
            Match(title, one.Name, one.High?.Count ?? one.X.Count, one.X.Count, "x positions");
        }

        return new Figure { Title = title, Kind = FigureKind.Line, LineSeries = series };
    }

    /// <summary>A grid of coloured cells.</summary>
    /// <exception cref="UserException">XL601: the grid's size differs from its names.</exception>
    public static Figure HeatMap(string title, IReadOnlyList<string> rows, IReadOnlyList<string> columns, double[,] values)
    {
        Match(title, "rows", values.GetLength(0), rows.Count, "row names");
        Match(title, "columns", values.GetLength(1), columns.Count, "column names");
        return new Figure { Title = title, Kind = FigureKind.HeatMap, Grid = new HeatGrid(rows, columns, values) };
    }

    /// <summary>Plotly's figure JSON: an object with <c>data</c> and <c>layout</c>.</summary>
    public string ToPlotlyJson() => PlotlyFigure.ToJson(this);

    /// <summary>A static picture as an SVG element, without an XML declaration; its letters are outlines and need no font.</summary>
    public string ToSvg(int width = 860, int height = 500) => StaticFigure.ToSvg(this, width, height);

    /// <summary>A static picture as PNG.</summary>
    public byte[] ToPng(int width = 860, int height = 500) => StaticFigure.ToPng(this, width, height);

    /// <summary>The figure in words, for terminals and screen readers.</summary>
    public override string ToString() => Caption.Length == 0 ? Title : $"{Title}: {Caption}";

    private static void Match(string title, string name, int found, int wanted, string what)
    {
        if (found != wanted)
        {
            throw new UserException("XL601", string.Create(CultureInfo.InvariantCulture, $"Figure '{title}': '{name}' has {found} values for {wanted} {what}. Give as many of each."));
        }
    }
}
