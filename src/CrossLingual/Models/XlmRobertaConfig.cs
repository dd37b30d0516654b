using System.Text.Json.Nodes;
using CrossLingual.Runs;

namespace CrossLingual.Models;

/// <summary>
/// The shape of a RoBERTa-family encoder (Liu et al., arXiv 1907.11692; XLM-RoBERTa: Conneau et al., arXiv 1911.02116), as
/// its <c>config.json</c> says. Keys that this project does not know are kept and written back.
/// </summary>
public sealed record XlmRobertaConfig
{
    /// <summary>The families that are read.</summary>
    public static IReadOnlyList<string> Families { get; } = ["xlm-roberta", "roberta"];

    /// <summary>Model family: xlm-roberta or roberta; the forward pass is the same.</summary>
    public string ModelType { get; init; } = "xlm-roberta";

    /// <summary>Number of token ids; XLM-R: 250,002.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the states; XLM-R base: 768.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward block; XLM-R base: 3,072.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of layers; XLM-R base: 12.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of heads; divides <see cref="HiddenSize"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>Rows of the position table: the longest text, and <see cref="PadId"/> + 1 that no text uses. XLM-R: 514.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Rows of the token-type table, of which the first is used.</summary>
    public int TokenTypes { get; init; } = 1;

    /// <summary>Epsilon of LayerNorm.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Id that fills rows up; positions begin behind it.</summary>
    public int PadId { get; init; } = 1;

    /// <summary>Share of units dropped from embeddings and blocks while training, 0 up to but not 1.</summary>
    public double HiddenDropout { get; init; } = 0.1;

    /// <summary>Share of attention dropped while training, 0 up to but not 1.</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Element type that the file states.</summary>
    public string StoredType { get; init; } = "float32";

    /// <summary>The file's whole content.</summary>
    internal JsonObject Source { get; init; } = [];

    /// <summary>Pieces of the longest text.</summary>
    public int LongestText => MaxPositions - PadId - 1;

    /// <summary>Names and shapes of the encoder's tensors, in the order of the forward pass.</summary>
    public IReadOnlyList<KeyValuePair<string, long[]>> TensorShapes()
    {
        var shapes = new List<KeyValuePair<string, long[]>>();
        Add("roberta.embeddings.word_embeddings.weight", VocabularySize, HiddenSize);
        Add("roberta.embeddings.position_embeddings.weight", MaxPositions, HiddenSize);
        Add("roberta.embeddings.token_type_embeddings.weight", TokenTypes, HiddenSize);
        Norm("roberta.embeddings.LayerNorm");
        for (var i = 0; i < Layers; i++)
        {
            var layer = $"roberta.encoder.layer.{i}.";
            Linear(layer + "attention.self.query", HiddenSize, HiddenSize);
            Linear(layer + "attention.self.key", HiddenSize, HiddenSize);
            Linear(layer + "attention.self.value", HiddenSize, HiddenSize);
            Linear(layer + "attention.output.dense", HiddenSize, HiddenSize);
            Norm(layer + "attention.output.LayerNorm");
            Linear(layer + "intermediate.dense", IntermediateSize, HiddenSize);
            Linear(layer + "output.dense", HiddenSize, IntermediateSize);
            Norm(layer + "output.LayerNorm");
        }

        return shapes;

        void Add(string name, params long[] shape) => shapes.Add(new(name, shape));

        void Linear(string name, long output, long input)
        {
            Add(name + ".weight", output, input);
            Add(name + ".bias", output);
        }

        void Norm(string name)
        {
            Add(name + ".weight", HiddenSize);
            Add(name + ".bias", HiddenSize);
        }
    }

    /// <summary>Reads the settings from JSON.</summary>
    /// <param name="json">The content of a config.json.</param>
    /// <param name="origin">The file's name, for error messages.</param>
    /// <exception cref="UserException">XL310: all problems of the file at once.</exception>
    public static XlmRobertaConfig Parse(JsonObject json, string origin)
    {
        var read = new ConfigReader(json);
        if (read.Text("model_type", "xlm-roberta") is var family && !Families.Contains(family))
        {
            read.Problem($"model_type is '{family}'; supported: {string.Join(", ", Families)}");
        }

        if (read.Text("hidden_act", "gelu") is var activation and not "gelu")
        {
            read.Problem($"hidden_act is '{activation}'; gelu is supported");
        }

        if (read.Text("position_embedding_type", "absolute") is var positions and not "absolute")
        {
            read.Problem($"position_embedding_type is '{positions}'; absolute is supported");
        }

        var config = new XlmRobertaConfig
        {
            ModelType = family,
            VocabularySize = read.Whole("vocab_size", null),
            HiddenSize = read.Whole("hidden_size", null),
            IntermediateSize = read.Whole("intermediate_size", null),
            Layers = read.Whole("num_hidden_layers", null, most: 10_000),
            Heads = read.Whole("num_attention_heads", null),
            MaxPositions = read.Whole("max_position_embeddings", null),
            TokenTypes = read.Whole("type_vocab_size", 1),
            NormEpsilon = read.Number("layer_norm_eps", 1e-5, 0, 1),
            PadId = read.Whole("pad_token_id", 1, least: 0),
            HiddenDropout = read.Number("hidden_dropout_prob", 0.1, 0, 1),
            AttentionDropout = read.Number("attention_probs_dropout_prob", 0.1, 0, 1),
            StoredType = read.Text(json["torch_dtype"] is null ? "dtype" : "torch_dtype", "float32"),
            Source = json,
        };
        if (config.HiddenSize % config.Heads != 0)
        {
            read.Problem($"num_attention_heads {config.Heads} does not divide hidden_size {config.HiddenSize}");
        }

        if (config.LongestText < 3)
        {
            read.Problem($"max_position_embeddings {config.MaxPositions} leaves no room behind pad_token_id {config.PadId}");
        }

        read.Check(origin);
        return config;
    }

    /// <summary>The settings as config.json, with unknown keys of the source kept.</summary>
    public string ToJson()
    {
        var json = (JsonObject)Source.DeepClone();
        json["architectures"] ??= new JsonArray(ModelType == "roberta" ? "RobertaForTokenClassification" : "XLMRobertaForTokenClassification");
        json["model_type"] = ModelType;
        json["vocab_size"] = VocabularySize;
        json["hidden_size"] = HiddenSize;
        json["intermediate_size"] = IntermediateSize;
        json["num_hidden_layers"] = Layers;
        json["num_attention_heads"] = Heads;
        json["max_position_embeddings"] = MaxPositions;
        json["type_vocab_size"] = TokenTypes;
        json["layer_norm_eps"] = NormEpsilon;
        json["pad_token_id"] = PadId;
        json["bos_token_id"] ??= 0;
        json["eos_token_id"] ??= 2;
        json["hidden_act"] ??= "gelu";
        json["hidden_dropout_prob"] = HiddenDropout;
        json["attention_probs_dropout_prob"] = AttentionDropout;
        json[json.ContainsKey("dtype") && !json.ContainsKey("torch_dtype") ? "dtype" : "torch_dtype"] = StoredType;
        return json.ToJsonString(JsonText.Indented) + "\n";
    }
}
