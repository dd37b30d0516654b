using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CrossLingual.Merging;

/// <summary>
/// Moves numbers between their stored types and float32, in which all merging is done. A bfloat16 is the upper half of a
/// float32; going back rounds to nearest, ties to even, once.
/// </summary>
internal static class StoredNumbers
{
    private const uint QuietNaN = 0x7FC0;

    /// <summary>Reads stored numbers.</summary>
    /// <param name="stored">Bytes of whole numbers.</param>
    /// <param name="type">BF16, F16, F32 or F64.</param>
    /// <param name="numbers">As many floats; a float64 is rounded.</param>
    public static void Widen(ReadOnlySpan<byte> stored, string type, Span<float> numbers)
    {
        switch (type)
        {
            case "F32":
                MemoryMarshal.Cast<byte, float>(stored).CopyTo(numbers);
                break;
            case "BF16":
                Widen(MemoryMarshal.Cast<byte, ushort>(stored), numbers);
                break;
            case "F16":
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(stored), numbers);
                break;
            case "F64":
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(stored), numbers);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "weights are BF16, F16, F32 or F64");
        }
    }

    /// <summary>Reads what two stretches of bfloat16 differ by.</summary>
    /// <param name="tuned">Bytes of whole numbers.</param>
    /// <param name="start">Bytes of as many.</param>
    /// <param name="change">tuned - start, as many floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenChange(ReadOnlySpan<byte> tuned, ReadOnlySpan<byte> start, Span<float> change)
    {
        var after = MemoryMarshal.Cast<byte, ushort>(tuned);
        var before = MemoryMarshal.Cast<byte, ushort>(start);
        var lanes = Vector512<ushort>.Count;
        var at = 0;
        for (; at <= change.Length - lanes; at += lanes)
        {
            var (lower, upper) = Vector512.Widen(Vector512.Create(after.Slice(at, lanes)));
            var (lowerBefore, upperBefore) = Vector512.Widen(Vector512.Create(before.Slice(at, lanes)));
            ((lower << 16).AsSingle() - (lowerBefore << 16).AsSingle()).CopyTo(change[at..]);
            ((upper << 16).AsSingle() - (upperBefore << 16).AsSingle()).CopyTo(change[(at + (lanes / 2))..]);
        }

        for (; at < change.Length; at++)
        {
            change[at] = BitConverter.UInt32BitsToSingle((uint)after[at] << 16) - BitConverter.UInt32BitsToSingle((uint)before[at] << 16);
        }
    }

    /// <summary>Writes numbers in a stored type.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="type">BF16, F16, F32 or F64.</param>
    /// <param name="stored">Bytes for as many.</param>
    public static void Narrow(ReadOnlySpan<float> numbers, string type, Span<byte> stored)
    {
        switch (type)
        {
            case "F32":
                numbers.CopyTo(MemoryMarshal.Cast<byte, float>(stored));
                break;
            case "BF16":
                Narrow(numbers, MemoryMarshal.Cast<byte, ushort>(stored));
                break;
            case "F16":
                TensorPrimitives.ConvertToHalf(numbers, MemoryMarshal.Cast<byte, Half>(stored));
                break;
            case "F64":
                TensorPrimitives.ConvertTruncating(numbers, MemoryMarshal.Cast<byte, double>(stored));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "weights are BF16, F16, F32 or F64");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(ReadOnlySpan<ushort> stored, Span<float> numbers)
    {
        var lanes = Vector512<ushort>.Count;
        var bits = MemoryMarshal.Cast<float, uint>(numbers);
        var at = 0;
        for (; at <= stored.Length - lanes; at += lanes)
        {
            var (lower, upper) = Vector512.Widen(Vector512.Create(stored.Slice(at, lanes)));
            (lower << 16).CopyTo(bits[at..]);
            (upper << 16).CopyTo(bits[(at + (lanes / 2))..]);
        }

        for (; at < stored.Length; at++)
        {
            bits[at] = (uint)stored[at] << 16;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(ReadOnlySpan<float> numbers, Span<ushort> stored)
    {
        var lanes = Vector512<ushort>.Count;
        var at = 0;
        for (; at <= numbers.Length - lanes; at += lanes)
        {
            var lower = Rounded(Vector512.Create(numbers.Slice(at, lanes / 2)));
            var upper = Rounded(Vector512.Create(numbers.Slice(at + (lanes / 2), lanes / 2)));
            Vector512.Narrow(lower, upper).CopyTo(stored[at..]);
        }

        for (; at < numbers.Length; at++)
        {
            var bits = BitConverter.SingleToUInt32Bits(numbers[at]);
            stored[at] = (ushort)(float.IsNaN(numbers[at]) ? (bits >> 16) | QuietNaN : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    private static Vector512<uint> Rounded(Vector512<float> numbers)
    {
        var bits = numbers.AsUInt32();
        var high = bits >>> 16;
        var rounded = (bits + Vector512.Create(0x7FFFu) + (high & Vector512<uint>.One)) >>> 16;
        return Vector512.ConditionalSelect(Vector512.Equals(numbers, numbers).AsUInt32(), rounded, high | Vector512.Create(QuietNaN));
    }
}
