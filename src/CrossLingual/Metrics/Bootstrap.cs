using CrossLingual.Runs;

namespace CrossLingual.Metrics;

/// <summary>
/// How far would a number move on other items of the same kind? The percentile bootstrap (Efron, Annals of Statistics
/// 1979): draw n items with replacement, compute the number anew, repeat; the middle 95 % of the results is the interval.
/// Items are resampled as wholes, so that numbers of a whole corpus (BLEU, a corpus CMI) get an interval too.
/// </summary>
public static class Bootstrap
{
    /// <summary>Resamples by default: the ends of a 95 % interval are then settled to about a fiftieth of its width.</summary>
    public const int Resamples = 2000;

    /// <summary>The interval of a statistic over items.</summary>
    /// <param name="n">Items, at least 1.</param>
    /// <param name="statistic">Computes the number from indices of items, of which some come more than once.</param>
    /// <param name="seed">Where the resamples come from.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <param name="resamples">How often, at least 1.</param>
    /// <returns>Lower and upper end; NaN where a resample has no value.</returns>
    public static (double Low, double High) Interval(
        int n, Func<ReadOnlySpan<int>, double> statistic, Seed seed, double confidence = 0.95, int resamples = Resamples)
    {
        return Intervals(n, 1, (drawn, values) => values[0] = statistic(drawn), seed, confidence, resamples)[0];
    }

    /// <summary>The intervals of several statistics over the same resamples.</summary>
    /// <param name="n">Items, at least 1.</param>
    /// <param name="count">Statistics.</param>
    /// <param name="statistics">Computes the numbers from indices of items into a list of <paramref name="count"/>.</param>
    /// <param name="seed">Where the resamples come from.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <param name="resamples">How often, at least 1.</param>
    public static (double Low, double High)[] Intervals(
        int n, int count, Action<ReadOnlySpan<int>, double[]> statistics, Seed seed, double confidence = 0.95, int resamples = Resamples)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        var dice = seed.Dice();
        var drawn = new int[n];
        var values = new double[count];
        var found = Enumerable.Range(0, count).Select(_ => new double[resamples]).ToArray();
        for (var r = 0; r < resamples; r++)
        {
            for (var i = 0; i < n; i++)
            {
                drawn[i] = dice.Next(n);
            }

            statistics(drawn, values);
            for (var s = 0; s < count; s++)
            {
                found[s][r] = values[s];
            }
        }

        return [.. found.Select(f => Middle(f, confidence))];
    }

    /// <summary>
    /// The interval of a number computed from sums over items: BLEU from n-gram counts, a corpus CMI from its addends.
    /// </summary>
    /// <param name="addends">One row of addends an item, all of one length.</param>
    /// <param name="statistic">Computes the number from the rows' sum.</param>
    /// <param name="seed">Where the resamples come from.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <param name="resamples">How often, at least 1.</param>
    public static (double Low, double High) OfSums(
        IReadOnlyList<double[]> addends, Func<double[], double> statistic, Seed seed, double confidence = 0.95, int resamples = Resamples)
    {
        var sum = new double[addends[0].Length];
        return Interval(
            addends.Count,
            drawn =>
            {
                Array.Clear(sum);
                foreach (var i in drawn)
                {
                    var row = addends[i];
                    for (var j = 0; j < sum.Length; j++)
                    {
                        sum[j] += row[j];
                    }
                }

                return statistic(sum);
            },
            seed,
            confidence,
            resamples);
    }

    // NaN sorts first and would pass for a low value.
    private static (double Low, double High) Middle(double[] values, double confidence)
    {
        if (Array.Exists(values, double.IsNaN))
        {
            return (double.NaN, double.NaN);
        }

        Array.Sort(values);
        return (Quantile(values, (1 - confidence) / 2), Quantile(values, (1 + confidence) / 2));
    }

    // Linear interpolation between order statistics.
    private static double Quantile(double[] sorted, double q)
    {
        var at = q * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
