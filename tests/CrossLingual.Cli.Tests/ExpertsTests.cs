using System.Text.Json;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Cli.Tests;

public class ExpertsTests
{
    [Fact]
    public void Experts_AreTrainedMergedInEveryWayAndAsked()
    {
        var folder = Directory.CreateTempSubdirectory("xling-experts-");
        try
        {
            var result = Command.Succeed(folder.FullName, "experts", "--languages", "sw", "--seeds", "1", "--questions", "2", "--examples", "8", "--tokens", "500", "--start-examples", "8", "--start-tokens", "500", "--out", "run", "--json").Json;
            var ways = result.GetProperty("scores").EnumerateArray().Select(s => s.GetProperty("way").GetString()).ToList();
            Assert.Equal(14, ways.Distinct().Count());
            Assert.All(result.GetProperty("scores").EnumerateArray(), s => Assert.Equal(2, s.GetProperty("own").GetProperty("n").GetInt32()));
            Assert.Contains("What the papers claim", File.ReadAllText(Path.Combine(folder.FullName, "run", "report.html")));
            Assert.True(File.Exists(Path.Combine(folder.FullName, "run", "sw-seed1", "swap", "model", "README.md")));
            Assert.True(File.Exists(Path.Combine(folder.FullName, "run", "sw-seed1", "simultaneous", "partition.json")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void AdapterTrainings_AreTakenOverByResume()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["experts", "--languages", "sw", "--seeds", "1", "--questions", "2", "--examples", "8", "--tokens", "500", "--start-examples", "8", "--start-tokens", "500", "--lora", "4", "--out", "run", "--json"];
        var first = Scores(command);
        var steps = Steps();
        Assert.Equal(["freeze-language", "freeze-task", "joint", "language", "sequential", "simultaneous", "start-8-500", "task"], steps.Select(s => s.Run));
        Assert.All(steps, s => Assert.True(s.Steps > 0, s.Run));

        Assert.Equal(first, Scores([.. command, "--resume"]));
        Assert.Equal(steps, Steps());   // nothing was trained again

        // The lab has six layers, of which the first and the last are the language's.
        foreach (var (set, layers) in new[] { ("task", new[] { "1", "2", "3", "4" }), ("language", ["0", "5"]) })
        {
            using var adapter = Safetensors.Open(folder[$"run/sw-seed1/freeze-{set}/adapter/adapter_model.safetensors"]);
            var changed = adapter.Entries.Values.Where(e => e.Name.Contains(".lora_B.", StringComparison.Ordinal) && adapter.Slice(e, 0, (int)e.Length).ContainsAnyExcept((byte)0));
            Assert.Equal(6 * 7 * 2, adapter.Entries.Count);
            Assert.Equal(layers, changed.Select(e => e.Name.Split(".layers.")[1].Split('.')[0]).Distinct().Order(StringComparer.Ordinal));
        }

        string Scores(string[] arguments) => Command.Succeed(folder[""], arguments).Json.GetProperty("scores").GetRawText();

        List<(string Run, int Steps)> Steps() =>
        [
            .. Directory.GetDirectories(folder["run/sw-seed1"]).Order(StringComparer.Ordinal)
                .Select(d => (Path.GetFileName(d), File.ReadLines(Path.Combine(d, "events.jsonl")).Count(l => JsonDocument.Parse(l).RootElement.GetProperty("event").GetString() == "step")))
                .Where(r => !Directory.Exists(folder[$"run/sw-seed1/{r.Item1}/model"]) || r.Item1.StartsWith("start-", StringComparison.Ordinal)),
        ];
    }

    [Fact]
    public void DevelopmentSplit_IsAskedOfTheLabsOwnBase()
    {
        using var folder = new TemporaryFolder();
        Command.Succeed(folder[""], "experts", "--languages", "sw", "--seeds", "1", "--questions", "2", "--examples", "8", "--tokens", "500", "--start-examples", "0", "--dev", "--out", "run", "--json");
        var samples = Directory.GetFiles(folder["run"], "samples-*.jsonl");
        Assert.Equal(14, samples.Length);
        Assert.All(samples.SelectMany(File.ReadLines), l => Assert.StartsWith("lab-dev-", JsonDocument.Parse(l).RootElement.GetProperty("id").GetString()));
        Assert.False(Directory.Exists(folder["run/sw-seed1/start"]));
    }
}
