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
    /// <summary>The score in percent, as official scorers print it.</summary>
    public Score ToPercent() => new(Value * 100, N, Low * 100, High * 100);

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
    /// <exception cref="UserException">XL610: an item is not a number.</exception>
    public static Score Mean(IReadOnlyList<double> values, Seed seed, double confidence = 0.95)
    {
        if (values.Count == 0)
        {
            return new Score(double.NaN, 0, double.NaN, double.NaN);
        }

        Numbers.Check(values, nameof(values));
        var (low, high) = Bootstrap.Interval(values.Count, MeanOf, seed, confidence);
        return new Score(values.Average(), values.Count, low, high);

        double MeanOf(ReadOnlySpan<int> drawn)
        {
            var sum = 0.0;
            foreach (var i in drawn)
            {
                sum += values[i];
            }

            return sum / drawn.Length;
        }
    }
}
