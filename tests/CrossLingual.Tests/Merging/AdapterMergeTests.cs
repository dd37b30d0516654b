using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Merging;

/// <summary>LoRA adapters in merges: their changes are merged, never their two matrices apart.</summary>
public sealed class AdapterMergeTests : IDisposable
{
    private readonly TinyExperts _experts = new();

    public AdapterMergeTests()
    {
        Save("one", rank: 4, rankStabilized: false, seed: 1);
        Save("two", rank: 2, rankStabilized: true, seed: 2);
    }

    private ModelReference One => new(_experts["base"], _experts["one"]);

    private ModelReference Two => new(_experts["base"], _experts["two"]);

    public void Dispose() => _experts.Dispose();

    [Fact]
    public void AdapterMerged_IsAdapterApplied()
    {
        var merged = _experts.Merge(MergeRecipe.Of(MergeMethod.Passthrough, null, [new MergeInput(One)], _experts["out"]));
        Same(Applied("one"), merged, 1e-6);

        // And the model that was written answers as the base with the adapter on it does.
        using var scope = NewDisposeScope();
        using var written = ModelFolder.Open(_experts["out/model"]).Load(Compute.Exact);
        using var start = ModelFolder.Open(_experts["base"]).Load(Compute.Exact);
        using var adapter = AdapterFolder.Load(_experts["one"], start);
        start.Adapter = adapter;
        var ids = tensor(new long[] { 1, 5, 9, 30, 7, 12 }).view(1, 6);
        Assert.True(Logits(start, ids).allclose(Logits(written, ids), rtol: 1e-4, atol: 1e-4));
    }

    [Fact]
    public void MeanOfAdapters_IsTheMeanOfTheirChanges()
    {
        var (one, two) = (Applied("one"), Applied("two"));
        var merged = _experts.Merge(MergeRecipe.Of(MergeMethod.Linear, null, [new MergeInput(One), new MergeInput(Two)], _experts["out"]));
        Same(one.ToDictionary(t => t.Key, t => t.Value.Zip(two[t.Key], (a, b) => (0.5f * a) + (0.5f * b)).ToArray()), merged, 1e-6);

        // The product of mean matrices is another thing: with ranks 4 and 2 it does not even exist.
        var (start, name) = (_experts.Read(_experts.Base), "model.layers.1.self_attn.q_proj.weight");
        Assert.NotEqual(start[name], merged[name]);
    }

    [Fact]
    public void AdaptersAndFullModels_MergeTogether()
    {
        var (start, one, full) = (_experts.Read(_experts.Base), Applied("one"), _experts.Read(_experts.Language));
        var recipe = MergeRecipe.Of(MergeMethod.TaskArithmetic, _experts.Base, [new MergeInput(One), new MergeInput(_experts.Language)], _experts["out"]) with
        {
            Settings = new Dictionary<string, Setting> { ["lambda"] = 0.5 },
        };
        Same(start.ToDictionary(t => t.Key, t => t.Value.Select((v, i) => v + (0.5f * (one[t.Key][i] - v)) + (0.5f * (full[t.Key][i] - v))).ToArray()), _experts.Merge(recipe), 1e-6);
    }

    [Fact]
    public void LayersOfAdapters_AreSwappedAsChanges()
    {
        var recipe = new MergeRecipe
        {
            Method = MergeMethod.LayerSwap,
            Task = new MergeInput(One),
            Language = new MergeInput(Two),
            LayerSwap = new LayerSwapOptions { Bottom = 1, Top = 1, BottomTransition = 1, TopTransition = 0 },
            Output = _experts["out"],
        };
        var (task, language, merged) = (Applied("one"), Applied("two"), _experts.Merge(recipe));
        foreach (var (name, found) in merged)
        {
            var share = (float)LayerSwap.LanguageShare(TensorPlace.Of(name).Layer is >= 0 and var layer ? layer : 3, 6, recipe.LayerSwap);
            Same(new() { [name] = [.. task[name].Zip(language[name], (t, l) => ((1 - share) * t) + (share * l))] }, new() { [name] = found }, 1e-6);
        }
    }

    [Fact]
    public void UntouchedTensors_AreCopiedByteByByte()
    {
        _experts.Merge(MergeRecipe.Of(MergeMethod.Passthrough, null, [new MergeInput(One)], _experts["out"]));
        Assert.Equal(_experts.Read(_experts.Base)["model.embed_tokens.weight"], TinyExperts.Read(_experts["out/model"])["model.embed_tokens.weight"]);
    }

    private static Tensor Logits(Llama model, Tensor ids)
    {
        using var _ = no_grad();
        var positions = arange(ids.shape[1]).view(1, -1);
        var hidden = model.Hidden(ids, positions, AttentionMask.Packed(zeros_like(ids), model.ComputeType));
        return model.Logits(hidden).MoveToOuterDisposeScope();
    }

    private Dictionary<string, float[]> Applied(string adapter)
    {
        using var model = ModelFolder.Open(_experts["base"]).Load(Compute.Exact);
        using var loaded = AdapterFolder.Load(_experts[adapter], model);
        loaded.MergeInto(model);
        return model.Weights.ToDictionary(w => w.Key, w => w.Value.data<float>().ToArray());
    }

    private void Save(string name, int rank, bool rankStabilized, int seed)
    {
        using var scope = NewDisposeScope();
        using var model = ModelFolder.Open(_experts["base"]).Load(Compute.Exact);
        var config = new LoraConfig { Rank = rank, Alpha = 8, RankStabilized = rankStabilized, TargetModules = ["q_proj", "v_proj", "down_proj"] };
        using var adapter = LoraAdapter.Fresh(model, config, Seed.For(name));
        foreach (var (module, (_, b)) in adapter.Pairs)
        {
            using var generator = new Generator(Seed.For(module, seed).Value & long.MaxValue);
            b.copy_(randn(b.shape, generator: generator) * 0.1);
        }

        AdapterFolder.Save(adapter, _experts[name], "base");
    }

    private static void Same(Dictionary<string, float[]> expected, Dictionary<string, float[]> found, double tolerance)
    {
        foreach (var (name, numbers) in expected)
        {
            Assert.True(numbers.Zip(found[name]).All(p => Math.Abs(p.First - p.Second) <= tolerance), name);
        }
    }
}
