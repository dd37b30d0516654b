using System.Globalization;
using System.Text.RegularExpressions;

namespace CrossLingual.Data;

/// <summary>
/// Keeps code out of a translator's hands: every piece of it in a text about programs becomes a mark, and afterwards is what it was.
/// <code>
/// Return the `sum` of is_prime(n).  ->  Return the ⟦0⟧ of ⟦1⟧.  ->  Devuelve la ⟦0⟧ de ⟦1⟧.  ->  Devuelve la `sum` de is_prime(n).
/// </code>
/// Pieces are fenced blocks, doctests with what they print, `spans`, signatures and other lines of code, quoted texts, lists, calls,
/// names that are joined by underscores or inner capitals, and Python's constants. Words that are merely also names are not.
/// </summary>
/// <param name="Text">The text with its marks.</param>
/// <param name="Pieces">What stands behind each mark, by number.</param>
public sealed partial record CodeMask(string Text, IReadOnlyList<string> Pieces)
{
    /// <summary>Masks a text.</summary>
    /// <param name="text">Prose with code in it, or a program with comments.</param>
    public static CodeMask Of(string text)
    {
        var pieces = new List<string>();
        var masked = Code().Replace(text, match =>
        {
            pieces.Add(match.Value);
            return Mark(pieces.Count - 1);
        });
        return new CodeMask(masked, pieces);
    }

    /// <summary>Puts the pieces back into a translation, in whatever order it has the marks.</summary>
    /// <param name="translated">The translation of <see cref="Text"/>.</param>
    /// <param name="where">The record, in messages.</param>
    /// <exception cref="UserException">XL680: a mark is missing, stands twice, or is none of the text's.</exception>
    public string Restore(string translated, string where)
    {
        var found = Marks().Matches(translated).Select(m => int.TryParse(m.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToList();
        var wrong = Enumerable.Range(0, Pieces.Count).Where(i => !found.Contains(i)).Select(i => $"{Mark(i)} ({Short(Pieces[i])}) is missing")
            .Concat(found.CountBy(i => i).Where(c => c.Value > 1).Select(c => $"{Mark(c.Key)} stands {c.Value} times"))
            .Concat(found.Where(i => i < 0 || i >= Pieces.Count).Select(i => $"{Mark(i)} is none of the {Pieces.Count}")).ToList();
        return wrong.Count == 0
            ? Marks().Replace(translated, m => Pieces[int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)])
            : throw new UserException("XL680", $"{where}: the translation has lost code: {string.Join("; ", wrong)}. Translate the text again with each mark in it once, or leave the record out.");

        static string Short(string piece) => piece.Length <= 24 ? piece : piece[..24] + "…";
    }

    private static string Mark(int number) => FormattableString.Invariant($"⟦{number}⟧");

    // First what holds other pieces. Marks of the text's own are pieces too, or they would be taken for ours.
    [GeneratedRegex("""
        ```.*?```
        | (?m:^)[ \t]*>>>[^\n]*(?:\n[ \t]*(?!>>>|"{3}|'{3})[^\s][^\n]*)*
        | >>>[^\n]*
        | `[^`\n]+`
        | (?m:^)[ \t]*(?:from[ ]+[\w.]+[ ]+)?import[ ]+[\w.*]+(?:[ ]+as[ ]+\w+)?(?:[ ]*,[ ]*[\w.]+)*;?(?=[ \t]*(?:\n|\z))
        | (?m:^)[ \t]*\#(?:include|define)\b[^\n]*
        | (?m:^)[ \t]*(?:def|class|return|public|private|static|namespace|using|template|@\w+)\b[^\n]*[:;{}>)](?=[ \t]*(?:\n|\z))
        | ⟦\s*\d+\s*⟧
        | "{3} | '{3}
        | "(?:[^"\\\n]|\\.)*"
        | (?<!\w)'(?:[^'\\\n]|\\.)*'(?!\w)
        | (?<!\w)[\w.]*\[[^\[\]\n]*(?:\[[^\[\]\n]*\][^\[\]\n]*)*\]
        | \b[A-Za-z_][\w.]*\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)
        | (?<!\w)[A-Za-z_][A-Za-z0-9_]*\([\[({ \t]*(?m:$)
        | \b[A-Za-z]\w*_\w+\b
        | \b[a-z]+[A-Z]\w*\b
        | \b(?:True|False|None)\b
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"⟦\s*(\d+)\s*⟧")]
    private static partial Regex Marks();
}
