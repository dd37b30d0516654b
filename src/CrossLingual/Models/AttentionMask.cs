using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>Which earlier tokens a token may see: a tensor to be added to attention scores, 0 or a large negative.</summary>
public static class AttentionMask
{
    // Finite, so that a padding row, which sees nothing, gives a harmless average and not NaN.
    private const double Hidden = -1e30;

    /// <summary>Causal attention inside packed examples: token i sees token j when j is not later and of the same example.</summary>
    /// <param name="segments">[batch, time], int64: the example's number within its row.</param>
    /// <param name="type">Element type of the result.</param>
    /// <returns>[batch, 1, time, time].</returns>
    public static Tensor Packed(Tensor segments, ScalarType type)
    {
        var time = segments.shape[1];
        var same = segments.unsqueeze(1).eq(segments.unsqueeze(2));   // [batch, time, time]
        var causal = ones(time, time, ScalarType.Bool, segments.device).tril();
        return Additive(same.logical_and(causal), type).unsqueeze(1);
    }

    /// <summary>Causal attention over rows that are padded on the left.</summary>
    /// <param name="padding">[batch], int64: padding tokens before each row.</param>
    /// <param name="past">Tokens already in the cache, padding included.</param>
    /// <param name="time">New tokens.</param>
    /// <param name="type">Element type of the result.</param>
    /// <returns>[batch, 1, time, past + time].</returns>
    public static Tensor LeftPadded(Tensor padding, long past, long time, ScalarType type)
    {
        var columns = arange(past + time, device: padding.device);
        var rows = arange(past, past + time, device: padding.device);
        var causal = columns.unsqueeze(0).le(rows.unsqueeze(1));                  // [time, past + time]
        var present = columns.unsqueeze(0).ge(padding.unsqueeze(1)).unsqueeze(1);   // [batch, 1, past + time]
        return Additive(present.logical_and(causal), type).unsqueeze(1);
    }

    /// <summary>Attention over rows that are filled up on the right.</summary>
    /// <param name="present">[batch, time], bool: false where a row is filled up.</param>
    /// <param name="causal">Whether later tokens are hidden.</param>
    /// <param name="type">Element type of the result.</param>
    /// <returns>[batch, 1, time, time].</returns>
    public static Tensor RightPadded(Tensor present, bool causal, ScalarType type)
    {
        var (batch, time) = (present.shape[0], present.shape[1]);
        var visible = present.unsqueeze(1).expand(batch, time, time);   // [batch, time, time]
        return Additive(causal ? visible.logical_and(ones(time, time, ScalarType.Bool, present.device).tril()) : visible, type).unsqueeze(1);
    }

    private static Tensor Additive(Tensor visible, ScalarType type) =>
        zeros(visible.shape, type, visible.device).FillInPlace(visible.logical_not(), Hidden);
}
