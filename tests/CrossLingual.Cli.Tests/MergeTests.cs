using System.Diagnostics;
using System.Text.Json;
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
            shard_megabytes: 50
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
        FillAll();
        var killed = Kill();
        Assert.False(Directory.Exists(this[$"{killed}/model"]));
        Command.Succeed(_folder, "merge", "merge.yaml", "--out", "whole", "--threads", "1");
        var resumed = Command.Succeed(_folder, "merge", "merge.yaml", "--out", killed, "--resume", "--json").Json;
        Assert.True(resumed.GetProperty("kept").GetInt32() > 0);
        Same("whole/model", $"{killed}/model");
    }

    [Fact]
    public void FullDisk_LeavesNoModelAndIsGoneOnFrom()
    {
        if (DiskOfItsOwn("true", "", 1 << 20) is { Length: > 0 } reason)
        {
            Assert.Skip($"A small disk cannot be mounted here: {reason}");
        }

        // The merge stands still while the rest of the disk is taken; then it goes on, and again when there is room.
        FillAll();
        var weights = new FileInfo(this["base/model.safetensors"]).Length;
        var error = DiskOfItsOwn("""
            dotnet "$xling" merge merge.yaml --out disk/run --threads 1 > full.out 2> full.err &
            merge=$!
            while kill -0 $merge 2> none && [ "$(cat disk/run/progress.jsonl 2> none | wc -c)" -lt 100 ]; do :; done
            kill -STOP $merge
            cat /dev/zero > disk/taken 2> none
            kill -CONT $merge
            wait $merge
            echo $? > full.code
            find disk/run > full.list
            rm disk/taken
            dotnet "$xling" merge merge.yaml --out disk/run --resume --json > resumed.json &&
            cp -r disk/run/model resumed
            """, Path.Combine(AppContext.BaseDirectory, "xling.dll"), weights + 40_000_000);
        Assert.Equal("", error);
        Assert.Equal("2\n", File.ReadAllText(this["full.code"]));
        Assert.Contains("XL512", File.ReadAllText(this["full.err"]));
        var left = File.ReadAllLines(this["full.list"]);
        Assert.DoesNotContain("disk/run/model", left);
        Assert.Contains("disk/run/progress.jsonl", left);
        Assert.Contains(left, f => f.StartsWith("disk/run/model.partial/model-", StringComparison.Ordinal));
        Assert.InRange(JsonDocument.Parse(File.ReadAllText(this["resumed.json"])).RootElement.GetProperty("kept").GetInt32(), 1, int.MaxValue);
        Command.Succeed(_folder, "merge", "merge.yaml", "--out", "whole");
        Same("whole/model", "resumed");
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

    private static LlamaConfig Config(int width, int layers) => new()
    {
        VocabularySize = 4000,
        HiddenSize = width,
        IntermediateSize = 4 * width,
        Layers = layers,
        Heads = width / 64,
        KeyValueHeads = width / 64,
        HeadSize = 64,
        MaxPositions = 64,
        TiedEmbeddings = true,
    };

    private void Same(string one, string other)
    {
        var files = Directory.GetFiles(this[one], "*.safetensors").Select(f => Path.GetFileName(f)).ToList();
        Assert.True(files.Count > 1);
        Assert.All(files, f => Assert.Equal(Manifest.HashFile(this[$"{one}/{f}"]), Manifest.HashFile(this[$"{other}/{f}"])));
    }

    // Runs a script beside a disk of some bytes that only it sees, in the folder 'disk'; returns what went wrong.
    private string DiskOfItsOwn(string script, string xling, long bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "namespaces are Linux's";
        }

        Directory.CreateDirectory(this["disk"]);
        var start = new ProcessStartInfo("unshare") { WorkingDirectory = _folder, RedirectStandardError = true };
        foreach (var argument in new[] { "-Urm", "sh", "-c", $"mount -t tmpfs -o size={bytes} none disk || exit 1\n{script}" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["xling"] = xling;
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? "" : $"exit {process.ExitCode}: {error}";
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }

    // 67 million weights: several windows of tensors, so that there is time between the first note and the end.
    private void FillAll()
    {
        var config = Config(width: 1024, layers: 4);
        foreach (var (name, seed) in new[] { ("base", 1), ("task", 2), ("language", 3) })
        {
            Fill(name, config, seed);
        }
    }

    // A merge may end before it is killed; then another one is started.
    private string Kill()
    {
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var output = $"killed-{attempt}";
            using var merge = Command.Start(_folder, "merge", "merge.yaml", "--out", output);
            Assert.True(SpinWait.SpinUntil(() => merge.HasEnded || (File.Exists(this[$"{output}/progress.jsonl"]) && new FileInfo(this[$"{output}/progress.jsonl"]).Length > 100), TimeSpan.FromMinutes(1)));
            merge.Kill();
            if (File.Exists(this[$"{output}/progress.jsonl"]))
            {
                return output;
            }
        }

        throw new InvalidOperationException("five merges ended before they could be killed");
    }

    private void Save(string name, int seed)
    {
        using var model = Llama.Fresh(Config(width: 128, layers: 2), Seed.For(seed), Compute.Exact);
        ModelFolder.New(model.Config, Tokenizer.Load(Path.Combine(AppContext.BaseDirectory, "data", "lab", "model"))).Save(model, this[name]);
    }

    // Any weights: bfloat16 of magnitude 0.03 to 0.06, the same block again and again from another place in it.
    private void Fill(string name, LlamaConfig config, int seed)
    {
        var dice = Seed.For("fill", seed).Dice();
        var block = new byte[1 << 20];
        for (var i = 0; i < block.Length; i += 2)
        {
            var bits = dice.NextBits();
            (block[i], block[i + 1]) = ((byte)bits, (byte)(0x3D | ((bits >> 8) & 0x80)));
        }

        File.WriteAllText(this[$"{name}/config.json"], (config with { StoredType = "bfloat16" }).ToJson());
        using var stream = File.Create(this[$"{name}/model.safetensors"]);
        stream.Write(SafetensorsWriter.Header([.. config.TensorShapes().Select(t => (t.Key, "BF16", t.Value))], null));
        for (var left = config.ParameterCount() * 2; left > 0;)
        {
            var from = 2 * dice.Next(1000);
            var count = (int)Math.Min(left, block.Length - from);
            stream.Write(block, from, count);
            left -= count;
        }
    }
}
