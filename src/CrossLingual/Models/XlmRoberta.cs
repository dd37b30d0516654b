using CrossLingual.Runs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CrossLingual.Models;

/// <summary>
/// A RoBERTa-family encoder: learned positions, attention over the whole sentence, GELU, and LayerNorm after each block and
/// not before it, as in BERT (Devlin et al., arXiv 1810.04805). Weights are named tensors exactly as in the Hugging Face
/// folder of XLMRobertaForTokenClassification.
/// <code>
/// h = LN(word[id] + position[pad + 1 + i] + type[0])
/// h = LN(h + O softmax(Q K' / sqrt(d)) V)        h = LN(h + W2 gelu(W1 h))        layer after layer
/// </code>
/// </summary>
public sealed class XlmRoberta : ISentenceEncoder
{
    private readonly Dictionary<string, Tensor> _weights;

    /// <summary>Takes over named weights, which must be complete for the configuration.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="weights">The tensors by name, all on one device; owned by the model from now on.</param>
    /// <param name="computeType">Type of activations and products.</param>
    public XlmRoberta(XlmRobertaConfig config, IReadOnlyDictionary<string, Tensor> weights, ScalarType computeType)
    {
        Config = config;
        ComputeType = computeType;
        _weights = config.TensorShapes().ToDictionary(t => t.Key, t => weights[t.Key].DetachFromDisposeScope());
        Device = _weights["roberta.embeddings.word_embeddings.weight"].device;
    }

    /// <summary>The model's shape.</summary>
    public XlmRobertaConfig Config { get; }

    /// <summary>Type of activations and products.</summary>
    public ScalarType ComputeType { get; }

    /// <inheritdoc/>
    public int Width => Config.HiddenSize;

    /// <inheritdoc/>
    public int LongestText => Config.LongestText;

    /// <inheritdoc/>
    public int VocabularySize => Config.VocabularySize;

    /// <inheritdoc/>
    public int PadId => Config.PadId;

    /// <inheritdoc/>
    public bool EndsSentences => true;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public bool Training { get; set; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Weights => _weights;

    /// <summary>
    /// A model of fresh weights: normal with deviation 0.02, norms 1, biases and the padding's rows 0. Each tensor's numbers
    /// depend on the seed and its name alone.
    /// </summary>
    public static XlmRoberta Fresh(XlmRobertaConfig config, Seed seed, Compute compute)
    {
        using var _ = no_grad();
        var weights = new Dictionary<string, Tensor>();
        foreach (var (name, shape) in config.TensorShapes())
        {
            using var generator = new Generator(seed.And(name).Value & long.MaxValue);
            weights[name] = name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? ones(shape, device: compute.Device)
                : name.EndsWith(".bias", StringComparison.Ordinal) ? zeros(shape, device: compute.Device)
                : (randn(shape, generator: generator) * 0.02).to(compute.Device);
        }

        foreach (var table in new[] { "word", "position" })
        {
            using var padding = weights[$"roberta.embeddings.{table}_embeddings.weight"].narrow(0, config.PadId, 1);
            padding.zero_();
        }

        return new XlmRoberta(config, weights, compute.Type);
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, long[]>> TensorShapes() => Config.TensorShapes();

    /// <inheritdoc/>
    public Tensor States(Tensor ids, Tensor present)
    {
        var (rows, time) = (ids.shape[0], ids.shape[1]);

        // Padding stands at the end, so the place in the row is the place among what is present.
        var positions = arange(Config.PadId + 1, Config.PadId + 1 + time, ScalarType.Int64, ids.device);
        var places = _weights["roberta.embeddings.position_embeddings.weight"].index_select(0, positions).unsqueeze(0);
        var types = _weights["roberta.embeddings.token_type_embeddings.weight"].narrow(0, 0, 1);
        var words = _weights["roberta.embeddings.word_embeddings.weight"].index_select(0, ids.flatten()).view(rows, time, -1);
        var x = Drop(Norm(words.Plus(places).Plus(types).to(ComputeType), "roberta.embeddings.LayerNorm"), Config.HiddenDropout);   // [rows, time, width]
        var mask = AttentionMask.RightPadded(present, causal: false, ComputeType);   // [rows, 1, time, time]
        for (var i = 0; i < Config.Layers; i++)
        {
            x = Layer($"roberta.encoder.layer.{i}.", x, mask);
        }

        return x;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var weight in _weights.Values)
        {
            weight.Dispose();
        }
    }

    void ISentenceEncoder.Replace(string name, Tensor weight)
    {
        _weights[name].Dispose();
        _weights[name] = weight.DetachFromDisposeScope();
    }

    private Tensor Layer(string layer, Tensor x, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var (rows, time, heads) = (x.shape[0], x.shape[1], Config.Heads);
        var size = Config.HiddenSize / heads;
        var q = Heads(Linear(x, layer + "attention.self.query").Times(1 / Math.Sqrt(size)));   // [rows, heads, time, size]
        var k = Heads(Linear(x, layer + "attention.self.key"));
        var v = Heads(Linear(x, layer + "attention.self.value"));
        var shares = Drop(q.matmul(k.transpose(2, 3)).Plus(mask).softmax(-1), Config.AttentionDropout);   // [rows, heads, time, time]
        var mixed = shares.matmul(v).transpose(1, 2).reshape(rows, time, heads * size);
        var attended = Drop(Linear(mixed, layer + "attention.output.dense"), Config.HiddenDropout);
        var h = Norm(x.Plus(attended), layer + "attention.output.LayerNorm");
        var wide = functional.gelu(Linear(h, layer + "intermediate.dense"));
        var y = Drop(Linear(wide, layer + "output.dense"), Config.HiddenDropout);
        return Norm(h.Plus(y), layer + "output.LayerNorm").MoveToOuterDisposeScope();

        Tensor Heads(Tensor t) => t.view(rows, time, heads, size).transpose(1, 2);
    }

    private Tensor Linear(Tensor x, string name) => functional.linear(x, _weights[name + ".weight"].to(x.dtype), _weights[name + ".bias"].to(x.dtype));

    private Tensor Norm(Tensor x, string name)
    {
        var (weight, bias) = (_weights[name + ".weight"].to(ScalarType.Float32), _weights[name + ".bias"].to(ScalarType.Float32));
        return functional.layer_norm(x.to(ScalarType.Float32), [Config.HiddenSize], weight, bias, Config.NormEpsilon).to(x.dtype);
    }

    private Tensor Drop(Tensor x, double share) => Training && share > 0 ? functional.dropout(x, share, training: true) : x;
}
