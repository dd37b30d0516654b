using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CrossLingual.Models;

namespace CrossLingual.Merging;

/// <summary>What of a training is undone.</summary>
public sealed record RevertOptions
{
    /// <summary>Layers that go back to the base, from 0.</summary>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>Modules that go back: parts (embedding, attention, mlp, norm, head) or names such as <c>q_proj</c>.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Share of the smallest updates that go back, 0 to 1; what equals the border stays.</summary>
    public double Smallest { get; init; }

    /// <summary>Over what updates are ranked.</summary>
    public TrimScope Scope { get; init; }

    /// <summary>Names that <see cref="Modules"/> knows.</summary>
    public static IReadOnlyList<string> KnownModules { get; } =
        ["embedding", "attention", "mlp", "norm", "head", "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "input_layernorm", "post_attention_layernorm"];
}

/// <summary>
/// Train everything, then undo the training of some weights: often better than freezing those weights from the start
/// (Bandarkar and Peng, arXiv 2505.18356). For a set P of layers, modules, or the smallest updates:
/// <code>
/// theta_i = base_i       if i in P
///         = trained_i    else
///
/// base    = [ 1.0  1.0  1.0  1.0 ]
/// trained = [ 1.5  0.9  1.1  0.2 ]      updates 0.5 -0.1 0.1 -0.8, smallest half: the 2nd and 3rd
/// theta   = [ 1.5  1.0  1.0  0.2 ]
/// </code>
/// Reverting complementary sets in two experts and adding up what is left of their task vectors is a layer swap.
/// </summary>
public static class RevertUpdates
{
    /// <summary>Whether a whole tensor goes back.</summary>
    public static bool Reverts(TensorPlace place, RevertOptions options) =>
        (place.Layer >= 0 && options.Layers.Contains(place.Layer))
        || options.Modules.Contains(place.Module)
        || options.Modules.Contains(Enum.GetName(place.Part)!.ToLowerInvariant());

    /// <summary>Puts small updates back, in place.</summary>
    /// <param name="trained">Trained weights; reverted ones afterwards.</param>
    /// <param name="start">The base's weights.</param>
    /// <param name="threshold">Smallest magnitude of an update that stays.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PutBack(Span<float> trained, ReadOnlySpan<float> start, float threshold)
    {
        var whole = MemoryMarshal.Cast<float, Vector512<float>>(trained);
        var before = MemoryMarshal.Cast<float, Vector512<float>>(start);
        var limit = Vector512.Create(threshold);
        for (var i = 0; i < whole.Length; i++)
        {
            var stays = Vector512.GreaterThanOrEqual(Vector512.Abs(whole[i] - before[i]), limit);
            whole[i] = Vector512.ConditionalSelect(stays, whole[i], before[i]);
        }

        for (var i = whole.Length * Vector512<float>.Count; i < trained.Length; i++)
        {
            trained[i] = MathF.Abs(trained[i] - start[i]) >= threshold ? trained[i] : start[i];
        }
    }
}
