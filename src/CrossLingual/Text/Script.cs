using System.Text;

namespace CrossLingual.Text;

/// <summary>A writing system, as far as telling languages apart needs it.</summary>
public enum Script
{
    /// <summary>Digits, punctuation, symbols, marks: of no script or of several.</summary>
    Common,

    /// <summary>Latin.</summary>
    Latin,

    /// <summary>Greek.</summary>
    Greek,

    /// <summary>Cyrillic.</summary>
    Cyrillic,

    /// <summary>Armenian.</summary>
    Armenian,

    /// <summary>Hebrew.</summary>
    Hebrew,

    /// <summary>Arabic.</summary>
    Arabic,

    /// <summary>Devanagari: Hindi, Marathi, Nepali.</summary>
    Devanagari,

    /// <summary>Bengali, also of Assamese.</summary>
    Bengali,

    /// <summary>Gurmukhi: Punjabi.</summary>
    Gurmukhi,

    /// <summary>Gujarati.</summary>
    Gujarati,

    /// <summary>Odia.</summary>
    Oriya,

    /// <summary>Tamil.</summary>
    Tamil,

    /// <summary>Telugu.</summary>
    Telugu,

    /// <summary>Kannada.</summary>
    Kannada,

    /// <summary>Malayalam.</summary>
    Malayalam,

    /// <summary>Sinhala.</summary>
    Sinhala,

    /// <summary>Thai; words are not spaced.</summary>
    Thai,

    /// <summary>Lao; words are not spaced.</summary>
    Lao,

    /// <summary>Tibetan; words are not spaced.</summary>
    Tibetan,

    /// <summary>Burmese; words are not spaced.</summary>
    Myanmar,

    /// <summary>Georgian.</summary>
    Georgian,

    /// <summary>Korean.</summary>
    Hangul,

    /// <summary>Ethiopic: Amharic, Tigrinya.</summary>
    Ethiopic,

    /// <summary>Khmer; words are not spaced.</summary>
    Khmer,

    /// <summary>Japanese Hiragana; words are not spaced.</summary>
    Hiragana,

    /// <summary>Japanese Katakana; words are not spaced.</summary>
    Katakana,

    /// <summary>Chinese characters; words are not spaced.</summary>
    Han,

    /// <summary>A letter of a script not listed here.</summary>
    Other,
}

/// <summary>Finds the script of characters and texts, by the blocks of the Unicode Standard.</summary>
public static class Scripts
{
    // First and last code point of the blocks, ascending.
    private static readonly (int First, int Last, Script Script)[] Blocks =
    [
        (0x0041, 0x024F, Script.Latin), (0x0250, 0x02AF, Script.Latin), (0x0370, 0x03FF, Script.Greek), (0x0400, 0x052F, Script.Cyrillic),
        (0x0530, 0x058F, Script.Armenian), (0x0590, 0x05FF, Script.Hebrew), (0x0600, 0x06FF, Script.Arabic), (0x0750, 0x077F, Script.Arabic),
        (0x0870, 0x08FF, Script.Arabic), (0x0900, 0x097F, Script.Devanagari), (0x0980, 0x09FF, Script.Bengali), (0x0A00, 0x0A7F, Script.Gurmukhi),
        (0x0A80, 0x0AFF, Script.Gujarati), (0x0B00, 0x0B7F, Script.Oriya), (0x0B80, 0x0BFF, Script.Tamil), (0x0C00, 0x0C7F, Script.Telugu),
        (0x0C80, 0x0CFF, Script.Kannada), (0x0D00, 0x0D7F, Script.Malayalam), (0x0D80, 0x0DFF, Script.Sinhala), (0x0E00, 0x0E7F, Script.Thai),
        (0x0E80, 0x0EFF, Script.Lao), (0x0F00, 0x0FFF, Script.Tibetan), (0x1000, 0x109F, Script.Myanmar), (0x10A0, 0x10FF, Script.Georgian),
        (0x1100, 0x11FF, Script.Hangul), (0x1200, 0x139F, Script.Ethiopic), (0x1780, 0x17FF, Script.Khmer), (0x1C80, 0x1C8F, Script.Cyrillic),
        (0x1C90, 0x1CBF, Script.Georgian), (0x1D00, 0x1DBF, Script.Latin), (0x1E00, 0x1EFF, Script.Latin), (0x1F00, 0x1FFF, Script.Greek),
        (0x2C60, 0x2C7F, Script.Latin), (0x2D00, 0x2D2F, Script.Georgian), (0x2D80, 0x2DDF, Script.Ethiopic), (0x2DE0, 0x2DFF, Script.Cyrillic),
        (0x2E80, 0x2FDF, Script.Han), (0x3005, 0x3007, Script.Han), (0x3040, 0x309F, Script.Hiragana), (0x30A0, 0x30FF, Script.Katakana),
        (0x3130, 0x318F, Script.Hangul), (0x31F0, 0x31FF, Script.Katakana), (0x3400, 0x4DBF, Script.Han), (0x4E00, 0x9FFF, Script.Han),
        (0xA640, 0xA69F, Script.Cyrillic), (0xA720, 0xA7FF, Script.Latin), (0xA8E0, 0xA8FF, Script.Devanagari), (0xA960, 0xA97F, Script.Hangul),
        (0xAA60, 0xAA7F, Script.Myanmar), (0xAB00, 0xAB2F, Script.Ethiopic), (0xAB30, 0xAB6F, Script.Latin), (0xAC00, 0xD7FF, Script.Hangul),
        (0xF900, 0xFAFF, Script.Han), (0xFB00, 0xFB06, Script.Latin), (0xFB13, 0xFB17, Script.Armenian), (0xFB1D, 0xFB4F, Script.Hebrew),
        (0xFB50, 0xFDFF, Script.Arabic), (0xFE70, 0xFEFC, Script.Arabic), (0xFF21, 0xFF5A, Script.Latin), (0xFF66, 0xFF9F, Script.Katakana),
        (0xFFA0, 0xFFDC, Script.Hangul), (0x1B000, 0x1B16F, Script.Hiragana), (0x20000, 0x323AF, Script.Han),
    ];

    /// <summary>Whether words of the script stand without spaces between them.</summary>
    public static bool IsUnspaced(Script script) =>
        script is Script.Thai or Script.Lao or Script.Tibetan or Script.Myanmar or Script.Khmer or Script.Hiragana or Script.Katakana or Script.Han;

    /// <summary>The script of a character; only letters and their marks have one.</summary>
    public static Script Of(Rune rune)
    {
        if (rune.IsAscii)
        {
            return Rune.IsLetter(rune) ? Script.Latin : Script.Common;
        }

        var category = Rune.GetUnicodeCategory(rune);
        var (low, high) = (0, Blocks.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var (first, last, script) = Blocks[middle];
            if (rune.Value >= first && rune.Value <= last)
            {
                return (int)category <= (int)System.Globalization.UnicodeCategory.EnclosingMark || rune.Value is >= 0x3005 and <= 0x3007 ? script : Script.Common;
            }

            (low, high) = rune.Value < first ? (low, middle - 1) : (middle + 1, high);
        }

        return Rune.IsLetter(rune) ? Script.Other : Script.Common;
    }

    /// <summary>The script of most letters of a text; <see cref="Script.Common"/> when it has none.</summary>
    public static Script Of(string text)
    {
        Span<int> counts = stackalloc int[(int)Script.Other + 1];
        foreach (var rune in text.EnumerateRunes())
        {
            counts[(int)Of(rune)]++;
        }

        var best = 0;
        for (var s = 1; s < counts.Length; s++)
        {
            best = counts[s] > (best == 0 ? 0 : counts[best]) ? s : best;
        }

        return (Script)best;
    }
}
