using CrossLingual.Runs;

namespace CrossLingual.Metrics;

/// <summary>What a model found of one text.</summary>
/// <param name="NegativeLogLikelihood">-Σ ln p over its predicted tokens, nats.</param>
/// <param name="Tokens">Predicted tokens.</param>
/// <param name="Bytes">The text's bytes in UTF-8.</param>
/// <param name="Words">Its words, between white space; 0 where they were not counted.</param>
public readonly record struct TextLoss(double NegativeLogLikelihood, int Tokens, int Bytes, int Words = 0);

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
    private static readonly Score Nothing = new(double.NaN, 0, double.NaN, double.NaN);

    /// <summary>Perplexity per byte, <c>2^(bits per byte)</c>.</summary>
    public Score PerByte { get; private init; } = Nothing;

    /// <summary>Perplexity per word, <c>exp(NLL / words)</c>; NaN where no words were counted.</summary>
    public Score PerWord { get; private init; } = Nothing;

    /// <summary>Perplexity of texts.</summary>
    /// <param name="texts">Their losses.</param>
    /// <param name="seed">Where the resamples come from.</param>
    /// <exception cref="UserException">XL610: a loss is not a number.</exception>
    public static Perplexity Of(IReadOnlyList<TextLoss> texts, Seed seed)
    {
        Numbers.Check([.. texts.Select(t => t.NegativeLogLikelihood)], nameof(texts));
        if (texts.Count == 0)
        {
            return new Perplexity(Nothing, Nothing, Nothing);
        }

        double[][] rows = [.. texts.Select(t => new[] { t.NegativeLogLikelihood, t.Tokens, t.Bytes, 1.0, t.Words })];
        return new Perplexity(
            With(s => Math.Exp(s[0] / s[1])),
            With(s => s[0] / (Math.Log(2) * s[2])),
            With(s => s[0] / (Math.Log(2) * s[3])))
        {
            PerByte = With(s => Math.Exp(s[0] / s[2])),
            PerWord = texts.Any(t => t.Words > 0) ? With(s => Math.Exp(s[0] / s[4])) : Nothing,
        };

        Score With(Func<double[], double> statistic)
        {
            double[] all = [.. Enumerable.Range(0, 5).Select(i => rows.Sum(r => r[i]))];
            var (low, high) = Bootstrap.OfSums(rows, statistic, seed);
            return new Score(statistic(all), rows.Length, low, high);
        }
    }
}
