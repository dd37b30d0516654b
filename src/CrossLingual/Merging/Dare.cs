using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CrossLingual.Runs;

namespace CrossLingual.Merging;

/// <summary>What the changes that were not dropped are multiplied by.</summary>
public enum DareRescale
{
    /// <summary>1 / (1 - p), the paper's: the expectation stays.</summary>
    InverseDensity,

    /// <summary>The ratio of the tensor's L1 norms before and after, as newer versions of mergekit do.</summary>
    L1Norm,

    /// <summary>1: the norm shrinks.</summary>
    None,
}

/// <summary>Fidelity of <see cref="Dare"/>; the defaults are the paper's.</summary>
public sealed record DareOptions
{
    /// <summary>What kept changes are multiplied by.</summary>
    public DareRescale Rescale { get; init; }

    /// <summary>Share of the dropped and rescaled changes that <c>dare_ties</c> trims to afterwards, above 0 to 1; 1 trims none.</summary>
    public double TrimDensity { get; init; } = 1;
}

/// <summary>
/// Fine-tuning's changes are so redundant that most can be thrown away at random, if the rest is enlarged (DARE: drop
/// and rescale; Yu et al., arXiv 2311.03099, section 3.2). With drop rate p, density 1 - p:
/// <code>
/// m ~ Bernoulli(1 - p) for each weight
/// tau' = m tau / (1 - p)                 E[tau'] = tau
///
/// tau  = [ 0.4 -0.2  0.1  0.3 ]   p = 0.5   m = [ 1 0 0 1 ]
/// tau' = [ 0.8  0    0    0.6 ]
/// </code>
/// The mask is a function of (seed, model, tensor, index) by counter: the same for any number of threads, order of
/// shards, or resume.
/// </summary>
public static class Dare
{
    // Two rounds of a 32-bit mixer found by search for low bias (C. Wellons, hash-prospector, public domain).
    private const uint First = 0x21F0AAAD;
    private const uint Second = 0x735A2D97;
    private const uint Golden = 0x9E3779B9;

    /// <summary>Drops and rescales a stretch of a task vector, in place.</summary>
    /// <param name="values">The stretch.</param>
    /// <param name="offset">Index of its first element within the tensor; the stretch crosses no multiple of 2^32.</param>
    /// <param name="density">Share that stays, 0 to 1.</param>
    /// <param name="scale">What stays is multiplied by.</param>
    /// <param name="seed">The mask's seed, of one model and tensor.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DropAndRescale(Span<float> values, long offset, double density, float scale, Seed seed)
    {
        var limit = Limit(density);
        var (key, last) = Keys(offset, seed);
        var whole = MemoryMarshal.Cast<float, Vector512<float>>(values);
        var index = Vector512.Create((uint)offset) + Vector512<uint>.Indices;
        var step = Vector512.Create((uint)Vector512<uint>.Count);
        var limits = Vector512.Create(limit);
        var scales = Vector512.Create(scale);
        for (var i = 0; i < whole.Length; i++, index += step)
        {
            var kept = Vector512.LessThanOrEqual(Mix(Mix((index * Golden) + Vector512.Create(key)) ^ Vector512.Create(last)), limits);
            whole[i] = (whole[i] * scales) & kept.AsSingle();
        }

        for (var i = whole.Length * Vector512<float>.Count; i < values.Length; i++)
        {
            values[i] = Mix(Mix((((uint)offset + (uint)i) * Golden) + key) ^ last) <= limit ? values[i] * scale : 0;
        }

        if (density <= 0)
        {
            values.Clear();
        }
    }

    /// <summary>Whether one weight stays; the definition of the mask.</summary>
    /// <param name="index">Its index within the tensor.</param>
    /// <param name="density">Share that stays, 0 to 1.</param>
    /// <param name="seed">The mask's seed.</param>
    public static bool Keeps(long index, double density, Seed seed)
    {
        var (key, last) = Keys(index, seed);
        return density > 0 && Mix(Mix(((uint)index * Golden) + key) ^ last) <= Limit(density);
    }

    // Of the 2^32 values, limit + 1 keep.
    private static uint Limit(double density) => (uint)Math.Clamp((density * 4294967296.0) - 1, 0, uint.MaxValue);

    private static (uint Key, uint Last) Keys(long offset, Seed seed) =>
        ((uint)seed.Value, (uint)(seed.Value >> 32) ^ Mix((uint)(offset >> 32)));

    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * First;
        x = (x ^ (x >> 15)) * Second;
        return x ^ (x >> 15);
    }

    private static Vector512<uint> Mix(Vector512<uint> x)
    {
        x = (x ^ (x >>> 16)) * First;
        x = (x ^ (x >>> 15)) * Second;
        return x ^ (x >>> 15);
    }
}
