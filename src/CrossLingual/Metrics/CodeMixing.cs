namespace CrossLingual.Metrics;

/// <summary>
/// The measures of code-mixing from a sentence's counts. Tokens of no language are left out first; then n_j are the tokens of
/// language j, N their sum, p_j = n_j / N, k the number of languages, a span a longest run of one language, and P the
/// switches between spans.
/// <code>
/// CMI 2014 (Das, Gambäck)       100 (1 - max_j n_j / (n - u))              n all tokens, u of no language
/// CMI 2016 (Gambäck, Das)       100 (N - max_j n_j + P) / 2N
/// M-index (Barnett et al.)      (1 - Σ p_j²) / ((k - 1) Σ p_j²)            1 when balanced
/// I-index (Guzmán et al. 2017)  P / (N - 1)                                share of the chances to switch
/// language entropy              -Σ p_j log₂ p_j
/// burstiness                    (σ - m) / (σ + m)   of span lengths        -1 regular, 0 random, 1 bursty
/// span entropy                  -Σ q_l log₂ q_l     q_l share of spans of length l
/// memory                        correlation of each span's length with the next one's
/// </code>
/// </summary>
public static class CodeMixing
{
    /// <summary>CMI of 2014, in percent; 0 without a token of a language.</summary>
    /// <param name="matrix">Tokens of the commonest language.</param>
    /// <param name="n">N: tokens of any language.</param>
    public static double Cmi2014(double matrix, double n) => n == 0 ? 0 : 100 * (1 - (matrix / n));

    /// <summary>CMI of 2016 of an utterance, in percent, 0 to 100; 0 without a token of a language.</summary>
    /// <param name="matrix">Tokens of the commonest language.</param>
    /// <param name="n">N: tokens of any language.</param>
    /// <param name="switches">P.</param>
    public static double Cmi2016(double matrix, double n, double switches) => n == 0 ? 0 : 100 * (n - matrix + switches) / (2 * n);

    /// <summary>M-index, 0 to 1; 0 with fewer than two languages.</summary>
    /// <param name="counts">Tokens of each language.</param>
    public static double MIndex(ReadOnlySpan<double> counts)
    {
        var (n, k, squares) = (0.0, 0, 0.0);
        foreach (var count in counts)
        {
            n += count;
            k += count > 0 ? 1 : 0;
            squares += count * count;
        }

        if (k < 2)
        {
            return 0;
        }

        squares /= n * n;
        return (1 - squares) / ((k - 1) * squares);
    }

    /// <summary>I-index, 0 to 1; 0 with fewer than two tokens.</summary>
    /// <param name="switches">P.</param>
    /// <param name="chances">Neighbouring pairs of tokens: N - 1 of an utterance.</param>
    public static double IIndex(double switches, double chances) => chances <= 0 ? 0 : switches / chances;

    /// <summary>Entropy of counts in bits: of languages, or of span lengths; 0 of nothing.</summary>
    public static double Entropy(ReadOnlySpan<double> counts)
    {
        var n = 0.0;
        foreach (var count in counts)
        {
            n += count;
        }

        var bits = 0.0;
        foreach (var count in counts)
        {
            bits -= count > 0 ? count / n * Math.Log2(count / n) : 0;
        }

        return bits;
    }

    /// <summary>
    /// Burstiness of span lengths, -1 to 1. The population's deviation divides by the number of spans, as Guzmán's script
    /// does; the sample's by one less, as other programs do.
    /// </summary>
    /// <param name="spans">Spans.</param>
    /// <param name="sum">Sum of their lengths.</param>
    /// <param name="squares">Sum of their squared lengths.</param>
    /// <param name="ofSample">Whether to divide by one less.</param>
    /// <returns>Null where it is not defined: no span, or one for the sample's.</returns>
    public static double? Burstiness(double spans, double sum, double squares, bool ofSample = false)
    {
        if (spans < (ofSample ? 2 : 1))
        {
            return null;
        }

        var mean = sum / spans;
        var deviation = Math.Sqrt(Math.Max(0, (squares - (sum * mean)) / (ofSample ? spans - 1 : spans)));
        return (deviation - mean) / (deviation + mean);
    }

    /// <summary>
    /// Memory, -1 to 1: whether long spans follow long ones. Both sides have the mean and the population deviation of their
    /// own pairs.
    /// </summary>
    /// <param name="pairs">Pairs of neighbouring spans.</param>
    /// <param name="first">Sum of the first lengths.</param>
    /// <param name="second">Sum of the second lengths.</param>
    /// <param name="firstSquares">Sum of the first lengths squared.</param>
    /// <param name="secondSquares">Sum of the second lengths squared.</param>
    /// <param name="products">Sum of the products.</param>
    /// <returns>Null where it is not defined: fewer than two pairs, or a side whose lengths are all equal.</returns>
    public static double? Memory(double pairs, double first, double second, double firstSquares, double secondSquares, double products)
    {
        if (pairs < 2)
        {
            return null;
        }

        // Lengths are whole numbers, so that these differences are exact and 0 means 0.
        var covariance = (pairs * products) - (first * second);
        var (left, right) = ((pairs * firstSquares) - (first * first), (pairs * secondSquares) - (second * second));
        return left <= 0 || right <= 0 ? null : covariance / Math.Sqrt(left * right);
    }
}
