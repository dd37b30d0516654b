using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CrossLingual.Merging;

/// <summary>
/// What is the K-th largest magnitude of a billion numbers that are never in memory together? Positive floats are
/// ordered as their bits are (IEEE 754), so one pass counts the magnitudes above a range of bit patterns and makes a
/// histogram of those inside it; the rank says in which bin, or on which side, the answer lies, and the next pass looks
/// there only. The answer is exact, and the same in whatever order and on however many threads the passes went.
/// <code>
/// magnitudes 0.1 0.4 0.4 0.7 0.9, rank 3      range [0.35, 0.65): 2 above, 2 inside: rank 3 is the 1st inside: 0.4
/// </code>
/// A good guess of the range, from a sample, makes one pass enough; a bad one costs passes and never exactness.
/// </summary>
public sealed class RankedMagnitudes
{
    /// <summary>Smallest bit pattern above all ranges.</summary>
    public const uint Top = 0x8000_0000;

    /// <summary>Most bytes that a count takes.</summary>
    internal const long MostBytes = LargestBins * sizeof(long);

    private const int LargestBins = 1 << 16;
    private const int Magnitude = 0x7FFF_FFFF;
    private readonly long[] _bins;
    private readonly uint _first;   // the first bin's pattern, a multiple of a bin's width
    private readonly int _shift;
    private readonly uint _common;
    private uint _rest;             // within a bin, bits that any counted number had
    private long _above;

    /// <summary>An empty count over a range of bit patterns.</summary>
    /// <param name="low">First pattern inside.</param>
    /// <param name="high">First pattern above; greater than low, at most <see cref="Top"/>.</param>
    /// <param name="expected">About how many numbers will be counted; few numbers get few bins.</param>
    /// <param name="common">A pattern that many numbers may have; they are counted faster.</param>
    public RankedMagnitudes(uint low, uint high, long expected = long.MaxValue, uint? common = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(high, Top);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(low, high);
        (Low, High, _common) = (low, high, common is { } c && c >= low && c < high ? c : low);
        var bins = Math.Clamp(expected, 256, LargestBins);
        while ((high - low - 1) >> _shift >= bins)
        {
            _shift++;
        }

        _first = low >> _shift << _shift;
        _bins = new long[((high - 1 - _first) >> _shift) + 1];
    }

    /// <summary>First pattern inside.</summary>
    public uint Low { get; }

    /// <summary>First pattern above.</summary>
    public uint High { get; }

    /// <summary>Counts a stretch of numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<float> values)
    {
        var whole = MemoryMarshal.Cast<float, Vector512<int>>(values);
        var magnitude = Vector512.Create(Magnitude);
        var (below, top) = (Vector512.Create((int)Low - 1), Vector512.Create((int)(High - 1)));
        var common = Vector512.Create((int)_common);
        var (above, equal, rest) = (0L, 0L, Vector512<int>.Zero);
        var lanes = (stackalloc uint[Vector512<int>.Count]);
        foreach (var value in whole)
        {
            // Stored in few bits, many changes are equal.
            var bits = value & magnitude;
            var (over, from) = (Vector512.GreaterThan(bits, top), Vector512.GreaterThan(bits, below));
            above += BitOperations.PopCount(over.ExtractMostSignificantBits());
            var inside = Vector512.AndNot(from, over);
            rest |= bits & inside;
            var same = Vector512.Equals(bits, common);
            equal += BitOperations.PopCount(same.ExtractMostSignificantBits());
            var mask = Vector512.AndNot(inside, same).ExtractMostSignificantBits();
            if (mask != 0)
            {
                bits.AsUInt32().CopyTo(lanes);
                for (; mask != 0; mask &= mask - 1)
                {
                    _bins[(lanes[BitOperations.TrailingZeroCount(mask)] - _first) >> _shift]++;
                }
            }
        }

        _above += above;
        _bins[(_common - _first) >> _shift] += equal;
        for (var lane = 0; lane < Vector512<int>.Count; lane++)
        {
            _rest |= (uint)rest[lane];
        }

        foreach (var value in values[(whole.Length * Vector512<int>.Count)..])
        {
            var bits = BitConverter.SingleToUInt32Bits(value) & Magnitude;
            if (bits >= High)
            {
                _above++;
            }
            else if (bits >= Low)
            {
                _bins[(bits - _first) >> _shift]++;
                _rest |= bits;
            }
        }
    }

    /// <summary>Adds another count over the same range.</summary>
    public void Add(RankedMagnitudes other)
    {
        _above += other._above;
        _rest |= other._rest;
        for (var i = 0; i < _bins.Length; i++)
        {
            _bins[i] += other._bins[i];
        }
    }

    /// <summary>Where the magnitude of a rank lies.</summary>
    /// <param name="rank">From 1, the largest.</param>
    /// <returns>A range for the next pass; it is one pattern wide when the magnitude is found.</returns>
    public (uint Low, uint High) Find(long rank)
    {
        if (rank <= _above)
        {
            return (High, Top);
        }

        var seen = _above;
        for (var bin = _bins.Length - 1; bin >= 0; bin--)
        {
            seen += _bins[bin];
            if (rank <= seen)
            {
                // Numbers of few digits leave the rest empty: the bin's first pattern is the only one in it.
                var low = _first + ((uint)bin << _shift);
                var width = 1u << _shift;
                return (_rest & (width - 1)) == 0 ? (low, low + 1) : (Math.Max(Low, low), Math.Min(High, low + width));
            }
        }

        return (0, Low);
    }

    /// <summary>A range in which a rank is likely to lie, and the pattern in it that the sample has at the rank.</summary>
    /// <param name="sample">Some of the numbers; their signs are taken away.</param>
    /// <param name="share">Rank over count, 0 to 1.</param>
    /// <param name="doubt">How far the sample may be wrong about the share.</param>
    public static (uint Low, uint High, uint Likely) Guess(Span<float> sample, double share, double doubt)
    {
        if (sample.IsEmpty)
        {
            return (0, Top, 0);
        }

        var count = sample.Length;
        var bits = MemoryMarshal.Cast<float, uint>(sample);
        foreach (ref var value in bits)
        {
            value &= Magnitude;
        }

        var counts = new int[1 << 16];
        foreach (var value in bits)
        {
            counts[value >> 16]++;
        }

        var low = InOrder(bits, counts, At(1 - share - doubt));
        var high = InOrder(bits, counts, At(1 - share + doubt));
        return (low, Math.Min(Top, Math.Max(high, low) + 1), InOrder(bits, counts, At(1 - share)));

        int At(double below) => (int)Math.Clamp(below * count, 0, count - 1);
    }

    // What sorting would put at an index: counted by the upper halves, sorted only where they are equal.
    private static uint InOrder(ReadOnlySpan<uint> bits, ReadOnlySpan<int> counts, int index)
    {
        var half = 0;
        for (; index >= counts[half]; half++)
        {
            index -= counts[half];
        }

        var equal = new List<uint>(counts[half]);
        foreach (var value in bits)
        {
            if (value >> 16 == half)
            {
                equal.Add(value);
            }
        }

        equal.Sort();
        return equal[index];
    }

    /// <summary>The number of a found range.</summary>
    public static float Value(uint low) => BitConverter.UInt32BitsToSingle(low);
}
