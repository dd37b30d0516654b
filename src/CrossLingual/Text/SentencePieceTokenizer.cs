using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CrossLingual.Text;

/// <summary>
/// SentencePiece: BPE, as Llama 1 and 2, Mistral 7B and the lab use it, or Unigram, as XLM-RoBERTa and T5 do. Text that looks
/// like a control token stays text: only code adds control ids.
/// </summary>
/// <remarks>
/// Microsoft.ML.Tokenizers (2.0.0) is not used: of equal BPE scores the leftmost pair must merge first, which it does not
/// keep ("!!!!!!" with Llama 2's vocabulary). Its Unigram agrees with this one in the tests, but for
/// neighbouring unknown characters, which it keeps apart.
/// </remarks>
public sealed class SentencePieceTokenizer : Tokenizer
{
    private const char SpaceMark = '\u2581';
    private readonly SentencePieceModel _model;
    private readonly Dictionary<string, byte[]> _files;
    private readonly SentencePieceNormalizer _normalizer;
    private readonly UnigramCut? _unigram;
    private readonly Dictionary<string, int> _ids = [];
    private readonly int[] _byteIds = new int[256];
    private readonly int[] _byteValues;
    private readonly Regex? _wholePieces;

    /// <summary>Makes a tokenizer of a model.</summary>
    /// <param name="model">The vocabulary and settings.</param>
    /// <param name="files">The files that it came from; by default the model written as tokenizer.model.</param>
    public SentencePieceTokenizer(SentencePieceModel model, Dictionary<string, byte[]>? files = null)
    {
        _model = model;
        _files = files ?? new() { ["tokenizer.model"] = model.ToBytes() };
        _normalizer = new SentencePieceNormalizer(model);
        _byteValues = [.. model.Pieces.Select(p => p.Kind == PieceKind.Byte
            ? int.Parse(p.Text.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : -1)];
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (model.Pieces[id].Kind is PieceKind.Normal or PieceKind.UserDefined)
            {
                _ids.TryAdd(model.Pieces[id].Text, id);
            }

            if (_byteValues[id] >= 0)
            {
                _byteIds[_byteValues[id]] = id;
            }
        }

        _unigram = model.Algorithm == SentencePieceAlgorithm.Unigram ? new UnigramCut(model, _ids, _byteIds) : null;
        var whole = model.Pieces.Where(p => p.Kind == PieceKind.UserDefined).Select(p => p.Text).OrderByDescending(t => t.Length).ToList();
        _wholePieces = whole.Count > 0 ? new Regex(string.Join('|', whole.Select(Regex.Escape)), RegexOptions.CultureInvariant) : null;
    }

    /// <inheritdoc/>
    public override int VocabularySize => _model.Pieces.Count;

    /// <inheritdoc/>
    public override int? BosId => _model.BosId >= 0 ? _model.BosId : null;

    /// <inheritdoc/>
    public override int? EosId => _model.EosId >= 0 ? _model.EosId : null;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>The vocabulary and settings.</summary>
    public SentencePieceModel Model => _model;

    /// <inheritdoc/>
    public override string PieceOf(int id) => _model.Pieces[id].Text;

    /// <inheritdoc/>
    public override int[] EncodeWord(string word, bool isFirst)
    {
        // A word of characters that the normalisation removes has no piece, but a place in the sentence.
        var ids = _model.AddDummyPrefix ? Encode(word) : base.EncodeWord(word, isFirst);
        return ids.Length > 0 ? ids : [_model.UnknownId];
    }

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids, bool continuation = false)
    {
        var bytes = new List<byte>();
        var first = !continuation && _model.AddDummyPrefix;
        foreach (var id in ids)
        {
            var piece = _model.Pieces[id];
            switch (piece.Kind)
            {
                case PieceKind.Byte:
                    bytes.Add((byte)_byteValues[id]);
                    break;
                case PieceKind.Control:
                    continue;
                case PieceKind.Unknown:
                    bytes.AddRange(" \u2047 "u8);
                    break;
                default:
                    var text = piece.Text.Replace(SpaceMark, ' ');
                    bytes.AddRange(Encoding.UTF8.GetBytes(first && text.StartsWith(' ') ? text[1..] : text));
                    break;
            }

            first = false;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <inheritdoc/>
    protected override void EncodeInto(List<int> ids, string text, bool continuation)
    {
        var normal = _normalizer.Normalize(text, continuation);
        var at = 0;
        foreach (Match match in _wholePieces?.Matches(normal) ?? Enumerable.Empty<Match>())
        {
            Cut(ids, normal.AsSpan(at, match.Index - at));
            ids.Add(_ids[match.Value]);
            at = match.Index + match.Length;
        }

        Cut(ids, normal.AsSpan(at));
    }

    private void Cut(List<int> ids, ReadOnlySpan<char> text)
    {
        if (_unigram is null)
        {
            Merge(ids, text);
        }
        else
        {
            _unigram.Cut(ids, text);
        }
    }

    /// <summary>
    /// Starts from single characters and always joins the neighbouring pair whose union has the best score, the leftmost
    /// of equals, until no union is in the vocabulary (Sennrich et al., arXiv 1508.07909).
    /// </summary>
    private void Merge(List<int> ids, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        // Symbols are ranges of the text in a doubly linked list; a merged symbol grows and its right neighbour empties.
        var (start, length, next, previous) = (new List<int>(), new List<int>(), new List<int>(), new List<int>());
        var characters = text.ToString();
        for (var at = 0; at < characters.Length; at += length[^1])
        {
            start.Add(at);
            length.Add(char.IsHighSurrogate(characters[at]) && at + 1 < characters.Length && char.IsLowSurrogate(characters[at + 1]) ? 2 : 1);
            previous.Add(start.Count - 2);
            next.Add(start.Count);
        }

        next[^1] = -1;
        var lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var queue = new PriorityQueue<(int Left, int Right, int Length), (float Score, int Position)>();
        for (var i = 0; i + 1 < start.Count; i++)
        {
            Offer(i, i + 1);
        }

        while (queue.TryDequeue(out var pair, out _))
        {
            var (left, right, joined) = pair;
            if (length[left] == 0 || length[right] == 0 || length[left] + length[right] != joined)
            {
                continue;   // one of them has merged with another since
            }

            length[left] = joined;
            length[right] = 0;
            next[left] = next[right];
            if (next[right] >= 0)
            {
                previous[next[right]] = left;
                Offer(left, next[left]);
            }

            if (previous[left] >= 0)
            {
                Offer(previous[left], left);
            }
        }

        for (var i = 0; i >= 0; i = next[i])
        {
            var symbol = characters.AsSpan(start[i], length[i]);
            if (lookup.TryGetValue(symbol, out var id))
            {
                ids.Add(id);
            }
            else if (_model.ByteFallback)
            {
                foreach (var b in Encoding.UTF8.GetBytes(symbol.ToString()))
                {
                    ids.Add(_byteIds[b]);
                }
            }
            else
            {
                ids.Add(_model.UnknownId);
            }
        }

        void Offer(int left, int right)
        {
            var joined = length[left] + length[right];
            if (lookup.TryGetValue(characters.AsSpan(start[left], joined), out var id) && _model.Pieces[id].Kind == PieceKind.Normal)
            {
                queue.Enqueue((left, right, joined), (-_model.Pieces[id].Score, left));
            }
        }
    }
}
