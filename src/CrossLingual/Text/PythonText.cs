using System.Globalization;
using System.Text;

namespace CrossLingual.Text;

/// <summary>
/// Official scorers are Python programs, and Python's idea of lower case, white space and word differs from .NET's in
/// ways that change scores: İ becomes two characters, Σ at a word's end becomes ς, U+001C to U+001F separate words, and
/// combining marks are no part of a word.
/// </summary>
public static class PythonText
{
    private const char CapitalSigma = '\u03A3';

    /// <summary><c>str.lower()</c>.</summary>
    public static string Lower(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u007F'))
        {
            return text.ToLowerInvariant();
        }

        var lower = new StringBuilder(text.Length + 1);
        Lower(text, lower);
        return lower.ToString();
    }

    /// <summary><c>str.isspace()</c> of a character, as <c>str.split()</c> uses it.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    /// <summary>What <c>\w</c> matches: letters, numbers of every kind, the underscore.</summary>
    public static bool IsWord(Rune rune) => rune.IsAscii
        ? char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value == '_'
        : Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static void Lower(ReadOnlySpan<char> text, StringBuilder into)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < 0x80)
            {
                into.Append(c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c);
            }
            else if (c == '\u0130')
            {
                into.Append("i\u0307");
            }
            else if (c == CapitalSigma)
            {
                into.Append(EndsWord(text, i) ? '\u03C2' : '\u03C3');
            }
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                into.Append(Rune.ToLowerInvariant(new Rune(c, text[++i])).ToString());
            }
            else
            {
                into.Append(char.ToLowerInvariant(c));
            }
        }
    }

    // The Unicode Standard's Final_Sigma: a cased letter before, none after, case-ignorable characters skipped.
    private static bool EndsWord(ReadOnlySpan<char> text, int at)
    {
        var before = at - 1;
        while (before >= 0 && IsCaseIgnorable(RuneBefore(text, before)))
        {
            before -= RuneBefore(text, before).Utf16SequenceLength;
        }

        if (before < 0 || !IsCased(RuneBefore(text, before)))
        {
            return false;
        }

        var after = at + 1;
        while (after < text.Length && IsCaseIgnorable(RuneAt(text, after)))
        {
            after += RuneAt(text, after).Utf16SequenceLength;
        }

        return after >= text.Length || !IsCased(RuneAt(text, after));
    }

    private static Rune RuneAt(ReadOnlySpan<char> text, int at) =>
        Rune.DecodeFromUtf16(text[at..], out var rune, out _) == System.Buffers.OperationStatus.Done ? rune : Rune.ReplacementChar;

    private static Rune RuneBefore(ReadOnlySpan<char> text, int last) =>
        Rune.DecodeLastFromUtf16(text[..(last + 1)], out var rune, out _) == System.Buffers.OperationStatus.Done ? rune : Rune.ReplacementChar;

    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9);

    private static bool IsCaseIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027 or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;
}
