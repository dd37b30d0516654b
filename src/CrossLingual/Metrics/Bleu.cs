using System.Runtime.InteropServices;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Metrics;

/// <summary>What becomes of an n-gram order without a match (Chen and Cherry, WMT 2014).</summary>
public enum BleuSmoothing
{
    /// <summary>Halved for each such order, as mteval does: sacreBLEU's default.</summary>
    Exp,

    /// <summary>0.1 matches.</summary>
    Floor,

    /// <summary>One match more in each order from 2.</summary>
    AddK,

    /// <summary>BLEU is 0.</summary>
    None,
}

/// <summary>How BLEU is computed; the defaults are sacreBLEU's.</summary>
public sealed record BleuOptions
{
    /// <summary>How text is cut.</summary>
    public BleuTokens Tokens { get; init; } = BleuTokens.A13;

    /// <summary>Whether case is ignored.</summary>
    public bool Lowercase { get; init; }

    /// <summary>What becomes of orders without a match.</summary>
    public BleuSmoothing Smoothing { get; init; } = BleuSmoothing.Exp;

    /// <summary>Whether orders longer than the texts are left out, for single sentences.</summary>
    public bool EffectiveOrder { get; init; }
}

/// <summary>BLEU of a corpus, 0 to 100.</summary>
/// <param name="Score">The score, bootstrap interval over segments.</param>
/// <param name="Precisions">Precision of each order, percent.</param>
/// <param name="BrevityPenalty">0 to 1.</param>
/// <param name="HypothesisLength">Tokens of the hypotheses.</param>
/// <param name="ReferenceLength">Tokens of the closest references.</param>
/// <param name="Signature">How it was computed.</param>
public sealed record BleuResult(Score Score, IReadOnlyList<double> Precisions, double BrevityPenalty, long HypothesisLength, long ReferenceLength, string Signature);

/// <summary>
/// BLEU (Papineni et al., ACL 2002) as sacreBLEU computes it (Post, WMT 2018):
/// <code>
/// BLEU = BP exp(¼ Σ_{n=1..4} ln p_n)      BP = min(1, exp(1 - r/c))
/// p_n  = matched n-grams / n-grams of the hypotheses, each n-gram at most as often as in one of its references
/// </code>
/// over the whole corpus; c tokens of the hypotheses, r of the references closest in length, the shorter of equals.
/// </summary>
public static class Bleu
{
    private const int Order = 4;

    /// <summary>BLEU of a corpus.</summary>
    /// <param name="hypotheses">One text a segment.</param>
    /// <param name="references">The references of each segment, as many for all.</param>
    /// <param name="seed">Where the bootstrap's resamples come from.</param>
    /// <param name="options">How; null for sacreBLEU's defaults.</param>
    /// <exception cref="UserException">XL641: not a reference for each hypothesis.</exception>
    public static BleuResult Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, Seed seed, BleuOptions? options = null)
    {
        options ??= new BleuOptions();
        Segments.Check(hypotheses, references);
        var rows = hypotheses.Select((h, i) => Statistics(h, references[i], options)).ToList();
        var sum = Segments.Sum(rows);

        var (value, precisions, penalty) = Compute(sum, options);
        var (low, high) = Bootstrap.OfSums(rows, s => Compute(s, options).Score, seed);
        return new BleuResult(new Score(value, rows.Count, low, high), precisions, penalty, (long)sum[0], (long)sum[1], Signature(references[0].Count, options));
    }

    /// <summary>BLEU of one segment, with effective order.</summary>
    /// <param name="hypothesis">The text.</param>
    /// <param name="references">Its references, at least one.</param>
    /// <param name="options">How; null for sacreBLEU's defaults.</param>
    public static double Sentence(string hypothesis, IReadOnlyList<string> references, BleuOptions? options = null)
    {
        options = (options ?? new BleuOptions()) with { EffectiveOrder = true };
        return Compute(Statistics(hypothesis, references, options), options).Score;
    }

    private static string Signature(int references, BleuOptions options)
    {
        var smoothing = options.Smoothing switch { BleuSmoothing.Floor => "floor[0.10]", BleuSmoothing.AddK => "add-k[1.00]", var other => other.ToString().ToLowerInvariant() };
        var version = typeof(Bleu).Assembly.GetName().Version?.ToString(3);
        return FormattableString.Invariant($"nrefs:{references}|case:{(options.Lowercase ? "lc" : "mixed")}|eff:{(options.EffectiveOrder ? "yes" : "no")}|tok:{options.Tokens.Name}|smooth:{smoothing}|version:xling-{version}");
    }

    /// <summary>Lengths, matches of each order, n-grams of each order.</summary>
    private static double[] Statistics(string hypothesis, IReadOnlyList<string> references, BleuOptions options)
    {
        var numbers = new Dictionary<string, int>();
        var found = Numbered(hypothesis);
        var (closest, allowed) = (-1, new Dictionary<NGram, int>());
        foreach (var reference in references)
        {
            var tokens = Numbered(reference);
            var (distance, best) = (Math.Abs(tokens.Length - found.Length), Math.Abs(closest - found.Length));
            closest = closest < 0 || distance < best || (distance == best && tokens.Length < closest) ? tokens.Length : closest;
            foreach (var (gram, count) in Count(tokens))
            {
                ref var most = ref CollectionsMarshal.GetValueRefOrAddDefault(allowed, gram, out _);
                most = Math.Max(most, count);
            }
        }

        var row = new double[2 + (2 * Order)];
        (row[0], row[1]) = (found.Length, closest);
        foreach (var (gram, count) in Count(found))
        {
            row[1 + gram.Length] += Math.Min(count, allowed.GetValueOrDefault(gram));
            row[1 + Order + gram.Length] += count;
        }

        return row;

        int[] Numbered(string text) => [.. options.Tokens.Cut(options.Lowercase ? PythonText.Lower(text) : text).Select(Number)];

        int Number(string token)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, token, out var known);
            return number = known ? number : numbers.Count;
        }
    }

    private static Dictionary<NGram, int> Count(int[] tokens)
    {
        var counts = new Dictionary<NGram, int>();
        for (var n = 1; n <= Order; n++)
        {
            for (var i = 0; i + n <= tokens.Length; i++)
            {
                var gram = new NGram(tokens[i], n > 1 ? tokens[i + 1] : 0, n > 2 ? tokens[i + 2] : 0, n > 3 ? tokens[i + 3] : 0);
                CollectionsMarshal.GetValueRefOrAddDefault(counts, gram, out _)++;
            }
        }

        return counts;
    }

    private static (double Score, double[] Precisions, double BrevityPenalty) Compute(double[] row, BleuOptions options)
    {
        var (length, reference) = (row[0], row[1]);
        var penalty = length >= reference ? 1 : length > 0 ? Math.Exp(1 - (reference / length)) : 0;
        var precisions = new double[Order];
        if (row.AsSpan(2, Order).IndexOfAnyExcept(0.0) < 0)
        {
            return (0, precisions, penalty);
        }

        var (order, halving) = (Order, 1.0);
        for (var n = 0; n < Order; n++)
        {
            var more = options.Smoothing == BleuSmoothing.AddK && n > 0 ? 1 : 0;
            var (matched, all) = (row[2 + n] + more, row[2 + Order + n] + more);
            if (all == 0)
            {
                break;
            }

            order = options.EffectiveOrder ? n + 1 : order;
            precisions[n] = (matched, options.Smoothing) switch
            {
                (0, BleuSmoothing.Exp) => 100 / ((halving *= 2) * all),
                (0, BleuSmoothing.Floor) => 100 * 0.1 / all,
                _ => 100 * matched / all,
            };
        }

        // The logarithm of no match is sacreBLEU's -9999999999, which makes the score 0.
        var logs = precisions.Take(order).Sum(p => p == 0 ? -9999999999 : Math.Log(p));
        return (penalty * Math.Exp(logs / order), precisions, penalty);
    }

    /// <summary>Up to four token numbers from 1; 0 where there is none.</summary>
    private readonly record struct NGram(int First, int Second, int Third, int Fourth)
    {
        public int Length => Second == 0 ? 1 : Third == 0 ? 2 : Fourth == 0 ? 3 : 4;
    }
}
