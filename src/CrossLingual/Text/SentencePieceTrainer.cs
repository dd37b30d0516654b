using System.Text.RegularExpressions;

namespace CrossLingual.Text;

/// <summary>Settings of <see cref="SentencePieceTrainer"/>.</summary>
public sealed record SentencePieceTrainerOptions
{
    /// <summary>Number of pieces: unknown, begin and end, 256 bytes, whole pieces, characters, then merges.</summary>
    public int VocabularySize { get; init; } = 4000;

    /// <summary>Texts that always become one piece, such as a template's headings.</summary>
    public IReadOnlyList<string> WholePieces { get; init; } = [];

    /// <summary>Whether a small corpus gives a smaller vocabulary, and not an error.</summary>
    public bool SmallerIfShort { get; init; }

    /// <summary>Characters rarer than this become bytes.</summary>
    public long RarestCharacter { get; init; } = 2;
}

/// <summary>
/// Learns a byte-pair vocabulary (Sennrich et al., arXiv 1508.07909) in SentencePiece's form: the most frequent pair of
/// neighbouring symbols becomes a symbol, again and again. Pieces stay inside a word with the space before it; digits
/// stay single, as in Llama; what has no piece falls back to bytes. Ties go to the smaller text, so that the same
/// corpus gives the same file.
/// </summary>
public static partial class SentencePieceTrainer
{
    private const char SpaceMark = '\u2581';

    /// <summary>Learns a vocabulary.</summary>
    /// <param name="corpus">Texts; how often a text occurs is its weight.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="UserException">XL213: the corpus is too small for the vocabulary, or the vocabulary for the characters.</exception>
    public static SentencePieceModel Train(IEnumerable<string> corpus, SentencePieceTrainerOptions options)
    {
        var (words, characters) = Count(corpus, options.WholePieces);
        var pieces = new List<Piece> { new("<unk>", 0, PieceKind.Unknown), new("<s>", 0, PieceKind.Control), new("</s>", 0, PieceKind.Control) };
        pieces.AddRange(Enumerable.Range(0, 256).Select(b => new Piece($"<0x{b:X2}>", 0, PieceKind.Byte)));
        pieces.AddRange(options.WholePieces.Select(text => new Piece(text.Replace(' ', SpaceMark), 0, PieceKind.UserDefined)));

        // The space needs a piece whatever its number: as bytes it would come back as the mark.
        var alphabet = characters.Where(c => c.Value >= options.RarestCharacter || c.Key[0] == SpaceMark)
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Key).ToList();
        var room = options.VocabularySize - pieces.Count - alphabet.Count;
        if (room < 0)
        {
            throw new UserException("XL213", $"A vocabulary of {options.VocabularySize} has no room for {pieces.Count} fixed pieces and {alphabet.Count} characters. Ask for more pieces.");
        }

        var merges = Merges(words, alphabet.ToHashSet(), room);
        if (merges.Count < room && !options.SmallerIfShort)
        {
            throw new UserException("XL213", $"The corpus gives only {merges.Count} of {room} merges. Give more text or ask for {options.VocabularySize - room + merges.Count} pieces at most.");
        }

        var rank = 0;
        pieces.AddRange(merges.Concat(alphabet).Select(text => new Piece(text, -rank++, PieceKind.Normal)));
        return new SentencePieceModel { Pieces = pieces, AddDummyPrefix = true, ByteFallback = true };
    }

    private static (Dictionary<string, long> Words, Dictionary<string, long> Characters) Count(IEnumerable<string> corpus, IReadOnlyList<string> whole)
    {
        var words = new Dictionary<string, long>();
        var characters = new Dictionary<string, long>();
        var splitter = whole.Count > 0 ? new Regex(string.Join('|', whole.OrderByDescending(w => w.Length).Select(Regex.Escape))) : null;
        foreach (var text in corpus)
        {
            foreach (var part in splitter?.Split(" " + text) ?? [" " + text])
            {
                foreach (Match match in Word().Matches(part))
                {
                    var word = match.Value.Replace(' ', SpaceMark);
                    words[word] = words.GetValueOrDefault(word) + 1;
                }
            }
        }

        foreach (var (word, count) in words)
        {
            foreach (var rune in word.EnumerateRunes())
            {
                var character = rune.ToString();
                characters[character] = characters.GetValueOrDefault(character) + count;
            }
        }

        return (words, characters);
    }

    private static List<string> Merges(Dictionary<string, long> words, HashSet<string> alphabet, int room)
    {
        // Each word is a list of symbols; pairs know in which words they stand.
        var spelt = words.OrderBy(w => w.Key, StringComparer.Ordinal)
            .Select(w => (Symbols: w.Key.EnumerateRunes().Select(r => r.ToString()).ToList(), Count: w.Value)).ToArray();
        var pairs = new Dictionary<(string, string), (long Count, HashSet<int> Words)>();
        var queue = new PriorityQueue<((string Left, string Right) Pair, long Count), (long, string)>(
            Comparer<(long Count, string Text)>.Create((a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : string.CompareOrdinal(a.Text, b.Text)));
        for (var i = 0; i < spelt.Length; i++)
        {
            Change(i, +1);
        }

        foreach (var (pair, (count, _)) in pairs)
        {
            Offer(pair, count);
        }

        var merges = new List<string>();
        var known = new HashSet<string>();
        while (merges.Count < room && queue.TryDequeue(out var best, out _))
        {
            if (!pairs.TryGetValue(best.Pair, out var now) || now.Count != best.Count || now.Count <= 0)
            {
                continue;   // counted again since it was queued
            }

            var joined = best.Pair.Left + best.Pair.Right;
            if (known.Add(joined))
            {
                merges.Add(joined);
            }

            var touched = new HashSet<(string, string)>();
            foreach (var i in now.Words.Order().ToArray())
            {
                touched.UnionWith(Change(i, -1));
                Join(spelt[i].Symbols, best.Pair, joined);
                touched.UnionWith(Change(i, +1));
            }

            foreach (var pair in touched)
            {
                if (pairs.TryGetValue(pair, out var changed) && changed.Count > 0)
                {
                    Offer(pair, changed.Count);
                }
            }
        }

        return merges;

        void Offer((string Left, string Right) pair, long count) => queue.Enqueue((pair, count), (count, pair.Left + pair.Right));

        List<(string, string)> Change(int word, int sign)
        {
            var (symbols, count) = spelt[word];
            var seen = new List<(string, string)>();
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                var pair = (symbols[i], symbols[i + 1]);
                if (!alphabet.Contains(char.IsHighSurrogate(pair.Item1[0]) ? pair.Item1[..2] : pair.Item1[..1])
                    || !alphabet.Contains(char.IsHighSurrogate(pair.Item2[0]) ? pair.Item2[..2] : pair.Item2[..1]))
                {
                    continue;   // a rare character is spelt as bytes and never merges
                }

                var (total, places) = pairs.TryGetValue(pair, out var old) ? old : (0, []);
                if (sign > 0)
                {
                    places.Add(word);
                }

                pairs[pair] = (total + (sign * count), places);
                seen.Add(pair);
            }

            if (sign < 0)
            {
                foreach (var pair in seen)
                {
                    pairs[pair].Words.Remove(word);
                }
            }

            return seen;
        }
    }

    private static void Join(List<string> symbols, (string Left, string Right) pair, string joined)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
            {
                symbols[i] = joined;
                symbols.RemoveAt(i + 1);
            }
        }
    }

    // A word with the space before it, a digit, signs, a line break, or spaces.
    [GeneratedRegex(@" ?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+|\n| +", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
