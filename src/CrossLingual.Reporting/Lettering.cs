using System.Collections.Concurrent;
using System.Text;
using SkiaSharp;
using SkiaSharp.HarfBuzz;

namespace CrossLingual.Reporting;

/// <summary>
/// Draws words in any script. A text is cut into runs that one installed font can write; each run is shaped (Devanagari
/// joins and reorders its letters) and drawn as outlines, so that the picture looks alike wherever it is opened.
/// </summary>
internal static class Lettering
{
    private static readonly string[] Preferred =
        ["Noto Sans", "Open Sans", "DejaVu Sans", "Segoe UI", "Helvetica Neue", "Liberation Sans", "Arial"];

    private static readonly Lazy<string[]> Families = new(() => SKFontManager.Default.FontFamilies.Order(StringComparer.Ordinal).ToArray());

    private static readonly Lazy<string> Family = new(() =>
        Preferred.FirstOrDefault(Families.Value.Contains) ?? ScottPlot.Fonts.Sans);

    private static readonly ConcurrentDictionary<(int CodePoint, bool Bold), SKTypeface?> Found = new();

    private static readonly ConcurrentDictionary<bool, SKTypeface> First = new();

    /// <summary>The font family that the axes' numbers share with the words.</summary>
    public static string NumberFamily => Family.Value;

    /// <summary>Width of a text in pixels.</summary>
    public static float Measure(string text, float size, bool bold = false) => Shape(text, size, bold, (_, _, _) => { });

    /// <summary>Draws one line of text.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="text">What.</param>
    /// <param name="at">Start of the baseline, or its middle or end as <paramref name="align"/> says.</param>
    /// <param name="size">Height of the letters in pixels.</param>
    /// <param name="colour">Hexadecimal.</param>
    /// <param name="bold">Heavier.</param>
    /// <param name="align">What <paramref name="at"/> is: 0 the start, 0.5 the middle, 1 the end.</param>
    /// <param name="degrees">Clockwise turn about <paramref name="at"/>.</param>
    public static void Draw(SKCanvas canvas, string text, SKPoint at, float size, string colour, bool bold = false, float align = 0, float degrees = 0)
    {
        using var outline = new SKPath();
        var width = Shape(text, size, bold, (glyph, x, y) =>
        {
            glyph.Transform(SKMatrix.CreateTranslation(x, y));
            outline.AddPath(glyph);
        });
        var place = SKMatrix.CreateTranslation(-width * align, 0)
            .PostConcat(SKMatrix.CreateRotationDegrees(degrees))
            .PostConcat(SKMatrix.CreateTranslation(at.X, at.Y));
        outline.Transform(place);
        using var paint = new SKPaint { Color = SKColor.Parse(colour), IsAntialias = true };
        canvas.DrawPath(outline, paint);
    }

    /// <summary>Breaks a text at spaces into lines no wider than given; a longer word stands alone.</summary>
    public static List<string> Wrap(string text, float size, float width, bool bold = false)
    {
        var lines = new List<string>();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = lines.Count == 0 ? word : $"{lines[^1]} {word}";
            if (lines.Count == 0 || Measure(longer, size, bold) > width)
            {
                lines.Add(word);
            }
            else
            {
                lines[^1] = longer;
            }
        }

        return lines;
    }

    /// <summary>Letters that no installed font can write; they appear as boxes.</summary>
    public static string Missing(IEnumerable<string> texts) => string.Concat(
        texts.SelectMany(text => text.EnumerateRunes()).Distinct().Where(rune => !IsInvisible(rune) && Find(rune.Value, bold: false) is null));

    /// <summary>Shapes a text, hands on each glyph's outline with its place, and returns the width of the whole.</summary>
    private static float Shape(string text, float size, bool bold, Action<SKPath, float, float> onGlyph)
    {
        var x = 0f;
        foreach (var (run, typeface) in Runs(text, bold))
        {
            using var font = new SKFont(typeface, size) { Subpixel = true };
            using var shaper = new SKShaper(typeface);
            var shaped = shaper.Shape(run, x, 0, font);
            for (var i = 0; i < shaped.Codepoints.Length; i++)
            {
                using var glyph = font.GetGlyphPath((ushort)shaped.Codepoints[i]);
                if (glyph is not null)
                {
                    onGlyph(glyph, shaped.Points[i].X, shaped.Points[i].Y);
                }
            }

            x += shaped.Width;
        }

        return x;
    }

    private static IEnumerable<(string Text, SKTypeface Typeface)> Runs(string text, bool bold)
    {
        var run = new StringBuilder();
        var current = Main(bold);
        foreach (var rune in text.Normalize().EnumerateRunes())
        {
            // Spaces, joiners and combining marks stay with the letters before them.
            var wanted = run.Length > 0 && (IsInvisible(rune) || Rune.IsWhiteSpace(rune)) ? current : Find(rune.Value, bold) ?? Main(bold);
            if (wanted != current && run.Length > 0)
            {
                yield return (run.ToString(), current);
                run.Clear();
            }

            current = wanted;
            run.Append(rune);
        }

        if (run.Length > 0)
        {
            yield return (run.ToString(), current);
        }
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is
        System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.Control;

    private static SKTypeface Main(bool bold) => First.GetOrAdd(bold, heavy => Open(Family.Value, heavy));

    private static SKTypeface? Find(int codePoint, bool bold) => Found.GetOrAdd((codePoint, bold), key =>
    {
        if (Main(key.Bold).ContainsGlyph(key.CodePoint))
        {
            return Main(key.Bold);
        }

        // Families of sans letters first; each family is opened once a letter, and letters are few.
        return Families.Value
            .OrderByDescending(name => name.Contains("Sans", StringComparison.Ordinal))
            .Select(name => Open(name, key.Bold))
            .FirstOrDefault(typeface => typeface.ContainsGlyph(key.CodePoint));
    });

    private static SKTypeface Open(string family, bool bold) =>
        SKTypeface.FromFamilyName(family, bold ? SKFontStyle.Bold : SKFontStyle.Normal) ?? SKTypeface.Default;
}
