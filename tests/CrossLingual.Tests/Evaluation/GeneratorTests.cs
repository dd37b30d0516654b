using CrossLingual.Evaluation;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;
using Generator = CrossLingual.Evaluation.Generator;

namespace CrossLingual.Tests.Evaluation;

[Collection(CountsTensors.Name)]
public class GeneratorTests
{
    private static readonly GenerationOptions Greedy = new() { MaxNewTokens = 24, StopAtEos = false };
    private static readonly GenerationOptions Sampling = Greedy with { Temperature = 1, TopP = 0.95, TopK = 80 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batch_EqualsOneByOne(bool cache)
    {
        using var model = Model();
        var prompts = Prompts(1, 9, 3, 17, 40, 2);
        var options = Greedy with { UseCache = cache };
        Assert.Equal(prompts.Select(p => Ids(model, options, p).Single()), Ids(model, options, [.. prompts]));
    }

    [Fact]
    public void Cache_ChangesNothing()
    {
        using var model = Model();
        var prompts = Prompts(5, 1, 12);
        var cached = Ids(model, Greedy, prompts);
        Assert.Equal(cached, Ids(model, Greedy with { UseCache = false }, prompts));
        Assert.True(cached.SelectMany(ids => ids).Distinct().Count() > 10, "a model that repeats itself would show nothing");
    }

    [Fact]
    public void RowsThatHaveEnough_StopAfterSixteenAndLeaveTheOthersAlone()
    {
        using var model = Model();
        var prompts = Prompts(9, 3, 17);
        var all = Ids(model, Greedy, prompts);
        Assert.Equal([[.. all[0].Take(16)], all[1], [.. all[2].Take(16)]], Ids(model, Greedy with { Enough = (prompt, _) => prompt != 1 }, prompts));
    }

    [Fact]
    public void RowsThatEnd_LeaveTheOthersAlone()
    {
        // Some token of each text is made an end, so that rows end at different steps.
        using var model = Model();
        var prompts = Prompts(3, 8, 5, 20);
        var whole = Ids(model, Greedy, prompts);
        int[] ends = [whole[0][4], whole[2][11]];
        var samples = new Generator(model, TinyModel.Tokenizer, ends).Complete(prompts, Greedy with { StopAtEos = true });
        Assert.All(samples.Zip(whole), pair =>
        {
            var (sample, full) = pair;
            var end = full.FindIndex(ends.Contains);
            Assert.Equal(end >= 0, sample.Stopped);
            Assert.Equal(end >= 0 ? full[..end] : full, sample.Ids);
        });
        Assert.True(samples.Select(s => s.Ids.Count).Distinct().Count() > 1, "rows must end at different steps");
    }

    [Fact]
    public void LongNeighbour_DoesNotShortenAText()
    {
        // Each text may fill the model's context of 128, however long the others' prompts are.
        using var model = Model();
        var prompts = Prompts(3, 120, 100);
        var options = Greedy with { MaxNewTokens = 60 };
        var together = Ids(model, options, prompts);
        Assert.Equal([60, 8, 28], together.Select(ids => ids.Count));
        Assert.Equal(prompts.Select(p => Ids(model, options, p).Single()), together);
        Assert.Equal(together, Ids(model, options with { UseCache = false }, prompts));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void MaxNewTokens_IsKept(int most)
    {
        using var model = Model();
        Assert.All(Ids(model, Greedy with { MaxNewTokens = most }, Prompts(4, 9)), ids => Assert.Equal(most, ids.Count));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ids(model, Greedy with { MaxNewTokens = 0 }, Prompts(4)));
    }

    [Fact]
    public void Sampling_DependsOnTheSeedAlone()
    {
        using var model = Model();
        var prompts = Prompts(4, 11, 6, 6, 30);
        var first = Ids(model, Sampling, prompts);
        Assert.Equal(first, Ids(model, Sampling, prompts));
        Assert.Equal(first, Ids(model, Sampling with { BatchSize = 1 }, prompts));
        Assert.Equal(first, Ids(model, Sampling with { BatchSize = 2 }, prompts));
        Assert.Equal(first, Ids(model, Sampling with { UseCache = false }, prompts));
        Assert.NotEqual(first, Ids(model, Sampling with { Seed = Seed.For("another") }, prompts));
        Assert.NotEqual(first, Ids(model, Greedy, prompts));
    }

    [Fact]
    public void EqualPrompts_DrawTheirOwnTexts()
    {
        using var model = Model();
        var prompt = Prompts(5).Single();
        Assert.Equal(3, Ids(model, Sampling, prompt, prompt, prompt).Select(ids => string.Join(' ', ids)).Distinct().Count());
    }

    [Fact]
    public void NarrowSampling_IsGreedy()
    {
        using var model = Model();
        var prompts = Prompts(4, 11, 6);
        var greedy = Ids(model, Greedy, prompts);
        Assert.Equal(greedy, Ids(model, Sampling with { TopK = 1 }, prompts));
        Assert.Equal(greedy, Ids(model, Sampling with { TopK = 0, TopP = 1e-9 }, prompts));
        Assert.Equal(greedy, Ids(model, Greedy with { Temperature = 1e-4 }, prompts));
    }

    [Fact]
    public void EquallyLikelyTokens_AreTakenInTheOrderOfTheirIds()
    {
        // All logits are 0: greedy takes the first id, and so must its narrowest sampling.
        using var model = Model();
        using (no_grad())
        {
            model.Weights["model.embed_tokens.weight"].zero_();
        }

        var prompts = Prompts(4);
        Assert.Equal(0, Ids(model, Greedy, prompts).Single().Max());
        Assert.Equal(0, Ids(model, Sampling with { TopK = 1 }, prompts).Single().Max());
        Assert.Equal([0, 1, 2, 3, 4], Ids(model, Sampling with { TopK = 5, TopP = 1, MaxNewTokens = 60 }, prompts).Single().Distinct().Order());
    }

    [Fact]
    public void Frequencies_FollowTheProbabilities()
    {
        // The likeliest token of a seen distribution comes up about as often as it should: 400 draws, 4 standard errors.
        using var model = Model();
        var prompt = Prompts(6).Single();
        double[] expected;
        using (no_grad())
        {
            using var scope = NewDisposeScope();
            var mask = AttentionMask.LeftPadded(zeros(1, ScalarType.Int64), 0, 6, ScalarType.Float32);
            var hidden = model.Hidden(tensor(prompt.Select(i => (long)i).ToArray()).unsqueeze(0), arange(6).unsqueeze(0), mask);
            expected = [.. model.Logits(hidden)[0, 5].softmax(-1).data<float>().Select(p => (double)p)];
        }

        var drawn = Ids(model, Greedy with { Temperature = 1, MaxNewTokens = 1 }, [.. Enumerable.Repeat(prompt, 400)]).Select(ids => ids[0]).ToList();
        var best = Array.IndexOf(expected, expected.Max());
        var share = drawn.Count(id => id == best) / 400.0;
        Assert.InRange(expected[best], 0.02, 0.9);
        Assert.True(Math.Abs(share - expected[best]) < 4 * Math.Sqrt(expected[best] * (1 - expected[best]) / 400), $"{share} for {expected[best]}");
    }

    [Theory]
    [InlineData(128)]
    [InlineData(200)]
    [InlineData(0)]
    public void PromptWithoutRoom_IsNamed(int length)
    {
        using var model = Model();
        var error = Assert.Throws<UserException>(() => Ids(model, Greedy, [.. Prompts(5), new int[length]]));
        Assert.Equal("XL340", error.Id);
        Assert.Contains($"Prompt 2 has {length} tokens; the model takes 1 to 127", error.Message);
        Assert.Single(Ids(model, Greedy, Prompts(127)).Single());
    }

    [Fact]
    public void LiveTensors_StayFlat()
    {
        using var model = Model();
        var prompts = Prompts(3, 9, 20);
        GenerationOptions[] ways = [Greedy, Sampling, Greedy with { UseCache = false }, Greedy with { StopAtEos = true, BatchSize = 2 }];
        Assert.All(ways, options =>
        {
            Ids(model, options, prompts);
            var before = CountsTensors.Live();
            for (var i = 0; i < 3; i++)
            {
                Ids(model, options, prompts);
            }

            Assert.Equal(before, Tensor.TotalCount);
        });
    }

    [Fact]
    public void Cancelling_StopsAndLeavesNothing()
    {
        using var model = Model();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var before = CountsTensors.Live();
        Assert.Throws<OperationCanceledException>(() => new Generator(model, TinyModel.Tokenizer, [2]).Complete(Prompts(4), Greedy, cancel: stop.Token));
        Assert.Equal(before, Tensor.TotalCount);
    }

    /// <summary>Fresh weights are so small that every text would be the same; larger ones make words depend on words.</summary>
    private static Llama Model()
    {
        var model = TinyModel.Fresh();
        using var _ = no_grad();
        foreach (var (name, weight) in model.Weights.Where(w => !w.Key.EndsWith("norm.weight", StringComparison.Ordinal)))
        {
            weight.mul_(name.Contains("embed") ? 25 : 12);
        }

        return model;
    }

    private static int[][] Prompts(params int[] lengths)
    {
        var dice = Seed.For("prompts").Dice();
        return [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => dice.Next(3, TinyModel.Config.VocabularySize)).ToArray())];
    }

    private static List<List<int>> Ids(Llama model, GenerationOptions options, params int[][] prompts) =>
        [.. new Generator(model, TinyModel.Tokenizer, [2]).Complete(prompts, options).Select(s => s.Ids.ToList())];
}
