namespace CrossLingual.Metrics;

/// <summary>Which tokens the S-index counts.</summary>
public enum SIndexVariant
{
    /// <summary>Tokens of a language, and their true number: our default.</summary>
    LanguageTags,

    /// <summary>
    /// As the author's program computes it (shayaanabsar/code-switched-pos-tagging): every tag is a language, and N is 2 too
    /// large for all sentences but the first. For numbers to set beside the author's.
    /// </summary>
    Author,
}

/// <summary>
/// The S-index (Absar, RESOURCEFUL 2025): how strongly does a sentence switch languages?
/// <code>
/// S = λ tanh(μ P) ln(N / M)          λ = 1, μ = 0.5 in the author's program
/// EN EN HI HI HI HI EN EN EN HI HI:  P = 3 switches, N = 11 tokens, M = 6 of the commonest language: S = 0.5486
/// </code>
/// It is 0 without a switch, grows with switching and with balance, saturates in P, and stays below λ ln k for k languages.
/// </summary>
/// <param name="Lambda">λ: the scale, above 0.</param>
/// <param name="Mu">μ: how fast switching saturates, above 0.</param>
public sealed record SIndex(double Lambda = 1, double Mu = 0.5)
{
    /// <summary>S of a sentence's counts.</summary>
    /// <param name="switches">P: changes of language from one token to the next.</param>
    /// <param name="n">N: tokens; 0 gives 0.</param>
    /// <param name="matrix">M: tokens of the commonest language, 1 to n.</param>
    public double Of(int switches, int n, int matrix) =>
        n == 0 || switches == 0 ? 0 : Lambda * Math.Tanh(Mu * switches) * Math.Log((double)n / matrix);
}
