using CrossLingual.Runs;

namespace CrossLingual.Data;

/// <summary>Rows of tokens for one forward pass, as flat arrays in row order.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Time">Tokens per row.</param>
/// <param name="Ids">Input tokens [rows x time].</param>
/// <param name="Positions">Place of each token in its example [rows x time].</param>
/// <param name="Segments">Number of the example within its row; -1 for padding [rows x time].</param>
/// <param name="LearnedAt">Flat places whose next token carries loss.</param>
/// <param name="Targets">Those next tokens.</param>
public sealed record PackedBatch(int Rows, int Time, long[] Ids, long[] Positions, long[] Segments, long[] LearnedAt, long[] Targets)
{
    /// <summary>Input tokens that are not padding.</summary>
    public int TokenCount { get; } = Segments.Count(s => s >= 0);
}

/// <summary>
/// Fills rows with whole examples: each keeps its own positions and sees only itself, so packing changes nothing but
/// speed. Examples come in an order drawn from (seed, epoch); each goes into the fullest of a few open rows that still
/// has room for it.
/// </summary>
/// <param name="rows">Rows of a batch, at least 1.</param>
/// <param name="time">Tokens of a row; an example of n tokens takes n - 1.</param>
public sealed class Packer(int rows, int time)
{
    private const int OpenRows = 16;
    private const int Round = 32;

    /// <summary>One pass over the examples.</summary>
    /// <param name="examples">At most <c>time + 1</c> tokens each.</param>
    /// <param name="seed">Where the order comes from.</param>
    /// <param name="epoch">Number of the pass.</param>
    public IEnumerable<PackedBatch> Epoch(IReadOnlyList<TokenizedExample> examples, Seed seed, int epoch)
    {
        var order = Enumerable.Range(0, examples.Count).ToArray();
        seed.And("order", epoch).Dice().Shuffle<int>(order);
        return Rows(order.Select(i => examples[i])).Chunk(rows).Select(Batch);
    }

    /// <summary>The examples in their order, packed; for measuring, where order does not matter.</summary>
    public IEnumerable<PackedBatch> InOrder(IEnumerable<TokenizedExample> examples) => Rows(examples).Chunk(rows).Select(Batch);

    private IEnumerable<List<TokenizedExample>> Rows(IEnumerable<TokenizedExample> examples)
    {
        var open = new List<(List<TokenizedExample> Examples, int Room)>();
        foreach (var example in examples)
        {
            var need = example.Ids.Length - 1;
            if (need < 1 || example.LearnedCount == 0)
            {
                continue;   // nothing to learn
            }

            if (need > time)
            {
                throw new ArgumentException($"Example {example.Id} has {need + 1} tokens and a row holds {time + 1}.", nameof(examples));
            }

            var best = -1;
            for (var i = 0; i < open.Count; i++)
            {
                if (open[i].Room >= need && (best < 0 || open[i].Room < open[best].Room))
                {
                    best = i;
                }
            }

            if (best >= 0)
            {
                open[best].Examples.Add(example);
                open[best] = (open[best].Examples, open[best].Room - need);
                continue;
            }

            if (open.Count == OpenRows)
            {
                var fullest = open.MinBy(row => row.Room);
                open.Remove(fullest);
                yield return fullest.Examples;
            }

            open.Add(([example], time - need));
        }

        foreach (var row in open)
        {
            yield return row.Examples;
        }
    }

    private PackedBatch Batch(List<TokenizedExample>[] filled)
    {
        // Rows are about as long as the longest of the batch; few different sizes keep memory flat.
        var longest = filled.Max(row => row.Sum(e => e.Ids.Length - 1));
        var width = Math.Min(time, (longest + Round - 1) / Round * Round);
        var ids = new long[filled.Length * width];
        var positions = new long[ids.Length];
        var segments = new long[ids.Length];
        Array.Fill(segments, -1);
        var (places, targets) = (new List<long>(), new List<long>());
        for (var row = 0; row < filled.Length; row++)
        {
            var at = row * width;
            for (var number = 0; number < filled[row].Count; number++)
            {
                var example = filled[row][number];
                for (var i = 0; i + 1 < example.Ids.Length; i++, at++)
                {
                    (ids[at], positions[at], segments[at]) = (example.Ids[i], i, number);
                    if (example.Learned[i + 1])
                    {
                        places.Add(at);
                        targets.Add(example.Ids[i + 1]);
                    }
                }
            }
        }

        return new PackedBatch(filled.Length, width, ids, positions, segments, [.. places], [.. targets]);
    }
}
