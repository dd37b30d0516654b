using MathNet.Numerics.Distributions;

namespace CrossLingual.Metrics;

/// <summary>
/// How small a difference could this test set have shown? With n pairs whose differences have standard deviation s, a
/// two-sided test at level α finds a true difference δ with probability <c>power</c> where
/// <c>δ = (z_{1-α/2} + z_{power}) s / sqrt(n)</c> (the normal approximation of any textbook on power). A difference below
/// it that is not significant says nothing either way; Card et al. (EMNLP 2020) count how often such are published.
/// </summary>
public static class DetectableDifference
{
    /// <summary>The smallest difference that n pairs show.</summary>
    /// <param name="deviation">Standard deviation of the pairs' differences, at least 0.</param>
    /// <param name="n">Pairs, at least 1.</param>
    /// <param name="alpha">Level of the test, between 0 and 1.</param>
    /// <param name="power">Probability of finding it, between 0 and 1.</param>
    public static double Of(double deviation, int n, double alpha = 0.05, double power = 0.8)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deviation);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        return Width(alpha, power) * deviation / Math.Sqrt(n);
    }

    /// <summary>The pairs that a difference needs to be shown.</summary>
    /// <param name="deviation">Standard deviation of the pairs' differences, at least 0.</param>
    /// <param name="difference">The difference to show, not 0.</param>
    /// <param name="alpha">Level of the test, between 0 and 1.</param>
    /// <param name="power">Probability of finding it, between 0 and 1.</param>
    public static int PairsNeeded(double deviation, double difference, double alpha = 0.05, double power = 0.8)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deviation);
        ArgumentOutOfRangeException.ThrowIfZero(difference);
        var ratio = Width(alpha, power) * deviation / difference;
        return Math.Max(1, (int)Math.Ceiling(ratio * ratio));
    }

    private static double Width(double alpha, double power) => Normal.InvCDF(0, 1, 1 - (alpha / 2)) + Normal.InvCDF(0, 1, power);
}
