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
/// <param name="Owners">For each target the number of its example in the list that was packed.</param>
/// <param name="Weights">For each target its example's weight.</param>
public sealed record PackedBatch(int Rows, int Time, long[] Ids, long[] Positions, long[] Segments, long[] LearnedAt, long[] Targets, int[] Owners, float[] Weights)
{
    /// <summary>Sum of the targets' weights: what the update's loss is divided by.</summary>
    public double WeightSum { get; } = Weights.Sum(w => (double)w);

    /// <summary>Whether all weights are 1.</summary>
    public bool IsUnweighted { get; } = Array.TrueForAll(Weights, w => w == 1);

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
        return Rows(order.Select(i => (examples[i], i))).Chunk(rows).Select(Batch);
    }

    /// <summary>The examples in their order, packed; for measuring, where order does not matter.</summary>
    public IEnumerable<PackedBatch> InOrder(IEnumerable<TokenizedExample> examples) => Rows(examples.Select((e, i) => (e, i))).Chunk(rows).Select(Batch);

    private IEnumerable<List<(TokenizedExample Example, int Number)>> Rows(IEnumerable<(TokenizedExample Example, int Number)> examples)
    {
        var open = new List<(List<(TokenizedExample Example, int Number)> Examples, int Room)>();
        foreach (var (example, number) in examples)
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
                open[best].Examples.Add((example, number));
                open[best] = (open[best].Examples, open[best].Room - need);
                continue;
            }

            if (open.Count == OpenRows)
            {
                var fullest = open.MinBy(row => row.Room);
                open.Remove(fullest);
                yield return fullest.Examples;
            }

            open.Add(([(example, number)], time - need));
        }

        foreach (var row in open)
        {
            yield return row.Examples;
        }
    }

    private PackedBatch Batch(List<(TokenizedExample Example, int Number)>[] filled)
    {
        // Rows are about as long as the longest of the batch; few different sizes keep memory flat.
        var longest = filled.Max(row => row.Sum(e => e.Example.Ids.Length - 1));
        var width = Math.Min(time, (longest + Round - 1) / Round * Round);
        var ids = new long[filled.Length * width];
        var positions = new long[ids.Length];
        var segments = new long[ids.Length];
        Array.Fill(segments, -1);
        var (places, targets, owners, weights) = (new List<long>(), new List<long>(), new List<int>(), new List<float>());
        for (var row = 0; row < filled.Length; row++)
        {
            var at = row * width;
            for (var segment = 0; segment < filled[row].Count; segment++)
            {
                var (example, number) = filled[row][segment];
                for (var i = 0; i + 1 < example.Ids.Length; i++, at++)
                {
                    (ids[at], positions[at], segments[at]) = (example.Ids[i], i, segment);
                    if (example.Learned[i + 1])
                    {
                        places.Add(at);
                        targets.Add(example.Ids[i + 1]);
                        owners.Add(number);
                        weights.Add(example.Weight);
                    }
                }
            }
        }

        return new PackedBatch(filled.Length, width, ids, positions, segments, [.. places], [.. targets], [.. owners], [.. weights]);
    }
}
