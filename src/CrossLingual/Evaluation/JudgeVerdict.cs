using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CrossLingual.Metrics;

namespace CrossLingual.Evaluation;

/// <summary>Which mark in a judge's reply counts.</summary>
public enum VerdictReading
{
    /// <summary>FastChat's: the first rating; of verdicts A before B before C, wherever they stand.</summary>
    FastChat,

    /// <summary>The last mark: a judge that quotes a mark from an answer is not taken by its quotation.</summary>
    Last,
}

/// <summary>
/// Reads MT-bench's marks: <c>[[7]]</c> or <c>[7]</c> for one answer, <c>[[A]]</c>, <c>[[B]]</c> or <c>[[C]]</c> for two (FastChat, llm_judge). What
/// judges write instead in other scripts is repaired and said to be: full-width brackets, digits of other scripts, <c>[[7/10]]</c>,
/// <c>[[Rating: 7]]</c>, <c>[[tie]]</c>.
/// </summary>
public static partial class JudgeVerdict
{
    private const double Least = 1;
    private const double Most = 10;

    /// <summary>The rating, 1 to 10; null where there is none.</summary>
    public static (double? Rating, bool Repaired) Rating(string reply, VerdictReading reading = VerdictReading.FastChat)
    {
        var matches = DoubleRating().Matches(reply) is { Count: > 0 } doubled ? doubled : SingleRating().Matches(reply);
        if (matches.Count > 0 && InRange(matches[reading == VerdictReading.Last ? ^1 : 0].Groups[1].Value) is { } rating)
        {
            return (rating, false);
        }

        var repaired = LooseRating().Matches(Plain(reply));
        return repaired.Count > 0 && InRange(repaired[^1].Groups[1].Value.Replace(',', '.')) is { } found ? (found, true) : (null, false);
    }

    /// <summary>The winner of the first (A) and the second (B) answer; null where there is none.</summary>
    public static (Vote? Vote, bool Repaired) Pair(string reply, VerdictReading reading = VerdictReading.FastChat)
    {
        var exact = Verdict().Matches(reply).Select(m => m.Groups[1].Value).ToList();
        if (exact.Count > 0)
        {
            return (Of(reading == VerdictReading.Last ? exact[^1] : exact.Min(StringComparer.Ordinal)!), false);
        }

        var loose = LooseVerdict().Matches(Plain(reply));
        return loose.Count > 0 ? (Of(loose[^1].Groups[1].Value.ToUpperInvariant()), true) : (null, false);

        static Vote Of(string letter) => letter switch { "A" => Vote.First, "B" => Vote.Second, _ => Vote.Tie };
    }

    private static double? InRange(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rating) && rating is >= Least and <= Most ? rating : null;

    // Compatibility forms (【 is none), and digits of all scripts as ASCII.
    private static string Plain(string reply)
    {
        var plain = new StringBuilder(reply.Length);
        foreach (var rune in reply.Normalize(NormalizationForm.FormKC).EnumerateRunes())
        {
            plain.Append(rune.Value switch
            {
                0x3010 or 0x301A or 0x27E6 => "[",
                0x3011 or 0x301B or 0x27E7 => "]",
                _ when Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber => ((int)Rune.GetNumericValue(rune)).ToString(CultureInfo.InvariantCulture),
                _ => rune.ToString(),
            });
        }

        return plain.ToString();
    }

    [GeneratedRegex(@"\[\[([0-9]+\.?[0-9]*)\]\]")]
    private static partial Regex DoubleRating();

    [GeneratedRegex(@"\[([0-9]+\.?[0-9]*)\]")]
    private static partial Regex SingleRating();

    [GeneratedRegex(@"\[{1,2}\s*(?:[\p{L}\s]+[:=]\s*)?([0-9]+(?:[.,][0-9]+)?)\s*(?:/\s*10\s*)?\]{1,2}")]
    private static partial Regex LooseRating();

    [GeneratedRegex(@"\[\[([ABC])\]\]")]
    private static partial Regex Verdict();

    [GeneratedRegex(@"\[{1,2}\s*(?:[\p{L}\s]+[:=]\s*)?([ABC]|tie)\s*\]{1,2}", RegexOptions.IgnoreCase)]
    private static partial Regex LooseVerdict();
}
