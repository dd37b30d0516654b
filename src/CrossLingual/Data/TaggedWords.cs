using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>A sentence with a tag for each word, and a language.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Words">The words.</param>
/// <param name="Languages">Number of each word's language in the corpus's tags, -1 for none.</param>
/// <param name="Tags">Each word's tag; empty where a file has none.</param>
public sealed record TaggedWords(string Id, IReadOnlyList<string> Words, int[] Languages, IReadOnlyList<string> Tags)
{
    /// <summary>The tags that sentences have, in order.</summary>
    public static string[] TagsOf(IEnumerable<TaggedWords> sentences) => [.. sentences.SelectMany(s => s.Tags).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Reads the tagged sentences of a file: CoNLL-U, or <c>word⇥language⇥tag</c> as the S-index's author writes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="languages">Collects the languages.</param>
    /// <param name="column">Column of the tags; null for CoNLL-U's UPOS and the third of a TSV.</param>
    /// <exception cref="UserException">XL130, XL613, XL620, XL621 as <see cref="TaggedText"/>; XL688: a word without a tag; XL689: no sentence, or a name that does not say the form.</exception>
    public static List<TaggedWords> Read(string path, LanguageTags languages, int? column = null)
    {
        var format = TaggedText.FormatOf(path)
            ?? throw new UserException("XL689", $"The name of {path} does not say how it is written. Tagged words are read from .conllu and .tsv (word, tab, language, tab, tag).");
        var options = new TaggedOptions { Format = format, KeepText = true, WordTagColumn = column ?? (format == TaggedFormat.Conllu ? 4 : 3) };
        List<TaggedWords> read = [.. new TaggedText(path, options, languages).Read().Select(s => new TaggedWords(s.Id, s.Words, s.Languages, s.Tags))];
        return read.Count > 0 ? read : throw new UserException("XL689", $"{path} has no sentence. Give a file with tagged words.");
    }
}
