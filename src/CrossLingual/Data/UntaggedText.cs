using System.Text;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>
/// A sentence a line, without language tags: words are cut at white space, punctuation around them is dropped, and
/// <see cref="WordLanguages"/> says their languages. What is measured on it holds as far as that identification does.
/// </summary>
/// <param name="path">The file, UTF-8.</param>
/// <param name="identifier">Knows words' languages.</param>
/// <param name="tags">Collects the languages.</param>
public sealed class UntaggedText(string path, WordLanguages identifier, LanguageTags tags)
{
    /// <summary>The sentences, read as they are asked for; empty lines are none.</summary>
    /// <exception cref="UserException">XL130: no such file; XL621: not UTF-8.</exception>
    public IEnumerable<TaggedSentence> Read()
    {
        using var lines = new Utf8Lines(path);
        var name = Path.GetFileNameWithoutExtension(path);
        while (lines.Read(out var line))
        {
            var text = Encoding.UTF8.GetString(line);
            var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Bare).Where(w => w.Length > 0).ToList();
            if (words.Count > 0)
            {
                var languages = identifier.Identify(words).Select(l => l is null ? LanguageTags.Neutral : tags.Of(l)).ToArray();
                yield return new TaggedSentence(FormattableString.Invariant($"{name}-{lines.Line}"), languages, words, text + "\n", []);
            }
        }
    }

    /// <summary>Reads a word list, <c>word⇥language</c> a line, for <see cref="WordLexicon"/>.</summary>
    /// <exception cref="UserException">XL130, XL621; XL620: a line without a tab.</exception>
    public static IEnumerable<(string Word, string Language)> WordList(string path)
    {
        using var lines = new Utf8Lines(path);
        while (lines.Read(out var line))
        {
            if (line.IsEmpty)
            {
                continue;
            }

            var columns = Encoding.UTF8.GetString(line).Split('\t');
            yield return columns is [{ Length: > 0 } word, { Length: > 0 } language, ..]
                ? (word, language.ToLowerInvariant())
                : throw new UserException("XL620", $"{lines.Where}: a word list has a word, a tab and its language on each line. Correct the line.");
        }
    }

    private static string Bare(string piece)
    {
        var (start, end) = (0, piece.Length);
        while (start < end && (char.IsPunctuation(piece[start]) || char.IsSymbol(piece[start])))
        {
            start++;
        }

        while (end > start && (char.IsPunctuation(piece[end - 1]) || char.IsSymbol(piece[end - 1])))
        {
            end--;
        }

        return piece[start..end];
    }
}
