using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CrossLingual.Metrics;

/// <summary>
/// Compares an answer with a reference in any script, without a language's own rules: what the lab is scored with, and
/// any data whose answers are short and exact. SQuAD's and MLQA's rules are other metrics.
/// </summary>
public static partial class TextMatch
{
    /// <summary>Whether the texts are equal after NFC and with runs of white space, also at the ends, made one space.</summary>
    public static bool Exact(string answer, string reference) => Normal(answer) == Normal(reference);

    /// <summary>
    /// Harmonic mean of precision and recall over tokens, each occurrence counted once: <c>2 p r / (p + r)</c>, 0 without
    /// overlap, 1 when both are empty. A token is a run of letters, marks and digits, or any other visible character.
    /// </summary>
    public static double F1(string answer, string reference)
    {
        var (found, wanted) = (Tokens(answer), Tokens(reference));
        if (found.Count == 0 && wanted.Count == 0)
        {
            return 1;
        }

        var left = wanted.GroupBy(t => t).ToDictionary(g => g.Key, g => g.Count());
        var same = 0;
        foreach (var token in found)
        {
            if (left.TryGetValue(token, out var count) && count > 0)
            {
                left[token] = count - 1;
                same++;
            }
        }

        return same == 0 ? 0 : 2.0 * same / (found.Count + wanted.Count);
    }

    private static string Normal(string text) => Space().Replace(text.Normalize(NormalizationForm.FormC), " ").Trim();

    // By code points: letters and emoji beyond U+FFFF are two UTF-16 units each, and halves are no tokens.
    private static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.Normalize(NormalizationForm.FormC).EnumerateRunes())
        {
            if (IsWord(rune))
            {
                word.Append(rune);
                continue;
            }

            End();
            if (!Rune.IsWhiteSpace(rune))
            {
                tokens.Add(rune.ToString());
            }
        }

        End();
        return tokens;

        void End()
        {
            if (word.Length > 0)
            {
                tokens.Add(word.ToString());
                word.Clear();
            }
        }
    }

    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
