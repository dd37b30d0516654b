using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Training;

public class LoraTests
{
    private const double MergeTolerance = 2e-5;

    [Fact]
    public void FreshAdapter_ChangesNothing()
    {
        using var model = TinyModel.Fresh();
        var before = Logits(model);
        using var adapter = LoraAdapter.Fresh(model, new LoraConfig(), Seed.For("lora"));
        model.Adapter = adapter;
        Assert.Equal(before, Logits(model));
    }

    [Fact]
    public void MergedModel_EqualsTheAdaptedOne()
    {
        using var model = TinyModel.Fresh();
        using var adapter = Trained(model, new LoraConfig { Rank = 4 });
        var adapted = Logits(model);
        model.Adapter = null;
        var plain = Logits(model);
        adapter.MergeInto(model);
        var merged = Logits(model);
        Assert.True(Largest(plain, adapted) > 0.01, "the adapter must do something");
        Assert.True(Largest(merged, adapted) < MergeTolerance, $"{Largest(merged, adapted)}");
    }

    [Fact]
    public void Training_LeavesTheBaseAlone()
    {
        using var model = TinyModel.Fresh();
        using var untouched = TinyModel.Fresh();
        using var adapter = Trained(model, new LoraConfig { Rank = 2, Dropout = 0.1, TargetModules = ["q_proj", "v_proj"] });
        Assert.All(model.Weights, w => Assert.True(w.Value.equal(untouched.Weights[w.Key]).all().item<bool>(), w.Key));
        Assert.Equal(4, adapter.Pairs.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PeftFolder_GivesBackTheAdapter(bool stabilized)
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        using var adapter = Trained(model, new LoraConfig { Rank = 4, Alpha = 6, RankStabilized = stabilized });
        var adapted = Logits(model);
        AdapterFolder.Save(adapter, folder["adapter"], "base");
        using var loaded = AdapterFolder.Load(folder["adapter"], model);
        model.Adapter = loaded;
        Assert.Equal(adapted, Logits(model));
        AdapterFolder.Save(loaded, folder["again"], "base");
        Assert.Equal(File.ReadAllBytes(folder["adapter/adapter_model.safetensors"]), File.ReadAllBytes(folder["again/adapter_model.safetensors"]));
    }

    [Fact]
    public void UnknownModule_IsNamed()
    {
        using var model = TinyModel.Fresh();
        var error = Assert.Throws<UserException>(() => LoraAdapter.Fresh(model, new LoraConfig { TargetModules = ["q_proj", "wq"] }, Seed.For("lora")));
        Assert.Equal("XL330", error.Id);
        Assert.Contains("'wq'", error.Message);
    }

    private static LoraAdapter Trained(Llama model, LoraConfig config)
    {
        var adapter = LoraAdapter.Fresh(model, config, Seed.For("lora"));
        using var trainer = new Trainer(model, adapter, new TrainingOptions { Rows = 2, Length = 40, LearningRate = 1e-2, Steps = 10 }, Seed.For("lora training"));
        trainer.Run(TinyModel.Examples(10));
        return adapter;
    }

    private static float[] Logits(Llama model)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 1, 7, 30, 200, 5, 90 }).unsqueeze(0);
        var mask = AttentionMask.LeftPadded(zeros(1, ScalarType.Int64), 0, 6, ScalarType.Float32);
        return model.Logits(model.Hidden(ids, arange(6).unsqueeze(0), mask)).data<float>().ToArray();
    }

    private static double Largest(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
