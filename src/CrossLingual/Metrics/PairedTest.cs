using CrossLingual.Runs;

namespace CrossLingual.Metrics;

/// <summary>Two systems on the same items, with what the difference is worth.</summary>
/// <param name="First">Mean of the first system, bootstrap interval.</param>
/// <param name="Second">Mean of the second.</param>
/// <param name="Difference">Second minus first, paired bootstrap interval.</param>
/// <param name="P">Two-sided p-value of the sign-flip permutation test.</param>
/// <param name="McNemar">McNemar's exact test, where every item is 0 or 1; else null.</param>
/// <param name="Detectable">The smallest difference that these items show with 80 % power at the 5 % level.</param>
public sealed record Comparison(Score First, Score Second, Score Difference, double P, McNemar? McNemar, double Detectable);

/// <summary>
/// Is the second system better, or were its items lucky? Both are scored on the same items, so the items' differences
/// d_i = second_i - first_i are what varies: easy and hard questions cancel, and far fewer are needed than for two separate
/// intervals. The interval comes from resampling the pairs, the p-value from flipping signs: if the systems are equal,
/// d_i and -d_i are as likely (Fisher, The Design of Experiments 1935; Dror et al., ACL 2018, for language tasks).
/// </summary>
public static class PairedTest
{
    /// <summary>Sign patterns drawn where there are too many to try all.</summary>
    public const int Permutations = 10_000;

    // 2^16 patterns are fewer operations than the drawn ones at a hundred items.
    private const int MostExact = 16;

    /// <summary>Compares two systems.</summary>
    /// <param name="first">The first system's score of each item.</param>
    /// <param name="second">The second's, in the same order.</param>
    /// <param name="seed">Where resamples and sign patterns come from.</param>
    /// <param name="confidence">Of the intervals, between 0 and 1.</param>
    /// <exception cref="UserException">XL610: an item is not a number; XL611: not the same number of items, or none.</exception>
    public static Comparison Compare(IReadOnlyList<double> first, IReadOnlyList<double> second, Seed seed, double confidence = 0.95)
    {
        var differences = Differences(first, second);
        var mean = differences.Average();
        var squares = differences.Sum(d => (d - mean) * (d - mean));
        var deviation = differences.Length > 1 ? Math.Sqrt(squares / (differences.Length - 1)) : double.NaN;
        return new Comparison(
            Score.Mean(first, seed.And("first"), confidence),
            Score.Mean(second, seed.And("second"), confidence),
            Score.Mean(differences, seed.And("difference"), confidence),
            Permutation(differences, seed.And("signs")),
            first.Concat(second).All(v => v is 0 or 1) ? McNemar.Test([.. first.Select(v => v == 1)], [.. second.Select(v => v == 1)]) : null,
            double.IsNaN(deviation) ? double.NaN : DetectableDifference.Of(deviation, differences.Length));
    }

    /// <summary>The mean difference, second minus first, with the paired bootstrap's interval.</summary>
    /// <param name="first">The first system's score of each item.</param>
    /// <param name="second">The second's, in the same order.</param>
    /// <param name="seed">Where the resamples come from.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <exception cref="UserException">XL610, XL611.</exception>
    public static Score Difference(IReadOnlyList<double> first, IReadOnlyList<double> second, Seed seed, double confidence = 0.95) =>
        Score.Mean(Differences(first, second), seed, confidence);

    /// <summary>
    /// What the second system keeps of the first, <c>mean(second) / mean(first)</c>, items resampled in pairs: how much of
    /// English survives in another language.
    /// </summary>
    /// <param name="first">The first system's score of each item.</param>
    /// <param name="second">The second's, in the same order.</param>
    /// <param name="seed">Where the resamples come from.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <returns>NaN where the first system's mean is 0; a NaN interval where that happens in a resample.</returns>
    /// <exception cref="UserException">XL610, XL611.</exception>
    public static Score Ratio(IReadOnlyList<double> first, IReadOnlyList<double> second, Seed seed, double confidence = 0.95)
    {
        _ = Differences(first, second);
        var (low, high) = Bootstrap.OfSums([.. first.Zip(second, (a, b) => new[] { a, b })], Share, seed, confidence);
        return new Score(Share([first.Sum(), second.Sum()]), first.Count, low, high);

        static double Share(double[] sums) => sums[0] == 0 ? double.NaN : sums[1] / sums[0];
    }

    /// <summary>
    /// Two-sided p-value of the mean difference under random signs. Up to 16 items that differ all patterns are tried and p
    /// is exact; beyond, 10,000 are drawn and <c>p = (1 + as extreme) / (1 + drawn)</c>, which never understates it
    /// (Phipson and Smyth 2010).
    /// </summary>
    /// <param name="first">The first system's score of each item.</param>
    /// <param name="second">The second's, in the same order.</param>
    /// <param name="seed">Where the sign patterns come from.</param>
    /// <exception cref="UserException">XL610, XL611.</exception>
    public static double Permutation(IReadOnlyList<double> first, IReadOnlyList<double> second, Seed seed) =>
        Permutation(Differences(first, second), seed);

    private static double Permutation(double[] differences, Seed seed)
    {
        var moving = Array.FindAll(differences, d => d != 0);

        // Sums that are equal on paper differ by rounding.
        var observed = Math.Abs(moving.Sum()) - (1e-10 * moving.Sum(Math.Abs));
        if (moving.Length <= MostExact)
        {
            var patterns = 1 << moving.Length;
            var asExtreme = 0;
            for (var pattern = 0; pattern < patterns; pattern++)
            {
                asExtreme += Math.Abs(Signed(moving, 0, (ulong)pattern)) >= observed ? 1 : 0;
            }

            return (double)asExtreme / patterns;
        }

        var dice = seed.Dice();
        var found = 0;
        for (var p = 0; p < Permutations; p++)
        {
            var sum = 0.0;
            for (var from = 0; from < moving.Length; from += 64)
            {
                sum += Signed(moving, from, dice.NextBits());
            }

            found += Math.Abs(sum) >= observed ? 1 : 0;
        }

        return (1.0 + found) / (1 + Permutations);
    }

    /// <summary>Sum of up to 64 differences, each with the sign of its bit.</summary>
    private static double Signed(double[] differences, int from, ulong bits)
    {
        var sum = 0.0;
        var until = Math.Min(from + 64, differences.Length);
        for (var i = from; i < until; i++, bits >>= 1)
        {
            sum += (bits & 1) == 0 ? differences[i] : -differences[i];
        }

        return sum;
    }

    private static double[] Differences(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        Numbers.CheckPairs(first.Count, second.Count);
        Numbers.Check(first, nameof(first));
        Numbers.Check(second, nameof(second));
        return [.. first.Zip(second, (a, b) => b - a)];
    }
}
