using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using CrossLingual.Text;

namespace CrossLingual.Metrics;

/// <summary>Whose rules decide that two answers are the same.</summary>
public enum QaVariant
{
    /// <summary>SQuAD v1.1's script, made for English and used as it is for every language of XQuAD.</summary>
    Squad,

    /// <summary>MLQA's script: articles, punctuation and segmentation of its seven languages.</summary>
    Mlqa,

    /// <summary>Ours for languages beyond: MLQA's rules, on NFC, and characters as tokens where words are not spaced.</summary>
    LanguageAware,
}

/// <summary>
/// How an answer is made comparable: lower case, then punctuation away, then articles to a space, then tokens.
/// <code>
/// SQuAD (Rajpurkar et al. 2016, evaluate-v1.1.py)   ASCII punctuation      a an the          split at white space
/// MLQA  (Lewis et al. 2020, mlqa_evaluation_v1.py)  Unicode P* and ASCII   of each language  zh: a Han character is a token
/// </code>
/// Both are Python; <see cref="PythonText"/> has the differences to .NET that would change a score.
/// </summary>
public sealed class AnswerRules
{
    private const string Al = "\u0627\u0644";

    // As the official script lists them.
    private static readonly Dictionary<string, string[]> Articles = new()
    {
        ["en"] = ["a", "an", "the"],
        ["es"] = ["un", "una", "unos", "unas", "el", "la", "los", "las"],
        ["de"] = ["ein", "eine", "einen", "einem", "eines", "einer", "der", "die", "das", "den", "dem", "des"],
        ["vi"] = ["của", "là", "cái", "chiếc", "những"],
        ["ar"] = [],
        ["hi"] = [],
        ["zh"] = [],
    };

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _articles;
    private readonly bool _hasArticles;
    private readonly bool _unicodePunctuation;
    private readonly bool _composes;
    private readonly Segmentation _segmentation;
    private readonly bool _removesAl;

    private AnswerRules(string name, string[] articles, bool unicodePunctuation, bool composes, Segmentation segmentation, bool removesAl)
    {
        Name = name;
        _articles = articles.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _hasArticles = articles.Length > 0;
        _unicodePunctuation = unicodePunctuation;
        _composes = composes;
        _segmentation = segmentation;
        _removesAl = removesAl;
    }

    private enum Segmentation
    {
        Spaces,
        MlqaHan,
        Characters,
    }

    /// <summary>SQuAD v1.1's rules, in every language.</summary>
    public static AnswerRules Squad { get; } = new("squad", Articles["en"], false, false, Segmentation.Spaces, false);

    /// <summary>Languages that MLQA has rules for.</summary>
    public static IReadOnlyCollection<string> MlqaLanguages => Articles.Keys;

    /// <summary>The rules' name, with its language.</summary>
    public string Name { get; }

    /// <summary>MLQA's rules of a language.</summary>
    /// <param name="language">en, es, de, vi, ar, hi or zh: the language of the passage, and so of the answer.</param>
    /// <exception cref="UserException">XL614: the official script has no rules for the language.</exception>
    public static AnswerRules Mlqa(string language) => Articles.TryGetValue(language, out var articles)
        ? new AnswerRules($"mlqa {language}", articles, true, false, language == "zh" ? Segmentation.MlqaHan : Segmentation.Spaces, language == "ar")
        : throw new UserException("XL614", $"MLQA's scorer has no rules for '{language}'; it has: {string.Join(", ", Articles.Keys)}. Use the variant language-aware.");

    /// <summary>
    /// Rules for any language: MLQA's articles where it has the language and none elsewhere, Unicode punctuation, text
    /// composed to NFC first, and each character of an unspaced script a token.
    /// </summary>
    public static AnswerRules LanguageAware(string language) => new(
        $"language-aware {language}", Articles.GetValueOrDefault(language, []), true, true, Segmentation.Characters, language == "ar");

    /// <summary>The rules of a variant.</summary>
    /// <exception cref="UserException">XL614.</exception>
    public static AnswerRules Of(QaVariant variant, string language) => variant switch
    {
        QaVariant.Squad => Squad,
        QaVariant.Mlqa => Mlqa(language),
        _ => LanguageAware(language),
    };

    /// <summary>The answer's tokens with one space between them: equal exactly when the official script's are.</summary>
    public string Normalize(string answer) => Normalize(answer, PythonText.Lower(answer));

    /// <summary>The same of an answer whose lower case is known already.</summary>
    internal string Normalize(string answer, string lower)
    {
        var text = _composes && answer.AsSpan().ContainsAnyExceptInRange('\0', '\u007F') ? PythonText.Lower(answer.Normalize(NormalizationForm.FormC)) : lower;
        Span<char> kept = text.Length <= 512 ? stackalloc char[text.Length] : new char[text.Length];
        var length = DropPunctuation(text, kept);
        Span<char> tokens = length <= 256 ? stackalloc char[2 * length] : new char[2 * length];
        return new string(tokens[..Tokens(kept[..length], tokens)]);
    }

    private int DropPunctuation(ReadOnlySpan<char> text, Span<char> kept)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < 0x80)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is > ' ' and < '\u007F')
                {
                    continue;
                }
            }
            else if (_unicodePunctuation)
            {
                var pair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
                if (IsPunctuation(pair ? CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(c, text[i + 1])) : char.GetUnicodeCategory(c)))
                {
                    i += pair ? 1 : 0;
                    continue;
                }

                if (pair)
                {
                    kept[length++] = c;
                    c = text[++i];
                }
            }

            kept[length++] = c;
        }

        return length;
    }

    private static bool IsPunctuation(UnicodeCategory category) => category is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    /// <summary>Writes tokens and spaces, at most two characters for each of the text's; gives their number.</summary>
    private int Tokens(ReadOnlySpan<char> text, Span<char> into)
    {
        var (space, written) = (false, 0);
        for (var i = 0; i < text.Length;)
        {
            if (PythonText.IsSpace(text[i]))
            {
                space = true;
                i++;
            }
            else if (_removesAl && text[i..].StartsWith(Al))
            {
                space = true;
                i += Al.Length;
            }
            else
            {
                var (length, isWord, alone) = Next(text[i..]);
                var piece = text.Slice(i, length);
                i += length;
                if (isWord && _articles.Contains(piece))
                {
                    space = true;
                    continue;
                }

                if ((space || alone) && written > 0 && into[written - 1] != ' ')
                {
                    into[written++] = ' ';
                }

                piece.CopyTo(into[written..]);
                written += length;
                space = alone;
            }
        }

        return written;
    }

    /// <summary>
    /// A whole word where there are articles: <c>\b(a|an|the)\b</c> matches a maximal run of word characters or nothing.
    /// Else one character, or a character that is a token with its marks.
    /// </summary>
    private (int Length, bool IsWord, bool Alone) Next(ReadOnlySpan<char> text)
    {
        var length = 0;
        if (_segmentation == Segmentation.Spaces && !_hasArticles && !_removesAl)
        {
            while (length < text.Length && !PythonText.IsSpace(text[length]))
            {
                length++;
            }

            return (length, false, false);
        }

        if (_segmentation == Segmentation.MlqaHan && text[0] is >= '\u4E00' and <= '\u9FA5')
        {
            return (1, false, true);
        }

        if (_segmentation == Segmentation.Characters && text[0] >= 0x80 && Scripts.IsUnspaced(Scripts.Of(First(text, 0, out length))))
        {
            while (length < text.Length && Rune.GetUnicodeCategory(First(text, length, out var more)) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
            {
                length += more;
            }

            return (length, false, true);
        }

        length = 0;
        while (_hasArticles && length < text.Length && First(text, length, out var step) is var rune && PythonText.IsWord(rune)
            && !(length > 0 && _segmentation == Segmentation.Characters && !rune.IsAscii && Scripts.IsUnspaced(Scripts.Of(rune))))
        {
            length += step;
        }

        if (length > 0)
        {
            return (length, true, false);
        }

        _ = First(text, 0, out length);
        return (length, false, false);
    }

    private static Rune First(ReadOnlySpan<char> text, int at, out int length)
    {
        _ = Rune.DecodeFromUtf16(text[at..], out var rune, out length);
        return rune;
    }
}
