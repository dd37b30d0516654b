using System.Globalization;
using System.Text;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>A file whose words are to be tagged: CoNLL-U keeps all it says but its UPOS column, TSV gets a third column, plain text becomes CoNLL-U.</summary>
public sealed class TagFile
{
    private readonly TaggedFormat? _format;
    private readonly List<TaggedSentence> _sentences;

    private TagFile(TaggedFormat? format, List<TaggedSentence> sentences) => (_format, _sentences) = (format, sentences);

    /// <summary>Words of each sentence.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Sentences => [.. _sentences.Select(s => s.Words)];

    /// <summary>Reads a <c>.conllu</c>, a <c>.tsv</c> of word and language, or a plain text of a sentence a line.</summary>
    /// <exception cref="UserException">XL130, XL613, XL620, XL621 as <see cref="TaggedText"/>; XL689: no sentence.</exception>
    public static TagFile Read(string path)
    {
        var format = TaggedText.FormatOf(path);
        List<TaggedSentence> sentences = format is { } tagged
            ? [.. new TaggedText(path, new TaggedOptions { Format = tagged, KeepText = true }, LanguageTags.LanguagesOnly()).Read()]
            : Plain(path);
        return sentences.Count > 0 ? new TagFile(format, sentences) : throw new UserException("XL689", $"{path} has no sentence. Give a file with words.");
    }

    /// <summary>The file with tags.</summary>
    /// <param name="tags">A tag for each word of each sentence.</param>
    public string With(IReadOnlyList<IReadOnlyList<string>> tags)
    {
        var text = new StringBuilder();
        foreach (var (sentence, own) in _sentences.Zip(tags))
        {
            var word = 0;
            foreach (var line in sentence.Source.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                text.Append(IsWord(line) ? Tagged(line, own[word++]) : line).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private bool IsWord(string line) => _format == TaggedFormat.Tsv || (line[0] != '#' && line.AsSpan(0, line.IndexOf('\t')).IndexOfAny('-', '.') < 0);

    private string Tagged(string line, string tag)
    {
        var columns = line.Split('\t');
        return _format == TaggedFormat.Tsv
            ? string.Join('\t', [.. columns.Take(2), tag, .. columns.Skip(3)])
            : string.Join('\t', [.. columns.Take(3), tag, .. columns.Skip(4)]);
    }

    private static List<TaggedSentence> Plain(string path)
    {
        using var lines = new Utf8Lines(path);
        var sentences = new List<TaggedSentence>();
        while (lines.Read(out var line))
        {
            var text = Encoding.UTF8.GetString(line);
            List<string> words = [.. LabTags.Words(text)];
            if (words.Count > 0)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}-{lines.Line}");
                var rows = words.Select((w, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}\t{w}\t_\t_\t_\t_\t_\t_\t_\t_\n"));
                sentences.Add(new TaggedSentence(id, [.. words.Select(_ => LanguageTags.Neutral)], words, $"# sent_id = {id}\n# text = {text}\n{string.Concat(rows)}", []));
            }
        }

        return sentences;
    }
}
