using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CrossLingual.Data;

/// <summary>What stands between the quotation marks of a JSON text that is full of escapes: where it ends, and what it says.</summary>
internal static class EscapedText
{
    private static readonly SearchValues<byte> Ends = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);
    private static readonly SearchValues<byte> Escaped = SearchValues.Create("\"\\/bfnrt"u8);

    /// <summary>Past the quotation mark that ends a text; -1 where there is none, or something that no text may hold.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="at">Where the text starts, past its first quotation mark.</param>
    public static int End(ReadOnlySpan<byte> bytes, int at) => Swept(bytes, at) is >= -1 and var end ? end : Walked(bytes, at);

    /// <summary>
    /// 64 bytes at once, a bit each: a byte behind a backslash must be one that may be escaped, and the four behind <c>\u</c> be hexadecimal;
    /// what a block's end cuts is carried over. -2 where two backslashes meet or the file ends within the next 64: those are walked.
    /// </summary>
    private static int Swept(ReadOnlySpan<byte> bytes, int at)
    {
        ulong escapedNext = 0, hexNext = 0;
        for (; at + Vector512<byte>.Count <= bytes.Length; at += Vector512<byte>.Count)
        {
            var block = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(bytes), (nuint)at);
            var quotes = Bits(block, (byte)'"');
            var backslashes = Bits(block, (byte)'\\');
            var escaped = (backslashes << 1) | escapedNext;
            var wrong = Vector512.LessThan(block, Vector512.Create((byte)0x20)).ExtractMostSignificantBits();
            if ((backslashes | escaped | hexNext) != 0)
            {
                if ((backslashes & escaped) != 0)
                {
                    return -2;
                }

                var codes = escaped & Bits(block, (byte)'u');
                var digits = (codes << 1) | (codes << 2) | (codes << 3) | (codes << 4) | hexNext;
                var lower = block | Vector512.Create((byte)0x20);
                var hex = (Vector512.LessThan(block - Vector512.Create((byte)'0'), Vector512.Create((byte)10))
                    | Vector512.LessThan(lower - Vector512.Create((byte)'a'), Vector512.Create((byte)6))).ExtractMostSignificantBits();
                wrong |= digits & ~hex;
                if ((escaped & ~codes) is not 0 and var others)
                {
                    wrong |= others & ~(quotes | Bits(block, (byte)'/') | Bits(block, (byte)'b') | Bits(block, (byte)'f') | Bits(block, (byte)'n') | Bits(block, (byte)'r') | Bits(block, (byte)'t'));
                }

                quotes &= ~escaped;
                escapedNext = backslashes >> 63;
                hexNext = (codes >> 63) | (codes >> 62) | (codes >> 61) | (codes >> 60);
            }

            var first = quotes & (0 - quotes);
            if (first != 0 || wrong != 0)
            {
                // Up to the mark itself: it is wrong where a digit should stand.
                return first == 0 || (wrong & (first | (first - 1))) != 0 ? -1 : at + System.Numerics.BitOperations.TrailingZeroCount(first) + 1;
            }
        }

        return -2;

        static ulong Bits(Vector512<byte> block, byte value) => Vector512.Equals(block, Vector512.Create(value)).ExtractMostSignificantBits();
    }

    private static int Walked(ReadOnlySpan<byte> bytes, int at)
    {
        while (bytes[at..].IndexOfAny(Ends) is >= 0 and var step)
        {
            at += step;
            while (at + 6 <= bytes.Length && bytes[at] == '\\')
            {
                var escape = bytes.Slice(at, 6);
                if (escape[1] == 'u' ? !AreHex(BinaryPrimitives.ReadUInt32LittleEndian(escape[2..])) : !Escaped.Contains(escape[1]))
                {
                    return -1;
                }

                at += escape[1] == 'u' ? 6 : 2;
            }

            if (bytes[at] is (byte)'"' or < 0x20 or (byte)'\\')
            {
                return bytes[at] == '"' ? at + 1 : -1;
            }
        }

        return -1;
    }

    // Four bytes at once: the highest bit of each is set by adding what lifts the least digit, or letter, to 0x80.
    private static bool AreHex(uint four)
    {
        var letters = four | 0x20202020;
        var digit = (four + 0x50505050) & ~(four + 0x46464646);
        var letter = (letters + 0x1F1F1F1F) & ~(letters + 0x19191919);
        return (four & 0x80808080) == 0 && ((digit | letter) & 0x80808080) == 0x80808080;
    }

    /// <summary>
    /// A text written in ASCII with escapes, as Python writes JSON by default: decoded at once to UTF-16, where the reader's own way
    /// leads through UTF-8 and takes several times as long. Null where it is of another kind, or its surrogates are not in pairs.
    /// </summary>
    public static string? Decoded(ReadOnlySpan<byte> text)
    {
        var rented = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            var length = 0;
            for (var i = 0; i < text.Length;)
            {
                var c = (char)text[i++];
                if (c == '\\')
                {
                    c = (char)text[i++];
                    c = c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'u' => '\0', _ => c };
                    if (c == '\0')
                    {
                        c = (char)((Digit(text[i]) << 12) | (Digit(text[i + 1]) << 8) | (Digit(text[i + 2]) << 4) | Digit(text[i + 3]));
                        i += 4;
                    }
                }
                else if (c >= 0x80)
                {
                    return null;
                }

                rented[length++] = c;
            }

            var unescaped = rented.AsSpan(0, length);
            return !unescaped.ContainsAnyInRange('\uD800', '\uDFFF') || IsPaired(unescaped) ? new string(unescaped) : null;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        // The reader has checked that it is one.
        static int Digit(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
    }

    private static bool IsPaired(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && ++i < text.Length && char.IsLowSurrogate(text[i])))
            {
                return false;
            }
        }

        return true;
    }
}
