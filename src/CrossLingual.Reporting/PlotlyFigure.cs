using Microsoft.FSharp.Collections;
using Plotly.NET;

namespace CrossLingual.Reporting;

/// <summary>Says a figure in Plotly's terms, through Plotly.NET without its template (which costs 0.2 s a chart).</summary>
internal static class PlotlyFigure
{
    private const string Fonts = "Noto Sans, Noto Sans Devanagari, DejaVu Sans, Segoe UI, Helvetica, Arial, sans-serif";

    /// <summary>The figure as JSON.</summary>
    public static string ToJson(Figure figure)
    {
        IEnumerable<Trace> traces = figure.Kind switch
        {
            FigureKind.Bar => figure.BarSeries.Select((series, i) => Bars(figure, series, i)),
            FigureKind.Line => figure.LineSeries.SelectMany(Lines),
            _ => [Grid(figure)],
        };
        var chart = GenericChart.ofTraceObjects(false, ListModule.OfSeq(traces));
        return GenericChart.toFigureJson(GenericChart.setLayout(MakeLayout(figure), chart));
    }

    private static Trace Bars(Figure figure, BarSeries series, int index)
    {
        var trace = Make("bar", ("name", Escape(series.Name)), ("x", figure.Categories.Select(Escape)), ("y", series.Values.Select(v => Known(v.Value))));
        trace.SetProperty("marker", Object(("color", Palette.Series(index))));
        trace.SetProperty("hovertext", series.Values.Select(v => v.ToString(figure.Decimals)));
        trace.SetProperty("hovertemplate", "%{x}: %{hovertext}");
        if (series.Values.Any(v => v.HasInterval))
        {
            // NaN is written as a string, which Plotly passes over; zero or null would draw a whisker of no length.
            trace.SetProperty("error_y", Object(
                ("type", "data"),
                ("symmetric", false),
                ("array", series.Values.Select(v => v.HasInterval ? v.High!.Value - v.Value : double.NaN)),
                ("arrayminus", series.Values.Select(v => v.HasInterval ? v.Value - v.Low!.Value : double.NaN)),
                ("color", Palette.Ink),
                ("thickness", 1.4),
                ("width", 4)));
        }

        return trace;
    }

    private static IEnumerable<Trace> Lines(LineSeries series, int index)
    {
        var colour = Palette.Series(index);
        if (series.Low is { } low && series.High is { } high)
        {
            foreach (var (edge, fill) in new[] { (low, "none"), (high, "tonexty") })
            {
                var band = Make("scatter", ("x", series.X), ("y", edge.Select(Known)), ("mode", "lines"), ("fill", fill));
                band.SetProperty("line", Object(("width", 0)));
                band.SetProperty("fillcolor", colour + "33");
                band.SetProperty("legendgroup", series.Name);
                band.SetProperty("showlegend", false);
                band.SetProperty("hoverinfo", "skip");
                yield return band;
            }
        }

        var trace = Make("scatter", ("name", Escape(series.Name)), ("x", series.X), ("y", series.Y.Select(Known)));
        trace.SetProperty("mode", series.Points ? "lines+markers" : "lines");
        trace.SetProperty("line", Object(("color", colour), ("width", 2.5)));
        trace.SetProperty("legendgroup", series.Name);
        yield return trace;
    }

    private static Trace Grid(Figure figure)
    {
        var grid = figure.Grid!;
        var rows = Enumerable.Range(0, grid.Rows.Count)
            .Select(row => Enumerable.Range(0, grid.Columns.Count).Select(column => Known(grid.Values[row, column])).ToArray())
            .ToArray();
        var trace = Make("heatmap", ("x", grid.Columns.Select(Escape)), ("y", grid.Rows.Select(Escape)), ("z", rows), ("colorscale", "Cividis"));
        trace.SetProperty("xgap", 1);
        trace.SetProperty("ygap", 1);
        trace.SetProperty("hoverongaps", false);
        if (StaticFigure.WritesValues(grid))
        {
            trace.SetProperty("texttemplate", $"%{{z:.{figure.Decimals}f}}");
        }

        return trace;
    }

    private static Layout MakeLayout(Figure figure)
    {
        var layout = new Layout();
        var title = Escape(figure.Title);
        layout.SetProperty("title", Object(
            ("text", figure.Caption.Length == 0 ? title : $"{title}<br><sub>{Wrap(Escape(figure.Caption))}</sub>"),
            ("x", 0.02),
            ("xanchor", "left")));
        layout.SetProperty("font", Object(("family", Fonts), ("size", 14), ("color", Palette.Ink)));
        layout.SetProperty("paper_bgcolor", "#FFFFFF");
        layout.SetProperty("plot_bgcolor", "#FFFFFF");
        layout.SetProperty("margin", Object(("t", 90), ("r", 30), ("b", 60), ("l", 70)));
        layout.SetProperty("legend", Object(("orientation", "h"), ("x", 0), ("y", 1.02), ("yanchor", "bottom")));
        layout.SetProperty("showlegend", figure.BarSeries.Count + figure.LineSeries.Count > 1);
        layout.SetProperty("barmode", "group");
        layout.SetProperty("hovermode", figure.Kind == FigureKind.Line ? "x unified" : "closest");

        // Names such as "2024" or "1e3" are names, not numbers.
        var names = figure.Kind == FigureKind.Line ? "-" : "category";
        var horizontal = Axis(figure.XTitle, names, figure.Kind == FigureKind.Line);
        var vertical = Axis(figure.YTitle, figure.Kind == FigureKind.HeatMap ? "category" : "-", figure.Kind != FigureKind.HeatMap);
        if (figure.Kind == FigureKind.HeatMap)
        {
            vertical["autorange"] = "reversed";
        }

        horizontal["zeroline"] = false;
        layout.SetProperty("xaxis", horizontal);
        layout.SetProperty("yaxis", vertical);
        return layout;
    }

    private static Dictionary<string, object?> Axis(string title, string type, bool lines) => Object(
        ("title", Object(("text", Escape(title)))),
        ("type", type),
        ("automargin", true),
        ("showgrid", lines),
        ("gridcolor", Palette.Pale),
        ("zerolinecolor", Palette.Grey));

    private static Trace Make(string type, params ReadOnlySpan<(string Name, object? Value)> properties)
    {
        var trace = new Trace(type);
        foreach (var (name, value) in properties)
        {
            trace.SetProperty(name, value);
        }

        return trace;
    }

    private static Dictionary<string, object?> Object(params ReadOnlySpan<(string Name, object? Value)> properties)
    {
        var result = new Dictionary<string, object?>();
        foreach (var (name, value) in properties)
        {
            result[name] = value;
        }

        return result;
    }

    /// <summary>JSON has no NaN and no infinity: what is not a number is left out.</summary>
    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    /// <summary>Plotly does not wrap titles.</summary>
    private static string Wrap(string text) => string.Join("<br>", text.Split(' ').Aggregate(
        new List<string> { "" },
        (lines, word) =>
        {
            if (lines[^1].Length + word.Length > 110)
            {
                lines.Add(word);
            }
            else
            {
                lines[^1] += lines[^1].Length == 0 ? word : " " + word;
            }

            return lines;
        }));

    /// <summary>Plotly reads a little HTML in titles; the words of a figure are plain.</summary>
    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
