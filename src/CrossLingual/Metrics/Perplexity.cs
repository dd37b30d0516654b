using CrossLingual.Runs;

namespace CrossLingual.Metrics;

/// <summary>What a model found of one text.</summary>
/// <param name="NegativeLogLikelihood">-Σ ln p over its predicted tokens, nats.</param>
/// <param name="Tokens">Predicted tokens.</param>
/// <param name="Bytes">The text's bytes in UTF-8.</param>
public readonly record struct TextLoss(double NegativeLogLikelihood, int Tokens, int Bytes);

/// <summary>
/// How surprised is a model by texts?
/// <code>
/// perplexity = exp(NLL / tokens)         bits per byte = NLL / (ln 2 · bytes)
/// </code>
/// Perplexity counts in tokens and compares models of one tokenizer only; bits per byte compare any (Gao et al. 2020,
/// The Pile, section 3). Languages differ in bytes a sentence: compare them on translations, by total bits.
/// </summary>
/// <param name="PerToken">Perplexity, bootstrap interval over texts.</param>
/// <param name="BitsPerByte">Bits per byte, bootstrap interval over texts.</param>
/// <param name="BitsPerText">Mean bits of a text.</param>
public sealed record Perplexity(Score PerToken, Score BitsPerByte, Score BitsPerText)
{
    /// <summary>Perplexity of texts.</summary>
    /// <param name="texts">Their losses.</param>
    /// <param name="seed">Where the resamples come from.</param>
    /// <exception cref="UserException">XL610: a loss is not a number.</exception>
    public static Perplexity Of(IReadOnlyList<TextLoss> texts, Seed seed)
    {
        Numbers.Check([.. texts.Select(t => t.NegativeLogLikelihood)], nameof(texts));
        if (texts.Count == 0)
        {
            var nothing = new Score(double.NaN, 0, double.NaN, double.NaN);
            return new Perplexity(nothing, nothing, nothing);
        }

        double[][] rows = [.. texts.Select(t => new[] { t.NegativeLogLikelihood, t.Tokens, t.Bytes, 1.0 })];
        return new Perplexity(
            With(s => Math.Exp(s[0] / s[1])),
            With(s => s[0] / (Math.Log(2) * s[2])),
            With(s => s[0] / (Math.Log(2) * s[3])));

        Score With(Func<double[], double> statistic)
        {
            double[] all = [.. Enumerable.Range(0, 4).Select(i => rows.Sum(r => r[i]))];
            var (low, high) = Bootstrap.OfSums(rows, statistic, seed);
            return new Score(statistic(all), rows.Length, low, high);
        }
    }
}
