using MathNet.Numerics.Distributions;

namespace CrossLingual.Metrics;

/// <summary>
/// Do two systems solve the same items? McNemar's test (Psychometrika 1947), exact: items that both solve or both miss say
/// nothing; among the b + c others each is a fair coin if the systems are equal, so that
/// <c>p = min(1, 2 P(X ≤ min(b, c)))</c>, X ~ Binomial(b + c, 1/2).
/// </summary>
/// <param name="Both">Items that both solve.</param>
/// <param name="OnlyFirst">b: items that only the first solves.</param>
/// <param name="OnlySecond">c: items that only the second solves.</param>
/// <param name="Neither">Items that neither solves.</param>
/// <param name="P">Two-sided p-value; 1 where the systems never differ.</param>
public sealed record McNemar(int Both, int OnlyFirst, int OnlySecond, int Neither, double P)
{
    /// <summary>Tests two systems on the same items.</summary>
    /// <param name="first">Whether the first system solves each item.</param>
    /// <param name="second">Whether the second does, in the same order.</param>
    /// <exception cref="UserException">XL611: not the same number of items, or none.</exception>
    public static McNemar Test(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        Numbers.CheckPairs(first.Count, second.Count);
        var counts = new int[4];
        for (var i = 0; i < first.Count; i++)
        {
            counts[(first[i] ? 2 : 0) + (second[i] ? 1 : 0)]++;
        }

        return new McNemar(counts[3], counts[2], counts[1], counts[0], PValue(counts[2], counts[1]));
    }

    /// <summary>The p-value of b and c alone.</summary>
    public static double PValue(int onlyFirst, int onlySecond)
    {
        var differing = onlyFirst + onlySecond;
        return differing == 0 ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, differing, Math.Min(onlyFirst, onlySecond)));
    }
}
