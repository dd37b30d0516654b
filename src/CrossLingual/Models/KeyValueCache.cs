using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>Keys and values of earlier tokens, so that generation computes each token once.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly long _capacity;

    /// <summary>Reserves room.</summary>
    /// <param name="model">The model whose layers are cached.</param>
    /// <param name="batch">Rows generated together.</param>
    /// <param name="capacity">Longest row in tokens, padding and prompt included.</param>
    public KeyValueCache(Llama model, long batch, long capacity)
    {
        var config = model.Config;
        _capacity = capacity;
        _keys = Make();
        _values = Make();

        Tensor[] Make() => [.. Enumerable.Range(0, config.Layers).Select(_ =>
            zeros([batch * config.KeyValueHeads, capacity, config.HeadSize], model.ComputeType, model.Device).DetachFromDisposeScope())];
    }

    /// <summary>Tokens held.</summary>
    public long Length { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
        {
            tensor.Dispose();
        }
    }

    /// <summary>Adds a layer's new keys and values and returns all of them so far.</summary>
    /// <param name="layer">The layer's number.</param>
    /// <param name="keys">[batch x heads, new, headSize].</param>
    /// <param name="values">[batch x heads, new, headSize].</param>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var time = keys.shape[1];
        if (Length + time > _capacity)
        {
            throw new InvalidOperationException($"The cache holds {_capacity} tokens and {Length + time} are needed.");
        }

        _keys[layer].narrow(1, Length, time).copy_(keys);
        _values[layer].narrow(1, Length, time).copy_(values);
        return (_keys[layer].narrow(1, 0, Length + time), _values[layer].narrow(1, 0, Length + time));
    }

    /// <summary>Marks the new tokens as held, after the last layer has appended them.</summary>
    internal void Advance(long time) => Length += time;

    /// <summary>Keeps only some rows, in the given order; finished rows cost nothing more.</summary>
    /// <param name="rows">[kept], int64: rows of the batch.</param>
    /// <param name="heads">Key and value heads.</param>
    internal void Keep(Tensor rows, int heads)
    {
        using var scope = NewDisposeScope();
        var wanted = ((rows.unsqueeze(1) * heads) + arange(heads, device: rows.device)).flatten();
        foreach (var tensors in new[] { _keys, _values })
        {
            for (var i = 0; i < tensors.Length; i++)
            {
                var kept = tensors[i].index_select(0, wanted).DetachFromDisposeScope();
                tensors[i].Dispose();
                tensors[i] = kept;
            }
        }
    }
}
