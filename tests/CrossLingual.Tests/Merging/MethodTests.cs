using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Runs;
using CsCheck;

namespace CrossLingual.Tests.Merging;

/// <summary>The worked examples at the top of each method's file, and what holds for every input.</summary>
public class MethodTests
{
    // Sixteen lanes and a rest: both paths of every method.
    private static readonly Gen<float[]> Numbers = Gen.Float[-2, 2].Array[37];

    [Fact]
    public void Linear_IsTheWeightedMean()
    {
        var result = new float[4];
        Linear.Merge([[1, 2, 3, 4], [3, 2, -1, 0]], [0.75f, 0.25f], result);
        Assert.Equal([1.5f, 2, 2, 3], result);
        Assert.Equal([0.75, 0.25], Linear.Normalized([3, 1]));
    }

    [Fact]
    public void TaskArithmetic_AddsScaledChanges()
    {
        float[] start = [1, 1, 1, 1];
        float[][] tuned = [[1.5f, 0.5f, 1, 2], [1.5f, 2, -1, 1]];
        Array.ForEach(tuned, t => TaskArithmetic.TaskVector(t, start));
        var result = new float[4];
        TaskArithmetic.Sum(tuned, [1, 1], result);
        TaskArithmetic.AddTo(start, result, 0.4f);
        Near([1.4f, 1.2f, 0.2f, 1.4f], result);
    }

    [Fact]
    public void Slerp_KeepsTheLengthWhereTheMeanDoesNot()
    {
        float[] v0 = [1, 0, 0, 0];
        float[] v1 = [0, 1, 0, 0];
        var (dot, squares0, squares1) = Slerp.Products(v0, v1);
        var (first, second) = Slerp.Factors(dot, squares0, squares1, 0.5);
        Assert.Equal(Math.Sqrt(0.5), first, 1e-12);
        Assert.Equal(Math.Sqrt(0.5), second, 1e-12);
    }

    [Theory]
    [InlineData(1, 1, 1, 0.3)]          // the same vector
    [InlineData(0.9999, 1, 1, 0.25)]    // nearly parallel
    [InlineData(-1, 1, 1, 0.5)]         // opposite
    [InlineData(0, 0, 1, 0.5)]          // one of them zero
    public void Slerp_IsAStraightLineWhereThereIsNoAngle(double dot, double squares0, double squares1, double t)
    {
        Assert.Equal((1 - t, t), Slerp.Factors(dot, squares0, squares1, t));
    }

    [Fact]
    public void Slerp_StaysOnTheSphere() => Gen.Select(Numbers, Numbers, Gen.Double[0, 1]).Sample((a, b, t) =>
    {
        var (dot, squares0, squares1) = Slerp.Products(a, b);
        var scale = Math.Sqrt(squares1 / squares0);   // equal lengths
        var (first, second) = Slerp.Factors(dot * scale, squares0 * scale * scale, squares1, t);
        var length = (first * first * squares1) + (second * second * squares1) + (2 * first * second * dot * scale);
        return Math.Abs(dot * scale / squares1) > Slerp.Parallel || Math.Abs(length - squares1) < 1e-3 * squares1;
    }, iter: 200);

    [Fact]
    public void Ties_TrimsElectsAndMerges()
    {
        float[][] tasks = [[0.9f, -0.1f, 0.4f, 0.5f], [0.1f, -0.8f, -0.2f, -0.7f]];
        Assert.Equal(1 - 2, Ties.SumOfSigns(tasks, [0.5f, 0.7f], [1, 1], 4));
        Ties.Trim(tasks[0], 0.5f);
        Ties.Trim(tasks[1], 0.7f);
        Assert.Equal([0.9f, 0, 0, 0.5f], tasks[0]);
        Assert.Equal([0, -0.8f, 0, -0.7f], tasks[1]);
        var merged = new float[4];
        Ties.ElectAndMerge(tasks, [1, 1], true, TiesAverage.DisjointMean, merged);
        Assert.Equal([0.9f, -0.8f, 0, -0.7f], merged);
    }

    [Fact]
    public void Ties_ZeroSumTakesTheElectedSign()
    {
        var merged = new float[1];
        Ties.ElectAndMerge([[0.5f], [-0.5f]], [1, 1], true, TiesAverage.DisjointMean, merged);
        Assert.Equal([0.5f], merged);
        Ties.ElectAndMerge([[0.5f], [-0.5f]], [1, 1], false, TiesAverage.DisjointMean, merged);
        Assert.Equal([-0.5f], merged);
    }

    [Fact]
    public void Ties_AveragesDiffer()
    {
        // 0.5 · 0.8 and 1.5 · 0.2 agree, a third disagrees.
        float[][] weighted = [[0.4f], [0.3f], [-0.1f]];
        var merged = new float[1];
        Ties.ElectAndMerge(weighted, [0.5f, 1.5f, 1], true, TiesAverage.DisjointMean, merged);
        Near([0.35f], merged);
        Ties.ElectAndMerge(weighted, [0.5f, 1.5f, 1], true, TiesAverage.AgreeingWeight, merged);
        Near([0.35f], merged);
        Ties.ElectAndMerge(weighted, [0.5f, 0.5f, 1], true, TiesAverage.AgreeingWeight, merged);
        Near([0.7f], merged);
        Ties.ElectAndMerge(weighted, [0.5f, 1.5f, 1], true, TiesAverage.DisjointSum, merged);
        Near([0.7f], merged);
    }

    [Fact]
    public void Ties_LanesAndRestAgree() => Gen.Select(Numbers, Numbers, Numbers, Gen.Bool, Gen.Enum<TiesAverage>()).Sample((a, b, c, positive, average) =>
    {
        float[] weights = [1, 0.5f, 2];
        var counted = Ties.SumOfSigns([a, b, c], [0.5f, 0.5f, 0], weights, a.Length);
        Ties.Trim(a, 0.5f);
        Ties.Trim(b, 0.5f);
        var whole = new float[a.Length];
        Ties.ElectAndMerge([a, b, c], weights, positive, average, whole);
        var single = Enumerable.Range(0, a.Length).Select(i =>
        {
            var one = new float[1];
            Ties.ElectAndMerge([[a[i]], [b[i]], [c[i]]], weights, positive, average, one);
            return one[0];
        }).ToArray();
        var signs = Enumerable.Range(0, a.Length).Sum(i => Math.Sign(a[i] + (b[i] * 0.5f) + (c[i] * 2)));
        return whole.AsSpan().SequenceEqual(single) && counted == signs;
    }, iter: 300);

    [Theory]
    [InlineData(100, 0.2, TrimCount.Authors, 21)]
    [InlineData(100, 0.2, TrimCount.Exact, 20)]
    [InlineData(7, 1, TrimCount.Authors, 7)]
    [InlineData(7, 0.1, TrimCount.Exact, 0)]
    public void Ties_CountsAsTheAuthorsCodeOrExactly(long count, double density, TrimCount rule, long rank) => Assert.Equal(rank, Ties.RankOf(count, density, rule));

    [Fact]
    public void Dare_MaskIsWhatItsDefinitionSays() => Gen.Select(Gen.Int[0, 100], Gen.Double[0, 1], Gen.ULong).Sample((blocks, density, seed) =>
    {
        var values = Enumerable.Repeat(1f, 37).ToArray();
        Dare.DropAndRescale(values, blocks * 4096L, density, 2, new Seed(seed));
        return values.Select((v, i) => v == (Dare.Keeps((blocks * 4096L) + i, density, new Seed(seed)) ? 2 : 0)).All(same => same);
    }, iter: 300);

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Dare_KeepsItsShareEverywhereAndTheSumOnAverage(double density)
    {
        const int N = 200_000;
        var values = Enumerable.Repeat(1f, N).ToArray();
        Dare.DropAndRescale(values, 0, density, (float)(1 / density), Seed.For("share"));
        var sd = Math.Sqrt(density * (1 - density) / N);
        Assert.Equal(density, values.Count(v => v != 0) / (double)N, 5 * sd);
        Assert.Equal(1, values.Sum(v => (double)v) / N, 5 * sd / density);

        // Neighbours, far relatives and other masks are independent: the share of pairs kept together is the square.
        foreach (var distance in new[] { 1, 16, 4096 })
        {
            Assert.Equal(density * density, Enumerable.Range(0, N - distance).Count(i => values[i] != 0 && values[i + distance] != 0) / (double)(N - distance), 6 * sd);
        }

        Assert.Equal(density * density, Enumerable.Range(0, N).Count(i => values[i] != 0 && Dare.Keeps(i, density, Seed.For("other"))) / (double)N, 6 * sd);
        Assert.Equal(density * density, Enumerable.Range(0, N).Count(i => values[i] != 0 && Dare.Keeps(i + (1L << 32), density, Seed.For("share"))) / (double)N, 6 * sd);
    }

    [Fact]
    public void Dare_ExtremesKeepNothingAndAll()
    {
        Assert.All(Enumerable.Range(0, 5000), i => Assert.True(Dare.Keeps(i, 1, Seed.For(i)) && !Dare.Keeps(i, 0, Seed.For(i))));
        float[] values = [1, 2, 3];
        Dare.DropAndRescale(values, 0, 0, 1, Seed.For(1));
        Assert.Equal([0, 0, 0], values);
    }

    [Fact]
    public void LayerSwap_PutsLanguageOutsideAndTaskInside()
    {
        var four = new LayerSwapOptions { Bottom = 1, Top = 1, BottomTransition = 1, TopTransition = 0 };
        Assert.Equal([1, 0.5, 0, 1], Enumerable.Range(0, 4).Select(k => LayerSwap.LanguageShare(k, 4, four)));

        // The reported setting for 32 layers: 0-4 language, 5 mixed, 6-28 task, 29 mixed, 30-31 language.
        var shares = Enumerable.Range(0, 32).Select(k => LayerSwap.LanguageShare(k, 32, new LayerSwapOptions())).ToArray();
        Assert.Equal([.. Enumerable.Repeat(1.0, 5), 0.5, .. Enumerable.Repeat(0.0, 23), 0.5, 1, 1], shares);
    }

    [Fact]
    public void LayerSwap_ChoosesTheOuterLayersThatLanguageChangedMost()
    {
        var chosen = LayerSwap.Choose([5, 4, 1, 1, 1, 4], [1, 1, 4, 5, 4, 1], new LayerSwapOptions());
        Assert.Equal((2, 1, 1, 1), (chosen.Bottom, chosen.Top, chosen.BottomTransition, chosen.TopTransition));

        // One layer at least stays the task's, and no transition is larger than what is left.
        var all = LayerSwap.Choose([9, 1, 9], [1, 9, 1], new LayerSwapOptions());
        Assert.Equal((1, 1, 0, 0), (all.Bottom, all.Top, all.BottomTransition, all.TopTransition));
    }

    [Fact]
    public void Revert_PutsSmallUpdatesBack()
    {
        float[] trained = [1.5f, 0.9f, 1.1f, 0.2f];
        RevertUpdates.PutBack(trained, [1, 1, 1, 1], 0.5f);
        Assert.Equal([1.5f, 1, 1, 0.2f], trained);
    }

    [Theory]
    [InlineData("model.layers.3.self_attn.q_proj.weight", 3, ModelPart.Attention, "q_proj")]
    [InlineData("model.layers.12.mlp.gate_proj.weight", 12, ModelPart.Mlp, "gate_proj")]
    [InlineData("model.layers.0.post_attention_layernorm.weight", 0, ModelPart.Norm, "post_attention_layernorm")]
    [InlineData("model.layers.0.self_attn.k_proj.bias", 0, ModelPart.Attention, "k_proj")]
    [InlineData("model.embed_tokens.weight", -1, ModelPart.Embedding, "embed_tokens")]
    [InlineData("model.norm.weight", -1, ModelPart.Norm, "norm")]
    [InlineData("lm_head.weight", -1, ModelPart.Head, "lm_head")]
    public void TensorPlace_IsToldFromTheName(string name, int layer, ModelPart part, string module)
    {
        Assert.Equal(new TensorPlace(layer, part, module), TensorPlace.Of(name));
        Assert.Equal(layer < 0 ? name : name.Replace($".{layer}.", ".7."), TensorPlace.InLayer(name, 7));
    }

    [Fact]
    public void Setting_InterpolatesOverLayersAndFilters()
    {
        Setting gradient = new([(null, [0, 0.5, 1])]);
        Assert.Equal([0, 0.25, 0.5, 0.75, 1], Enumerable.Range(0, 5).Select(i => gradient.For("x", i / 4.0)!.Value));
        Setting filtered = new([("mlp", [0.2]), ("self_attn", [0, 1])]);
        Assert.Equal(0.2, filtered.For("model.layers.1.mlp.up_proj.weight", 0.5));
        Assert.Equal(0.5, filtered.For("model.layers.1.self_attn.q_proj.weight", 0.5));
        Assert.Null(filtered.For("model.norm.weight", 1));
    }

    private static void Near(float[] expected, float[] found) => Assert.All(expected.Zip(found), p => Assert.Equal(p.First, p.Second, 1e-6f));
}
