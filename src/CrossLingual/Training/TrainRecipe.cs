using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using static TorchSharp.torch;

namespace CrossLingual.Training;

/// <summary>What to train, on what, and how: the content of a training recipe.</summary>
public sealed record TrainRecipe
{
    /// <summary>The model folder; <c>lab</c> is the embedded one. Empty for a fresh model.</summary>
    public string Model { get; init; } = "";

    /// <summary>Shape of a fresh model, when none is loaded.</summary>
    public LlamaConfig? Fresh { get; init; }

    /// <summary>A tokenizer file, for models that come without one.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>The run's seed.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How instructions are framed.</summary>
    public ChatTemplate Template { get; init; } = ChatTemplate.Alpaca;

    /// <summary>What is trained on.</summary>
    public IReadOnlyList<DataSource> Data { get; init; } = [];

    /// <summary>How much of each source is used; null takes all of them, each as often as it says.</summary>
    public MixtureOptions? Mixture { get; init; }

    /// <summary>Self-paced learning; null trains on everything from the start.</summary>
    public SelfPacedOptions? SelfPaced { get; init; }

    /// <summary>On what the loss is measured before and after.</summary>
    public IReadOnlyList<DataSource> HeldOut { get; init; } = [];

    /// <summary>The settings of the training itself.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>The adapter to train; null trains the model's own weights.</summary>
    public LoraConfig? Lora { get; init; }

    /// <summary>Folder of an adapter to go on training, which then brings its own configuration; null starts a fresh one.</summary>
    public string? Adapter { get; init; }

    /// <summary>Patterns of weight names to train (<c>*</c> for any text); empty trains all.</summary>
    public IReadOnlyList<string> Trainable { get; init; } = [];

    /// <summary>Device; null chooses.</summary>
    public string? Device { get; init; }

    /// <summary>Type of the computation; null chooses.</summary>
    public ScalarType? Precision { get; init; }

    /// <summary>Type of the written weights; null keeps the model's.</summary>
    public ScalarType? SaveAs { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Output { get; init; }

    /// <summary>The recipe as YAML, overrides included.</summary>
    public string Yaml { get; init; } = "";

    /// <summary>Reads and checks a recipe.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="overrides">Changes such as <c>training.steps=10</c>.</param>
    /// <exception cref="UserException">XL101 to XL103: everything that is wrong with it.</exception>
    public static TrainRecipe Read(string path, IReadOnlyList<string>? overrides = null)
    {
        var file = RecipeFile.Read(path, overrides);
        var recipe = Read(file.Root) with { Yaml = file.ToYaml() };
        file.Check();
        return recipe;
    }

    private static TrainRecipe Read(RecipeSection root)
    {
        var fresh = root.IsSection("model");
        var data = root.Sections("data");
        if (data.Count == 0)
        {
            root.Problem("'data' is missing: name at least one source");
        }

        var recipe = ReadShared(root);
        return recipe with
        {
            Fresh = fresh ? ReadFresh(root.Section("model")) : null,
            Tokenizer = fresh ? root.Text("tokenizer") : recipe.Tokenizer,
            Data = [.. data.Select(DataSource.Read)],
            Mixture = root.Has("mixture") ? MixtureOptions.Read(root.Section("mixture")) : null,
            SelfPaced = root.Has("self_paced") ? SelfPacedOptions.Read(root.Section("self_paced")) : null,
            Training = ReadTraining(root.Section("training")),
            Adapter = root.OptionalText("adapter"),
            Trainable = root.Texts("trainable"),
        };
    }

    /// <summary>Reads what the recipes of all methods have in common; data and training are the method's.</summary>
    /// <param name="root">The recipe.</param>
    public static TrainRecipe ReadShared(RecipeSection root) => new()
    {
        Model = root.IsSection("model") ? "" : root.Text("model"),
        Tokenizer = root.OptionalText("tokenizer"),
        Seed = root.Integer("seed", 1, least: 0),
        Template = ChatTemplate.Read(root),
        HeldOut = [.. root.Sections("held_out").Select(DataSource.Read)],
        Lora = root.Has("lora") ? ReadLora(root.Section("lora")) : null,
        Device = root.OptionalText("device"),
        Precision = ReadType(root, "precision"),
        SaveAs = ReadType(root, "save_as"),
        Output = root.Text("output"),
    };

    private static LlamaConfig ReadFresh(RecipeSection section)
    {
        var width = section.Integer("hidden_size", 256, 8, 65536);
        var heads = section.Integer("num_attention_heads", 8, 1, 1024);
        var shared = section.Integer("num_key_value_heads", heads, 1, 1024);
        if (width % heads != 0 || width / heads % 2 != 0)
        {
            section.Problem($"hidden_size {width} must be an even multiple of num_attention_heads {heads}", "hidden_size");
        }

        if (heads % shared != 0)
        {
            section.Problem($"num_key_value_heads {shared} must divide num_attention_heads {heads}", "num_key_value_heads");
        }

        return new LlamaConfig
        {
            VocabularySize = section.Integer("vocab_size", 4000, 2, 1_000_000),
            HiddenSize = width,
            IntermediateSize = section.Integer("intermediate_size", 688, 8, 262144),
            Layers = section.Integer("num_hidden_layers", 6, 1, 1024),
            Heads = heads,
            KeyValueHeads = shared,
            HeadSize = width / heads,
            MaxPositions = section.Integer("max_position_embeddings", 512, 2, 10_000_000),
            TiedEmbeddings = section.Flag("tie_word_embeddings", true),
            BosId = 1,
            EosIds = [2],
        };
    }

    /// <summary>Reads a recipe's <c>training</c>.</summary>
    /// <param name="section">The section.</param>
    /// <param name="otherwise">What stands for missing keys.</param>
    public static TrainingOptions ReadTraining(RecipeSection section, TrainingOptions? otherwise = null)
    {
        var defaults = otherwise ?? new TrainingOptions();
        return new TrainingOptions
        {
            Epochs = section.Number("epochs", defaults.Epochs, least: 1e-6),
            Steps = section.Integer("steps", defaults.Steps, least: 0),
            Tokens = section.Integer("tokens", (int)defaults.Tokens, least: 0),
            Rows = section.Integer("rows", defaults.Rows, least: 1),
            Length = section.Integer("length", defaults.Length, least: 2),
            Accumulate = section.Integer("accumulate", defaults.Accumulate, least: 1),
            LearningRate = section.Number("learning_rate", defaults.LearningRate, least: 1e-12),
            WarmUp = section.Number("warm_up", defaults.WarmUp, 0, 1),
            Decay = Enum.Parse<Decay>(section.Choice("decay", defaults.Decay.ToString().ToLowerInvariant(), "cosine", "linear", "constant"), ignoreCase: true),
            FinalRate = section.Number("final_rate", defaults.FinalRate, 0, 1),
            WeightDecay = section.Number("weight_decay", defaults.WeightDecay, 0),
            Beta1 = section.Number("beta1", defaults.Beta1, 0, 0.999999),
            Beta2 = section.Number("beta2", defaults.Beta2, 0, 0.999999),
            Epsilon = section.Number("epsilon", defaults.Epsilon, 1e-30),
            ClipNorm = section.Number("clip_norm", defaults.ClipNorm, 0),
            CheckpointEvery = section.Integer("checkpoint_every", defaults.CheckpointEvery, least: 0),
            KeepCheckpoints = section.Integer("keep_checkpoints", defaults.KeepCheckpoints, least: 1),
        };
    }

    private static LoraConfig ReadLora(RecipeSection section)
    {
        var defaults = new LoraConfig();
        return new LoraConfig
        {
            Rank = section.Integer("rank", defaults.Rank, 1, 1024),
            Alpha = section.Number("alpha", defaults.Alpha, 1e-6),
            Dropout = section.Number("dropout", defaults.Dropout, 0, 0.99),
            RankStabilized = section.Flag("rank_stabilized", defaults.RankStabilized),
            TargetModules = section.Texts("target_modules", defaults.TargetModules),
        };
    }

    private static ScalarType? ReadType(RecipeSection root, string key)
    {
        if (root.OptionalText(key) is not { } name)
        {
            return null;
        }

        var type = TensorTypes.FromConfigName(name);
        if (type is not (ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16 or ScalarType.Float64))
        {
            root.Problem($"'{key}' is '{name}'; allowed: bfloat16, float16, float32, float64", key);
        }

        return type;
    }
}
