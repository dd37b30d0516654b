using CrossLingual.Runs;

namespace CrossLingual.Metrics;

/// <summary>
/// pass@k, unbiased (Chen et al. 2021, section 2.1): would one of k programs drawn from a problem's n pass, c of which do?
/// <code>
/// pass@k = mean over problems of  1 - C(n-c, k) / C(n, k)  =  1 - Π_{i=n-c+1..n} (1 - k/i)
/// </code>
/// The product never overflows. It needs n ≥ k; estimating from fewer would be biased.
/// </summary>
public static class PassAtK
{
    /// <summary>pass@k of one problem.</summary>
    /// <param name="n">Programs, at least k.</param>
    /// <param name="c">Programs that pass, 0 to n.</param>
    /// <param name="k">Programs drawn, at least 1.</param>
    /// <exception cref="UserException">XL642: fewer programs than k.</exception>
    public static double Of(int n, int c, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(c, n);
        if (n < k)
        {
            throw new UserException("XL642", FormattableString.Invariant($"pass@{k} needs {k} programs a problem; one has {n}. Write more, or ask for a smaller k."));
        }

        if (n - c < k)
        {
            return 1;
        }

        var product = 1.0;
        for (var i = n - c + 1; i <= n; i++)
        {
            product *= 1 - ((double)k / i);
        }

        return 1 - product;
    }

    /// <summary>Mean over problems, bootstrap interval over problems; Wilson's where each is solved or not.</summary>
    /// <param name="problems">n and c of each problem.</param>
    /// <param name="k">Programs drawn.</param>
    /// <param name="seed">Where the resamples come from.</param>
    /// <exception cref="UserException">XL642.</exception>
    public static Score Mean(IReadOnlyList<(int N, int C)> problems, int k, Seed seed)
    {
        var values = problems.Select(p => Of(p.N, p.C, k)).ToList();
        return values.TrueForAll(v => v is 0 or 1) ? Score.Share(values.Count(v => v == 1), values.Count) : Score.Mean(values, seed);
    }
}
