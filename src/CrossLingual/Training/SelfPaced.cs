using CrossLingual.Runs;

namespace CrossLingual.Training;

/// <summary>How an example's difficulty becomes its weight.</summary>
public enum Regularizer
{
    /// <summary>1 below the threshold, else 0 (Kumar, Packer and Koller, NIPS 2010).</summary>
    Hard,

    /// <summary><c>max(0, 1 - l/λ)</c>.</summary>
    Linear,

    /// <summary><c>ln(l + 1 - λ) / ln(1 - λ)</c> below the threshold, with difficulties scaled into (0, 1).</summary>
    Logarithmic,

    /// <summary>1 up to an inner threshold λ1, 0 from λ2 on, <c>(1/l - 1/λ2) / (1/λ1 - 1/λ2)</c> between.</summary>
    Mixture,
}

/// <summary>What counts as difficult.</summary>
public enum Difficulty
{
    /// <summary>Mean negative log-likelihood of the answer's tokens: length does not decide.</summary>
    MeanLoss,

    /// <summary>Their sum: long answers are difficult.</summary>
    Loss,
}

/// <summary>How the admitted share grows from round to round.</summary>
public enum Growth
{
    /// <summary><c>ρ0 + (1 - ρ0) r/R</c>.</summary>
    Linear,

    /// <summary><c>sqrt(ρ0² + (1 - ρ0²) r/R)</c> (competence of Platanios et al., NAACL 2019).</summary>
    Root,

    /// <summary><c>ρ0 μ^r</c>.</summary>
    Geometric,

    /// <summary>
    /// The threshold itself grows, <c>λ0 μ^r</c>, as in Kumar et al.; λ0 admits ρ0 of the first round. What it admits follows
    /// from the model's progress.
    /// </summary>
    Threshold,
}

/// <summary>
/// Settings of self-paced learning. That X-CIT uses it in its second phase, easy to hard, is in the paper's abstract; its
/// difficulty, threshold and schedule could not be verified, so every default here is ours.
/// </summary>
public sealed record SelfPacedOptions
{
    /// <summary>How difficulty becomes weight.</summary>
    public Regularizer Regularizer { get; init; } = Regularizer.Hard;

    /// <summary>What counts as difficult.</summary>
    public Difficulty Difficulty { get; init; } = Difficulty.MeanLoss;

    /// <summary>How the share grows.</summary>
    public Growth Growth { get; init; } = Growth.Linear;

    /// <summary>ρ0: share admitted in the first round, above 0 to 1.</summary>
    public double Start { get; init; } = 0.4;

    /// <summary>Rounds in which the training's updates are divided; examples are scored at the start of each. At least 1.</summary>
    public int Rounds { get; init; } = 6;

    /// <summary>R: rounds after which all is admitted, at least 1; for linear and root growth.</summary>
    public int GrowRounds { get; init; } = 3;

    /// <summary>μ: growth a round, above 1; for geometric and threshold growth. Kumar et al.: 1.3.</summary>
    public double Factor { get; init; } = 1.3;

    /// <summary>At least this share of every group is admitted, 0 to 1: a guard against collapse.</summary>
    public double MinimumShare { get; init; } = 0.1;

    /// <summary>For the mixture: λ1 admits this part of what λ2 admits, above 0 to below 1.</summary>
    public double Inner { get; init; } = 0.5;

    /// <summary>Whether each source has its own threshold, so that a source's length or form does not decide.</summary>
    public bool PerSource { get; init; } = true;

    /// <summary>Reads a recipe's <c>self_paced</c>.</summary>
    public static SelfPacedOptions Read(RecipeSection section)
    {
        var defaults = new SelfPacedOptions();
        return new SelfPacedOptions
        {
            Regularizer = section.Choice("regularizer", "hard", "hard", "linear", "logarithmic", "mixture") switch
            {
                "linear" => Regularizer.Linear,
                "logarithmic" => Regularizer.Logarithmic,
                "mixture" => Regularizer.Mixture,
                _ => Regularizer.Hard,
            },
            Difficulty = section.Choice("difficulty", "mean-loss", "mean-loss", "loss") == "loss" ? Difficulty.Loss : Difficulty.MeanLoss,
            Growth = section.Choice("growth", "linear", "linear", "root", "geometric", "threshold") switch
            {
                "root" => Growth.Root,
                "geometric" => Growth.Geometric,
                "threshold" => Growth.Threshold,
                _ => Growth.Linear,
            },
            Start = section.Number("start", defaults.Start, 0.001, 1),
            Rounds = section.Integer("rounds", defaults.Rounds, 1, 10000),
            GrowRounds = section.Integer("grow_rounds", defaults.GrowRounds, 1, 10000),
            Factor = section.Number("factor", defaults.Factor, 1.000001, 1000),
            MinimumShare = section.Number("minimum_share", defaults.MinimumShare, 0, 1),
            Inner = section.Number("inner", defaults.Inner, 0.001, 0.999),
            PerSource = section.Flag("per_source", defaults.PerSource),
        };
    }
}

/// <summary>
/// The arithmetic of self-paced learning (Kumar, Packer and Koller, NIPS 2010):
/// <c>min over w, v of sum_i v_i l_i(w) + f(v, λ)</c>. For a fixed model the best weights <c>v</c> have the closed forms of
/// <see cref="Regularizer"/>; then the model is trained under them, and λ grows.
/// <code>
/// difficulties 0.2 0.4 0.6 0.8, λ = 0.7:   hard 1 1 1 0    linear 0.714 0.429 0.143 0
/// </code>
/// </summary>
public static class SelfPaced
{
    /// <summary>Share to admit in a round, at most 1; of no use with <see cref="Growth.Threshold"/>.</summary>
    /// <param name="round">From 0.</param>
    /// <param name="options">The schedule.</param>
    public static double Share(int round, SelfPacedOptions options)
    {
        var (start, done) = (options.Start, Math.Min(1, (double)round / options.GrowRounds));
        return Math.Min(1, options.Growth switch
        {
            Growth.Root => Math.Sqrt((start * start) + ((1 - (start * start)) * done)),
            Growth.Geometric => start * Math.Pow(options.Factor, round),
            _ => start + ((1 - start) * done),
        });
    }

    /// <summary>The smallest threshold that admits a share: every difficulty below it enters.</summary>
    /// <param name="difficulties">At least one.</param>
    /// <param name="share">Above 0 to 1.</param>
    public static double Threshold(IReadOnlyList<double> difficulties, double share)
    {
        var sorted = difficulties.Order().ToArray();
        var count = Math.Clamp((int)Math.Ceiling((share * sorted.Length) - 1e-9), 1, sorted.Length);
        return Math.BitIncrement(sorted[count - 1]);
    }

    /// <summary>The weights, 0 to 1, of examples under a threshold.</summary>
    /// <param name="difficulties">Difficulties, at least 0.</param>
    /// <param name="threshold">λ (for the mixture λ2), above 0.</param>
    /// <param name="options">The regulariser, and for the mixture its inner part.</param>
    public static double[] Weights(IReadOnlyList<double> difficulties, double threshold, SelfPacedOptions options)
    {
        var inner = threshold;
        if (options.Regularizer == Regularizer.Mixture)
        {
            var admitted = difficulties.Where(d => d < threshold).ToList();
            inner = admitted.Count > 0 ? Math.Min(threshold, Threshold(admitted, options.Inner)) : threshold;
        }

        // The logarithm needs difficulties below 1; dividing by twice the largest keeps their order and λ below 1.
        var scale = 2 * Math.Max(threshold, difficulties.Max());
        return [.. difficulties.Select(d => d >= threshold ? 0 : options.Regularizer switch
        {
            Regularizer.Linear => 1 - (d / threshold),
            Regularizer.Logarithmic => Math.Log((d / scale) + 1 - (threshold / scale)) / Math.Log(1 - (threshold / scale)),
            Regularizer.Mixture => d <= inner ? 1 : ((1 / d) - (1 / threshold)) / ((1 / inner) - (1 / threshold)),
            _ => 1,
        })];
    }
}
