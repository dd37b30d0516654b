using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CrossLingual.Runs;

/// <summary>
/// A named source of randomness. A seed is a value made from words, so that what it draws depends on what it is for
/// and never on order, thread count or time: <c>Seed.For("dare", model, tensor)</c>.
/// </summary>
/// <param name="Value">The 64-bit state from which generators start.</param>
public readonly record struct Seed(ulong Value)
{
    /// <summary>Makes a seed from its parts, which are joined in invariant culture and hashed with SHA-256.</summary>
    public static Seed For(params ReadOnlySpan<object> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(Convert.ToString(part, CultureInfo.InvariantCulture)).Append('\u001F');
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        return new Seed(BitConverter.ToUInt64(hash));
    }

    /// <summary>Derives the seed of a part of this one's work.</summary>
    public Seed And(params ReadOnlySpan<object> parts) => new(Value ^ For(parts).Value * 0x9E3779B97F4A7C15UL);

    /// <summary>Starts a generator; two generators of one seed draw the same numbers.</summary>
    public Dice Dice() => new(Value);
}

/// <summary>
/// A small deterministic generator (SplitMix64: Steele, Lea and Flood, OOPSLA 2014) whose stream is the same on every
/// platform and .NET version, unlike <see cref="Random"/>, which promises neither.
/// </summary>
/// <param name="state">The starting state; any value is good.</param>
public sealed class Dice(ulong state)
{
    /// <summary>Draws 64 uniform bits.</summary>
    public ulong NextBits()
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Draws a double in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws an integer in [0, <paramref name="exclusiveMax"/>), without bias worth naming (multiply-shift).</summary>
    public int Next(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        return (int)Math.BigMul(NextBits(), (ulong)exclusiveMax, out _);
    }

    /// <summary>Draws an integer in [<paramref name="min"/>, <paramref name="exclusiveMax"/>).</summary>
    public int Next(int min, int exclusiveMax) => min + Next(exclusiveMax - min);

    /// <summary>Picks one element of a list that is not empty.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>Shuffles in place (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
