using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Methods;

/// <summary>How the sentences to learn are drawn from a corpus.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weights">Share of the words from each of <see cref="SIndexBins"/>; null draws as the corpus is.</param>
public sealed record TagArm(string Name, IReadOnlyList<double>? Weights)
{
    /// <summary>Everything, in one arm.</summary>
    public static TagArm All { get; } = new("all", null);

    /// <summary>
    /// The question of the S-index: does training on text balanced over it carry over better than other training sets?
    /// </summary>
    /// <param name="natural">Shares of text as it is found; null for the corpus's own.</param>
    public static IReadOnlyList<TagArm> Compared(IReadOnlyList<double>? natural) =>
    [
        new("balanced", [1, 1, 1, 1, 1]),
        new("natural", natural),
        new("high only", [0, 0, 0, 1, 1]),
        new("low only", [0, 1, 1, 0, 0]),
        new("one language", [1, 0, 0, 0, 0]),
    ];

    /// <summary>Draws sentences until a number of words is reached, none twice; a bin that has too few gives what it has.</summary>
    /// <param name="pool">The corpus.</param>
    /// <param name="words">Words; 0 for all of the corpus.</param>
    /// <param name="seed">Where the choice comes from.</param>
    public IReadOnlyList<TaggedWords> Draw(IReadOnlyList<TaggedWords> pool, int words, Seed seed)
    {
        if (words == 0)
        {
            return pool;
        }

        var order = pool.ToArray();
        seed.Dice().Shuffle<TaggedWords>(order);
        return Weights is null
            ? Until(order, words)
            : [.. Weights.SelectMany((weight, bin) => Until(order.Where(s => SIndexBins.Of(SIndexBins.SIndexOf(s.Languages)) == bin), words * weight / Weights.Sum()))];
    }

    private static List<TaggedWords> Until(IEnumerable<TaggedWords> sentences, double words)
    {
        var drawn = new List<TaggedWords>();
        var count = 0;
        foreach (var sentence in sentences)
        {
            if (count >= words)
            {
                break;
            }

            drawn.Add(sentence);
            count += sentence.Words.Count;
        }

        return drawn;
    }
}
