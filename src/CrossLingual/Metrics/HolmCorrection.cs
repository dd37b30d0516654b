namespace CrossLingual.Metrics;

/// <summary>
/// Many tests find something by chance. Holm's step-down correction (Scandinavian Journal of Statistics 1979) keeps the
/// chance of even one false finding below α, whatever the tests' dependence: with p-values sorted upwards,
/// <c>adjusted_i = max_{j ≤ i} min(1, (m - j + 1) p_j)</c>; a finding is significant where adjusted ≤ α.
/// </summary>
public static class HolmCorrection
{
    /// <summary>Adjusts p-values; the result keeps their order.</summary>
    /// <param name="pValues">The p-values, each from 0 to 1.</param>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> pValues)
    {
        var order = Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]).ToArray();
        var adjusted = new double[pValues.Count];
        var largest = 0.0;
        for (var rank = 0; rank < order.Length; rank++)
        {
            var p = pValues[order[rank]];
            if (!(p >= 0 && p <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(pValues), p, "A p-value lies between 0 and 1.");
            }

            largest = Math.Max(largest, Math.Min(1, (order.Length - rank) * p));
            adjusted[order[rank]] = largest;
        }

        return adjusted;
    }
}
