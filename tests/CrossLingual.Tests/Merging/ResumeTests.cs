using System.Text.Json;
using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Merging;

/// <summary>The same bytes whatever the threads, the shards and the interruptions; nothing half under the final name.</summary>
public class ResumeTests
{
    public static TheoryData<MergeMethod> Random => [MergeMethod.DareTies, MergeMethod.Slerp, MergeMethod.LayerSwap];

    [Theory]
    [MemberData(nameof(Random))]
    public void Bytes_DoNotDependOnThreads(MergeMethod method)
    {
        using var experts = new TinyExperts(ScalarType.BFloat16);
        var one = Run(Recipe(experts, method, "one"), threads: 1);
        Assert.Equal(Weights(one), Weights(Run(Recipe(experts, method, "three"), threads: 3)));
    }

    [Theory]
    [MemberData(nameof(Random))]
    public void Numbers_DoNotDependOnShards(MergeMethod method)
    {
        using var experts = new TinyExperts(ScalarType.BFloat16);
        using var cut = new TinyExperts(ScalarType.BFloat16, largestShard: 20_000);
        var whole = TinyExperts.Read(Run(Recipe(experts, method, "whole")));

        // Cut output, and sources that are cut; masks are named, as the folders differ.
        var sharded = Run(Recipe(experts, method, "sharded") with { LargestShard = 20_000 });
        Assert.True(Directory.GetFiles(sharded, "model-*.safetensors").Length > 3);
        Assert.Equal(whole, TinyExperts.Read(sharded));
        Assert.Equal(whole, TinyExperts.Read(Run(Recipe(cut, method, "from cut"))));
        Assert.Equal(Directory.GetFiles(sharded).Select(f => Path.GetFileName(f)), Directory.GetFiles(Run(Recipe(cut, method, "both cut") with { LargestShard = 20_000 })).Select(f => Path.GetFileName(f)));
    }

    [Fact]
    public void InterruptedMerge_GoesOnToTheSameBytes()
    {
        using var experts = new TinyExperts(ScalarType.BFloat16);
        var recipe = Recipe(experts, MergeMethod.DareTies, "out") with { LargestShard = 20_000 };
        var whole = Run(Recipe(experts, MergeMethod.DareTies, "whole") with { LargestShard = 20_000 });
        var journal = Interrupt(recipe);
        Assert.False(Directory.Exists(experts["out/model"]), "no half model under the final name");

        // A line cut off by the kill, and a tensor whose bytes never reached the disk.
        var lines = File.ReadAllLines(journal);
        var first = JsonSerializer.Deserialize<JsonElement>(lines[1]).GetProperty("tensor").GetString()!;
        File.WriteAllText(journal, string.Join('\n', lines[..^1]) + '\n' + lines[^1][..10]);
        Spoil(experts["out/model.partial"], first);

        using var plan = MergePlan.For(recipe);
        var outcome = Merger.Run(plan, "test", resume: true);
        Assert.Equal(lines.Length - 3, outcome.Kept);   // without the identity, the spoilt and the cut one
        Assert.Equal(Weights(whole), Weights(outcome.Model));
        Assert.Equal(
            JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(whole, "merge.json"))).GetProperty("sources").ToString(),
            JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(outcome.Model, "merge.json"))).GetProperty("sources").ToString());
        Assert.False(File.Exists(journal));
        Assert.False(Directory.Exists(experts["out/model.partial"]));
    }

    [Fact]
    public void WithoutResume_AMergeStartsAfresh()
    {
        using var experts = new TinyExperts(ScalarType.BFloat16);
        var recipe = Recipe(experts, MergeMethod.Slerp, "out");
        Interrupt(recipe);
        using var plan = MergePlan.For(recipe);
        Assert.Equal(0, Merger.Run(plan, "test").Kept);
    }

    [Fact]
    public void JournalOfAnotherMerge_IsRefused()
    {
        using var experts = new TinyExperts(ScalarType.BFloat16);
        var recipe = Recipe(experts, MergeMethod.DareTies, "out");
        Interrupt(recipe);
        using (var other = MergePlan.For(recipe with { Seed = 2 }))
        {
            Assert.Equal("XL511", Assert.Throws<UserException>(() => Merger.Run(other, "test", resume: true)).Id);
        }

        // The same recipe, but a source that was made anew since.
        File.SetLastWriteTimeUtc(Path.Combine(experts["task"], "model.safetensors"), DateTime.UtcNow.AddMinutes(1));
        using var changed = MergePlan.For(recipe);
        Assert.Equal("XL511", Assert.Throws<UserException>(() => Merger.Run(changed, "test", resume: true)).Id);
    }

    [Fact]
    public void OlderModel_StaysUntilTheNewOneIsWhole()
    {
        using var experts = new TinyExperts(ScalarType.BFloat16);
        var old = Weights(Run(Recipe(experts, MergeMethod.Slerp, "out")));
        Interrupt(Recipe(experts, MergeMethod.DareTies, "out"));
        Assert.Equal(old, Weights(experts["out/model"]));
        using var plan = MergePlan.For(Recipe(experts, MergeMethod.DareTies, "out"));
        Merger.Run(plan, "test", resume: true);
        Assert.NotEqual(old, Weights(experts["out/model"]));
    }

    [Fact]
    public void Disk_ThatIsTooSmallIsToldBeforeAnythingIsWritten()
    {
        using var experts = new TinyExperts(ScalarType.BFloat16);
        using var plan = MergePlan.For(Recipe(experts, MergeMethod.LayerSwap, "out"));
        var huge = new MergePlan(plan.Recipe, plan.Config, plan.Opened, [.. plan.Tensors.Select(t => t with { Shape = [1L << 40] })], plan.SettingsFrom);
        var error = Assert.Throws<UserException>(() => Merger.Run(huge, "test"));
        Assert.Equal("XL512", error.Id);
        Assert.Empty(Directory.GetFiles(experts["out/model.partial"]));
        Assert.False(Directory.Exists(experts["out/model"]));
    }

    [Fact]
    public void PeakBytes_DoNotGrowWithTheModel()
    {
        using var experts = new TinyExperts();
        using var deep = new TinyExperts();
        foreach (var (name, expert) in new[] { ("base", 0), ("task", 1), ("language", 2) })
        {
            Directory.Delete(deep[name], recursive: true);
            deep.Save(name, ScalarType.Float32, 5_000_000_000, expert, TinyExperts.Config with { Layers = 12 });
        }

        using var small = MergePlan.For(Recipe(experts, MergeMethod.DareTies, "out"));
        using var large = MergePlan.For(Recipe(deep, MergeMethod.DareTies, "out"));
        Assert.True(large.OutputBytes > 1.5 * small.OutputBytes);
        Assert.Equal(small.PeakBytes(2), large.PeakBytes(2));
    }

    // Stops after some tensors are in the journal.
    private static string Interrupt(MergeRecipe recipe)
    {
        using var plan = MergePlan.For(recipe);
        var journal = Path.Combine(recipe.Output, "progress.jsonl");
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Merger.Run(plan, "test", false, 1, new Stopping(stop, journal), 5000, stop.Token));
        Assert.True(File.Exists(journal));
        return journal;
    }

    private static void Spoil(string folder, string tensor)
    {
        foreach (var path in Directory.GetFiles(folder, "*.safetensors"))
        {
            SafetensorsEntry? entry;
            using (var file = Safetensors.Open(path))
            {
                entry = file.Entries.GetValueOrDefault(tensor);
            }

            if (entry is not null)
            {
                using var stream = File.OpenWrite(path);
                stream.Position = entry.Start;
                stream.Write(new byte[entry.Length]);
            }
        }
    }

    private static string Run(MergeRecipe recipe, int threads = 0)
    {
        using var plan = MergePlan.For(recipe);
        return Merger.Run(plan, "test", threads: threads).Model;
    }

    private static string[] Weights(string model) => [.. Directory.GetFiles(model, "*.safetensors").Order(StringComparer.Ordinal).Select(Manifest.HashFile)];

    private static MergeRecipe Recipe(TinyExperts experts, MergeMethod method, string output) => method == MergeMethod.LayerSwap
        ? new MergeRecipe { Method = method, Task = new MergeInput(experts.Task), Language = new MergeInput(experts.Language), Output = experts[output], LayerSwap = new LayerSwapOptions { Bottom = 1, Top = 1 } }
        : MergeRecipe.Of(method, experts.Base, [new MergeInput(experts.Task) { Name = "task" }, new MergeInput(experts.Language) { Name = "language" }], experts[output]) with
        {
            Base = method == MergeMethod.Slerp ? null : experts.Base,
            Settings = new Dictionary<string, Setting> { [method == MergeMethod.Slerp ? "t" : "density"] = 0.4 },
            Dare = new DareOptions { Rescale = DareRescale.L1Norm, TrimDensity = 0.5 },
        };

    private sealed class Stopping(CancellationTokenSource stop, string journal) : IProgress<MergeProgress>
    {
        public void Report(MergeProgress value)
        {
            if (File.ReadLines(journal).Count() > 5)
            {
                stop.Cancel();
            }
        }
    }
}
