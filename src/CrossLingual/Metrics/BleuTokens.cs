using System.Text;
using System.Text.RegularExpressions;
using CrossLingual.Text;

namespace CrossLingual.Metrics;

/// <summary>
/// How BLEU cuts text into tokens. A score means nothing without its tokenisation (Post, WMT 2018), so its name is in the
/// signature; the rules are sacreBLEU's.
/// <code>
/// 13a   mteval-v13a's: punctuation is split off, but not . and , between digits      the default
/// zh    each Chinese character a token, the rest as 13a
/// char  each code point a token
/// none  white space only
/// spm   pieces of a SentencePiece model, as FLORES is scored
/// </code>
/// </summary>
public sealed partial class BleuTokens
{
    private readonly Func<string, string[]> _cut;

    private BleuTokens(string name, Func<string, string[]> cut) => (Name, _cut) = (name, cut);

    /// <summary>mteval-v13a's tokens.</summary>
    public static BleuTokens A13 { get; } = new("13a", text => Western($" {Unescape(text)} "));

    /// <summary>Chinese characters apart.</summary>
    public static BleuTokens Zh { get; } = new("zh", text => Western(Spaced(text.Trim())));

    /// <summary>Code points.</summary>
    public static BleuTokens Char { get; } = new("char", text => [.. text.EnumerateRunes().Select(r => r.ToString()).Where(r => !PythonText.IsSpace(r[0]))]);

    /// <summary>White space.</summary>
    public static BleuTokens None { get; } = new("none", Split);

    /// <summary>Names of those that need no model.</summary>
    public static IReadOnlyList<string> Names => [.. All.Select(t => t.Name)];

    /// <summary>The name in the signature.</summary>
    public string Name { get; }

    private static BleuTokens[] All => [A13, Zh, Char, None];

    /// <summary>Pieces of a tokenizer's vocabulary: FLORES' SentencePiece model for <c>flores200</c>.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="name">The model's name, for the signature.</param>
    public static BleuTokens Pieces(Tokenizer tokenizer, string name) => new(name, text => [.. tokenizer.Encode(text).Select(tokenizer.PieceOf)]);

    /// <summary>Finds a tokenisation.</summary>
    /// <exception cref="UserException">XL640: no such tokenisation.</exception>
    public static BleuTokens Named(string name) => Array.Find(All, t => t.Name == name)
        ?? throw new UserException("XL640", $"'{name}' is not a tokenisation of BLEU; there are: {string.Join(", ", Names)}, and spm with a model.");

    /// <summary>The tokens of a line.</summary>
    public string[] Cut(string text) => _cut(text.TrimEnd());

    private static string Unescape(string text) => text
        .Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ')
        .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
        .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);

    private static string[] Western(string text) => Split(DashAfterDigit().Replace(
        MarkBeforeNonDigit().Replace(MarkAfterNonDigit().Replace(Symbol().Replace(text, " $0 "), "$1 $2 "), " $1 $2"), "$1 $2 "));

    private static string[] Split(string text)
    {
        var tokens = new List<string>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || PythonText.IsSpace(text[i]))
            {
                if (start >= 0)
                {
                    tokens.Add(text[start..i]);
                    start = -1;
                }
            }
            else if (start < 0)
            {
                start = i;
            }
        }

        return [.. tokens];
    }

    private static string Spaced(string text)
    {
        var spaced = new StringBuilder(text.Length * 2);
        foreach (var c in text)
        {
            if (IsChinese(c))
            {
                spaced.Append(' ').Append(c).Append(' ');
            }
            else
            {
                spaced.Append(c);
            }
        }

        return spaced.ToString();
    }

    // The list of sacreBLEU. Two of its ranges are meant for characters above U+FFFF, but are written so that the first
    // holds U+2001 to U+2A6D: quotation marks and dashes are tokens too. Scores must have that.
    private static bool IsChinese(char c) => c is
        (>= '\u2001' and <= '\u2A6D') or (>= '\u2E80' and <= '\u2FDF') or (>= '\u2FF0' and <= '\u303F') or (>= '\u3100' and <= '\u312F')
        or (>= '\u31A0' and <= '\u31BF') or (>= '\u31C0' and <= '\u31EF') or (>= '\u3200' and <= '\u33FF') or (>= '\u3400' and <= '\u4DB5')
        or (>= '\u4E00' and <= '\u9FBB') or (>= '\uF900' and <= '\uFA2D') or (>= '\uFA30' and <= '\uFA6A') or (>= '\uFA70' and <= '\uFAD9')
        or (>= '\uFE10' and <= '\uFE1F') or (>= '\uFE30' and <= '\uFE4F') or (>= '\uFF00' and <= '\uFFEF');

    [GeneratedRegex(@"[\x20-\x26\x28-\x2B\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]")]
    private static partial Regex Symbol();

    [GeneratedRegex(@"([^0-9])([.,])")]
    private static partial Regex MarkAfterNonDigit();

    [GeneratedRegex(@"([.,])([^0-9])")]
    private static partial Regex MarkBeforeNonDigit();

    [GeneratedRegex(@"([0-9])(-)")]
    private static partial Regex DashAfterDigit();
}
