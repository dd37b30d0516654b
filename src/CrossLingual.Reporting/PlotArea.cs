using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace CrossLingual.Reporting;

/// <summary>The middle of a static figure: axes and data by ScottPlot, names of categories around them.</summary>
internal static class PlotArea
{
    private const float NameSize = 13;
    private const float ScaleWidth = 64;
    private const int LongestName = 30;

    /// <summary>Draws into a rectangle and returns where the data lies.</summary>
    public static SKRect Draw(Figure figure, SKCanvas canvas, SKRect space)
    {
        using var plot = new Plot();
        plot.FigureBackground.Color = Colors.White;
        plot.Axes.Color(Color.FromHex(Palette.Grey));
        plot.Grid.MajorLineColor = Color.FromHex(Palette.Pale);
        // Room for the upper half of the highest number.
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Top.TickGenerator = new EmptyTickGenerator();
        plot.Axes.Top.MinimumSize = NameSize / 2 + 2;
        plot.Axes.Top.MaximumSize = NameSize / 2 + 2;
        plot.Axes.Right.IsVisible = false;
        foreach (var axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            axis.TickLabelStyle.FontName = Lettering.NumberFamily;
            axis.TickLabelStyle.FontSize = NameSize;
            axis.MinorTickStyle.Length = 0;
        }

        var (columns, rows) = figure.Kind switch
        {
            FigureKind.Bar => AddBars(plot, figure),
            FigureKind.Line => AddLines(plot, figure),
            _ => AddGrid(plot, figure.Grid!),
        };
        var turned = Turned(columns, (space.Width - 60) / Math.Max(1, columns.Count), out var below);
        if (rows.Count > 0)
        {
            space.Left += Widest(rows) + 6;
            space.Right -= ScaleWidth;
        }

        if (columns.Count > 0)
        {
            plot.Axes.Bottom.MinimumSize = 0;
            plot.Axes.Bottom.MaximumSize = 2;
            space.Bottom -= below;

            // The first name, when turned, reaches out to the left of its column.
            space.Left += turned ? Math.Max(0, Widest(columns.Take(1)) * 0.71f - 50) : 0;
        }

        // ScottPlot clears the canvas first; the clip keeps the words that stand around the plot.
        canvas.Save();
        canvas.ClipRect(space);
        plot.Render(canvas, new PixelRect(space.Left, space.Right, space.Bottom, space.Top));
        canvas.Restore();
        var inside = plot.RenderManager.LastRender.DataRect;
        var data = new SKRect(inside.Left, inside.Top, inside.Right, inside.Bottom);
        WriteColumns(canvas, columns, data, turned);
        WriteRows(canvas, rows, data);
        if (figure.Grid is { } grid)
        {
            WriteCells(canvas, figure, grid, data);
        }

        return data;
    }

    private static (IReadOnlyList<string> Columns, IReadOnlyList<string> Rows) AddBars(Plot plot, Figure figure)
    {
        var series = figure.BarSeries;
        var width = 0.8 / Math.Max(1, series.Count);
        for (var s = 0; s < series.Count; s++)
        {
            for (var c = 0; c < figure.Categories.Count; c++)
            {
                var estimate = series[s].Values[c];
                if (!double.IsFinite(estimate.Value))
                {
                    continue;
                }

                var x = c + (s - (series.Count - 1) / 2.0) * width;
                var bar = plot.Add.Bar(x, estimate.Value);
                bar.Color = Color.FromHex(Palette.Series(s));
                bar.Bars[0].Size = width * 0.94;
                bar.Bars[0].LineWidth = 0;
                if (estimate.HasInterval)
                {
                    var error = new ErrorBar([x], [estimate.Value], null, null, [estimate.High!.Value - estimate.Value], [estimate.Value - estimate.Low!.Value]);
                    error.Color = Color.FromHex(Palette.Ink);
                    error.LineWidth = 1.4f;
                    plot.Add.Plottable(error);
                }
            }
        }

        var ends = series.SelectMany(s => s.Values).SelectMany(v => new[] { v.Value, v.Low ?? v.Value, v.High ?? v.Value })
            .Where(double.IsFinite).Append(0).ToArray();
        var room = Math.Max(ends.Max() - ends.Min(), 1e-9) * 0.06;
        plot.Axes.SetLimits(-0.5, figure.Categories.Count - 0.5, ends.Min() < 0 ? ends.Min() - room : 0, ends.Max() > 0 ? ends.Max() + room : 0);
        if (ends.Min() < 0)
        {
            plot.Add.HorizontalLine(0, 1, Color.FromHex(Palette.Grey));
        }

        plot.Axes.Bottom.TickGenerator = new EmptyTickGenerator();
        plot.Grid.XAxisStyle.IsVisible = false;
        return (figure.Categories, []);
    }

    private static (IReadOnlyList<string> Columns, IReadOnlyList<string> Rows) AddLines(Plot plot, Figure figure)
    {
        for (var s = 0; s < figure.LineSeries.Count; s++)
        {
            var series = figure.LineSeries[s];
            var colour = Color.FromHex(Palette.Series(s));
            double[] x = [.. series.X];
            if (series.Low is { } low && series.High is { } high)
            {
                var band = plot.Add.FillY(x, [.. low], [.. high]);
                band.FillColor = colour.WithAlpha(0.2);
                band.LineWidth = 0;
            }

            var line = plot.Add.Scatter(x, series.Y.ToArray(), colour);
            line.LineWidth = 2.2f;
            line.MarkerSize = series.Points || x.Length == 1 ? 6 : 0;
        }

        return ([], []);
    }

    private static (IReadOnlyList<string> Columns, IReadOnlyList<string> Rows) AddGrid(Plot plot, HeatGrid grid)
    {
        var (low, high) = Range(grid);
        for (var row = 0; row < grid.Rows.Count; row++)
        {
            for (var column = 0; column < grid.Columns.Count; column++)
            {
                var value = grid.Values[row, column];
                var top = grid.Rows.Count - row - 0.5;
                var cell = plot.Add.Rectangle(column - 0.5, column + 0.5, top - 1, top);
                cell.FillColor = double.IsFinite(value) ? Palette.OnScale(Share(value, low, high)) : Colors.White;
                cell.LineColor = Colors.White;
                cell.LineWidth = 1;
            }
        }

        plot.Axes.SetLimits(-0.5, grid.Columns.Count - 0.5, -0.5, grid.Rows.Count - 0.5);
        plot.HideGrid();
        plot.Axes.Bottom.TickGenerator = new EmptyTickGenerator();
        plot.Axes.Left.TickGenerator = new EmptyTickGenerator();
        plot.Axes.Left.MinimumSize = 0;
        plot.Axes.Left.MaximumSize = 2;
        return (grid.Columns, grid.Rows);
    }

    /// <summary>Names that do not fit beside each other, each on two lines at most, are turned.</summary>
    private static bool Turned(IReadOnlyList<string> names, float slot, out float height)
    {
        height = 0;
        if (names.Count == 0)
        {
            return false;
        }

        var lines = names.Select(name => Lettering.Wrap(name, NameSize, slot - 6)).ToList();
        var turned = lines.Any(l => l.Count > 2 || l.Any(line => Lettering.Measure(line, NameSize) > slot - 6));
        height = turned
            ? Widest(names) * 0.71f + 22
            : lines.Max(l => l.Count) * 18 + 10;
        return turned;
    }

    private static float Widest(IEnumerable<string> names) => names.Max(name => Lettering.Measure(Fit(name), NameSize));

    /// <summary>A name, cut where it would take more of the picture than the data.</summary>
    private static string Fit(string name) => name.EnumerateRunes().Count() <= LongestName
        ? name
        : string.Concat(name.EnumerateRunes().Take(LongestName - 1)) + "…";

    private static void WriteColumns(SKCanvas canvas, IReadOnlyList<string> names, SKRect data, bool turned)
    {
        for (var i = 0; i < names.Count; i++)
        {
            var slot = data.Width / names.Count;
            var x = data.Left + (i + 0.5f) * slot;
            if (turned)
            {
                Lettering.Draw(canvas, Fit(names[i]), new SKPoint(x + 4, data.Bottom + 16), NameSize, Palette.Ink, align: 1, degrees: -45);
                continue;
            }

            var y = data.Bottom + 2;
            foreach (var line in Lettering.Wrap(names[i], NameSize, slot - 6))
            {
                Lettering.Draw(canvas, line, new SKPoint(x, y += 17), NameSize, Palette.Ink, align: 0.5f);
            }
        }
    }

    private static void WriteRows(SKCanvas canvas, IReadOnlyList<string> names, SKRect data)
    {
        for (var i = 0; i < names.Count; i++)
        {
            var y = data.Top + (i + 0.5f) * data.Height / names.Count;
            Lettering.Draw(canvas, Fit(names[i]), new SKPoint(data.Left - 6, y + 5), NameSize, Palette.Ink, align: 1);
        }
    }

    /// <summary>Values in the cells, where they fit, and the scale of colours on the right.</summary>
    private static void WriteCells(SKCanvas canvas, Figure figure, HeatGrid grid, SKRect data)
    {
        var (low, high) = Range(grid);
        var format = "F" + figure.Decimals.ToString(CultureInfo.InvariantCulture);
        string Say(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        if (StaticFigure.WritesValues(grid))
        {
            for (var row = 0; row < grid.Rows.Count; row++)
            {
                for (var column = 0; column < grid.Columns.Count; column++)
                {
                    var value = grid.Values[row, column];
                    var x = data.Left + (column + 0.5f) * data.Width / grid.Columns.Count;
                    var y = data.Top + (row + 0.5f) * data.Height / grid.Rows.Count + 4;
                    var ink = Share(value, low, high) > 0.55 || !double.IsFinite(value) ? Palette.Ink : "#FFFFFF";
                    Lettering.Draw(canvas, double.IsFinite(value) ? Say(value) : "–", new SKPoint(x, y), 12, ink, align: 0.5f);
                }
            }
        }

        var left = data.Right + 14;
        const int Steps = 64;
        using var paint = new SKPaint();
        for (var i = 0; i < Steps; i++)
        {
            var colour = Palette.OnScale(1 - i / (Steps - 1.0));
            paint.Color = new SKColor(colour.Red, colour.Green, colour.Blue);
            canvas.DrawRect(left, data.Top + i * data.Height / Steps, 12, data.Height / Steps + 0.6f, paint);
        }

        Lettering.Draw(canvas, Say(high), new SKPoint(left + 16, data.Top + 10), 11, Palette.Grey);
        Lettering.Draw(canvas, Say(low), new SKPoint(left + 16, data.Bottom), 11, Palette.Grey);
    }

    private static (double Low, double High) Range(HeatGrid grid)
    {
        var known = grid.Values.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
        return (known.Min(), known.Max());
    }

    private static double Share(double value, double low, double high) =>
        double.IsFinite(value) && high > low ? (value - low) / (high - low) : 0.5;
}
