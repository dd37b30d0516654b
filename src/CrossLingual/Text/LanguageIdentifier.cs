using System.Collections.Concurrent;
using Lingua;

namespace CrossLingual.Text;

/// <summary>The language that a text seems to be in.</summary>
/// <param name="Language">ISO 639-1 code.</param>
/// <param name="Confidence">0 to 1, over the identifier's languages.</param>
public readonly record struct LanguageGuess(string Language, double Confidence);

/// <summary>
/// Says which of some languages a text is in. The script alone settles what it can (one of the languages is written so); else
/// Lingua's character n-grams do, which were made for short texts: 79 languages.
/// <code>
/// LanguageIdentifier.Of("en", "vi").Identify("Xin chào các bạn") is ("vi", 1)
/// </code>
/// </summary>
public sealed class LanguageIdentifier
{
    private static readonly ConcurrentDictionary<string, LanguageIdentifier> Made = new();

    private static readonly Dictionary<string, Language> Known = LanguageInfo.All()
        .Where(l => LanguageInfo.IsoCode6391(l) != IsoCode6391.None)
        .ToDictionary(l => CodeOf(l), l => l);

    private readonly LanguageDetector? _detector;

    private LanguageIdentifier(IReadOnlyList<string> languages)
    {
        Languages = languages;
        _detector = languages.Count > 1 ? LanguageDetectorBuilder.FromLanguages([.. languages.Select(l => Known[l])]).Build() : null;
    }

    /// <summary>All languages that can be told apart, ISO 639-1 codes.</summary>
    public static IReadOnlyCollection<string> AllLanguages { get; } = [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The languages among which it chooses.</summary>
    public IReadOnlyList<string> Languages { get; }

    /// <summary>An identifier of all languages; their models take about a gigabyte once all are used.</summary>
    public static LanguageIdentifier OfAll() => Of([.. AllLanguages]);

    /// <summary>An identifier of some languages; asked for again, it is the same one.</summary>
    /// <param name="languages">BCP 47 tags, of which the language counts: <c>zh-Hans</c> is <c>zh</c>, <c>no</c> is <c>nb</c>.</param>
    /// <exception cref="UserException">XL630: a language that is not known, or none.</exception>
    public static LanguageIdentifier Of(params IReadOnlyList<string> languages)
    {
        var codes = languages.Select(Code).Distinct().Order(StringComparer.Ordinal).ToList();
        if (codes.Count == 0 || codes.Find(c => !Known.ContainsKey(c)) is not null)
        {
            throw new UserException("XL630", $"{(codes.Count == 0 ? "No language is named" : $"'{codes.Find(c => !Known.ContainsKey(c))}' is not a language that can be identified")}; there are: {string.Join(", ", AllLanguages)}.");
        }

        return Made.GetOrAdd(string.Join(' ', codes), _ => new LanguageIdentifier(codes));
    }

    /// <summary>Whether a language is known as written in a script: Arabic is, but not in Latin letters.</summary>
    public static bool Knows(string language, Script script) => Known.TryGetValue(Code(language), out var known) && script switch
    {
        Script.Latin => LanguageInfo.AllWithLatinScript().Contains(known),
        Script.Arabic => LanguageInfo.AllWithArabicScript().Contains(known),
        Script.Cyrillic => LanguageInfo.AllWithCyrillicScript().Contains(known),
        Script.Devanagari => LanguageInfo.AllWithDevangariScript().Contains(known),
        _ => true,
    };

    /// <summary>The ISO 639-1 code of a BCP 47 tag, as results name it.</summary>
    public static string Code(string tag) => tag.Split('-', '_')[0].ToLowerInvariant() is var code && code == "no" ? "nb" : code;

    /// <summary>The likeliest language; null for a text without letters, or in the script of none of the languages.</summary>
    public LanguageGuess? Identify(string text)
    {
        if (Scripts.Of(text) == Script.Common)
        {
            return null;
        }

        if (_detector is null)
        {
            return new LanguageGuess(Languages[0], 1);
        }

        var best = new LanguageGuess("", 0);
        foreach (var (language, confidence) in _detector.ComputeLanguageConfidenceValues(text))
        {
            best = confidence > best.Confidence ? new LanguageGuess(CodeOf(language), confidence) : best;
        }

        return best.Confidence > 0 ? best : null;
    }

    /// <summary>The probability of each language, adding up to 1; all 0 where nothing can be said.</summary>
    public IReadOnlyDictionary<string, double> Confidences(string text)
    {
        var found = Languages.ToDictionary(l => l, _ => 0.0);
        if (Scripts.Of(text) == Script.Common)
        {
            return found;
        }

        if (_detector is null)
        {
            found[Languages[0]] = 1;
            return found;
        }

        foreach (var (language, confidence) in _detector.ComputeLanguageConfidenceValues(text))
        {
            found[CodeOf(language)] = confidence;
        }

        return found;
    }

    private static string CodeOf(Language language) => LanguageInfo.IsoCode6391(language).ToString().ToLowerInvariant();
}
