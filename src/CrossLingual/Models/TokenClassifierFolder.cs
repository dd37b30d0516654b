using System.Text.Json.Nodes;
using CrossLingual.Runs;
using CrossLingual.Text;
using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>
/// A <see cref="TokenClassifier"/> as a Hugging Face folder: the layout of XLMRobertaForTokenClassification or
/// LlamaForTokenClassification, the tags in config.json's <c>id2label</c>. Also opens folders without a head, to train one.
/// </summary>
public static class TokenClassifierFolder
{
    // Hugging Face's Llama has no such key: there a Llama always looks back only.
    private const string SightKey = "xling_sight";

    /// <summary>Loads a tagger.</summary>
    /// <exception cref="UserException">XL312 no folder; XL310 configuration; XL686 no tags in it; XL313, XL314, XL30x weights; XL21x tokenizer.</exception>
    public static TokenClassifier Load(string path, Compute compute)
    {
        var json = Settings(path);
        var tags = TagsOf(json, Path.Combine(path, "config.json"));
        var sight = json[SightKey] is JsonValue named && named.TryGetValue<string>(out var text)
            ? Enum.TryParse<Sight>(text, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known
                : throw new UserException("XL310", $"{Path.Combine(path, "config.json")}: {SightKey} is '{text}'; allowed: causal, bidirectional.")
            : Sight.Causal;
        var tokenizer = Tokenizer.Load(path);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (encoder, head) = Read(path, json, sight, tags.Count, compute);
        var name = TokenClassifier.HeadOf(encoder);
        var dropout = json["classifier_dropout"] is JsonValue share && share.TryGetValue<double>(out var value) && value is >= 0 and < 1 ? value : TokenClassifier.PaperDropout;
        return new TokenClassifier(encoder, tokenizer, tags, head[name + ".weight"], head[name + ".bias"], dropout) { Companions = CompanionsOf(path) };
    }

    /// <summary>Opens a model to train a tagger on: its own head, if it has one, is left out.</summary>
    /// <param name="path">Folder of a Llama or an XLM-RoBERTa.</param>
    /// <param name="tags">The tags.</param>
    /// <param name="sight">Which neighbours a Llama's pieces see.</param>
    /// <param name="seed">Of the fresh head.</param>
    /// <param name="compute">Device and type of computation.</param>
    /// <param name="dropout">Share of a word's vector dropped while training.</param>
    /// <exception cref="UserException">XL312 no folder; XL310 configuration; XL313, XL314, XL30x weights; XL21x tokenizer.</exception>
    public static TokenClassifier Start(string path, IReadOnlyList<string> tags, Sight sight, Seed seed, Compute compute, double dropout = TokenClassifier.PaperDropout)
    {
        var json = Settings(path);
        var tokenizer = Tokenizer.Load(path);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return TokenClassifier.Fresh(Read(path, json, sight, 0, compute).Encoder, tokenizer, tags, seed, dropout, CompanionsOf(path));
    }

    /// <summary>Writes a tagger; the folder appears only when it is whole.</summary>
    public static void Save(TokenClassifier classifier, string folder) => AtomicFile.WriteFolder(folder, into =>
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weights = classifier.Weights.ToDictionary(w => w.Key, w => w.Value.detach());
        SafetensorsWriter.WriteSharded(into, weights);
        AtomicFile.WriteText(Path.Combine(into, "config.json"), Config(classifier, TensorTypes.ConfigNameOf(weights.Values.First().dtype)));
        foreach (var (name, bytes) in classifier.Companions.Concat(classifier.Tokenizer.Files.Where(f => !classifier.Companions.ContainsKey(f.Key))))
        {
            AtomicFile.WriteBytes(Path.Combine(into, name), bytes);
        }
    });

    private static JsonObject Settings(string path) => Directory.Exists(path)
        ? ConfigReader.Load(Path.Combine(path, "config.json"))
        : throw new UserException("XL312", $"Model folder {path} does not exist. Give a folder with config.json and safetensors weights.");

    private static (ISentenceEncoder Encoder, Dictionary<string, Tensor> Head) Read(string path, JsonObject json, Sight sight, int tags, Compute compute)
    {
        var origin = Path.Combine(path, "config.json");
        if (json["model_type"] is JsonValue type && type.TryGetValue<string>(out var family) && XlmRobertaConfig.Families.Contains(family))
        {
            var config = XlmRobertaConfig.Parse(json, origin);
            var weights = Weights(path, config.TensorShapes(), "classifier", config.HiddenSize, tags, XlmRobertaName, $"an {config.ModelType} encoder of {config.Layers} layers", compute);
            return (new XlmRoberta(config, weights, compute.Type), weights);
        }

        var llama = LlamaConfig.Parse(json, origin);
        var shapes = LlamaEncoder.ShapesOf(llama);
        var all = Weights(path, shapes, "score", llama.HiddenSize, tags, LlamaName, $"a {llama.ModelType} model of {llama.Layers} layers", compute);
        return (new LlamaEncoder(new Llama(llama, shapes.ToDictionary(s => s.Key, s => all[s.Key]), compute.Type), sight), all);
    }

    private static Dictionary<string, Tensor> Weights(
        string path, IReadOnlyList<KeyValuePair<string, long[]>> encoder, string head, int width, int tags, Func<string, string?> nameOf, string kind, Compute compute)
    {
        var shapes = (tags > 0 ? encoder.Concat(TokenClassifier.HeadShapes(head, tags, width)) : encoder).ToDictionary();
        using var files = WeightFiles.Open(path);
        var places = files.Place(shapes, name => tags == 0 && name.StartsWith(head + ".", StringComparison.Ordinal) ? null : nameOf(name), kind);
        return shapes.ToDictionary(s => s.Key, s => TensorBytes.Read(places[s.Key].File, places[s.Key].Stored).view(s.Value).to(ScalarType.Float32).to(compute.Device));
    }

    // A base model has no prefix; heads for other tasks and the table of positions, which is 0, 1, 2, …, are passed over.
    private static string? XlmRobertaName(string stored) =>
        stored.EndsWith("embeddings.position_ids", StringComparison.Ordinal) || stored.StartsWith("lm_head.", StringComparison.Ordinal) || stored.Contains("pooler.", StringComparison.Ordinal) ? null
        : stored.StartsWith("embeddings.", StringComparison.Ordinal) || stored.StartsWith("encoder.", StringComparison.Ordinal) ? "roberta." + stored
        : stored;

    private static string? LlamaName(string stored) =>
        stored == "lm_head.weight" || stored.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) ? null : stored;

    private static IReadOnlyList<string> TagsOf(JsonObject json, string origin)
    {
        if (json["id2label"] is not JsonObject { Count: > 0 } labels)
        {
            throw new UserException("XL686", $"{origin} has no id2label: the folder holds a model, but no tagger. Train one on it: xling tag train.");
        }

        var tags = Enumerable.Range(0, labels.Count).Select(i => labels[FormattableString.Invariant($"{i}")] is JsonValue value && value.TryGetValue<string>(out var tag) ? tag : null).ToList();
        return tags.Contains(null) || tags.Distinct().Count() < tags.Count
            ? throw new UserException("XL686", $"{origin}: id2label must name a different tag for each number from 0 to {labels.Count - 1}. Correct it, or download it again.")
            : [.. tags.OfType<string>()];
    }

    private static string Config(TokenClassifier classifier, string stored)
    {
        var json = JsonNode.Parse(classifier.Encoder switch
        {
            LlamaEncoder llama => (llama.Model.Config with { StoredType = stored }).ToJson(),
            XlmRoberta encoder => (encoder.Config with { StoredType = stored }).ToJson(),
            var other => throw new NotSupportedException(other.GetType().Name),
        })!.AsObject();
        var family = json["model_type"]!.GetValue<string>() switch { "xlm-roberta" => "XLMRoberta", "roberta" => "Roberta", "qwen2" => "Qwen2", "mistral" => "Mistral", _ => "Llama" };
        json["architectures"] = new JsonArray(family + "ForTokenClassification");
        json["classifier_dropout"] = classifier.Dropout;
        json["id2label"] = new JsonObject(classifier.Tags.Select((tag, i) => KeyValuePair.Create(FormattableString.Invariant($"{i}"), (JsonNode?)tag)));
        json["label2id"] = new JsonObject(classifier.Tags.Select((tag, i) => KeyValuePair.Create(tag, (JsonNode?)i)));
        if (classifier.Encoder is LlamaEncoder { Sight: var sight })
        {
            json[SightKey] = sight == Sight.Causal ? "causal" : "bidirectional";
        }

        return json.ToJsonString(JsonText.Indented) + "\n";
    }

    private static Dictionary<string, byte[]> CompanionsOf(string path) => ModelFolder.Companions
        .Where(name => name is not ("generation_config.json" or "chat_template.jinja") && File.Exists(Path.Combine(path, name)))
        .ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(path, name)));
}
