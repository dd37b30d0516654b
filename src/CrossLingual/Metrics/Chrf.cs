using System.Runtime.InteropServices;
using System.Text;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Metrics;

/// <summary>How chrF is computed; the defaults are sacreBLEU's.</summary>
public sealed record ChrfOptions
{
    /// <summary>Longest character n-gram, 1 to 6 (Popović 2015 found 6 best).</summary>
    public int CharacterOrder { get; init; } = 6;

    /// <summary>Longest word n-gram: 0 is chrF, 2 is chrF++ (Popović, WMT 2017).</summary>
    public int WordOrder { get; init; }

    /// <summary>β: how much more recall counts than precision.</summary>
    public double Beta { get; init; } = 2;

    /// <summary>Whether case is ignored.</summary>
    public bool Lowercase { get; init; }
}

/// <summary>chrF of a corpus, 0 to 100.</summary>
/// <param name="Score">The score, bootstrap interval over segments.</param>
/// <param name="Signature">How it was computed.</param>
public sealed record ChrfResult(Score Score, string Signature);

/// <summary>
/// chrF and chrF++ (Popović, WMT 2015 and 2017) as sacreBLEU 2 computes them: F-score over n-grams of characters without
/// white space, and of words with their outer punctuation split off. It needs no tokenisation and suits rich morphology.
/// <code>
/// chrF = (1 + β²) P R / (β² P + R)     P, R mean precision and recall over the orders that both sides have
/// </code>
/// With several references each segment takes the one it scores best against.
/// </summary>
public static class Chrf
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>chrF of a corpus.</summary>
    /// <param name="hypotheses">One text a segment.</param>
    /// <param name="references">The references of each segment, as many for all.</param>
    /// <param name="seed">Where the bootstrap's resamples come from.</param>
    /// <param name="options">How; null for sacreBLEU's defaults.</param>
    /// <exception cref="UserException">XL641: not a reference for each hypothesis.</exception>
    public static ChrfResult Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, Seed seed, ChrfOptions? options = null)
    {
        options ??= new ChrfOptions();
        Segments.Check(hypotheses, references);
        var rows = hypotheses.Select((h, i) => Statistics(h, references[i], options)).ToList();
        var sum = Segments.Sum(rows);

        var (low, high) = Bootstrap.OfSums(rows, s => F(s, options.Beta), seed);
        var version = typeof(Chrf).Assembly.GetName().Version?.ToString(3);
        return new ChrfResult(
            new Score(F(sum, options.Beta), rows.Count, low, high),
            FormattableString.Invariant($"nrefs:{references[0].Count}|case:{(options.Lowercase ? "lc" : "mixed")}|eff:yes|nc:{options.CharacterOrder}|nw:{options.WordOrder}|space:no|version:xling-{version}"));
    }

    /// <summary>chrF of one segment.</summary>
    /// <param name="hypothesis">The text.</param>
    /// <param name="references">Its references, at least one.</param>
    /// <param name="options">How; null for sacreBLEU's defaults.</param>
    public static double Sentence(string hypothesis, IReadOnlyList<string> references, ChrfOptions? options = null) =>
        F(Statistics(hypothesis, references, options ?? new ChrfOptions()), (options ?? new ChrfOptions()).Beta);

    /// <summary>For each order: n-grams of the hypothesis, of the reference, and shared.</summary>
    private static double[] Statistics(string hypothesis, IReadOnlyList<string> references, ChrfOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.CharacterOrder, 6);
        var found = NGrams(hypothesis, options);
        double[]? best = null;
        foreach (var reference in references)
        {
            var wanted = NGrams(reference, options);
            var row = new double[3 * found.Length];
            for (var n = 0; n < found.Length; n++)
            {
                // An order that the reference is too short for counts on neither side.
                row[3 * n] = wanted[n].Count > 0 ? found[n].Values.Sum() : 0;
                row[(3 * n) + 1] = wanted[n].Values.Sum();
                row[(3 * n) + 2] = found[n].Sum(g => Math.Min(g.Value, wanted[n].GetValueOrDefault(g.Key)));
            }

            best = best is null || F(row, options.Beta) > F(best, options.Beta) ? row : best;
        }

        return best!;
    }

    private static Dictionary<UInt128, int>[] NGrams(string text, ChrfOptions options)
    {
        text = options.Lowercase ? PythonText.Lower(text) : text;
        var grams = Enumerable.Range(0, options.CharacterOrder + options.WordOrder).Select(_ => new Dictionary<UInt128, int>()).ToArray();

        // A code point takes 21 bits, so that six make a key, and none is 0.
        Count(grams.AsSpan(0, options.CharacterOrder), [.. text.EnumerateRunes().Where(r => !(r.IsBmp && PythonText.IsSpace((char)r.Value))).Select(r => (UInt128)(uint)r.Value + 1)], 21);
        if (options.WordOrder > 0)
        {
            Count(grams.AsSpan(options.CharacterOrder), [.. Words(text).Select(Key)], 61);
        }

        return grams;
    }

    private static void Count(Span<Dictionary<UInt128, int>> grams, UInt128[] units, int bits)
    {
        for (var n = 1; n <= grams.Length; n++)
        {
            for (var i = 0; i + n <= units.Length; i++)
            {
                UInt128 key = 0;
                for (var j = i; j < i + n; j++)
                {
                    key = (key << bits) | units[j];
                }

                CollectionsMarshal.GetValueRefOrAddDefault(grams[n - 1], key, out _)++;
            }
        }
    }

    // 61 bits of a hash stand for a word: two of them in a text of a million words meet by chance once in a million texts.
    private static UInt128 Key(string word) => BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(word))) >> 3;

    /// <summary>Words; a punctuation mark at the end, or else at the start, is a word of its own.</summary>
    private static IEnumerable<string> Words(string text)
    {
        foreach (var word in BleuTokens.None.Cut(text))
        {
            if (word.Length > 1 && Punctuation.Contains(word[^1], StringComparison.Ordinal))
            {
                yield return word[..^1];
                yield return word[^1..];
            }
            else if (word.Length > 1 && Punctuation.Contains(word[0], StringComparison.Ordinal))
            {
                yield return word[..1];
                yield return word[1..];
            }
            else
            {
                yield return word;
            }
        }
    }

    private static double F(double[] row, double beta)
    {
        var (precision, recall, orders) = (0.0, 0.0, 0);
        for (var n = 0; n < row.Length; n += 3)
        {
            if (row[n] > 0 && row[n + 1] > 0)
            {
                precision += row[n + 2] / row[n];
                recall += row[n + 2] / row[n + 1];
                orders++;
            }
        }

        if (precision + recall == 0)
        {
            return 0;
        }

        (precision, recall) = (precision / orders, recall / orders);
        return 100 * (1 + (beta * beta)) * precision * recall / ((beta * beta * precision) + recall);
    }
}
