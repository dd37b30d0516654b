using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;

namespace CrossLingual.Tests.Training;

[Collection(CountsTensors.Name)]
public class PartitionTrainerTests
{
    private static readonly TrainingOptions Options = new() { Steps = 4, Rows = 2, Length = 32, LearningRate = 0.01, WeightDecay = 0.1, ClipNorm = 0 };
    private static readonly ParameterPartition Halves = ParameterPartition.ByLayers(TinyModel.Config, bottom: 1, top: 0);
    private static readonly IReadOnlyList<TokenizedExample> Mathematics = TinyModel.Examples(8, seed: 1);
    private static readonly IReadOnlyList<TokenizedExample> Swahili = TinyModel.Examples(8, seed: 2);

    [Fact]
    public void Sets_AreTrainedOnTheirOwnDataAlone()
    {
        // With a rate of zero for one set its data must make no difference to the other's weights.
        using var model = TinyModel.Fresh();
        var before = Weights(model);
        var language = new ParameterPartition("language alone", TinyModel.Config, new Dictionary<string, IReadOnlyList<string>> { ["language"] = Halves["language"] });
        using (var trainer = new PartitionTrainer(model, language, Options, Seed.For(1)))
        {
            trainer.Run(new Dictionary<string, IReadOnlyList<TokenizedExample>> { ["language"] = Swahili });
        }

        var after = Weights(model);
        Assert.All(Halves["language"].Where(n => !n.EndsWith("bias", StringComparison.Ordinal)), name => Assert.NotEqual(before[name], after[name]));
        Assert.All(language.Rest, name => Assert.Equal(before[name], after[name]));   // frozen: no step, no decay
    }

    [Fact]
    public void FirstTurn_IsThatOfAnOrdinaryTraining()
    {
        var options = Options with { Steps = 1 };
        using var one = TinyModel.Fresh();
        using var other = TinyModel.Fresh();
        var language = new ParameterPartition("language alone", TinyModel.Config, new Dictionary<string, IReadOnlyList<string>> { ["language"] = Halves["language"] });
        using (var trainer = new PartitionTrainer(one, language, options, Seed.For(1)))
        {
            trainer.Run(new Dictionary<string, IReadOnlyList<TokenizedExample>> { ["language"] = Swahili });
        }

        using (var trainer = new Trainer(other, [.. Halves["language"]], options, Seed.For(1).And("set", "language")))
        {
            trainer.Run(Swahili);
        }

        Assert.All(Weights(one), w => Assert.Equal(w.Value, Weights(other)[w.Key]));
    }

    [Fact]
    public void Turns_AlternateAndMomentsDoNotLeak()
    {
        using var model = TinyModel.Fresh();
        var order = new List<(string Set, int Step)>();
        using var trainer = new PartitionTrainer(model, Halves, Options with { Steps = 2 }, Seed.For(1));
        var snapshots = new List<Dictionary<string, float[]>> { Weights(model) };
        var results = trainer.Run(
            new Dictionary<string, IReadOnlyList<TokenizedExample>> { ["language"] = Swahili, ["task"] = Mathematics },
            progress: (set, p) =>
            {
                order.Add((set, p.Step));
                snapshots.Add(Weights(model));
            });
        Assert.Equal([("language", 1), ("task", 1), ("language", 2), ("task", 2)], order);
        Assert.All(results.Values, r => Assert.Equal(2, r.Steps));
        for (var turn = 0; turn < 4; turn++)
        {
            var (mine, others) = turn % 2 == 0 ? (Halves["language"], Halves["task"]) : (Halves["task"], Halves["language"]);
            Assert.Contains(mine, n => !snapshots[turn][n].SequenceEqual(snapshots[turn + 1][n]));
            Assert.All(others, n => Assert.Equal(snapshots[turn][n], snapshots[turn + 1][n]));
        }
    }

    [Fact]
    public void Loss_FallsInBothSets()
    {
        using var model = TinyModel.Fresh();
        var before = (Loss.Measure(model, Mathematics).Loss, Loss.Measure(model, Swahili).Loss);
        using var trainer = new PartitionTrainer(model, Halves, Options with { Steps = 20 }, Seed.For(1));
        trainer.Run(new Dictionary<string, IReadOnlyList<TokenizedExample>> { ["language"] = Swahili, ["task"] = Mathematics });
        Assert.True(Loss.Measure(model, Mathematics).Loss < before.Item1 - 0.5);
        Assert.True(Loss.Measure(model, Swahili).Loss < before.Item2 - 0.5);
        Assert.True(model.Weights.Values.All(w => w.requires_grad));
    }

    [Fact]
    public void AdapterPairs_GoToTheSetOfTheirModule()
    {
        using var model = TinyModel.Fresh();
        var before = Weights(model);
        using var adapter = LoraAdapter.Fresh(model, new LoraConfig { Rank = 2, TargetModules = ["q_proj"] }, Seed.For(1));
        var language = new ParameterPartition("language alone", TinyModel.Config, new Dictionary<string, IReadOnlyList<string>> { ["language"] = Halves["language"] });
        using var trainer = new PartitionTrainer(model, adapter, language, Options, Seed.For(1));
        Assert.Equal(2 * (32 + 32), trainer.TrainedCounts["language"]);
        trainer.Run(new Dictionary<string, IReadOnlyList<TokenizedExample>> { ["language"] = Swahili });
        Assert.All(before, w => Assert.Equal(w.Value, Weights(model)[w.Key]));
        Assert.Contains(adapter.Pairs["model.layers.0.self_attn.q_proj"].B.data<float>().ToArray(), b => b != 0);
        Assert.All(adapter.Pairs["model.layers.1.self_attn.q_proj"].B.data<float>().ToArray(), b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Resume_IsBitExact(bool adapted)
    {
        // It stops where the task has done its updates and the language has not, one round after a checkpoint.
        var options = Options with { Steps = 0, Epochs = 3, Rows = 1, Length = 40, CheckpointEvery = 3 };
        var data = new Dictionary<string, IReadOnlyList<TokenizedExample>> { ["language"] = TinyModel.Examples(24, seed: 2), ["task"] = TinyModel.Examples(4, seed: 1) };
        using var folder = new TemporaryFolder();
        var whole = Train(1, null, null);
        var checkpoints = new CheckpointFolder(folder["checkpoints"], "same", keep: 2);
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(() => Train(1, checkpoints, stop));
        }

        Assert.Equal(7, checkpoints.LastStep);
        var seen = new List<(string Set, int Step)>();
        var resumed = Train(99, checkpoints, null, seen);
        Assert.Equal(whole.Steps.SkipWhile(s => s != ("language", 8)), seen);
        Assert.NotEmpty(seen);
        Assert.DoesNotContain(seen, s => s.Set == "task");
        Assert.All(whole.Trained, w => Assert.Equal(w.Value, resumed.Trained[w.Key]));
        Assert.Equal("XL412", Assert.Throws<UserException>(() => Train(1, new CheckpointFolder(folder["checkpoints"], "other", keep: 2), null)).Id);

        (Dictionary<string, float[]> Trained, List<(string Set, int Step)> Steps) Train(int start, CheckpointFolder? checkpoints, CancellationTokenSource? stop, List<(string Set, int Step)>? seen = null)
        {
            using var model = TinyModel.Fresh(seed: adapted ? 1 : start);
            using var adapter = adapted ? LoraAdapter.Fresh(model, new LoraConfig { Rank = 2, Dropout = 0.2, TargetModules = ["q_proj", "v_proj"] }, Seed.For(start)) : null;
            using var trainer = adapter is null ? new PartitionTrainer(model, Halves, options, Seed.For(1)) : new PartitionTrainer(model, adapter, Halves, options, Seed.For(1));
            var steps = seen ?? [];
            trainer.Run(
                data,
                checkpoints,
                (set, p) =>
                {
                    steps.Add((set, p.Step));
                    if ((set, p.Step) == ("language", 7))
                    {
                        stop?.Cancel();
                    }
                },
                stop?.Token ?? default);
            return (adapter?.Pairs.SelectMany(p => new[] { (p.Key + ".A", p.Value.A), (p.Key + ".B", p.Value.B) }).ToDictionary(p => p.Item1, p => p.Item2.detach().data<float>().ToArray()) ?? Weights(model), steps);
        }
    }

    [Fact]
    public void Mistakes_AreNamed()
    {
        using var model = TinyModel.Fresh();
        Assert.Equal("XL520", Assert.Throws<UserException>(() => ParameterPartition.ByLayers(TinyModel.Config, bottom: 2, top: 0, OutsideLayers.Neither)).Id);
        Assert.Equal("XL520", Assert.Throws<UserException>(() => new ParameterPartition("p", TinyModel.Config, new Dictionary<string, IReadOnlyList<string>> { ["a"] = ["model.norm.weight"], ["b"] = ["model.norm.weight", "x"] })).Id);
        using var adapter = LoraAdapter.Fresh(model, new LoraConfig { Rank = 2, TargetModules = ["q_proj"] }, Seed.For(1));
        var norms = new ParameterPartition("norms", TinyModel.Config, new Dictionary<string, IReadOnlyList<string>> { ["norms"] = ["model.norm.weight"] });
        Assert.Equal("XL521", Assert.Throws<UserException>(() => new PartitionTrainer(model, adapter, norms, Options, Seed.For(1))).Id);
        using var trainer = new PartitionTrainer(model, Halves, Options, Seed.For(1));
        Assert.Equal("XL522", Assert.Throws<UserException>(() => trainer.Run(new Dictionary<string, IReadOnlyList<TokenizedExample>> { ["task"] = Mathematics })).Id);
    }

    [Fact]
    public void Partition_PrintsWhatItHolds()
    {
        var partition = ParameterPartition.ByLayers(TinyModel.Config with { Layers = 10 }, outside: OutsideLayers.Neither);
        var lines = partition.ToString().Split('\n');
        Assert.StartsWith("language: layers 0 to 5, layers 8 to 9 (", lines[0]);
        Assert.StartsWith("task: layers 6 to 7 (", lines[1]);
        Assert.StartsWith("in no set: model.embed_tokens.weight, model.norm.weight (9,632 weights)", lines[2]);
    }

    private static Dictionary<string, float[]> Weights(Llama model) => model.Weights.ToDictionary(w => w.Key, w => w.Value.detach().data<float>().ToArray());
}
