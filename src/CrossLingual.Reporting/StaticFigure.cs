using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SkiaSharp;

namespace CrossLingual.Reporting;

/// <summary>
/// Draws a figure without a browser. ScottPlot draws the axes, bars and lines in the middle; title, caption, legend,
/// axis titles and the names of categories stand in bands of their own around it, so that nothing covers anything.
/// </summary>
internal static partial class StaticFigure
{
    private const float Margin = 18;
    private const int MostWrittenCells = 240;

    /// <summary>The figure as an SVG element.</summary>
    public static string ToSvg(Figure figure, int width, int height)
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height), stream))
        {
            Draw(figure, canvas, width, height);
        }

        var text = Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        var label = WebUtility.HtmlEncode(figure.ToString());

        // A hundredth of a pixel is fine enough, and halves the size.
        text = Digits().Replace(text, "$1");

        // Names of clips are made unlike those of other figures on a page.
        text = text.Replace("cl_", $"cl_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8]}_");

        // HTML exporters stumble over the XML declaration; a view box lets the picture shrink on narrow pages.
        return string.Concat(
            $"<svg role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {width} {height}\"",
            text.AsSpan(text.IndexOf("<svg", StringComparison.Ordinal) + 4)).TrimEnd();
    }

    [GeneratedRegex(@"(\d\.\d\d)\d+(?!\.)")]
    private static partial Regex Digits();

    /// <summary>The figure as PNG.</summary>
    public static byte[] ToPng(Figure figure, int width, int height)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        Draw(figure, surface.Canvas, width, height);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Whether a grid is small enough for its values to be written into its cells.</summary>
    public static bool WritesValues(HeatGrid grid) => grid.Values.Length <= MostWrittenCells && grid.Columns.Count <= 16;

    private static void Draw(Figure figure, SKCanvas canvas, int width, int height)
    {
        canvas.Clear(SKColors.White);
        var top = DrawHead(figure, canvas, width);
        var bottom = DrawFoot(figure, canvas, width, height);
        var left = Margin;
        if (figure.YTitle.Length > 0)
        {
            left += 22;
        }

        if (figure.XTitle.Length > 0)
        {
            bottom -= 24;
        }

        var area = PlotArea.Draw(figure, canvas, new SKRect(left, top, width - Margin, bottom));
        Lettering.Draw(canvas, figure.XTitle, new SKPoint(area.MidX, bottom + 16), 14, Palette.Grey, align: 0.5f);
        Lettering.Draw(canvas, figure.YTitle, new SKPoint(Margin + 12, area.MidY), 14, Palette.Grey, align: 0.5f, degrees: -90);
    }

    /// <summary>Title, caption and legend; returns where the plot may begin.</summary>
    private static float DrawHead(Figure figure, SKCanvas canvas, int width)
    {
        var y = Margin;
        foreach (var line in Lettering.Wrap(figure.Title, 19, width - 2 * Margin, bold: true))
        {
            Lettering.Draw(canvas, line, new SKPoint(Margin, y += 20), 19, Palette.Ink, bold: true);
            y += 5;
        }

        foreach (var line in Lettering.Wrap(figure.Caption, 14, width - 2 * Margin))
        {
            Lettering.Draw(canvas, line, new SKPoint(Margin, y += 16), 14, Palette.Grey);
            y += 4;
        }

        string[] names = [.. figure.BarSeries.Select(s => s.Name), .. figure.LineSeries.Select(s => s.Name)];
        return names.Length > 1 ? DrawLegend(names, canvas, width, y + 8) : y + 8;
    }

    private static float DrawLegend(string[] names, SKCanvas canvas, int width, float y)
    {
        var x = Margin;
        using var paint = new SKPaint { IsAntialias = true };
        for (var i = 0; i < names.Length; i++)
        {
            var wide = 18 + Lettering.Measure(names[i], 14);
            if (x > Margin && x + wide > width - Margin)
            {
                (x, y) = (Margin, y + 22);
            }

            paint.Color = SKColor.Parse(Palette.Series(i));
            canvas.DrawRect(x, y + 3, 12, 12, paint);
            Lettering.Draw(canvas, names[i], new SKPoint(x + 18, y + 14), 14, Palette.Ink);
            x += wide + 22;
        }

        return y + 28;
    }

    /// <summary>Says which letters this machine has no font for; returns where the plot must end.</summary>
    private static float DrawFoot(Figure figure, SKCanvas canvas, int width, int height)
    {
        var missing = Lettering.Missing(
        [
            figure.Title, figure.Caption, figure.XTitle, figure.YTitle, .. figure.Categories, .. figure.BarSeries.Select(s => s.Name),
            .. figure.LineSeries.Select(s => s.Name), .. figure.Grid?.Rows ?? [], .. figure.Grid?.Columns ?? [],
        ]);
        if (missing.Length == 0)
        {
            return height - Margin / 2;
        }

        var points = string.Join(", ", missing.EnumerateRunes().Take(3).Select(r => $"U+{r.Value:X4}"));
        var note = $"Boxes are letters that no font on this machine has ({points}…). Install one, such as Noto Sans.";
        Lettering.Draw(canvas, note, new SKPoint(Margin, height - 9), 11, Palette.Grey);
        return height - 26;
    }
}
