using CrossLingual.Runs;

namespace CrossLingual.Metrics;

/// <summary>What was drawn.</summary>
/// <param name="Indices">The items drawn, ascending.</param>
/// <param name="Wanted">Items that the target asks of each bin.</param>
/// <param name="Found">Items drawn from each bin; fewer where the corpus has fewer.</param>
public sealed record Drawn(IReadOnlyList<int> Indices, IReadOnlyList<int> Wanted, IReadOnlyList<int> Found)
{
    /// <summary>Items short of the target: the corpus has too few of that kind.</summary>
    public int Missing => Wanted.Sum() - Found.Sum();
}

/// <summary>
/// Draws a training set whose S-index (or any other number) follows a target: corpora of social media hold mostly sentences
/// that hardly switch, and a model trained on a plain sample learns those. Values are put into bins of equal width, each bin
/// gives its share of the target without repeating an item, and what the corpus lacks stays missing and is said.
/// </summary>
public static class BalancedSample
{
    /// <summary>Draws items.</summary>
    /// <param name="values">The number of each item.</param>
    /// <param name="low">Lower end of the first bin; lower values count there.</param>
    /// <param name="high">Upper end of the last bin; higher values count there.</param>
    /// <param name="target">Weight of each bin, at least one above 0; equal weights balance.</param>
    /// <param name="count">Items to draw, at least 1.</param>
    /// <param name="seed">Where the choice comes from.</param>
    /// <exception cref="UserException">XL610: a value is not a number.</exception>
    public static Drawn Draw(IReadOnlyList<double> values, double low, double high, IReadOnlyList<double> target, int count, Seed seed)
    {
        Numbers.Check(values, nameof(values));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        if (target.Any(w => !(w >= 0)) || !(target.Sum() > 0))
        {
            throw new ArgumentException("Weights are at least 0, and one is above.", nameof(target));
        }

        var bins = Histogram.Of(low, high, target.Count);
        var members = target.Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < values.Count; i++)
        {
            members[bins.BinOf(values[i])].Add(i);
        }

        var wanted = Apportion(target, count);
        var drawn = new List<int>();
        var found = new int[target.Count];
        for (var bin = 0; bin < members.Length; bin++)
        {
            seed.And(bin).Dice().Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members[bin]));
            found[bin] = Math.Min(wanted[bin], members[bin].Count);
            drawn.AddRange(members[bin].Take(found[bin]));
        }

        drawn.Sort();
        return new Drawn(drawn, wanted, found);
    }

    // Whole numbers in proportion that add up: the largest remainders are rounded up.
    private static int[] Apportion(IReadOnlyList<double> weights, int count)
    {
        var all = weights.Sum();
        var exact = weights.Select(w => w / all * count).ToArray();
        var whole = exact.Select(e => (int)e).ToArray();
        foreach (var i in Enumerable.Range(0, exact.Length).OrderByDescending(i => exact[i] - whole[i]).Take(count - whole.Sum()))
        {
            whole[i]++;
        }

        return whole;
    }
}
