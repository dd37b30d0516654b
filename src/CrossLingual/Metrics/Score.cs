using CrossLingual.Runs;
using MathNet.Numerics.Distributions;

namespace CrossLingual.Metrics;

/// <summary>A number with its doubt.</summary>
/// <param name="Value">The value.</param>
/// <param name="N">Items that it is the mean of.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Upper end of the 95 % interval.</param>
public readonly record struct Score(double Value, int N, double Low, double High)
{
    private const int Resamples = 2000;

    /// <summary>
    /// A share of successes with Wilson's interval (JASA 1927), which stays inside [0, 1] and is honest at 0 and 1:
    /// <c>(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)</c>.
    /// </summary>
    /// <param name="successes">0 to n.</param>
    /// <param name="n">At least 1; with 0 everything is NaN.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    public static Score Share(int successes, int n, double confidence = 0.95)
    {
        if (n == 0)
        {
            return new Score(double.NaN, 0, double.NaN, double.NaN);
        }

        var z = Normal.InvCDF(0, 1, 0.5 + (confidence / 2));
        var p = (double)successes / n;
        var middle = p + (z * z / (2 * n));
        var half = z * Math.Sqrt((p * (1 - p) / n) + (z * z / (4.0 * n * n)));
        var scale = 1 + (z * z / n);
        return new Score(p, n, Math.Max(0, (middle - half) / scale), Math.Min(1, (middle + half) / scale));
    }

    /// <summary>A mean with the percentile bootstrap's interval (Efron 1979): 2,000 resamples with replacement.</summary>
    /// <param name="values">The items; an empty list gives NaN.</param>
    /// <param name="seed">Where the resamples come from.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    public static Score Mean(IReadOnlyList<double> values, Seed seed, double confidence = 0.95)
    {
        if (values.Count == 0)
        {
            return new Score(double.NaN, 0, double.NaN, double.NaN);
        }

        var dice = seed.Dice();
        var means = new double[Resamples];
        for (var r = 0; r < Resamples; r++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Count; i++)
            {
                sum += values[dice.Next(values.Count)];
            }

            means[r] = sum / values.Count;
        }

        Array.Sort(means);
        return new Score(values.Average(), values.Count, Quantile(means, (1 - confidence) / 2), Quantile(means, (1 + confidence) / 2));
    }

    // Linear interpolation between order statistics.
    private static double Quantile(double[] sorted, double q)
    {
        var at = q * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
