using CrossLingual.Runs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CrossLingual.Models;

/// <summary>Settings of a low-rank adapter (Hu et al., arXiv 2106.09685).</summary>
public sealed record LoraConfig
{
    /// <summary>Rank r, 1 to 1024; 8 in the paper's GPT-3 runs.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>Numerator of the scale: alpha / r, or alpha / sqrt(r) with <see cref="RankStabilized"/>.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>Share of an adapter's inputs dropped while training, 0 up to but not 1.</summary>
    public double Dropout { get; init; }

    /// <summary>Whether the scale is alpha / sqrt(r) (rsLoRA, arXiv 2312.03732).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>Names of the linear layers that get an adapter; the last part of a module's name.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>The factor before B A.</summary>
    public double Scale => RankStabilized ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;
}

/// <summary>
/// A low-rank adapter: <c>h = W x + scale · B A dropout(x)</c>. A starts Kaiming-uniform and B at zero, so the adapted
/// model starts as the base. A is [rank, in], B is [out, rank]; both are float32.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    private readonly Dictionary<string, (Tensor A, Tensor B)> _pairs;

    /// <summary>Takes over the pairs of an adapter.</summary>
    /// <param name="config">Its settings.</param>
    /// <param name="pairs">A and B by module name, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
    public LoraAdapter(LoraConfig config, IReadOnlyDictionary<string, (Tensor A, Tensor B)> pairs)
    {
        Config = config;
        _pairs = pairs.ToDictionary(p => p.Key, p => (p.Value.A.DetachFromDisposeScope(), p.Value.B.DetachFromDisposeScope()));
    }

    /// <summary>The settings.</summary>
    public LoraConfig Config { get; }

    /// <summary>A and B by module name.</summary>
    public IReadOnlyDictionary<string, (Tensor A, Tensor B)> Pairs => _pairs;

    /// <summary>An adapter that changes nothing yet.</summary>
    /// <exception cref="UserException">XL330: a target module that the model does not have.</exception>
    public static LoraAdapter Fresh(Llama model, LoraConfig config, Seed seed)
    {
        var modules = model.Config.TensorShapes()
            .Where(t => t.Key.EndsWith(".weight", StringComparison.Ordinal) && t.Value.Length == 2)
            .Select(t => (Name: t.Key[..^".weight".Length], Shape: t.Value))
            .Where(t => t.Name.StartsWith("model.layers.", StringComparison.Ordinal))
            .ToList();
        var known = modules.Select(m => LastPart(m.Name)).Distinct().ToList();
        var unknown = config.TargetModules.Except(known).ToList();
        if (unknown.Count > 0)
        {
            throw new UserException("XL330", $"The model has no module '{unknown[0]}' for an adapter. Choose among: {string.Join(", ", known)}.");
        }

        var pairs = new Dictionary<string, (Tensor, Tensor)>();
        foreach (var (name, shape) in modules.Where(m => config.TargetModules.Contains(LastPart(m.Name))))
        {
            using var generator = new Generator(seed.And(name).Value & long.MaxValue);

            // Kaiming-uniform with a = sqrt(5): bound = sqrt(6 / ((1 + 5) in)) = 1 / sqrt(in).
            var bound = 1 / Math.Sqrt(shape[1]);
            var a = ((rand([config.Rank, shape[1]], generator: generator) * (2 * bound)) - bound).to(model.Device);
            pairs[name] = (a, zeros([shape[0], config.Rank], device: model.Device));
        }

        return new LoraAdapter(config, pairs);
    }

    /// <summary>Adds scale · B A to the weights; afterwards the model needs no adapter.</summary>
    /// <remarks>Sums in float32 and rounds once to the weight's own type.</remarks>
    public void MergeInto(Llama model)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (name, (a, b)) in _pairs)
        {
            var weight = model.Weights[name + ".weight"];
            weight.copy_(weight.to(ScalarType.Float32).Plus(b.matmul(a).Times(Config.Scale)));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (a, b) in _pairs.Values)
        {
            a.Dispose();
            b.Dispose();
        }
    }

    /// <summary>Adds the adapter's part to a linear layer's output.</summary>
    internal Tensor Apply(string name, Tensor x, Tensor y, bool training)
    {
        if (!_pairs.TryGetValue(name, out var pair))
        {
            return y;
        }

        var input = training && Config.Dropout > 0 ? functional.dropout(x, Config.Dropout, training: true) : x;
        var low = functional.linear(input, pair.A.to(x.dtype));
        return y.Plus(functional.linear(low, pair.B.to(x.dtype)).Times(Config.Scale));
    }

    /// <summary>Replaces a pair; the trainer puts its flat buffers in place this way.</summary>
    internal void Replace(string name, Tensor a, Tensor b)
    {
        var old = _pairs[name];
        _pairs[name] = (a.DetachFromDisposeScope(), b.DetachFromDisposeScope());
        old.A.Dispose();
        old.B.Dispose();
    }

    private static string LastPart(string module) => module[(module.LastIndexOf('.') + 1)..];
}
