using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace CrossLingual.Data;

/// <summary>
/// Cuts the lab's sentences into words and tags them: what fills a slot by the slot's kind, the words of templates by
/// <c>tags.yaml</c>, whose head says how it is written.
/// </summary>
internal sealed partial class LabTags
{
    private static readonly Dictionary<string, string> OfSlots = new()
    {
        ["p"] = "PROPN",
        ["city"] = "PROPN",
        ["job"] = "NOUN",
        ["food"] = "NOUN",
        ["animal"] = "NOUN",
        ["thing"] = "NOUN",
        ["color"] = "ADJ",
        ["n"] = "NUM",
        ["x"] = "NUM",
    };

    private readonly Dictionary<string, Dictionary<string, string>> _words = [];

    private LabTags()
    {
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="UserException">XL120: absent or not of the form.</exception>
    public static LabTags Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserException("XL120", $"The lab has no file {path}. Restore data/lab.");
        }

        try
        {
            var yaml = new YamlStream();
            using (var reader = new StreamReader(path))
            {
                yaml.Load(reader);
            }

            var tags = new LabTags();
            foreach (var (language, lists) in ((YamlMappingNode)yaml.Documents[0].RootNode).Children)
            {
                var words = tags._words[((YamlScalarNode)language).Value!] = [];
                foreach (var (tag, list) in ((YamlMappingNode)lists).Children)
                {
                    foreach (var entry in (YamlSequenceNode)list)
                    {
                        words.Add(((YamlScalarNode)entry).Value!, ((YamlScalarNode)tag).Value!);
                    }
                }
            }

            return tags;
        }
        catch (Exception e) when (e is YamlDotNet.Core.YamlException or InvalidCastException or ArgumentException or ArgumentOutOfRangeException)
        {
            throw new UserException("XL120", $"{path} is not the lab's file of tags: {e.Message} Restore data/lab.", e);
        }
    }

    /// <summary>The words and tags of a sentence; those of its slots carry the slot's name.</summary>
    /// <exception cref="FormatException">A word of the template has no tag in the file.</exception>
    public List<LabWord> Of(LabLanguage language, LabTemplate template, IReadOnlyDictionary<string, LabEntity> slots)
    {
        var cut = template.Segments(slots).SelectMany(s => Words(s.Text).Select(word => (Word: word, s.Slot))).ToList();
        var lower = cut.Select(c => c.Word.ToLowerInvariant()).ToList();
        return [.. cut.Select((c, i) => new LabWord(c.Word, c.Slot, c.Slot is { } slot ? OfSlots[slot] : TagOf(i), language.Code))];

        string TagOf(int i)
        {
            var words = _words[language.Code];
            return lower.Skip(i + 1).Select(later => words.GetValueOrDefault($"{lower[i]} … {later}")).FirstOrDefault(t => t is not null)
                ?? (i > 0 ? words.GetValueOrDefault($"{lower[i - 1]} {lower[i]}") : null)
                ?? words.GetValueOrDefault(lower[i])
                ?? (lower[i].All(char.IsPunctuation) ? "PUNCT" : throw new FormatException($"'{lower[i]}' of '{template.Source}' has no tag in the list of {language.Code}."));
        }
    }

    /// <summary>The words of a text; signs stand alone.</summary>
    public static IEnumerable<string> Words(string text) => Word().Matches(text).Select(m => m.Value);

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}'’]+|[^\s\p{L}\p{M}\p{N}'’]")]
    private static partial Regex Word();
}

/// <summary>A word of a lab's sentence.</summary>
/// <param name="Text">The word.</param>
/// <param name="Slot">The slot that it fills; null for the template's own.</param>
/// <param name="Tag">Its tag.</param>
/// <param name="Language">The language that it is written in.</param>
internal readonly record struct LabWord(string Text, string? Slot, string Tag, string Language)
{
    /// <summary>Whether it is of a language: names, numbers and signs are of none.</summary>
    public bool HasLanguage => Tag is not "PROPN" and not "PUNCT" && !Text.All(char.IsDigit);
}
