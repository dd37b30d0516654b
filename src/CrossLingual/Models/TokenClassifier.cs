using CrossLingual.Runs;
using CrossLingual.Text;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CrossLingual.Models;

/// <summary>
/// A tagger of words (Absar, RESOURCEFUL 2025; as Devlin et al. 2019 tag): which of its tags does each word of a sentence have?
/// <code>
/// v_w = mean over the pieces of word w of their last states        p(tag | w) = softmax(W drop(v_w) + b)
/// </code>
/// All pieces of a word count. (The author's program leaves out the last of several; this is what its paper says it does.)
/// </summary>
public sealed class TokenClassifier : IDisposable
{
    /// <summary>The paper's dropout.</summary>
    public const double PaperDropout = 0.2;

    private readonly Dictionary<string, Tensor> _head;

    /// <summary>Takes over an encoder and a head.</summary>
    /// <param name="encoder">The encoder, owned from now on.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="tags">The tags, by number.</param>
    /// <param name="weight">[tags, width], owned from now on.</param>
    /// <param name="bias">[tags], owned from now on.</param>
    /// <param name="dropout">Share of a word's vector dropped while training, 0 up to but not 1.</param>
    /// <exception cref="UserException">XL311: the tokenizer has more ids than the encoder.</exception>
    public TokenClassifier(ISentenceEncoder encoder, Tokenizer tokenizer, IReadOnlyList<string> tags, Tensor weight, Tensor bias, double dropout = PaperDropout)
    {
        if (tokenizer.VocabularySize > encoder.VocabularySize)
        {
            throw new UserException("XL311", $"The tokenizer has {tokenizer.VocabularySize} ids but the model only {encoder.VocabularySize} embeddings. They do not belong together; use the tokenizer that came with the model.");
        }

        (Encoder, Tokenizer, Tags, Dropout) = (encoder, tokenizer, tags, dropout);
        var name = HeadOf(encoder);
        _head = new() { [name + ".weight"] = weight.DetachFromDisposeScope(), [name + ".bias"] = bias.DetachFromDisposeScope() };
    }

    /// <summary>The encoder.</summary>
    public ISentenceEncoder Encoder { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The tags, by number.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>Share of a word's vector dropped while training.</summary>
    public double Dropout { get; }

    /// <summary>Files that describe the tokenizer and are written beside the model: name and content.</summary>
    public IReadOnlyDictionary<string, byte[]> Companions { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>The weights by name, encoder and head.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => TensorShapes().ToDictionary(t => t.Key, t => _head.GetValueOrDefault(t.Key) ?? Encoder.Weights[t.Key]);

    /// <summary>A classifier with a fresh head: normal with deviation 0.02, bias 0.</summary>
    /// <param name="encoder">The encoder, owned from now on.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="tags">The tags, by number.</param>
    /// <param name="seed">Where the head's numbers come from.</param>
    /// <param name="dropout">Share of a word's vector dropped while training, 0 up to but not 1.</param>
    /// <param name="companions">Files written beside the model; null for the tokenizer's own.</param>
    public static TokenClassifier Fresh(
        ISentenceEncoder encoder, Tokenizer tokenizer, IReadOnlyList<string> tags, Seed seed, double dropout = PaperDropout, IReadOnlyDictionary<string, byte[]>? companions = null)
    {
        using var _ = no_grad();
        using var generator = new Generator(seed.And("head").Value & long.MaxValue);
        var weight = (randn([tags.Count, encoder.Width], generator: generator) * 0.02).to(encoder.Device);
        return new TokenClassifier(encoder, tokenizer, tags, weight, zeros(tags.Count, device: encoder.Device), dropout) { Companions = companions ?? tokenizer.Files };
    }

    /// <summary>Names and shapes of all weights, the head last.</summary>
    public IReadOnlyList<KeyValuePair<string, long[]>> TensorShapes() => [.. Encoder.TensorShapes(), .. HeadShapes(Encoder, Tags.Count)];

    /// <summary>A sentence as pieces; one that is too long for the model is cut between words, a longer word within.</summary>
    /// <param name="words">The words, none of them empty.</param>
    public IReadOnlyList<WordRow> Rows(IReadOnlyList<string> words)
    {
        int[] begin = Tokenizer.BosId is { } bos ? [bos] : [];
        int[] end = Encoder.EndsSentences && Tokenizer.EosId is { } eos ? [eos] : [];
        var room = Encoder.LongestText - begin.Length - end.Length;
        var rows = new List<WordRow>();
        var (ids, places, first) = (new List<int>(begin), new List<(int, int)>(), 0);
        for (var i = 0; i < words.Count; i++)
        {
            var pieces = Tokenizer.EncodeWord(words[i], isFirst: i == 0);
            var count = Math.Min(pieces.Length, room);
            if (ids.Count - begin.Length + count > room)
            {
                Close();
                (ids, places, first) = ([.. begin], [], i);
            }

            places.Add((ids.Count, count));
            ids.AddRange(pieces.AsSpan(0, count));
        }

        Close();
        return rows;

        void Close()
        {
            if (places.Count > 0)
            {
                rows.Add(new WordRow([.. ids, .. end], places, first));
            }
        }
    }

    /// <summary>The likeliest tag of each word.</summary>
    /// <param name="sentences">Words of each sentence.</param>
    /// <param name="pieces">Pieces computed together, at least; the longest sentence is always.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <returns>For each sentence the number of each word's tag.</returns>
    public IReadOnlyList<int[]> Tag(IReadOnlyList<IReadOnlyList<string>> sentences, int pieces = 4096, CancellationToken cancel = default)
    {
        using var _ = no_grad();
        var wasTraining = Encoder.Training;
        Encoder.Training = false;
        try
        {
            var found = sentences.Select(s => new int[s.Count]).ToArray();
            var rows = sentences.SelectMany((s, i) => Rows(s).Select(row => (Row: row, Sentence: i))).OrderBy(r => r.Row.Ids.Length).ToList();
            for (var at = 0; at < rows.Count;)
            {
                cancel.ThrowIfCancellationRequested();
                var count = 1;
                while (at + count < rows.Count && rows[at + count].Row.Ids.Length * (count + 1) <= pieces)
                {
                    count++;
                }

                using var scope = NewDisposeScope();
                var together = rows.GetRange(at, count);
                var best = Scores([.. together.Select(r => r.Row)]).argmax(1).cpu().data<long>().ToArray();
                var word = 0;
                foreach (var (row, sentence) in together)
                {
                    for (var i = 0; i < row.Words.Count; i++)
                    {
                        found[sentence][row.First + i] = (int)best[word++];
                    }
                }

                at += count;
            }

            return found;
        }
        finally
        {
            Encoder.Training = wasTraining;
        }
    }

    /// <summary>Scores of every tag for every word of some rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <returns>[words or a few more, tags], float32; what stands behind the words means nothing.</returns>
    public Tensor Scores(IReadOnlyList<WordRow> rows)
    {
        using var scope = NewDisposeScope();
        var batch = new WordBatch(rows, Encoder);
        var states = Encoder.States(batch.Ids, batch.Present).flatten(0, 1).to(ScalarType.Float32);   // [rows x time, width]
        var sums = zeros(batch.Places, Encoder.Width, device: Encoder.Device).PlusRows(batch.Owners, states.index_select(0, batch.Pieces));
        var words = sums / batch.Sizes;   // [places, width]
        if (Encoder.Training && Dropout > 0)
        {
            words = functional.dropout(words, Dropout, training: true);
        }

        var name = HeadOf(Encoder);
        return functional.linear(words, _head[name + ".weight"].to(ScalarType.Float32), _head[name + ".bias"].to(ScalarType.Float32)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Encoder.Dispose();
        foreach (var weight in _head.Values)
        {
            weight.Dispose();
        }
    }

    /// <summary>Replaces a weight, disposing the old one; the trainer puts its flat buffers in place this way.</summary>
    internal void Replace(string name, Tensor weight)
    {
        if (_head.TryGetValue(name, out var old))
        {
            old.Dispose();
            _head[name] = weight.DetachFromDisposeScope();
        }
        else
        {
            Encoder.Replace(name, weight);
        }
    }

    /// <summary>The head as Hugging Face's classes for token classification name it.</summary>
    internal static string HeadOf(ISentenceEncoder encoder) => encoder is LlamaEncoder ? "score" : "classifier";

    /// <summary>Names and shapes of the head.</summary>
    internal static IReadOnlyList<KeyValuePair<string, long[]>> HeadShapes(ISentenceEncoder encoder, int tags) =>
        HeadShapes(HeadOf(encoder), tags, encoder.Width);

    /// <summary>Names and shapes of a head of that name.</summary>
    internal static IReadOnlyList<KeyValuePair<string, long[]>> HeadShapes(string name, int tags, int width) =>
        [new(name + ".weight", [tags, width]), new(name + ".bias", [tags])];
}
