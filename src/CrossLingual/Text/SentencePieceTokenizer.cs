using System.Globalization;
using System.Text;
using Library = Microsoft.ML.Tokenizers;

namespace CrossLingual.Text;

/// <summary>
/// SentencePiece BPE with byte fallback, as Llama 1 and 2, Mistral 7B and the lab use it. Text inside a string that
/// looks like a control token stays text: only code adds control ids.
/// </summary>
public sealed class SentencePieceTokenizer : Tokenizer
{
    private const char SpaceMark = '\u2581';
    private readonly SentencePieceModel _model;
    private readonly Dictionary<string, byte[]> _files;
    private readonly Lazy<Library.SentencePieceTokenizer> _starting;
    private readonly Lazy<Library.SentencePieceTokenizer> _continuing;
    private readonly int[] _byteValues;

    /// <summary>Makes a tokenizer of a model.</summary>
    /// <param name="model">The vocabulary and settings.</param>
    /// <param name="files">The files that it came from; by default the model written as tokenizer.model.</param>
    public SentencePieceTokenizer(SentencePieceModel model, Dictionary<string, byte[]>? files = null)
    {
        _model = model;
        _files = files ?? new() { ["tokenizer.model"] = model.ToBytes() };
        _starting = new(() => Create(model));
        _continuing = new(() => Create(model with { AddDummyPrefix = false }));
        _byteValues = [.. model.Pieces.Select(p => p.Kind == PieceKind.Byte
            ? int.Parse(p.Text.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : -1)];
    }

    /// <inheritdoc/>
    public override int VocabularySize => _model.Pieces.Count;

    /// <inheritdoc/>
    public override int? BosId => _model.BosId >= 0 ? _model.BosId : null;

    /// <inheritdoc/>
    public override int? EosId => _model.EosId >= 0 ? _model.EosId : null;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <inheritdoc/>
    public override string PieceOf(int id) => _model.Pieces[id].Text;

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
        var tokenizer = continuation ? _continuing.Value : _starting.Value;
        ids.AddRange(tokenizer.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false));
    }

    private static Library.SentencePieceTokenizer Create(SentencePieceModel model)
    {
        using var stream = new MemoryStream(model.ToBytes());
        return Library.SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
    }
}
