using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CrossLingual.Merging;

/// <summary>Over what the largest changes are ranked.</summary>
public enum TrimScope
{
    /// <summary>All weights of a model together, as the authors' code flattens them.</summary>
    Model,

    /// <summary>Each tensor by itself, as mergekit does.</summary>
    Tensor,
}

/// <summary>How many of d changes stay at density K; equal magnitudes at the border all stay.</summary>
public enum TrimCount
{
    /// <summary>floor(K d) + 1: the authors' code keeps what is at least the (d - floor(K d))-th smallest.</summary>
    Authors,

    /// <summary>floor(K d), as mergekit does.</summary>
    Exact,
}

/// <summary>The sign elected where the sum of the changes is zero.</summary>
public enum ZeroSign
{
    /// <summary>The sign that most weights of the scope elected, as in the authors' code.</summary>
    Majority,

    /// <summary>Plus, as in mergekit.</summary>
    Positive,
}

/// <summary>What the agreeing changes are divided by.</summary>
public enum TiesAverage
{
    /// <summary>Their number: the paper's disjoint mean.</summary>
    DisjointMean,

    /// <summary>The sum of their weights, as mergekit normalises.</summary>
    AgreeingWeight,

    /// <summary>Nothing: the authors' dis-sum, and mergekit without normalising.</summary>
    DisjointSum,
}

/// <summary>Fidelity of <see cref="Ties"/>; the defaults are the paper's.</summary>
public sealed record TiesOptions
{
    /// <summary>Share of the changes that stay, above 0 to 1, where a model names none; the authors' notebook takes K = 20 %.</summary>
    public const double PaperDensity = 0.2;

    /// <summary>Over what changes are ranked.</summary>
    public TrimScope Scope { get; init; }

    /// <summary>How many stay.</summary>
    public TrimCount Count { get; init; }

    /// <summary>The sign where changes cancel.</summary>
    public ZeroSign Zero { get; init; }

    /// <summary>How agreeing changes are averaged.</summary>
    public TiesAverage Average { get; init; }
}

/// <summary>
/// Why do summed task vectors disturb each other? Small changes are noise, and changes of opposite sign cancel. TIES
/// (Yadav et al., arXiv 2306.01708, section 3) trims, elects a sign a weight, and averages what agrees with it:
/// <code>
/// 1 trim    tau_t keeps its K % largest |values|, ranked over the whole model
/// 2 elect   gamma = sign(sum_t tau_t)
/// 3 merge   tau = mean of the non-zero tau_t with sign gamma
/// 4 add     theta = theta_base + lambda tau
///
/// tau_1 = [ 0.9 -0.1  0.4  0.5 ]  trimmed at K = 50 %  [ 0.9  0    0    0.5 ]
/// tau_2 = [ 0.1 -0.8 -0.2 -0.7 ]                       [ 0   -0.8  0   -0.7 ]
/// gamma = [ +    -    ·    -   ]
/// tau   = [ 0.9 -0.8  0   -0.7 ]
/// </code>
/// </summary>
public static class Ties
{
    /// <summary>Rank of the smallest magnitude that stays, counted from the largest, 1 to count.</summary>
    /// <param name="count">Changes in all, at least 1.</param>
    /// <param name="density">Share that stays, 0 to 1.</param>
    /// <param name="rule">How the share is counted.</param>
    /// <returns>The rank; 0 when nothing stays.</returns>
    public static long RankOf(long count, double density, TrimCount rule)
    {
        var kept = (long)(count * density);
        return Math.Min(count, rule == TrimCount.Authors ? kept + 1 : kept);
    }

    /// <summary>Zeroes what is smaller than a magnitude.</summary>
    /// <param name="values">A stretch of a task vector, changed in place.</param>
    /// <param name="threshold">Smallest magnitude that stays; infinity removes all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Trim(Span<float> values, float threshold)
    {
        var whole = MemoryMarshal.Cast<float, Vector512<float>>(values);
        var limit = Vector512.Create(threshold);
        for (var i = 0; i < whole.Length; i++)
        {
            whole[i] &= Vector512.GreaterThanOrEqual(Vector512.Abs(whole[i]), limit);
        }

        for (var i = whole.Length * Vector512<float>.Count; i < values.Length; i++)
        {
            values[i] = MathF.Abs(values[i]) >= threshold ? values[i] : 0;
        }
    }

    /// <summary>Elects signs and merges what agrees.</summary>
    /// <param name="tasks">Trimmed task vectors times their weights; each at least as long as the result.</param>
    /// <param name="weights">Their weights, for <see cref="TiesAverage.AgreeingWeight"/>.</param>
    /// <param name="zeroIsPositive">The sign where the sum is zero.</param>
    /// <param name="average">What agreeing changes are divided by.</param>
    /// <param name="result">Where the merged task vector goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ElectAndMerge(ReadOnlySpan<float[]> tasks, ReadOnlySpan<float> weights, bool zeroIsPositive, TiesAverage average, Span<float> result)
    {
        var lanes = Vector512<float>.Count;
        var at = 0;
        var (zero, one) = (Vector512<float>.Zero, Vector512<float>.One);
        for (; at <= result.Length - lanes; at += lanes)
        {
            var sum = zero;
            foreach (var task in tasks)
            {
                sum += Vector512.LoadUnsafe(ref task[at]);
            }

            var positive = zeroIsPositive ? Vector512.GreaterThanOrEqual(sum, zero) : Vector512.GreaterThan(sum, zero);
            var (merged, divisor) = (zero, zero);
            for (var t = 0; t < tasks.Length; t++)
            {
                var value = Vector512.LoadUnsafe(ref tasks[t][at]);
                var agrees = Vector512.ConditionalSelect(positive, Vector512.GreaterThan(value, zero), Vector512.LessThan(value, zero));
                merged += value & agrees;
                divisor += (average == TiesAverage.AgreeingWeight ? Vector512.Create(weights[t]) : one) & agrees;
            }

            var none = Vector512.Equals(divisor, zero);
            merged = average == TiesAverage.DisjointSum ? merged : merged / Vector512.ConditionalSelect(none, one, divisor);
            merged.CopyTo(result[at..]);
        }

        for (; at < result.Length; at++)
        {
            result[at] = ElectAndMerge(tasks, weights, zeroIsPositive, average, at);
        }
    }

    /// <summary>Adds up the signs that a stretch would elect, from which the majority's follows.</summary>
    /// <param name="tasks">Task vectors, not trimmed and not weighted yet.</param>
    /// <param name="thresholds">Smallest magnitude of each that stays; 0 keeps all, infinity none.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="length">Elements of the stretch.</param>
    /// <returns>Positive sums less negative sums.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long SumOfSigns(ReadOnlySpan<float[]> tasks, ReadOnlySpan<float> thresholds, ReadOnlySpan<float> weights, int length)
    {
        var lanes = Vector512<float>.Count;
        var at = 0;
        var signs = 0L;
        for (; at <= length - lanes; at += lanes)
        {
            var sum = Vector512<float>.Zero;
            for (var t = 0; t < tasks.Length; t++)
            {
                var value = Vector512.LoadUnsafe(ref tasks[t][at]);
                sum += (value * Vector512.Create(weights[t])) & Vector512.GreaterThanOrEqual(Vector512.Abs(value), Vector512.Create(thresholds[t]));
            }

            signs += BitOperations.PopCount(Vector512.GreaterThan(sum, Vector512<float>.Zero).ExtractMostSignificantBits())
                - BitOperations.PopCount(Vector512.LessThan(sum, Vector512<float>.Zero).ExtractMostSignificantBits());
        }

        for (; at < length; at++)
        {
            var sum = 0f;
            for (var t = 0; t < tasks.Length; t++)
            {
                sum += MathF.Abs(tasks[t][at]) >= thresholds[t] ? tasks[t][at] * weights[t] : 0;
            }

            signs += MathF.Sign(sum);
        }

        return signs;
    }

    private static float ElectAndMerge(ReadOnlySpan<float[]> tasks, ReadOnlySpan<float> weights, bool zeroIsPositive, TiesAverage average, int at)
    {
        var sum = 0f;
        foreach (var task in tasks)
        {
            sum += task[at];
        }

        var positive = sum > 0 || (sum == 0 && zeroIsPositive);
        var (merged, divisor) = (0f, 0f);
        for (var t = 0; t < tasks.Length; t++)
        {
            var value = tasks[t][at];
            if (positive ? value > 0 : value < 0)
            {
                merged += value;
                divisor += average == TiesAverage.AgreeingWeight ? weights[t] : 1;
            }
        }

        return average == TiesAverage.DisjointSum || divisor == 0 ? merged : merged / divisor;
    }
}
