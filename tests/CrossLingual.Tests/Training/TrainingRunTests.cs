using System.Globalization;
using System.Text.Json.Nodes;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Training;

[Collection(CountsTensors.Name)]
public class TrainingRunTests
{
    [Fact]
    public void FilesOfOneName_AreBothHashed()
    {
        using var folder = new TemporaryFolder();
        using (var run = new TrainingRun(Recipe(folder)))
        {
            run.Execute("test");
        }

        var hashes = JsonNode.Parse(File.ReadAllText(folder["run/manifest.json"]))!["hashes"]!.AsObject();
        Assert.Equal(["data.jsonl", "data.jsonl", "training data"], hashes.Select(h => h.Key.Split('/')[^1]).Order());
        Assert.Equal(3, hashes.Select(h => h.Value!.GetValue<string>()).Distinct().Count());
    }

    [Fact]
    public void Run_GoesOnUnderAnotherCulture()
    {
        var before = CultureInfo.CurrentCulture;
        using var folder = new TemporaryFolder();
        var recipe = Recipe(folder);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            using (var run = new TrainingRun(recipe))
            using (var stop = new CancellationTokenSource())
            {
                Assert.Throws<OperationCanceledException>(() => run.Execute("test", progress: new StopAt(2, stop), cancel: stop.Token));
            }

            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            var steps = new StopAt(0, null);
            using (var run = new TrainingRun(recipe))
            {
                run.Execute("test", resume: true, steps);
            }

            Assert.Equal([3, 4], steps.Seen);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        using var resumed = ModelFolder.Open(folder["run/model"]).Load(Compute.Exact);
        using (var whole = new TrainingRun(recipe with { Output = folder["whole"] }))
        {
            whole.Execute("test");
        }

        using var model = ModelFolder.Open(folder["whole/model"]).Load(Compute.Exact);
        Assert.All(model.Weights, w => Assert.True(w.Value.equal(resumed.Weights[w.Key]).all().item<bool>(), w.Key));
    }

    [Fact]
    public void Trainable_ChoosesPairsOfAnAdapter()
    {
        using var folder = new TemporaryFolder();
        var recipe = Recipe(folder) with { Lora = new LoraConfig { Rank = 2, TargetModules = ["q_proj", "v_proj"] }, Trainable = ["model.layers.1.*", "*.0.self_attn.v_proj.weight", "model.norm.weight"] };
        using (var run = new TrainingRun(recipe))
        {
            Assert.Equal(2 * ((32 + 32) + (32 + 16) + (32 + 16)), run.Plan.TrainedWeights);
            run.Execute("test");
        }

        using var model = TinyModel.Fresh();
        using var adapter = AdapterFolder.Load(folder["run/adapter"], model);
        Assert.Equal(4, adapter.Pairs.Count);
        Assert.All(adapter.Pairs, p => Assert.Equal(p.Key != "model.layers.0.self_attn.q_proj", p.Value.B.count_nonzero().item<long>() > 0));
        var error = Assert.Throws<UserException>(() => new TrainingRun(recipe with { Trainable = ["model.norm.weight", "*.mlp.*"] }));
        Assert.Equal("XL402", error.Id);
        Assert.Contains("q_proj, v_proj", error.Message);
    }

    [Fact]
    public void Resume_TakesOverWhatIsCompleteAndItsOwn()
    {
        using var folder = new TemporaryFolder();
        var recipe = Recipe(folder) with { Lora = new LoraConfig { Rank = 2, TargetModules = ["q_proj"] } };
        Assert.Equal([1, 2, 3, 4], Steps(recipe));
        Assert.Empty(Steps(recipe));
        Assert.Equal([1, 2, 3, 4], Steps(recipe with { Lora = recipe.Lora with { TargetModules = ["v_proj"] } }));   // lists differ by their items

        static List<int> Steps(TrainRecipe recipe)
        {
            var steps = new StopAt(0, null);
            using var run = new TrainingRun(recipe);
            run.Execute("test", resume: true, steps);
            return steps.Seen;
        }
    }

    private static TrainRecipe Recipe(TemporaryFolder folder)
    {
        if (!Directory.Exists(folder["model"]))
        {
            using var model = TinyModel.Fresh();
            ModelFolder.New(model.Config, TinyModel.Tokenizer).Save(model, folder["model"]);
            foreach (var (language, text) in new[] { ("en", "the cat sat"), ("es", "the dog sang") })
            {
                Directory.CreateDirectory(folder[language]);
                File.WriteAllLines(folder[$"{language}/data.jsonl"], Enumerable.Range(0, 8).Select(i => $$"""{"instruction": "{{i}}", "output": "{{text}}"}"""));
            }
        }

        return new TrainRecipe
        {
            Model = folder["model"],
            Template = CrossLingual.Text.ChatTemplate.Plain,
            Data = [.. new[] { "en", "es" }.Select(l => new DataSource { Kind = "alpaca", Language = l, Path = folder[$"{l}/data.jsonl"] })],
            Training = new TrainingOptions { Rows = 2, Length = 40, Steps = 4, LearningRate = 1.5e-3, CheckpointEvery = 10 },
            Device = "cpu",
            Precision = ScalarType.Float32,
            Output = folder["run"],
        };
    }

    private sealed class StopAt(int step, CancellationTokenSource? stop) : IProgress<TrainingProgress>
    {
        public List<int> Seen { get; } = [];

        public void Report(TrainingProgress value)
        {
            Seen.Add(value.Step);
            if (value.Step == step)
            {
                stop?.Cancel();
            }
        }
    }
}
