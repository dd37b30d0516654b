using CrossLingual.Data;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CsCheck;

namespace CrossLingual.Tests.Data;

public class PackerTests
{
    private const int Time = 24;

    // Lengths from 1, which has nothing to predict, to the longest that fits; learned from some place on, or nowhere.
    private static readonly Gen<TokenizedExample[]> Examples =
        Gen.Select(Gen.Int[1, Time + 1], Gen.Int[1, Time + 4]).Array[0, 60].Select(shapes =>
        {
            var next = 0;   // every token is different, so that a row tells whose it is
            return shapes.Select((shape, number) => new TokenizedExample(
                $"{number}",
                [.. Enumerable.Range(0, shape.Item1).Select(_ => next++)],
                [.. Enumerable.Range(0, shape.Item1).Select(i => i >= shape.Item2)])).ToArray();
        });

    [Fact]
    public void Epoch_HasEveryExampleOnceAndWhole() => Gen.Select(Examples, Gen.Int[1, 5], Gen.Int[0, 3]).Sample(
        (examples, rows, epoch) =>
        {
            var wanted = examples.Where(e => e.LearnedCount > 0).ToDictionary(e => e.Ids[0]);
            foreach (var batch in new Packer(rows, Time).Epoch(examples, Seed.For("pack"), epoch))
            {
                Assert.InRange(batch.Rows, 1, rows);
                Assert.InRange(batch.Time, 1, Time);
                Assert.Equal(batch.Rows * batch.Time, batch.Ids.Length);
                var learned = batch.LearnedAt.Zip(batch.Targets).ToDictionary(p => p.First, p => p.Second);
                Assert.Equal(batch.LearnedAt.Length, learned.Count);
                for (var row = 0; row < batch.Rows; row++)
                {
                    Take(batch, row, wanted, learned);
                }

                Assert.Empty(learned);
                Assert.Equal(batch.Segments.Count(s => s >= 0), batch.TokenCount);
            }

            Assert.Empty(wanted);
        },
        iter: 300);

    [Fact]
    public void Order_DependsOnSeedAndEpochAlone()
    {
        var examples = TinyModel.Examples(30);
        long[] Ids(string seed, int epoch) => [.. new Packer(2, 40).Epoch(examples, Seed.For(seed), epoch).SelectMany(b => b.Ids)];
        Assert.Equal(Ids("a", 1), Ids("a", 1));
        Assert.NotEqual(Ids("a", 1), Ids("a", 2));
        Assert.NotEqual(Ids("a", 1), Ids("b", 1));
    }

    [Fact]
    public void Rows_AreFilledWell()
    {
        // Examples of 3 to 19 inputs in rows of 100: fewer than a tenth of the places stay empty.
        var batches = new Packer(4, 100).Epoch(TinyModel.Examples(400), Seed.For("fill"), 0).ToList();
        Assert.True(batches.Sum(b => b.TokenCount) > 0.9 * batches.Sum(b => b.Ids.Length), $"{batches.Sum(b => b.TokenCount)} of {batches.Sum(b => b.Ids.Length)}");
    }

    [Fact]
    public void ExampleLongerThanARow_IsRefused()
    {
        var example = new TokenizedExample("long", new int[12], [.. Enumerable.Range(0, 12).Select(i => i > 0)]);
        Assert.Single(new Packer(1, 11).InOrder([example]));
        Assert.Contains("long has 12 tokens", Assert.Throws<ArgumentException>(() => new Packer(1, 10).InOrder([example]).ToList()).Message);
    }

    /// <summary>Reads a row back into examples, removing each from what is wanted and its targets from what is learned.</summary>
    private static void Take(PackedBatch batch, int row, Dictionary<int, TokenizedExample> wanted, Dictionary<long, long> learned)
    {
        var (at, end) = (row * batch.Time, (row + 1) * batch.Time);
        for (var segment = 0; at < end && batch.Segments[at] >= 0; segment++)
        {
            Assert.True(wanted.Remove((int)batch.Ids[at], out var example), $"token {batch.Ids[at]} starts no example, or one for the second time");
            for (var i = 0; i + 1 < example.Ids.Length; i++, at++)
            {
                Assert.Equal((example.Ids[i], i, segment), (batch.Ids[at], batch.Positions[at], batch.Segments[at]));
                Assert.Equal(example.Learned[i + 1], learned.Remove(at, out var target));
                Assert.True(!example.Learned[i + 1] || target == example.Ids[i + 1], "a target is the next token");
            }
        }

        Assert.All(batch.Segments[at..end], s => Assert.Equal(-1, s));
    }
}
