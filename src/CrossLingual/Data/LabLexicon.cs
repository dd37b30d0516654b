using System.Text.RegularExpressions;

namespace CrossLingual.Data;

/// <summary>
/// Tells in which of the lab's languages a short answer is written, from the words of the language files. It knows all words
/// that a right answer can hold, which general language identifiers do not for texts of one or two words.
/// </summary>
public sealed partial class LabLexicon
{
    /// <summary>The verdict on words that are in no language of the lab.</summary>
    public const string Unknown = "und";

    private readonly Dictionary<string, HashSet<string>> _words;

    /// <summary>Collects the words of a lab's languages.</summary>
    public LabLexicon(Lab lab) => _words = lab.Languages.ToDictionary(l => l.Key, l => WordsOf(l.Value));

    /// <summary>The language of an answer; null when it has no words, as numbers and code, or is not to be in the question's language.</summary>
    /// <param name="text">The answer.</param>
    /// <param name="expected">The language asked for: it wins a tie, since many words are in several languages.</param>
    /// <param name="task">The lab's task; code is in no language, and a translation is in another one by design.</param>
    public string? LanguageOf(string text, string expected, string task)
    {
        var words = task is "code" or "translation" ? [] : Words(text).ToList();
        if (words.Count == 0)
        {
            return null;
        }

        var counts = _words.ToDictionary(l => l.Key, l => words.Count(l.Value.Contains));
        var most = counts.Values.Max();
        return most == 0 ? Unknown : counts[expected] == most ? expected : counts.First(c => c.Value == most).Key;
    }

    private static HashSet<string> WordsOf(LabLanguage language) =>
    [
        .. language.Entities.Values.SelectMany(g => g).SelectMany(e => e.Forms.Where(f => f.Key != "g").Select(f => f.Value))
            .Concat(language.Templates.Values.SelectMany(t => t).Select(t => t.Source))
            .SelectMany(text => Words(Slot().Replace(text, " "))),
    ];

    private static IEnumerable<string> Words(string text) => Word().Matches(text).Select(m => m.Value.ToLowerInvariant());

    // A slot, or the head of a choice, whose alternatives are words.
    [GeneratedRegex(@"\{[\w.@]+\}|\{\w+\?")]
    private static partial Regex Slot();

    [GeneratedRegex(@"[\p{L}\p{M}]+")]
    private static partial Regex Word();
}
