namespace CrossLingual.Cli.Tests;

public class TrainTests
{
    [Fact]
    public void KilledAndResumed_GivesTheSameWeights()
    {
        using var tiny = new TinyRecipe();
        Command.Succeed(tiny.Folder, "train", "tiny.yaml", "--out", "whole");

        using (var killed = Command.Start(tiny.Folder, "train", "tiny.yaml", "--out", "killed"))
        {
            var checkpoint = tiny["killed/checkpoints/step-000020"];
            Assert.True(SpinWait.SpinUntil(() => Directory.Exists(checkpoint) || killed.HasEnded, TimeSpan.FromMinutes(2)));
            Assert.False(killed.HasEnded, "it must still be training: " + (killed.HasEnded ? killed.Error : ""));
            killed.Kill();
        }

        Assert.False(Directory.Exists(tiny["killed/model"]));
        var resumed = Command.Succeed(tiny.Folder, "train", "tiny.yaml", "--out", "killed", "--resume");
        Assert.DoesNotContain("step 1/60", resumed.Error);
        Assert.Equal(File.ReadAllBytes(tiny["whole/model/model.safetensors"]), File.ReadAllBytes(tiny["killed/model/model.safetensors"]));
    }

    [Fact]
    public void Train_WritesARunThatSaysWhatItWas()
    {
        using var tiny = new TinyRecipe();
        var result = Command.Succeed(tiny.Folder, "train", "tiny.yaml", "--set", "training.steps=5", "--json").Json;
        Assert.Equal(5, result.GetProperty("result").GetProperty("steps").GetInt32());
        var held = result.GetProperty("heldOut")[0];
        Assert.True(held.GetProperty("after").GetProperty("loss").GetDouble() < held.GetProperty("before").GetProperty("loss").GetDouble());
        Assert.Contains("steps: 5", File.ReadAllText(tiny["run/recipe.yaml"]));
        Assert.Contains("training data", File.ReadAllText(tiny["run/manifest.json"]));
        Assert.Equal(5, File.ReadLines(tiny["run/events.jsonl"]).Count(l => l.Contains("\"event\":\"step\"", StringComparison.Ordinal)));
        foreach (var name in new[] { "config.json", "model.safetensors", "tokenizer.model" })
        {
            Assert.True(File.Exists(tiny[$"run/model/{name}"]), name);
        }
    }

    [Fact]
    public void Plan_WritesNothing()
    {
        using var tiny = new TinyRecipe();
        var plan = Command.Succeed(tiny.Folder, "train", "tiny.yaml", "--plan", "--json").Json;
        Assert.Equal(60, plan.GetProperty("steps").GetInt32());
        Assert.False(Directory.Exists(tiny["run"]));
    }

    [Fact]
    public void EveryProblem_IsReportedAtOnceWithItsLine()
    {
        using var tiny = new TinyRecipe(more: "sede: 3\ntemplate2: x");
        var result = Command.Run(tiny.Folder, "train", "tiny.yaml", "--set", "training.learning_rate=fast", "--set", "training.row=2");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("XL102 tiny.yaml:", result.Error);
        Assert.Contains("Did you mean 'seed'?", result.Error);
        Assert.Contains("Did you mean 'rows'?", result.Error);
        Assert.Contains("'training.learning_rate' is 'fast'", result.Error);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.False(Directory.Exists(tiny["run"]));
    }

    [Fact]
    public void LoraRun_LeavesAnAdapterThatEvalLoads()
    {
        using var tiny = new TinyRecipe();
        Command.Succeed(tiny.Folder, "train", "tiny.yaml", "--set", "training.steps=5", "--out", "base");
        File.WriteAllText(tiny["lora.yaml"], """
            model: base/model
            template: alpaca-short
            data:
              - {source: lab, language: es, count: 60}
            lora: {rank: 4}
            training: {steps: 5, rows: 2, length: 128, learning_rate: 0.01}
            output: lora
            """);
        Command.Succeed(tiny.Folder, "train", "lora.yaml");
        var scores = Command.Succeed(tiny.Folder, "eval", "--task", "lab", "--model", "base/model", "--adapter", "lora/adapter", "--language", "es", "--limit", "6", "--out", "eval", "--json").Json;
        Assert.Equal(6, scores[0].GetProperty("exact").GetProperty("n").GetInt32());
        Assert.Equal(6, File.ReadLines(tiny["eval/samples.jsonl"]).Count());
    }
}
