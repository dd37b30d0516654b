using System.Text.Json.Nodes;
using CrossLingual.Runs;

namespace CrossLingual.Models;

/// <summary>Llama 3's stretching of rotary frequencies to longer contexts (config.json: rope_scaling, type llama3).</summary>
/// <param name="Factor">How much low frequencies are slowed; 8 in Llama 3.1.</param>
/// <param name="LowFrequencyFactor">Wavelengths above original / this are fully slowed; 1 in Llama 3.1.</param>
/// <param name="HighFrequencyFactor">Wavelengths below original / this stay; 4 in Llama 3.1.</param>
/// <param name="OriginalContext">Context length of the first training; 8192 in Llama 3.1.</param>
public sealed record RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext);

/// <summary>
/// The shape of a Llama-family model, as its <c>config.json</c> says. Keys that this project does not know are kept and
/// written back.
/// </summary>
public sealed record LlamaConfig
{
    private static readonly string[] Families = ["llama", "mistral", "qwen2"];

    /// <summary>Model family: llama, mistral or qwen2 (which has biases on q, k and v).</summary>
    public string ModelType { get; init; } = "llama";

    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward block.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key and value heads; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head; even.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Longest context in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Epsilon of RMSNorm.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Stretching of the rotary frequencies, if any.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether the output layer is the embedding itself.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Whether the attention projections q, k and v have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the attention output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward projections have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Element type that the file states, such as <c>bfloat16</c>.</summary>
    public string StoredType { get; init; } = "float32";

    /// <summary>Id that starts a text, if stated.</summary>
    public int? BosId { get; init; }

    /// <summary>Ids that end a text.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];

    /// <summary>The file's whole content.</summary>
    internal JsonObject Source { get; init; } = [];

    /// <summary>Names and shapes of every tensor that the model has, in the order of the forward pass.</summary>
    public IReadOnlyList<KeyValuePair<string, long[]>> TensorShapes()
    {
        var shapes = new List<KeyValuePair<string, long[]>>();
        Add("model.embed_tokens.weight", VocabularySize, HiddenSize);
        for (var i = 0; i < Layers; i++)
        {
            var layer = $"model.layers.{i}.";
            Add(layer + "input_layernorm.weight", HiddenSize);
            Linear(layer + "self_attn.q_proj", Heads * HeadSize, HiddenSize, AttentionBias);
            Linear(layer + "self_attn.k_proj", KeyValueHeads * HeadSize, HiddenSize, AttentionBias);
            Linear(layer + "self_attn.v_proj", KeyValueHeads * HeadSize, HiddenSize, AttentionBias);
            Linear(layer + "self_attn.o_proj", HiddenSize, Heads * HeadSize, OutputBias);
            Add(layer + "post_attention_layernorm.weight", HiddenSize);
            Linear(layer + "mlp.gate_proj", IntermediateSize, HiddenSize, FeedForwardBias);
            Linear(layer + "mlp.up_proj", IntermediateSize, HiddenSize, FeedForwardBias);
            Linear(layer + "mlp.down_proj", HiddenSize, IntermediateSize, FeedForwardBias);
        }

        Add("model.norm.weight", HiddenSize);
        if (!TiedEmbeddings)
        {
            Add("lm_head.weight", VocabularySize, HiddenSize);
        }

        return shapes;

        void Add(string name, params long[] shape) => shapes.Add(new(name, shape));

        void Linear(string name, long output, long input, bool bias)
        {
            Add(name + ".weight", output, input);
            if (bias)
            {
                Add(name + ".bias", output);
            }
        }
    }

    /// <summary>Number of weights.</summary>
    public long ParameterCount() => TensorShapes().Sum(t => t.Value.Aggregate(1L, (product, size) => product * size));

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="UserException">XL310: all problems of the file at once.</exception>
    public static LlamaConfig Read(string path) => Parse(ConfigReader.Load(path), path);

    /// <summary>Reads the settings from JSON.</summary>
    /// <param name="json">The content of a config.json.</param>
    /// <param name="origin">The file's name, for error messages.</param>
    /// <exception cref="UserException">XL310: all problems of the file at once.</exception>
    public static LlamaConfig Parse(JsonObject json, string origin)
    {
        var read = new ConfigReader(json);
        var family = read.Text("model_type", "llama");
        if (!Families.Contains(family))
        {
            read.Problem($"model_type is '{family}'; supported: {string.Join(", ", Families)}");
        }

        if (read.Text("hidden_act", "silu") is var activation and not "silu")
        {
            read.Problem($"hidden_act is '{activation}'; silu is supported");
        }

        if (read.Flag("use_sliding_window"))
        {
            read.Problem("use_sliding_window is true; full attention is supported");
        }

        var hidden = Size("hidden_size");
        var heads = Size("num_attention_heads");
        var shared = Size("num_key_value_heads", heads);
        if (heads > 0 && shared > 0 && heads % shared != 0)
        {
            read.Problem($"num_key_value_heads {shared} does not divide num_attention_heads {heads}");
        }

        var rope = json["rope_parameters"] as JsonObject;   // newer files keep all rotary settings together
        var bias = read.Flag("attention_bias");
        var config = new LlamaConfig
        {
            ModelType = family,
            VocabularySize = Size("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = Size("intermediate_size"),
            Layers = Size("num_hidden_layers", limit: 10_000),
            Heads = heads,
            KeyValueHeads = shared,
            HeadSize = HeadSizeOf(),
            MaxPositions = Size("max_position_embeddings", 2048),
            NormEpsilon = Positive(json, "rms_norm_eps", 1e-6),
            RopeTheta = Positive(rope?["rope_theta"] is null ? json : rope, "rope_theta", 10000),
            RopeScaling = Scaling(rope ?? json["rope_scaling"] as JsonObject),
            TiedEmbeddings = read.Flag("tie_word_embeddings"),
            AttentionBias = bias || family == "qwen2",
            OutputBias = bias,
            FeedForwardBias = read.Flag("mlp_bias"),
            StoredType = read.Text(json["torch_dtype"] is null ? "dtype" : "torch_dtype", "float32"),
            BosId = Ids("bos_token_id").Select(id => (int?)id).FirstOrDefault(),
            EosIds = Ids("eos_token_id"),
            Source = json,
        };
        read.Check(origin);
        return config;

        double Positive(JsonObject from, string key, double otherwise)
        {
            var value = from[key] is null ? otherwise : from[key] is JsonValue found && found.TryGetValue<double>(out var number) ? number : double.NaN;
            if (!(value > 0 && double.IsFinite(value)))
            {
                read.Problem($"{key} is {from[key]?.ToJsonString() ?? "missing"}; it must be a number above 0");
            }

            return value;
        }

        int Size(string key, int otherwise = 0, int limit = 10_000_000)
        {
            if (json[key] is null)
            {
                // What follows from another key is missing with that one.
                if (otherwise == 0 && key != "num_key_value_heads")
                {
                    read.Problem($"{key} is missing");
                }

                return otherwise;
            }

            if (json[key] is JsonValue found && found.TryGetValue<long>(out var value) && value >= 1 && value <= limit)
            {
                return (int)value;
            }

            read.Problem($"{key} is {json[key]!.ToJsonString()}; it must be 1 to {limit}");
            return 0;
        }

        int HeadSizeOf()
        {
            var follows = json["head_dim"] is null;
            var size = !follows ? Size("head_dim") : heads > 0 ? hidden / heads : 0;
            if (follows && heads > 0 && hidden % heads != 0)
            {
                read.Problem($"num_attention_heads {heads} does not divide hidden_size {hidden}, and head_dim is missing");
            }
            else if (size % 2 != 0)
            {
                read.Problem($"the head size {size} is odd; rotary positions need an even one");
            }

            return size;
        }

        int[] Ids(string key)
        {
            JsonNode?[] nodes = json[key] is JsonArray many ? [.. many] : json[key] is { } one ? [one] : [];
            var ids = nodes.OfType<JsonValue>().Where(n => n.TryGetValue<int>(out _)).Select(n => n.GetValue<int>()).ToArray();
            if (ids.Length < nodes.Length)
            {
                read.Problem($"{key} is {json[key]!.ToJsonString()}; it must be a whole number or a list of them");
            }

            return ids;
        }

        RopeScaling? Scaling(JsonObject? scaling)
        {
            var type = scaling is null ? "default" : read.Text("rope_type", read.Text("type", "default", scaling), scaling);
            if (type != "llama3")
            {
                if (type != "default")
                {
                    read.Problem($"rope_scaling type is '{type}'; llama3 is supported");
                }

                return null;
            }

            var (low, high) = (Positive(scaling!, "low_freq_factor", 0), Positive(scaling!, "high_freq_factor", 0));
            if (low > 0 && high > 0 && low >= high)
            {
                read.Problem($"low_freq_factor {scaling!["low_freq_factor"]} must be below high_freq_factor {scaling["high_freq_factor"]}");
            }

            return new RopeScaling(Positive(scaling!, "factor", 0), low, high, (int)Math.Min(int.MaxValue, Positive(scaling!, "original_max_position_embeddings", 0)));
        }
    }

    /// <summary>The settings as config.json, with unknown keys of the source kept.</summary>
    public string ToJson()
    {
        var json = (JsonObject)Source.DeepClone();
        json["architectures"] ??= new JsonArray(ModelType switch { "qwen2" => "Qwen2ForCausalLM", "mistral" => "MistralForCausalLM", _ => "LlamaForCausalLM" });
        json["model_type"] = ModelType;
        json["vocab_size"] = VocabularySize;
        json["hidden_size"] = HiddenSize;
        json["intermediate_size"] = IntermediateSize;
        json["num_hidden_layers"] = Layers;
        json["num_attention_heads"] = Heads;
        json["num_key_value_heads"] = KeyValueHeads;
        if (HeadSize * Heads != HiddenSize)
        {
            json["head_dim"] = HeadSize;
        }

        json["hidden_act"] ??= "silu";
        json["max_position_embeddings"] = MaxPositions;
        json["rms_norm_eps"] = NormEpsilon;
        json["rope_theta"] = RopeTheta;
        json["tie_word_embeddings"] = TiedEmbeddings;
        json[json.ContainsKey("dtype") && !json.ContainsKey("torch_dtype") ? "dtype" : "torch_dtype"] = StoredType;
        if (ModelType != "qwen2" && (AttentionBias || json.ContainsKey("attention_bias")))
        {
            json["attention_bias"] = AttentionBias;
        }

        if (FeedForwardBias || json.ContainsKey("mlp_bias"))
        {
            json["mlp_bias"] = FeedForwardBias;
        }

        if (RopeScaling is { } scaling && !json.ContainsKey("rope_parameters"))
        {
            json["rope_scaling"] ??= new JsonObject
            {
                ["rope_type"] = "llama3",
                ["factor"] = scaling.Factor,
                ["low_freq_factor"] = scaling.LowFrequencyFactor,
                ["high_freq_factor"] = scaling.HighFrequencyFactor,
                ["original_max_position_embeddings"] = scaling.OriginalContext,
            };
        }

        if (BosId is { } bos)
        {
            json["bos_token_id"] = bos;
        }

        if (EosIds.Count > 0)
        {
            json["eos_token_id"] = EosIds.Count == 1 ? EosIds[0] : new JsonArray([.. EosIds.Select(id => (JsonNode)id)]);
        }

        return json.ToJsonString(JsonText.Indented) + "\n";
    }
}
