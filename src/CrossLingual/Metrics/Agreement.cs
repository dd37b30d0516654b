using CrossLingual.Runs;
using MathNet.Numerics.Statistics;

namespace CrossLingual.Metrics;

/// <summary>Who won a comparison.</summary>
public enum Vote
{
    /// <summary>The first model.</summary>
    First,

    /// <summary>The second model.</summary>
    Second,

    /// <summary>Neither, or a judge that changed its mind when the answers changed places.</summary>
    Tie,
}

/// <summary>How far two judges agree.</summary>
/// <param name="All">Share of equal votes, ties kept: MT-bench's first setup.</param>
/// <param name="WithoutTies">Share of equal votes among pairs in which neither judge saw a tie: its second setup.</param>
/// <param name="Kappa">Cohen's κ over the three votes: 0 as by chance, 1 perfect.</param>
public sealed record Agreement(Score All, Score WithoutTies, Score Kappa)
{
    /// <summary>
    /// Compares votes on the same pairs (Zheng et al., NeurIPS 2023, section 4.2; Cohen 1960):
    /// <code>
    /// κ = (p_o - p_e) / (1 - p_e)      p_o share of equal votes, p_e = Σ_c p_1(c) p_2(c)
    /// </code>
    /// κ is NaN where both judges give one and the same vote throughout.
    /// </summary>
    /// <param name="first">Votes of a judge.</param>
    /// <param name="second">Votes of the other judge, a model or a person, in the same order.</param>
    /// <param name="seed">Where κ's resamples come from.</param>
    /// <exception cref="UserException">XL611: not the same number of votes, or none.</exception>
    public static Agreement Of(IReadOnlyList<Vote> first, IReadOnlyList<Vote> second, Seed seed)
    {
        Numbers.CheckPairs(first.Count, second.Count);
        var pairs = first.Zip(second).ToList();
        var decided = pairs.Where(p => p.First != Vote.Tie && p.Second != Vote.Tie).ToList();
        var rows = pairs.Select(p =>
        {
            var row = new double[9];
            row[((int)p.First * 3) + (int)p.Second] = 1;
            return row;
        }).ToList();
        var sum = Enumerable.Range(0, 9).Select(i => rows.Sum(r => r[i])).ToArray();
        var (low, high) = Bootstrap.OfSums(rows, KappaOf, seed);
        return new Agreement(
            Score.Share(pairs.Count(p => p.First == p.Second), pairs.Count),
            Score.Share(decided.Count(p => p.First == p.Second), decided.Count),
            new Score(KappaOf(sum), pairs.Count, low, high));
    }

    private static double KappaOf(double[] counts)
    {
        var n = counts.Sum();
        var (observed, expected) = (0.0, 0.0);
        for (var c = 0; c < 3; c++)
        {
            observed += counts[(c * 3) + c] / n;
            expected += (counts[c * 3] + counts[(c * 3) + 1] + counts[(c * 3) + 2]) / n * ((counts[c] + counts[3 + c] + counts[6 + c]) / n);
        }

        return expected == 1 ? double.NaN : (observed - expected) / (1 - expected);
    }
}

/// <summary>What a judge's verdicts say about the judge.</summary>
/// <param name="Consistency">Share of pairs whose verdict survives changing the answers' places.</param>
/// <param name="FirstPlaceBias">First-place wins less second-place wins over all decisions: 0 fair, 1 always the first.</param>
/// <param name="Verbosity">Spearman's rank correlation of length and success: does the judge like long answers?</param>
public sealed record JudgeBias(Score Consistency, double FirstPlaceBias, double Verbosity)
{
    /// <summary>From pairs judged in both orders.</summary>
    /// <param name="pairs">The vote for the models in their own order and in changed places, and how much longer the first's answer is.</param>
    public static JudgeBias Of(IReadOnlyList<(Vote Straight, Vote Swapped, int LongerBy)> pairs)
    {
        var first = pairs.Count(p => p.Straight == Vote.First) + pairs.Count(p => p.Swapped == Vote.Second);
        var second = pairs.Count(p => p.Straight == Vote.Second) + pairs.Count(p => p.Swapped == Vote.First);
        return new JudgeBias(
            Score.Share(pairs.Count(p => p.Straight == p.Swapped), pairs.Count),
            pairs.Count == 0 ? double.NaN : (first - second) / (2.0 * pairs.Count),
            Rank(pairs.Select(p => (double)p.LongerBy), pairs.Select(p => Gain(p.Straight) + Gain(p.Swapped))));

        static double Gain(Vote vote) => vote switch { Vote.First => 1, Vote.Second => -1, _ => 0 };
    }

    /// <summary>Spearman's correlation; NaN where one side does not vary.</summary>
    public static double Rank(IEnumerable<double> lengths, IEnumerable<double> successes) => Correlation.Spearman(lengths, successes);
}
