using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Cli.Tests;

public sealed class MergeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xling-merge-").FullName;

    public MergeTests()
    {
        Save("base", 1);
        Save("task", 2);
        Save("language", 3);
        File.WriteAllText(Path.Combine(_folder, "merge.yaml"), """
            method: dare_ties
            base: base
            models:
              - {model: task, weight: 0.8}
              - {model: language}
            options: {density: 0.5, trim_density: 0.5}
            shard_megabytes: 8
            output: run
            """);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Merge_WritesAModelThatSaysWhatItIsMadeOf()
    {
        var result = Command.Succeed(_folder, "merge", "merge.yaml", "--json").Json;
        Assert.Equal((2 * 9) + 2, result.GetProperty("tensors").GetInt32());
        Assert.Equal(this["run/model"], result.GetProperty("model").GetString());
        var card = File.ReadAllText(this["run/model/README.md"]);
        Assert.Contains("dare_ties", card);
        Assert.Contains("0.8 task at density 0.5", card);
        Assert.Contains("trim_density: 0.5", card);
        var manifest = File.ReadAllText(this["run/model/merge.json"]);
        Assert.Contains("\"method\": \"dareTies\"", manifest);
        Assert.Contains("tensors read", manifest);
        foreach (var name in new[] { "run/recipe.yaml", "run/manifest.json", "run/events.jsonl", "run/model/config.json", "run/model/tokenizer.model" })
        {
            Assert.True(File.Exists(this[name]), name);
        }

        // The model is one like any other.
        Assert.NotEmpty(Command.Succeed(_folder, "generate", "--model", "run/model", "--prompt", "the", "--max-new-tokens", "3", "--json").Json.GetProperty("ids").EnumerateArray());
    }

    [Fact]
    public void Plan_SaysWhereTensorsComeFromAndWritesNothing()
    {
        var plan = Command.Succeed(_folder, "merge", "merge.yaml", "--plan", "--json").Json;
        Assert.Equal("base + 1 · (0.8 task at density 0.5 + language at density 0.5)", plan.GetProperty("tensors")[0].GetProperty("from").GetString());
        Assert.True(plan.GetProperty("peakBytes").GetInt64() > 0);
        Assert.Contains("embed_tokens", Command.Succeed(_folder, "merge", "merge.yaml", "--plan").Out);
        Assert.False(Directory.Exists(this["run"]));
    }

    [Fact]
    public void BrokenRecipe_NamesItsLinesAndFixesAndExitsWith2()
    {
        File.WriteAllText(this["broken.yaml"], "method: tis\nbase: base\nmodels:\n  - {model: nowhere}\n");
        var result = Command.Run(_folder, "merge", "broken.yaml");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("broken.yaml:1: 'method' is 'tis'", result.Error);
        Assert.Contains("Did you mean 'ties'?", result.Error);
        Assert.Contains("nowhere does not exist", result.Error);
        Assert.Contains("'output' is missing", result.Error);
        Assert.DoesNotContain("   at ", result.Error);
    }

    [Fact]
    public void KilledAndResumed_GivesTheSameBytes()
    {
        Command.Succeed(_folder, "merge", "merge.yaml", "--out", "whole", "--threads", "1");
        using (var killed = Command.Start(_folder, "merge", "merge.yaml", "--out", "killed"))
        {
            // As soon as a tensor is noted; where the merge is faster than that, it has ended and nothing is left to kill.
            Assert.True(SpinWait.SpinUntil(() => killed.HasEnded || (File.Exists(this["killed/progress.jsonl"]) && new FileInfo(this["killed/progress.jsonl"]).Length > 100), TimeSpan.FromMinutes(1)));
            Assert.False(killed.HasEnded, "it must still be merging: " + (killed.HasEnded ? killed.Error : ""));
            killed.Kill();
        }

        Assert.False(Directory.Exists(this["killed/model"]));
        Command.Succeed(_folder, "merge", "merge.yaml", "--out", "killed", "--resume");
        var files = Directory.GetFiles(this["whole/model"], "*.safetensors").Select(f => Path.GetFileName(f)).ToList();
        Assert.True(files.Count > 1);
        Assert.All(files, f => Assert.Equal(Manifest.HashFile(this[$"whole/model/{f}"]), Manifest.HashFile(this[$"killed/model/{f}"])));
    }

    [Fact]
    public void Diff_SaysWhereAndHowTwoModelsChanged()
    {
        var diff = Command.Succeed(_folder, "diff", "base", "task", "--with", "language", "--out", "diff.html", "--json").Json;
        Assert.Equal(2, diff.GetProperty("layers").GetArrayLength());
        Assert.InRange(diff.GetProperty("comparison").GetProperty("cosine").GetDouble(), 0.3, 0.7);   // three independent models: about a half
        Assert.Contains("Magnitude of change", File.ReadAllText(this["diff.html"]));
        Assert.Contains("changed most", Command.Succeed(_folder, "diff", "base", "task").Out);
        Assert.Equal(2, Command.Run(_folder, "diff", "base", "task", "--top", "2").ExitCode);
    }

    private string this[string name] => Path.Combine(_folder, name);

    private void Save(string name, int seed)
    {
        var tokenizer = Tokenizer.Load(Path.Combine(AppContext.BaseDirectory, "data", "lab", "model"));
        var config = new LlamaConfig
        {
            VocabularySize = tokenizer.VocabularySize,
            HiddenSize = 512,
            IntermediateSize = 1024,
            Layers = 2,
            Heads = 8,
            KeyValueHeads = 8,
            HeadSize = 64,
            MaxPositions = 64,
            TiedEmbeddings = true,
        };
        using var model = Llama.Fresh(config, Seed.For(seed), Compute.Exact);
        ModelFolder.New(config, tokenizer).Save(model, this[name]);
    }
}
