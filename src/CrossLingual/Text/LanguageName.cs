using System.Diagnostics.CodeAnalysis;

namespace CrossLingual.Text;

/// <summary>English names of languages by BCP 47 tag, for instructions such as "translate into …"; the same on every machine.</summary>
public static class LanguageName
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["am"] = "Amharic",
        ["ar"] = "Arabic",
        ["bg"] = "Bulgarian",
        ["bn"] = "Bengali",
        ["ca"] = "Catalan",
        ["cs"] = "Czech",
        ["da"] = "Danish",
        ["de"] = "German",
        ["el"] = "Greek",
        ["en"] = "English",
        ["es"] = "Spanish",
        ["et"] = "Estonian",
        ["fa"] = "Persian",
        ["fi"] = "Finnish",
        ["fr"] = "French",
        ["gu"] = "Gujarati",
        ["ha"] = "Hausa",
        ["he"] = "Hebrew",
        ["hi"] = "Hindi",
        ["hr"] = "Croatian",
        ["hu"] = "Hungarian",
        ["id"] = "Indonesian",
        ["ig"] = "Igbo",
        ["it"] = "Italian",
        ["ja"] = "Japanese",
        ["kn"] = "Kannada",
        ["ko"] = "Korean",
        ["lt"] = "Lithuanian",
        ["lv"] = "Latvian",
        ["ml"] = "Malayalam",
        ["mr"] = "Marathi",
        ["ms"] = "Malay",
        ["ne"] = "Nepali",
        ["nl"] = "Dutch",
        ["no"] = "Norwegian",
        ["pa"] = "Punjabi",
        ["pl"] = "Polish",
        ["pt"] = "Portuguese",
        ["ro"] = "Romanian",
        ["ru"] = "Russian",
        ["si"] = "Sinhala",
        ["sk"] = "Slovak",
        ["so"] = "Somali",
        ["sr"] = "Serbian",
        ["sv"] = "Swedish",
        ["sw"] = "Swahili",
        ["ta"] = "Tamil",
        ["te"] = "Telugu",
        ["th"] = "Thai",
        ["tl"] = "Tagalog",
        ["tr"] = "Turkish",
        ["uk"] = "Ukrainian",
        ["ur"] = "Urdu",
        ["uz"] = "Uzbek",
        ["vi"] = "Vietnamese",
        ["yo"] = "Yoruba",
        ["zh"] = "Chinese",
        ["zu"] = "Zulu",
    };

    /// <summary>Finds a name by the tag or, failing that, by its first part: <c>zh-Hant</c> is Chinese.</summary>
    public static bool TryFind(string tag, [NotNullWhen(true)] out string? name) =>
        Names.TryGetValue(tag, out name) || Names.TryGetValue(tag.Split('-', '_')[0], out name);

    /// <summary>The name, or the tag itself when it is not listed.</summary>
    public static string Of(string tag) => TryFind(tag, out var name) ? name : tag;
}
