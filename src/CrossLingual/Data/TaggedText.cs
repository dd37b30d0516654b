using System.Text;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>How a corpus with language tags is written.</summary>
public enum TaggedFormat
{
    /// <summary>CoNLL-U (Universal Dependencies): ten columns, the tag in the last one: <c>Lang=de</c>.</summary>
    Conllu,

    /// <summary>A token a line, <c>word⇥language</c>, more columns allowed; an empty line ends a sentence.</summary>
    Tsv,

    /// <summary>A sentence a line, <c>word/en palabra/es</c>; the last slash counts.</summary>
    Tagged,
}

/// <summary>How to read it.</summary>
public sealed record TaggedOptions
{
    /// <summary>How the file is written.</summary>
    public required TaggedFormat Format { get; init; }

    /// <summary>CoNLL-U: keys of MISC that hold the language, the first that a token has counts. UD's treebanks use these.</summary>
    public IReadOnlyList<string> TagKeys { get; init; } = ["Lang", "LangO", "LangID", "CSID", "LID"];

    /// <summary>TSV: the tag's column, from 2.</summary>
    public int TagColumn { get; init; } = 2;

    /// <summary>Column of each word's own tag, such as its part of speech: CoNLL-U's 4 (UPOS) or 5, TSV's 3; 0 reads none.</summary>
    public int WordTagColumn { get; init; }

    /// <summary>Whether to keep words and source lines; measuring needs neither.</summary>
    public bool KeepText { get; init; }
}

/// <summary>A sentence with a language for each token.</summary>
/// <param name="Id">Its identity: CoNLL-U's sent_id, or file and number.</param>
/// <param name="Languages">Number of each token's language in the corpus's tags, -1 for none.</param>
/// <param name="Words">The tokens; empty unless kept.</param>
/// <param name="Source">Its lines as they stand in the file; empty unless kept.</param>
/// <param name="Tags">Each token's own tag; empty where none is read.</param>
public sealed record TaggedSentence(string Id, int[] Languages, IReadOnlyList<string> Words, string Source, IReadOnlyList<string> Tags);

/// <summary>Streams a corpus with language tags; the tags' names and the tokens without one are there when it is read.</summary>
/// <param name="path">The file.</param>
/// <param name="options">How it is written.</param>
/// <param name="tags">Collects the languages.</param>
public sealed class TaggedText(string path, TaggedOptions options, LanguageTags tags)
{
    private readonly byte[][] _keys = [.. options.TagKeys.Select(k => Encoding.UTF8.GetBytes(k + "="))];
    private readonly List<int> _languages = [];
    private readonly List<string> _words = [];
    private readonly List<string> _wordTags = [];
    private readonly StringBuilder _source = new();

    /// <summary>The format that a file's name says; null where it says none.</summary>
    public static TaggedFormat? FormatOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".conllu" => TaggedFormat.Conllu,
        ".tsv" => TaggedFormat.Tsv,
        _ => null,
    };

    /// <summary>Tokens without any tag; they count as of no language.</summary>
    public int Untagged { get; private set; }

    /// <summary>The sentences, read as they are asked for.</summary>
    /// <exception cref="UserException">XL130: no such file; XL613: an id twice; XL620: a line not of the form; XL621: not UTF-8.</exception>
    public IEnumerable<TaggedSentence> Read()
    {
        using var lines = new Utf8Lines(path);
        var ids = new Dictionary<string, int>();
        var name = Path.GetFileNameWithoutExtension(path);
        string? id = null;
        var number = 0;
        while (true)
        {
            var more = lines.Read(out var line);
            if (more && !line.Trim(" \t"u8).IsEmpty)
            {
                if (options.KeepText)
                {
                    _source.Append(Encoding.UTF8.GetString(line)).Append('\n');
                }

                id = Take(line, lines, ids) ?? id;
                if (options.Format != TaggedFormat.Tagged)
                {
                    continue;
                }
            }

            if (_languages.Count > 0)
            {
                number++;
                yield return new TaggedSentence(id ?? FormattableString.Invariant($"{name}-{number}"), [.. _languages], [.. _words], _source.ToString(), [.. _wordTags]);
            }

            _languages.Clear();
            _words.Clear();
            _wordTags.Clear();
            _source.Clear();
            id = null;
            if (!more)
            {
                break;
            }
        }
    }

    /// <summary>Takes a line in; gives the sentence's id where the line names it.</summary>
    private string? Take(ReadOnlySpan<byte> line, Utf8Lines lines, Dictionary<string, int> ids)
    {
        switch (options.Format)
        {
            case TaggedFormat.Conllu when line[0] == '#':
                return SentenceId(line, lines, ids);
            case TaggedFormat.Conllu:
                Conllu(line, lines);
                break;
            case TaggedFormat.Tsv:
                Tsv(line, lines);
                break;
            default:
                Tagged(line);
                break;
        }

        return null;
    }

    private static string? SentenceId(ReadOnlySpan<byte> line, Utf8Lines lines, Dictionary<string, int> ids)
    {
        var comment = line[1..].TrimStart((byte)' ');
        if (!comment.StartsWith("sent_id"u8) || comment["sent_id".Length..].TrimStart((byte)' ') is not [(byte)'=', .. var value])
        {
            return null;
        }

        var id = Encoding.UTF8.GetString(value.Trim((byte)' '));
        return ids.TryAdd(id, lines.Line) ? id : throw new UserException("XL613", $"{lines.Where}: the sentence id '{id}' stands twice, first in line {ids[id]}. Give each sentence an id of its own.");
    }

    // Words written together (1-2) and words left out (1.1) stand beside the tokens and are none.
    private void Conllu(ReadOnlySpan<byte> line, Utf8Lines lines)
    {
        var id = line[..Math.Max(0, line.IndexOf((byte)'\t'))];
        if (line.Count((byte)'\t') != 9 || id.IsEmpty || id.IndexOfAnyExcept("0123456789-."u8) >= 0)
        {
            throw new UserException("XL620", $"{lines.Where}: not a line of CoNLL-U: ten columns with tabs between, the first a number. Correct the line, or name the file's --format.");
        }

        if (id.IndexOfAny((byte)'-', (byte)'.') >= 0)
        {
            return;
        }

        Add(MiscTag(line[(line.LastIndexOf((byte)'\t') + 1)..]), Column(line, 2));
        AddWordTag(line, lines);
    }

    private ReadOnlySpan<byte> MiscTag(ReadOnlySpan<byte> misc)
    {
        foreach (var key in _keys)
        {
            var rest = misc;
            while (!rest.IsEmpty)
            {
                var end = rest.IndexOf((byte)'|');
                var pair = end < 0 ? rest : rest[..end];
                if (pair.StartsWith(key))
                {
                    return pair[key.Length..];
                }

                rest = end < 0 ? default : rest[(end + 1)..];
            }
        }

        return default;
    }

    private void Tsv(ReadOnlySpan<byte> line, Utf8Lines lines)
    {
        if (line.Count((byte)'\t') < options.TagColumn - 1)
        {
            throw new UserException("XL620", FormattableString.Invariant($"{lines.Where}: the line has no column {options.TagColumn}: a token, a tab and its language are needed. Correct the line, or name the file's --format."));
        }

        Add(Column(line, options.TagColumn), Column(line, 1));
        AddWordTag(line, lines);
    }

    private void Tagged(ReadOnlySpan<byte> line)
    {
        foreach (var range in line.SplitAny(" \t"u8))
        {
            if (line[range] is { IsEmpty: false } token)
            {
                var slash = token.LastIndexOf((byte)'/');
                Add(slash < 0 ? default : token[(slash + 1)..], slash < 0 ? token : token[..slash]);
            }
        }
    }

    private void Add(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> word)
    {
        Untagged += tag.IsEmpty ? 1 : 0;
        _languages.Add(tags.Of(tag));
        if (options.KeepText)
        {
            _words.Add(Encoding.UTF8.GetString(word));
        }
    }

    private void AddWordTag(ReadOnlySpan<byte> line, Utf8Lines lines)
    {
        if (options.WordTagColumn == 0)
        {
            return;
        }

        var tag = line.Count((byte)'\t') < options.WordTagColumn - 1 ? default : Column(line, options.WordTagColumn).Trim((byte)' ');
        _wordTags.Add(tag.IsEmpty || tag is [(byte)'_']
            ? throw new UserException("XL688", FormattableString.Invariant($"{lines.Where}: the word has no tag in column {options.WordTagColumn}. Tag it, or name the right column with --tag-column."))
            : Encoding.UTF8.GetString(tag));
    }

    private static ReadOnlySpan<byte> Column(ReadOnlySpan<byte> line, int number)
    {
        for (var i = 1; i < number; i++)
        {
            line = line[(line.IndexOf((byte)'\t') + 1)..];
        }

        var end = line.IndexOf((byte)'\t');
        return end < 0 ? line : line[..end];
    }
}
