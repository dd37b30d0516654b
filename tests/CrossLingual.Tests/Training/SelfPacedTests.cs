using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Training;

[Collection(CountsTensors.Name)]
public class SelfPacedTests
{
    private static readonly double[] Difficulties = [0.2, 0.4, 0.6, 0.8];

    [Theory]
    [InlineData(Regularizer.Hard, new[] { 1.0, 1, 1, 0 })]
    [InlineData(Regularizer.Linear, new[] { 0.714286, 0.428571, 0.142857, 0 })]   // 1 - l / 0.7
    [InlineData(Regularizer.Mixture, new[] { 1, 1, 0.222222, 0 })]                // λ1 just above 0.4: (1/0.6 - 1/0.7) / (1/0.4 - 1/0.7)
    public void Weights_FollowTheClosedForms(Regularizer regularizer, double[] expected)
    {
        var found = SelfPaced.Weights(Difficulties, 0.7, new SelfPacedOptions { Regularizer = regularizer, Inner = 0.5 });
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 5));
    }

    [Fact]
    public void LogarithmicWeights_FallFromOneToZero()
    {
        // Scaled by twice the largest, 1.6: λ = 0.4375, l = 0.125, 0.25, 0.375; ln(l + 0.5625) / ln(0.5625).
        var found = SelfPaced.Weights(Difficulties, 0.7, new SelfPacedOptions { Regularizer = Regularizer.Logarithmic });
        double[] expected = [Math.Log(0.6875) / Math.Log(0.5625), Math.Log(0.8125) / Math.Log(0.5625), Math.Log(0.9375) / Math.Log(0.5625), 0];
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 9));
        Assert.Equal(1, SelfPaced.Weights([0, 0.5], 0.7, new SelfPacedOptions { Regularizer = Regularizer.Logarithmic })[0], 9);
    }

    [Fact]
    public void Threshold_AdmitsTheShare()
    {
        Assert.All(Enumerable.Range(1, 4), n => Assert.Equal(n, SelfPaced.Weights(Difficulties, SelfPaced.Threshold(Difficulties, n / 4.0), new SelfPacedOptions()).Sum()));
        Assert.Equal(1, SelfPaced.Weights(Difficulties, SelfPaced.Threshold(Difficulties, 0.001), new SelfPacedOptions()).Sum());
    }

    [Theory]
    [InlineData(Growth.Linear, 0.4, 0.6, 0.8, 1.0, 1.0)]
    [InlineData(Growth.Root, 0.4, 0.663325, 0.848528, 1.0, 1.0)]
    [InlineData(Growth.Geometric, 0.4, 0.52, 0.676, 0.8788, 1.0)]
    public void Shares_GrowToAll(Growth growth, params double[] expected) => Assert.All(
        expected.Select((share, round) => (share, round)),
        e => Assert.Equal(e.share, SelfPaced.Share(e.round, new SelfPacedOptions { Growth = growth, Start = 0.4, GrowRounds = 3 }), 5));

    [Fact]
    public void EasyExamples_ComeFirst()
    {
        using var model = TinyModel.Fresh();
        var examples = TinyModel.Examples(40).Select((e, i) => e with { Source = i % 2 == 0 ? "a" : "b", Task = "t" }).ToList();
        var losses = CrossLingual.Training.Loss.ByExample(model, examples);
        var schedule = new SelfPacedSchedule(new SelfPacedOptions { Start = 0.5, Rounds = 2, GrowRounds = 1 });
        var admitted = schedule.Admit(model, examples, 0, 0, CancellationToken.None);
        Assert.Equal(20, admitted.Count);
        foreach (var source in new[] { "a", "b" })
        {
            var ordered = examples.Select((e, i) => (e, mean: losses[i] / e.LearnedCount)).Where(x => x.e.Source == source).OrderBy(x => x.mean).Take(10).Select(x => x.e.Id);
            Assert.Equal(ordered.Order(), admitted.Where(e => e.Source == source).Select(e => e.Id).Order());
        }

        Assert.Equal(40, schedule.Admit(model, examples, 1, 10, CancellationToken.None).Count);
        Assert.Equal([0.5, 1.0], schedule.Rounds.Select(r => r.Share));
        Assert.Equal(examples.Sum(e => e.Ids.Length), schedule.Rounds[0].TokensScored);
    }

    [Fact]
    public void MinimumShare_GuardsAgainstCollapse()
    {
        using var model = TinyModel.Fresh();
        var schedule = new SelfPacedSchedule(new SelfPacedOptions { Start = 0.01, MinimumShare = 0.25, Growth = Growth.Threshold });
        Assert.True(schedule.Admit(model, TinyModel.Examples(40), 0, 0, CancellationToken.None).Count >= 10);
    }

    [Fact]
    public void LossByExample_SumsToTheMeasuredLoss()
    {
        using var model = TinyModel.Fresh();
        var examples = TinyModel.Examples(30);
        var measured = CrossLingual.Training.Loss.Measure(model, examples);
        Assert.Equal(measured.Loss * measured.Tokens, CrossLingual.Training.Loss.ByExample(model, examples).Sum(), 2);
    }

    [Fact]
    public void Weights_WeighTheLoss()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = TinyModel.Fresh();
        var examples = TinyModel.Examples(6);
        var single = CrossLingual.Training.Loss.ByExample(model, examples);
        var weighted = examples.Select((e, i) => e with { Weight = 0.25f * (i + 1) }).ToList();
        var batch = new CrossLingual.Data.Packer(4, 60).InOrder(weighted).Single();
        var expected = single.Select((loss, i) => loss * 0.25 * (i + 1)).Sum();
        Assert.Equal(expected, CrossLingual.Training.Loss.Sum(model, batch).item<float>(), 2);
        Assert.Equal(weighted.Sum(e => e.Weight * e.LearnedCount), batch.WeightSum, 4);
    }

    [Theory]
    [InlineData(5)]    // in the middle of the first round
    [InlineData(8)]    // at the border of two
    [InlineData(13)]
    public void StoppedAnywhere_ResumesToTheSameBytes(int stopAt)
    {
        var examples = TinyModel.Examples(30).Select((e, i) => e with { Source = i < 15 ? "a" : "b" }).ToList();
        var options = new TrainingOptions { Rows = 2, Length = 40, Steps = 16, LearningRate = 3e-3, CheckpointEvery = 100 };
        Trainer Paced(CrossLingual.Models.Llama model) => new(model, [.. model.Config.TensorShapes().Select(t => t.Key)], options, Seed.For("paced"))
        {
            SelfPaced = new SelfPacedSchedule(new SelfPacedOptions { Regularizer = Regularizer.Linear, Rounds = 2, Start = 0.5, GrowRounds = 1 }),
        };

        using var folder = new TemporaryFolder();
        using var whole = TinyModel.Fresh();
        using (var trainer = Paced(whole))
        {
            trainer.Run(examples);
        }

        var checkpoints = new CheckpointFolder(folder["checkpoints"], "same", keep: 1);
        using (var stopped = TinyModel.Fresh())
        using (var trainer = Paced(stopped))
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(() => trainer.Run(examples, checkpoints, new Told<TrainingProgress>(p =>
            {
                if (p.Step == stopAt)
                {
                    stop.Cancel();
                }
            }), stop.Token));
        }

        using var resumed = TinyModel.Fresh(seed: 99);
        using (var trainer = Paced(resumed))
        {
            trainer.Run(examples, checkpoints);
            Assert.Equal([0, 8], trainer.SelfPaced!.Rounds.Select(r => r.Step));
        }

        Assert.All(whole.Weights, w => Assert.True(w.Value.equal(resumed.Weights[w.Key]).all().item<bool>(), w.Key));
    }
}
