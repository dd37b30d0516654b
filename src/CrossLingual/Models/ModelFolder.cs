using System.Text.Json;
using CrossLingual.Runs;
using CrossLingual.Text;
using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>
/// A model as a Hugging Face folder: <c>config.json</c>, weights as one or several safetensors files, tokenizer. This is
/// the project's own checkpoint format too; nothing is ever converted.
/// </summary>
public sealed class ModelFolder
{
    // Files of the source that describe the model and travel with every copy of it.
    internal static readonly string[] Companions =
    [
        "tokenizer.model", "sentencepiece.bpe.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "generation_config.json", "chat_template.jinja",
    ];

    private readonly Dictionary<string, string> _companions = [];

    private ModelFolder(string path, LlamaConfig config, Tokenizer tokenizer)
    {
        Path = path;
        Config = config;
        Tokenizer = tokenizer;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The model's shape.</summary>
    public LlamaConfig Config { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Ids that end a text: generation_config.json's, else config.json's, else the tokenizer's.</summary>
    public IReadOnlyList<int> EosIds { get; private init; } = [];

    /// <summary>The folder of a model named in a recipe or on a command line; <c>lab</c> is the embedded one.</summary>
    public static string PathOf(string model) => model == "lab" ? System.IO.Path.Combine(Data.Lab.Folder, "model") : model;

    /// <summary>Opens a folder: reads its settings and tokenizer, not its weights.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="tokenizer">A tokenizer file elsewhere, for folders without one.</param>
    /// <exception cref="UserException">XL310 configuration, XL311 vocabulary, XL21x tokenizer.</exception>
    public static ModelFolder Open(string path, string? tokenizer = null)
    {
        if (!Directory.Exists(path))
        {
            throw new UserException("XL312", $"Model folder {path} does not exist. Give a folder with config.json and safetensors weights.");
        }

        var config = LlamaConfig.Read(System.IO.Path.Combine(path, "config.json"));
        var loaded = Tokenizer.Load(tokenizer ?? path);
        if (loaded.VocabularySize > config.VocabularySize)
        {
            throw new UserException(
                "XL311",
                $"{path}: the tokenizer has {loaded.VocabularySize} ids but the model only {config.VocabularySize} embeddings. They do not belong together; use the tokenizer that came with the model.");
        }

        var eos = GenerationEos(System.IO.Path.Combine(path, "generation_config.json")) ?? config.EosIds;
        var folder = new ModelFolder(path, config, loaded)
        {
            EosIds = eos.Count > 0 ? eos : loaded.EosId is { } id ? [id] : [],
        };
        foreach (var name in Companions.Where(name => File.Exists(System.IO.Path.Combine(path, name))))
        {
            folder._companions[name] = System.IO.Path.Combine(path, name);
        }

        return folder;
    }

    /// <summary>Makes a folder that does not exist yet, for a fresh model.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    public static ModelFolder New(LlamaConfig config, Tokenizer tokenizer) => new("", config, tokenizer)
    {
        EosIds = config.EosIds.Count > 0 ? config.EosIds : tokenizer.EosId is { } id ? [id] : [],
    };

    /// <summary>Opens the weights of a folder: their headers are read and checked against its configuration, no weight is read.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="config">Its configuration.</param>
    /// <returns>The file of every tensor, and all files, which the caller disposes.</returns>
    /// <exception cref="UserException">XL30x a damaged file, XL313, XL314 weights that do not fit the configuration.</exception>
    internal static (IReadOnlyDictionary<string, Safetensors> Places, IReadOnlyList<Safetensors> Files) OpenWeights(string path, LlamaConfig config)
    {
        var weights = WeightFiles.Open(path);
        try
        {
            return (Place(weights, config).ToDictionary(p => p.Key, p => p.Value.File), weights.Files);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Loads the weights.</summary>
    /// <param name="compute">Device and type of computation.</param>
    /// <param name="storeAs">Type in which weights are held; null keeps the file's.</param>
    /// <exception cref="UserException">XL30x a damaged file, XL313, XL314 weights that do not fit the configuration.</exception>
    public Llama Load(Compute compute, ScalarType? storeAs = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var files = WeightFiles.Open(Path);
        var places = Place(files, Config);
        var weights = new Dictionary<string, Tensor>();
        foreach (var (name, shape) in Config.TensorShapes())
        {
            var read = TensorBytes.Read(places[name].File, name).view(shape);
            weights[name] = read.to(storeAs ?? read.dtype).to(compute.Device).MoveToOuterDisposeScope();
        }

        return new Llama(Config, weights, compute.Type);
    }

    /// <summary>Writes a model with this folder's tokenizer and settings.</summary>
    /// <param name="model">The weights.</param>
    /// <param name="folder">The folder to make; it appears only when it is whole.</param>
    /// <param name="storeAs">Type to write; null keeps each tensor's own.</param>
    /// <param name="largestShard">Bytes per weights file.</param>
    public void Save(Llama model, string folder, ScalarType? storeAs = null, long largestShard = 5_000_000_000)
    {
        AtomicFile.WriteFolder(folder, into =>
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var weights = model.Config.TensorShapes().ToDictionary(
                t => t.Key,
                t => storeAs is { } type ? model.Weights[t.Key].detach().to(type) : model.Weights[t.Key]);
            SafetensorsWriter.WriteSharded(into, weights, largestShard);
            var stored = TensorTypes.ConfigNameOf(weights["model.embed_tokens.weight"].dtype);
            AtomicFile.WriteText(System.IO.Path.Combine(into, "config.json"), (model.Config with { StoredType = stored }).ToJson());
            foreach (var (name, bytes) in Tokenizer.Files)
            {
                AtomicFile.WriteBytes(System.IO.Path.Combine(into, name), bytes);
            }

            foreach (var (name, source) in _companions.Where(c => !Tokenizer.Files.ContainsKey(c.Key)))
            {
                File.Copy(source, System.IO.Path.Combine(into, name));
            }
        });
    }

    private static IReadOnlyDictionary<string, (Safetensors File, string Stored)> Place(WeightFiles weights, LlamaConfig config)
    {
        return weights.Place(config.TensorShapes().ToDictionary(), name => Ignorable(name) ? null : name, $"a {config.ModelType} model of {config.Layers} layers");

        // A tied head is the embedding again, and rotary tables are computed.
        bool Ignorable(string name) =>
            (config.TiedEmbeddings && name == "lm_head.weight") || name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal);
    }

    private static List<int>? GenerationEos(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.TryGetProperty("eos_token_id", out var eos) && eos.ValueKind != JsonValueKind.Null
                ? eos.ValueKind == JsonValueKind.Array ? [.. eos.EnumerateArray().Select(e => e.GetInt32())] : [eos.GetInt32()]
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new UserException("XL315", $"{path}: {e.Message} It must be JSON with a number or a list in eos_token_id.", e);
        }
    }
}
