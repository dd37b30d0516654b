using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Runs;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Tiny;

/// <summary>A base of six layers and experts tuned from it, as folders.</summary>
public sealed class TinyExperts : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyExperts(ScalarType type = ScalarType.Float32, long largestShard = 5_000_000_000)
    {
        Save("base", type, largestShard, 0);
        Save("task", type, largestShard, 1);
        Save("language", type, largestShard, 2);
    }

    public static LlamaConfig Config { get; } = TinyModel.Config with { Layers = 6, TiedEmbeddings = false };

    public string Folder => _folder.Path;

    public ModelReference Base => new(this["base"]);

    public ModelReference Task => new(this["task"]);

    public ModelReference Language => new(this["language"]);

    public string this[string name] => _folder[name];

    /// <summary>All tensors of a model folder as float32.</summary>
    public static Dictionary<string, float[]> Read(string folder)
    {
        var (places, files) = ModelFolder.OpenWeights(folder, LlamaConfig.Read(Path.Combine(folder, "config.json")));
        var tensors = places.ToDictionary(p => p.Key, p =>
        {
            var entry = p.Value.Entries[p.Key];
            var numbers = new float[entry.Length / Safetensors.ElementSize(entry.Type)];
            StoredNumbers.Widen(p.Value.Slice(entry, 0, (int)entry.Length), entry.Type, numbers);
            return numbers;
        });
        files.ToList().ForEach(f => f.Dispose());
        return tensors;
    }

    public Dictionary<string, float[]> Read(ModelReference model) => Read(model.Path);

    /// <summary>Merges and reads the result.</summary>
    public Dictionary<string, float[]> Merge(MergeRecipe recipe)
    {
        using var plan = MergePlan.For(recipe);
        return Read(Merger.Run(plan, "test").Model);
    }

    /// <summary>Writes a model whose weights are the base's plus noise of its own, some weights left as they are.</summary>
    public void Save(string name, ScalarType type, long largestShard, int expert, LlamaConfig? config = null)
    {
        using var scope = NewDisposeScope();
        using var model = Llama.Fresh(config ?? Config, Seed.For("tiny experts"), Compute.Exact);
        foreach (var (tensor, weights) in model.Weights)
        {
            using var generator = new Generator(Seed.For(tensor, expert).Value & long.MaxValue);
            using var _ = no_grad();
            if (expert > 0)
            {
                var noise = randn(weights.shape, generator: generator) * 0.05;
                weights.add_(noise * (rand(weights.shape, generator: generator) < 0.7).to(ScalarType.Float32));
            }
        }

        ModelFolder.New(config ?? Config, TinyModel.Tokenizer).Save(model, this[name], type, largestShard);
    }

    public void Dispose() => _folder.Dispose();
}
