using System.Text;

namespace CrossLingual.Text;

/// <summary>
/// The language tags of a corpus as small numbers: languages count from 0 in the order of their first use, and everything
/// that is no language (punctuation, names, numbers, words that mix languages inside) is <see cref="Neutral"/>.
/// </summary>
public sealed class LanguageTags
{
    /// <summary>The number of a token that is of no language.</summary>
    public const int Neutral = -1;

    /// <summary>Its name.</summary>
    public const string NeutralName = "neutral";

    /// <summary>Tags that shared tasks and treebanks give to what is no language, in lower case.</summary>
    public static readonly IReadOnlyCollection<string> UsualNeutral =
    [
        "", "_", "univ", "universal", "other", "ne", "ner", "named_entity", "acro", "mixed", "ambiguous", "unk", "unknown", "undef", "und", "fw", "lang3",
        "punct", "sym", "num", "emoji",
    ];

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<string> _languages = [];
    private readonly HashSet<string> _neutral;
    private readonly IReadOnlyDictionary<string, string> _sameAs;
    private readonly bool _localUseIsMixed;

    private LanguageTags(IEnumerable<string> neutral, bool localUseIsMixed, IReadOnlyDictionary<string, string>? sameAs)
    {
        _neutral = neutral.Select(t => t.ToLowerInvariant()).ToHashSet();
        _localUseIsMixed = localUseIsMixed;
        _sameAs = sameAs ?? new Dictionary<string, string>();
        _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The languages met so far, by number.</summary>
    public IReadOnlyList<string> Languages => _languages;

    /// <summary>
    /// Language tags alone count. ISO 639-2 keeps qaa to qtz for local use, and treebanks name mixed words so: neutral too.
    /// </summary>
    /// <param name="neutral">Tags of no language; <see cref="UsualNeutral"/> by default.</param>
    /// <param name="sameAs">Tags to read as others: <c>ar_msa</c> as <c>ar</c>.</param>
    public static LanguageTags LanguagesOnly(IEnumerable<string>? neutral = null, IReadOnlyDictionary<string, string>? sameAs = null) =>
        new(neutral ?? UsualNeutral, true, sameAs);

    /// <summary>Every tag counts as a language, punctuation's and names' too: what the S-index's author does.</summary>
    public static LanguageTags AllTags() => new([], false, null);

    /// <summary>The number of a tag; a new language gets the next one. Case and white space around do not matter.</summary>
    public int Of(ReadOnlySpan<char> tag)
    {
        if (_lookup.TryGetValue(tag, out var number))
        {
            return number;
        }

        var name = tag.Trim().ToString().ToLowerInvariant();
        name = _sameAs.GetValueOrDefault(name, name);
        var isNeutral = _neutral.Contains(name)
            || (_localUseIsMixed && name is ['q', >= 'a' and <= 't', >= 'a' and <= 'z']);
        number = isNeutral ? Neutral : _languages.IndexOf(name) is >= 0 and var known ? known : Add(name);
        return _numbers[tag.ToString()] = number;
    }

    /// <summary>The number of a tag in UTF-8.</summary>
    public int Of(ReadOnlySpan<byte> tag)
    {
        Span<char> text = tag.Length <= 128 ? stackalloc char[128] : new char[tag.Length];
        return Of(text[..Encoding.UTF8.GetChars(tag, text)]);
    }

    /// <summary>The tag of a number; <c>neutral</c> for what is no language.</summary>
    public string NameOf(int number) => number == Neutral ? NeutralName : _languages[number];

    private int Add(string name)
    {
        _languages.Add(name);
        return _languages.Count - 1;
    }
}
