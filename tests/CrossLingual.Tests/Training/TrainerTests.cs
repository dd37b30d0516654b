using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Training;

public class TrainerTests
{
    private static readonly TrainingOptions Options = new() { Rows = 2, Length = 40, LearningRate = 1e-2, Steps = 12, WarmUp = 0.1 };

    [Fact]
    public void Packed_EqualsUnpacked()
    {
        var examples = TinyModel.Examples(6);
        var (packedLoss, packed) = GradientOf([.. new Packer(8, 60).InOrder(examples)]);
        var (singleLoss, single) = GradientOf([.. examples.SelectMany(e => new Packer(1, 60).InOrder([e]))]);
        Assert.Equal(singleLoss, packedLoss, 1e-5);
        Close(single, packed);
    }

    [Fact]
    public void Accumulated_EqualsTheLargeBatch()
    {
        var examples = TinyModel.Examples(9);
        var (largeLoss, large) = GradientOf([.. new Packer(100, 20).InOrder(examples)]);
        var small = new Packer(1, 20).InOrder(examples).ToList();
        Assert.True(small.Count > 3, "the small batches must be several");
        var (smallLoss, accumulated) = GradientOf(small);
        Assert.Equal(largeLoss, smallLoss, 1e-5);
        Close(large, accumulated);
    }

    [Fact]
    public void Gradient_IsTheLossesSlope()
    {
        // Central differences on a few weights, in float32: within a few per cent.
        var batch = new Packer(4, 40).InOrder(TinyModel.Examples(5)).Single();
        using var model = TinyModel.Fresh();
        using var trainer = Train(model, Options);
        var gradient = trainer.Gradient([batch]).Gradient.data<float>().ToArray();
        var embedding = model.Weights["model.layers.0.mlp.up_proj.weight"];
        var expected = embedding.grad!.data<float>().ToArray();
        Assert.Contains(expected[0], gradient);
        foreach (var place in new[] { 0, 77, 400 })
        {
            float LossAt(float step)
            {
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                embedding.view(-1)[place].add_(step);
                var loss = CrossLingual.Training.Loss.Sum(model, batch).item<float>() / batch.Targets.Length;
                embedding.view(-1)[place].add_(-step);
                return loss;
            }

            var slope = (LossAt(2e-2f) - LossAt(-2e-2f)) / 4e-2f;
            Assert.True(Math.Abs(slope - expected[place]) < (0.1 * Math.Abs(expected[place])) + 1e-4, $"place {place}: {slope} against {expected[place]}");
        }
    }

    [Fact]
    public void Training_LowersTheLossOfWhatItSees()
    {
        using var model = TinyModel.Fresh();
        var examples = TinyModel.Examples(8);
        var before = CrossLingual.Training.Loss.Measure(model, examples).Loss;
        using var trainer = Train(model, Options with { Steps = 60 });
        trainer.Run(examples);
        var after = CrossLingual.Training.Loss.Measure(model, examples).Loss;
        Assert.True(after < before / 2, $"{before} to {after}");
    }

    [Fact]
    public void OnlyChosenWeights_Change()
    {
        using var model = TinyModel.Fresh();
        using var untouched = TinyModel.Fresh();
        string[] chosen = ["model.layers.1.mlp.up_proj.weight", "model.norm.weight"];
        using var trainer = new Trainer(model, chosen, Options, Seed.For("only"));
        trainer.Run(TinyModel.Examples(8));
        Assert.All(model.Weights, w => Assert.Equal(!chosen.Contains(w.Key), w.Value.equal(untouched.Weights[w.Key]).all().item<bool>()));
    }

    [Fact]
    public void Resume_IsBitExact()
    {
        var examples = TinyModel.Examples(30);
        using var folder = new TemporaryFolder();
        var options = Options with { CheckpointEvery = 5 };
        using var whole = TinyModel.Fresh();
        using (var trainer = Train(whole, options))
        {
            trainer.Run(examples);
        }

        var checkpoints = new CheckpointFolder(folder["checkpoints"], "same", keep: 2);
        using (var stopped = TinyModel.Fresh())
        using (var trainer = Train(stopped, options))
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(() => trainer.Run(examples, checkpoints, new StopAt(7, stop), stop.Token));
        }

        Assert.Equal(7, checkpoints.LastStep);
        using var resumed = TinyModel.Fresh(seed: 99);
        using (var trainer = Train(resumed, options))
        {
            trainer.Run(examples, checkpoints);
        }

        Assert.All(whole.Weights, w => Assert.True(w.Value.equal(resumed.Weights[w.Key]).all().item<bool>(), w.Key));
    }

    [Fact]
    public void CheckpointOfAnotherTraining_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        using var trainer = Train(model, Options with { CheckpointEvery = 5 });
        trainer.Run(TinyModel.Examples(8), new CheckpointFolder(folder["c"], "one", keep: 1));
        var error = Assert.Throws<UserException>(() => trainer.Run(TinyModel.Examples(8), new CheckpointFolder(folder["c"], "two", keep: 1)));
        Assert.Equal("XL412", error.Id);
    }

    [Fact]
    public void NothingToLearn_IsSaid()
    {
        using var model = TinyModel.Fresh();
        using var trainer = Train(model, Options);
        Assert.Equal("XL410", Assert.Throws<UserException>(() => trainer.Run([new TokenizedExample("x", [1, 5, 6], [false, false, false])])).Id);
    }

    [Fact]
    public void AdamW_EqualsTorchs()
    {
        var options = new TrainingOptions { WeightDecay = 0.1, Beta2 = 0.95 };
        using var scope = NewDisposeScope();
        var start = randn(12);
        var ours = start.clone();
        var theirs = new TorchSharp.Modules.Parameter(start.clone());
        var optimizer = optim.AdamW([theirs], lr: 1e-2, beta1: options.Beta1, beta2: options.Beta2, eps: options.Epsilon, weight_decay: options.WeightDecay);
        using var adam = new AdamW(12, decayed: 12, CPU, options);
        for (var time = 1; time <= 5; time++)
        {
            var gradient = randn(12);
            theirs.grad = gradient.clone();
            optimizer.step();
            adam.Step(ours, gradient, 1e-2, time);
        }

        Assert.True((ours - theirs).abs().max().item<float>() < 1e-6);
    }

    [Fact]
    public void Rate_WarmsUpAndDecays()
    {
        var options = new TrainingOptions { LearningRate = 1, WarmUp = 0.1, FinalRate = 0.2 };
        Assert.Equal(0.1, options.RateAt(0, 100), 12);
        Assert.Equal(1, options.RateAt(9, 100), 12);
        Assert.Equal(0.6, options.RateAt(55, 100), 12);
        Assert.Equal(0.2, options.RateAt(100, 100), 12);
        Assert.Equal(0.6, (options with { Decay = Decay.Linear }).RateAt(55, 100), 12);
        Assert.Equal(1, (options with { Decay = Decay.Constant }).RateAt(99, 100), 12);
    }

    private static Trainer Train(Llama model, TrainingOptions options) => new(model, [.. model.Weights.Keys], options, Seed.For("tests"));

    private static (double Loss, float[] Gradient) GradientOf(IReadOnlyList<PackedBatch> update)
    {
        using var model = TinyModel.Fresh();
        using var trainer = Train(model, Options);
        var (loss, gradient) = trainer.Gradient(update);
        return (loss, gradient.data<float>().ToArray());
    }

    private static void Close(float[] expected, float[] found) =>
        Assert.True(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() < 1e-5, "gradients differ");

    private sealed class StopAt(int step, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                stop.Cancel();
            }
        }
    }
}
