using CrossLingual.Runs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CrossLingual.Models;

/// <summary>
/// A Llama-family decoder (Touvron et al., arXiv 2302.13971): RMSNorm, rotary positions, grouped-query attention,
/// SwiGLU. Weights are named tensors exactly as in the Hugging Face folder. Each may be stored in any type and is cast to
/// <see cref="ComputeType"/> where it is used, so float32 master weights with bfloat16 products need no second copy.
/// </summary>
public sealed class Llama : IDisposable
{
    // Below this many tokens two batched products beat the fused kernel in bfloat16; above it their memory hurts.
    private const long LongestUnfused = 1024;

    private readonly Dictionary<string, Tensor> _weights;
    private readonly Tensor _frequencies;

    /// <summary>Takes over named weights, which must be complete for the configuration.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="weights">The tensors by name, all on one device; owned by the model from now on.</param>
    /// <param name="computeType">Type of activations and products.</param>
    public Llama(LlamaConfig config, IReadOnlyDictionary<string, Tensor> weights, ScalarType computeType)
    {
        Config = config;
        ComputeType = computeType;
        _weights = weights.ToDictionary(w => w.Key, w => w.Value.DetachFromDisposeScope());
        Device = _weights["model.embed_tokens.weight"].device;
        _frequencies = tensor(Rope.Frequencies(config), ScalarType.Float32, Device).DetachFromDisposeScope();
    }

    /// <summary>The model's shape.</summary>
    public LlamaConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Type of activations and products.</summary>
    public ScalarType ComputeType { get; }

    /// <summary>The weights by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => _weights;

    /// <summary>The adapter that is applied, if any; owned by whoever set it.</summary>
    public LoraAdapter? Adapter { get; set; }

    /// <summary>Whether adapters drop units at random; false while evaluating.</summary>
    public bool Training { get; set; }

    /// <summary>
    /// A model of fresh weights: normal with deviation 0.02, output projections divided by sqrt(2 layers) as in GPT-2
    /// (Radford et al. 2019), norms 1. Each tensor's numbers depend on the seed and its name alone.
    /// </summary>
    public static Llama Fresh(LlamaConfig config, Seed seed, Compute compute)
    {
        var weights = new Dictionary<string, Tensor>();
        foreach (var (name, shape) in config.TensorShapes())
        {
            using var generator = new Generator(seed.And(name).Value & long.MaxValue);
            var deviation = name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal)
                ? 0.02 / Math.Sqrt(2 * config.Layers)
                : 0.02;
            weights[name] = name.EndsWith("norm.weight", StringComparison.Ordinal) ? ones(shape, device: compute.Device)
                : name.EndsWith(".bias", StringComparison.Ordinal) ? zeros(shape, device: compute.Device)
                : (randn(shape, generator: generator) * deviation).to(compute.Device);
        }

        return new Llama(config, weights, compute.Type);
    }

    /// <summary>Runs the layers.</summary>
    /// <param name="ids">[batch, time], int64.</param>
    /// <param name="positions">[batch, time], int64.</param>
    /// <param name="mask">[batch, 1, time, past + time], in <see cref="ComputeType"/>.</param>
    /// <param name="cache">Earlier tokens, to which these are added.</param>
    /// <param name="layerStates">Receives the residual stream after the embedding and each layer.</param>
    /// <returns>[batch, time, width], normalised, ready for <see cref="Logits"/>.</returns>
    public Tensor Hidden(Tensor ids, Tensor positions, Tensor mask, KeyValueCache? cache = null, Action<int, Tensor>? layerStates = null)
    {
        var (batch, time) = (ids.shape[0], ids.shape[1]);
        var x = _weights["model.embed_tokens.weight"].index_select(0, ids.flatten()).view(batch, time, -1).to(ComputeType);   // [batch, time, width]
        var (cos, sin) = Rope.Angles(positions, _frequencies, ComputeType);
        var fused = time > LongestUnfused;
        var scoreMask = fused ? mask : ForGroups(mask);
        layerStates?.Invoke(0, x);
        for (var i = 0; i < Config.Layers; i++)
        {
            x = Layer(i, x, cos, sin, scoreMask, fused, cache);
            layerStates?.Invoke(i + 1, x);
        }

        cache?.Advance(time);
        return Norm(x, "model.norm.weight");
    }

    /// <summary>Scores of every token of the vocabulary.</summary>
    /// <param name="hidden">[…, width], from <see cref="Hidden"/>.</param>
    /// <returns>[…, vocabulary], float32.</returns>
    public Tensor Logits(Tensor hidden)
    {
        var head = _weights[Config.TiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"];
        return functional.linear(hidden, head.to(hidden.dtype)).to(ScalarType.Float32);
    }

    /// <summary>A model of the same weights cast once to <see cref="ComputeType"/> for generation; the adapter is shared.</summary>
    public Llama ForInference()
    {
        using var scope = NewDisposeScope();
        return new Llama(Config, _weights.ToDictionary(w => w.Key, w => w.Value.detach().to(ComputeType)), ComputeType) { Adapter = Adapter };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var weight in _weights.Values)
        {
            weight.Dispose();
        }

        _frequencies.Dispose();
    }

    /// <summary>Replaces a weight, disposing the old one; the trainer puts its flat buffers in place this way.</summary>
    internal void Replace(string name, Tensor weight)
    {
        _weights[name].Dispose();
        _weights[name] = weight.DetachFromDisposeScope();
    }

    private Tensor Layer(int number, Tensor input, Tensor cos, Tensor sin, Tensor mask, bool fused, KeyValueCache? cache)
    {
        using var scope = NewDisposeScope();
        var layer = $"model.layers.{number}.";
        var attended = Attention(number, Norm(input, layer + "input_layernorm.weight"), cos, sin, mask, fused, cache);
        var x = input.Plus(attended);
        var normed = Norm(x, layer + "post_attention_layernorm.weight");
        var gate = functional.silu(Linear(normed, layer + "mlp.gate_proj"));
        return x.Plus(Linear(gate * Linear(normed, layer + "mlp.up_proj"), layer + "mlp.down_proj")).MoveToOuterDisposeScope();
    }

    private Tensor Attention(int number, Tensor x, Tensor cos, Tensor sin, Tensor mask, bool fused, KeyValueCache? cache)
    {
        var layer = $"model.layers.{number}.self_attn.";
        var (batch, time) = (x.shape[0], x.shape[1]);
        var (heads, shared, size) = (Config.Heads, Config.KeyValueHeads, Config.HeadSize);
        var group = heads / shared;
        var q = Rope.Turn(Linear(x, layer + "q_proj").view(batch, time, heads, size), cos, sin);    // [batch, time, heads, size]
        var k = Rope.Turn(Linear(x, layer + "k_proj").view(batch, time, shared, size), cos, sin);   // [batch, time, shared, size]
        var v = Linear(x, layer + "v_proj").view(batch, time, shared, size);

        // Queries that share a key head become rows of one product, so keys are never repeated.
        var queries = q.view(batch, time, shared, group, size).permute(0, 2, 3, 1, 4).reshape(batch * shared, group * time, size);
        var keys = k.permute(0, 2, 1, 3).reshape(batch * shared, time, size);
        var values = v.permute(0, 2, 1, 3).reshape(batch * shared, time, size);
        if (cache is not null)
        {
            (keys, values) = cache.Append(number, keys, values);
        }

        Tensor mixed;   // [batch x shared, group x time, size]
        if (fused)
        {
            var wide = (Tensor t) => t.view(batch, shared, 1, -1, size).expand(-1, -1, group, -1, -1).reshape(batch, heads, -1, size);
            mixed = functional.scaled_dot_product_attention(queries.view(batch, heads, time, size), wide(keys), wide(values), mask);
        }
        else
        {
            // TorchSharp takes the products first and the summand last: mask + queries keys' / sqrt(size).
            var scores = baddbmm(queries, keys.transpose(1, 2), mask, beta: 1, alpha: (float)(1 / Math.Sqrt(size)));
            mixed = scores.softmax(-1).bmm(values);
        }

        var joined = mixed.view(batch, heads, time, size).transpose(1, 2).reshape(batch, time, heads * size);
        return Linear(joined, layer + "o_proj");
    }

    private Tensor ForGroups(Tensor mask)
    {
        var (batch, time, all) = (mask.shape[0], mask.shape[2], mask.shape[3]);
        return mask.unsqueeze(1).expand(batch, Config.KeyValueHeads, Config.Heads / Config.KeyValueHeads, time, all)
            .reshape(batch * Config.KeyValueHeads, -1, all);
    }

    private Tensor Linear(Tensor x, string name)
    {
        var bias = _weights.TryGetValue(name + ".bias", out var found) ? found.to(x.dtype) : null;
        var y = functional.linear(x, _weights[name + ".weight"].to(x.dtype), bias);
        return Adapter?.Apply(name, x, y, Training) ?? y;
    }

    private Tensor Norm(Tensor x, string name)
    {
        var wide = x.to(ScalarType.Float32);
        var scale = wide.square().mean([-1], keepdim: true).PlusInPlace(Config.NormEpsilon).rsqrt();
        return (wide * scale).to(x.dtype) * _weights[name].to(x.dtype);
    }
}
