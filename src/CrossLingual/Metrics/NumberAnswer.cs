using System.Globalization;
using System.Text;

namespace CrossLingual.Metrics;

/// <summary>How separators in numbers are read.</summary>
public enum NumberReading
{
    /// <summary>Commas are dropped and a point is the decimal one, in every language: how MGSM's answers are usually read.</summary>
    CommasDropped,

    /// <summary>As the language writes: <c>1.234,5</c> in German is <c>1,234.5</c> in English.</summary>
    LanguageAware,
}

/// <summary>
/// Finds numbers in an answer. Digits of all scripts count (٣, ३, ３), thousands and decimal separators too, the Arabic and
/// full-width ones among them; a minus counts unless it stands after a letter or digit.
/// <code>
/// "She earns $1,234.50 a day, so 2 × 1,234.50 = ２,469."      1234.5, 2, 1234.5, 2469
/// </code>
/// </summary>
public static class NumberAnswer
{
    // Languages that write a decimal comma (Unicode CLDR).
    private static readonly HashSet<string> DecimalComma =
    [
        "af", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "hy", "id", "is", "it", "ka", "kk",
        "ky", "lt", "lv", "mk", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "uz", "vi",
    ];

    /// <summary>All numbers of a text in order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="reading">How separators are read.</param>
    /// <param name="language">Language of the text, for a reading that knows it.</param>
    public static IReadOnlyList<double> All(string text, NumberReading reading = NumberReading.CommasDropped, string language = "en")
    {
        var numbers = new List<double>();
        var plain = Plain(text);
        var decimalMark = reading == NumberReading.LanguageAware && DecimalComma.Contains(language.Split('-', '_')[0].ToLowerInvariant()) ? ',' : '.';
        for (var i = 0; i < plain.Length; i++)
        {
            if (!char.IsAsciiDigit(plain[i]))
            {
                continue;
            }

            var start = i;
            while (i + 1 < plain.Length && (char.IsAsciiDigit(plain[i + 1]) || (IsSeparator(plain[i + 1]) && i + 2 < plain.Length && char.IsAsciiDigit(plain[i + 2]))))
            {
                i++;
            }

            var sign = IsNegative(plain, start) ? -1 : 1;
            foreach (var form in reading == NumberReading.CommasDropped ? Simple(plain[start..(i + 1)]) : Aware(plain[start..(i + 1)], decimalMark))
            {
                numbers.Add(sign * double.Parse(form, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));
                sign = 1;
            }
        }

        return numbers;
    }

    /// <summary>Whether an answer's number is the right one: equal but for rounding in the last digits of a double.</summary>
    public static bool Same(double answer, double reference) => Math.Abs(answer - reference) <= 1e-9 * Math.Max(1, Math.Abs(reference));

    // ASCII digits, and one character for each kind of separator: , . ' (thousands only) ; (decimal only).
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var digit = Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber ? (int)Rune.GetNumericValue(rune) : -1;
            if (digit >= 0)
            {
                plain.Append((char)('0' + digit));
                continue;
            }

            plain.Append(rune.Value switch
            {
                0xFF0C => ",",
                0xFF0E => ".",
                0x066C or 0x00A0 or 0x2009 or 0x202F or 0x2019 => "'",
                0x066B => ";",
                ';' => " ",
                0x2212 or 0xFF0D or 0x2013 => "-",
                _ => rune.ToString(),
            });
        }

        return plain.ToString();
    }

    private static bool IsSeparator(char c) => c is ',' or '.' or '\'' or ';';

    // A minus, perhaps with a currency sign after it, that is no hyphen and no subtraction.
    private static bool IsNegative(string text, int digit)
    {
        var at = digit - 1;
        at -= at >= 0 && char.GetUnicodeCategory(text[at]) == UnicodeCategory.CurrencySymbol ? 1 : 0;
        return at >= 0 && text[at] == '-' && (at == 0 || !char.IsLetterOrDigit(text[at - 1]));
    }

    // Commas go; a second point ends the number.
    private static IEnumerable<string> Simple(string run)
    {
        var parts = run.Replace(",", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal).Replace(';', '.').Split('.');
        yield return parts.Length > 1 ? $"{parts[0]}.{parts[1]}" : parts[0];
        foreach (var more in parts.Skip(2))
        {
            yield return more;
        }
    }

    private static IEnumerable<string> Aware(string run, char decimalMark)
    {
        var thousands = decimalMark == '.' ? ',' : '.';
        run = run.Replace("'", IsGrouped(run, '\'') ? "" : " ", StringComparison.Ordinal);
        foreach (var piece in run.Split(' '))
        {
            var (last, marks) = (piece.LastIndexOfAny([',', '.', ';']), piece.Where(IsSeparator).Distinct().Count());
            if (last < 0)
            {
                yield return piece;
            }
            else if (marks > 1)
            {
                // Both kinds: the last is the decimal one, 1.234,5 or 1,234.5.
                yield return $"{Digits(piece[..last])}.{piece[(last + 1)..]}";
            }
            else if (piece[last] != decimalMark && piece[last] == thousands && IsGrouped(piece, thousands))
            {
                yield return Digits(piece);
            }
            else if (piece.Count(IsSeparator) == 1)
            {
                yield return $"{piece[..last]}.{piece[(last + 1)..]}";
            }
            else if (IsGrouped(piece, piece[last]))
            {
                yield return Digits(piece);
            }
            else
            {
                // 1,2,3 is a list.
                foreach (var one in piece.Split(',', '.', ';'))
                {
                    yield return one;
                }
            }
        }
    }

    private static bool IsGrouped(string run, char mark)
    {
        var groups = run.Split(mark);
        return groups.Length > 1 && groups[0].Length is >= 1 and <= 3 && groups[0] != "0" && groups.Skip(1).SkipLast(1).All(g => g.Length == 3)
            && groups[^1].TakeWhile(char.IsAsciiDigit).Count() == 3;
    }

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));
}
