using System.Diagnostics;
using System.Globalization;
using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Runs;
using Microsoft.Win32.SafeHandles;

namespace CrossLingual.Benchmarks;

/// <summary>
/// How far merging is from copying a file: each method's bytes a second over those of a plain file copy, both flushed to
/// the disk, in turns in one run; the medians are compared. Also the most memory that the process took.
/// <code>dotnet run -c Release --project tests/CrossLingual.Benchmarks -- merge [rounds] [layers] [method,…]</code>
/// </summary>
internal static class MergeSpeed
{
    // What the methods are to reach, as a share of a plain copy.
    private static readonly (string Name, double Goal)[] Methods =
    [
        ("layer_swap", 0.9), ("passthrough", 0.9), ("linear", 0.6), ("task_arithmetic", 0.6), ("slerp", 0.6),
        ("ties", 0.35), ("ties by tensor", 0.35), ("dare_linear", 0.35), ("dare_ties", 0.35),
    ];

    public static int Run(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        var layers = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 8;
        var chosen = Methods.Where(m => args.Length < 3 || args[2].Split(',').Contains(m.Name)).ToList();
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", "merge-speed")).FullName;
        try
        {
            var bytes = Models(folder, layers);
            Console.WriteLine($"two experts and their base of {bytes / 1e9:0.00} GB each, bfloat16; {Environment.ProcessorCount} processors; medians of {rounds} rounds");
            var seconds = chosen.Select(m => m.Name).Prepend("copy").ToDictionary(n => n, _ => new List<double>());
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var name in seconds.Keys)
                {
                    var time = name == "copy" ? Copy(folder) : Merge(folder, name, layers);
                    if (round > 0)   // the first one warms up
                    {
                        seconds[name].Add(time);
                    }
                }
            }

            var copy = Median(seconds["copy"]);
            Console.WriteLine($"{"",-18}{"GB/s",8}{"of copy",10}{"goal",8}{"spread of seconds",22}");
            Console.WriteLine($"{"copy",-18}{bytes / copy / 1e9,8:0.00}{"",10}{"",8}{Spread(seconds["copy"]),22}");
            foreach (var (name, goal) in chosen)
            {
                var time = Median(seconds[name]);
                Console.WriteLine($"{name,-18}{bytes / time / 1e9,8:0.00}{copy / time,10:0 %}{goal,8:0 %}{Spread(seconds[name]),22}");
            }

            Console.WriteLine($"largest resident size {Peak("VmHWM")}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Copy(string folder)
    {
        var to = Path.Combine(folder, "copy.safetensors");
        var watch = Stopwatch.StartNew();
        File.Copy(Path.Combine(folder, "task", "model.safetensors"), to);
        using (var file = File.OpenHandle(to, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(file);
        }

        var time = watch.Elapsed.TotalSeconds;
        File.Delete(to);
        return time;
    }

    private static double Merge(string folder, string name, int layers)
    {
        var watch = Stopwatch.StartNew();
        using (var plan = MergePlan.For(Recipe(folder, name, layers)))
        {
            _ = Merger.Run(plan, "benchmark");
        }

        var time = watch.Elapsed.TotalSeconds;
        Directory.Delete(Path.Combine(folder, "out"), recursive: true);
        return time;
    }

    private static MergeRecipe Recipe(string folder, string name, int layers)
    {
        var (start, task, language) = (Reference("base"), new MergeInput(Reference("task")), new MergeInput(Reference("language")));
        var output = Path.Combine(folder, "out");
        return name switch
        {
            "layer_swap" => new MergeRecipe { Method = MergeMethod.LayerSwap, Task = task, Language = language, Output = output, LayerSwap = new LayerSwapOptions { Bottom = Math.Min(2, layers - 1), Top = Math.Min(1, Math.Max(0, layers - 2)), BottomTransition = 0, TopTransition = 0 } },
            "passthrough" => MergeRecipe.Of(MergeMethod.Passthrough, null, [task], output),
            "linear" => MergeRecipe.Of(MergeMethod.Linear, null, [task, language], output),
            "slerp" => MergeRecipe.Of(MergeMethod.Slerp, null, [task, language], output) with { Settings = With("t", 0.5) },
            "task_arithmetic" => MergeRecipe.Of(MergeMethod.TaskArithmetic, start, [task, language], output),
            "ties" => MergeRecipe.Of(MergeMethod.Ties, start, [task, language], output),
            "ties by tensor" => MergeRecipe.Of(MergeMethod.Ties, start, [task, language], output) with { Ties = new TiesOptions { Scope = TrimScope.Tensor } },
            "dare_linear" => MergeRecipe.Of(MergeMethod.DareLinear, start, [task, language], output) with { Settings = With("density", 0.2) },
            _ => MergeRecipe.Of(MergeMethod.DareTies, start, [task, language], output) with { Settings = With("density", 0.2) },
        };

        ModelReference Reference(string model) => new(Path.Combine(folder, model));

        static Dictionary<string, Setting> With(string key, double value) => new() { [key] = value };
    }

    // Random weights; experts differ from the base by a few units in the last place in two weights of three.
    private static long Models(string folder, int layers)
    {
        var config = new LlamaConfig
        {
            VocabularySize = 32000,
            HiddenSize = 2048,
            IntermediateSize = 5632,
            Layers = layers,
            Heads = 32,
            KeyValueHeads = 32,
            HeadSize = 64,
            MaxPositions = 2048,
            StoredType = "bfloat16",
        };
        var header = SafetensorsWriter.Header([.. config.TensorShapes().Select(t => (t.Key, "BF16", t.Value))], null);
        foreach (var (name, expert) in new[] { ("base", 0), ("task", 1), ("language", 2) })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            File.WriteAllText(Path.Combine(folder, name, "config.json"), config.ToJson());
            using var file = File.OpenHandle(Path.Combine(folder, name, "model.safetensors"), FileMode.Create, FileAccess.Write);
            RandomAccess.Write(file, header, 0);
            Fill(file, header.Length, config.ParameterCount(), expert);
        }

        return config.ParameterCount() * 2;
    }

    private static void Fill(SafeFileHandle file, long start, long count, int expert)
    {
        const int Piece = 1 << 20;
        Parallel.For(0, (int)((count + Piece - 1) / Piece), number =>
        {
            var numbers = new ushort[Math.Min(Piece, count - ((long)number * Piece))];
            var (weights, changes) = (Seed.For("weights", number).Dice(), Seed.For("changes", number, expert).Dice());
            for (var i = 0; i < numbers.Length; i++)
            {
                // Sign, an exponent around 0.02, seven bits.
                var bits = weights.NextBits();
                numbers[i] = (ushort)(((bits & 1) << 15) | ((117 + ((bits >> 8) % 6)) << 7) | ((bits >> 16) & 127));
                var change = expert > 0 ? changes.NextBits() : 0;
                numbers[i] = (ushort)(numbers[i] + (change % 3 == 0 ? 0 : (int)((change >> 8) % 9) - 4));
            }

            RandomAccess.Write(file, System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()), start + ((long)number * Piece * 2));
        });
        RandomAccess.FlushToDisk(file);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Spread(List<double> values) => $"{values.Min():0.00} to {values.Max():0.00}";

    private static string Peak(string key) => File.Exists("/proc/self/status")
        ? File.ReadLines("/proc/self/status").First(l => l.StartsWith(key, StringComparison.Ordinal))[(key.Length + 1)..].Trim()
        : $"{Environment.WorkingSet / 1024} kB";
}
