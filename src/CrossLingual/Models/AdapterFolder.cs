using System.Text.Json;
using System.Text.Json.Nodes;
using CrossLingual.Runs;
using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>
/// A LoRA adapter as PEFT writes and reads it: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, with
/// names <c>base_model.model.{module}.lora_A.weight</c>.
/// </summary>
public static class AdapterFolder
{
    private const string Prefix = "base_model.model.";

    /// <summary>Writes an adapter; the folder appears only when it is whole.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="folder">The folder to make.</param>
    /// <param name="baseModel">Where its base model is, for whoever loads it.</param>
    public static void Save(LoraAdapter adapter, string folder, string baseModel)
    {
        AtomicFile.WriteFolder(folder, into =>
        {
            var tensors = adapter.Pairs
                .SelectMany(p => new[] { KeyValuePair.Create($"{Prefix}{p.Key}.lora_A.weight", p.Value.A), KeyValuePair.Create($"{Prefix}{p.Key}.lora_B.weight", p.Value.B) })
                .ToDictionary();
            SafetensorsWriter.Write(Path.Combine(into, "adapter_model.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
            var config = adapter.Config;
            var json = new JsonObject
            {
                ["peft_type"] = "LORA",
                ["task_type"] = "CAUSAL_LM",
                ["base_model_name_or_path"] = baseModel,
                ["r"] = config.Rank,
                ["lora_alpha"] = config.Alpha,
                ["lora_dropout"] = config.Dropout,
                ["use_rslora"] = config.RankStabilized,
                ["target_modules"] = new JsonArray([.. config.TargetModules.Select(m => (JsonNode)m)]),
                ["bias"] = "none",
                ["fan_in_fan_out"] = false,
                ["inference_mode"] = true,
            };
            AtomicFile.WriteText(Path.Combine(into, "adapter_config.json"), json.ToJsonString(JsonText.Indented) + "\n");
        });
    }

    /// <summary>Reads an adapter for a model.</summary>
    /// <exception cref="UserException">XL331: not a LoRA adapter that this project can apply; XL332: it does not fit the model.</exception>
    public static LoraAdapter Load(string folder, Llama model)
    {
        using var scope = NewDisposeScope();
        var (config, file, places) = Open(folder, model.Config);
        using (file)
        {
            return new LoraAdapter(config, places.ToDictionary(p => p.Key, p => (Read(p.Value.A), Read(p.Value.B))));
        }

        Tensor Read(SafetensorsEntry entry) =>
            TensorBytes.Read(file, entry.Name).view([.. entry.Shape]).to(ScalarType.Float32).to(model.Device);
    }

    /// <summary>Opens an adapter and checks its headers against a model's shape; no weight is read.</summary>
    /// <param name="folder">The adapter's folder.</param>
    /// <param name="shape">The model's configuration.</param>
    /// <returns>Its settings, its file, which the caller disposes, and A and B by module.</returns>
    /// <exception cref="UserException">XL331: not a LoRA adapter that this project can apply; XL332: it does not fit the model.</exception>
    internal static (LoraConfig Config, Safetensors File, IReadOnlyDictionary<string, (SafetensorsEntry A, SafetensorsEntry B)> Places) Open(string folder, LlamaConfig shape)
    {
        var config = ReadConfig(Path.Combine(folder, "adapter_config.json"));
        var file = Safetensors.Open(Path.Combine(folder, "adapter_model.safetensors"));
        try
        {
            return (config, file, Place(file, config, shape.TensorShapes().ToDictionary()));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Dictionary<string, (SafetensorsEntry A, SafetensorsEntry B)> Place(Safetensors file, LoraConfig config, Dictionary<string, long[]> shapes)
    {
        var places = new Dictionary<string, (SafetensorsEntry A, SafetensorsEntry B)>();
        foreach (var (name, entry) in file.Entries.Where(e => e.Key.EndsWith(".lora_A.weight", StringComparison.Ordinal)))
        {
            var module = name[(name.StartsWith(Prefix, StringComparison.Ordinal) ? Prefix.Length : 0)..^".lora_A.weight".Length];
            var other = name.Replace(".lora_A.", ".lora_B.", StringComparison.Ordinal);
            if (!shapes.TryGetValue(module + ".weight", out var shape) || !file.Entries.TryGetValue(other, out var b)
                || !entry.Shape.SequenceEqual([config.Rank, shape[1]]) || !b.Shape.SequenceEqual([shape[0], config.Rank]))
            {
                throw new UserException("XL332", $"{file.Path}: the adapter of '{module}' does not fit the model (rank {config.Rank}). Use the base model named in adapter_config.json.");
            }

            places[module] = (entry, b);
        }

        var left = file.Entries.Keys.Where(n => !n.Contains(".lora_A.", StringComparison.Ordinal) && !n.Contains(".lora_B.", StringComparison.Ordinal)).ToList();
        return left.Count == 0 && places.Count > 0
            ? places
            : throw new UserException("XL331", left.Count > 0
                ? $"{file.Path}: tensor '{left[0]}' is not a LoRA matrix. Adapters with trained embeddings or other parts are not supported; merge it into its base with PEFT."
                : $"{file.Path} holds no LoRA matrices. Give the folder that PEFT wrote.");
    }

    private static LoraConfig ReadConfig(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserException("XL331", $"{path} does not exist. An adapter folder needs adapter_config.json and adapter_model.safetensors.");
        }

        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            if (json["peft_type"]?.GetValue<string>() is { } type and not "LORA")
            {
                throw new UserException("XL331", $"{path}: peft_type is '{type}'; LORA is supported.");
            }

            return new LoraConfig
            {
                Rank = json["r"]!.GetValue<int>(),
                Alpha = json["lora_alpha"]!.GetValue<double>(),
                Dropout = json["lora_dropout"]?.GetValue<double>() ?? 0,
                RankStabilized = json["use_rslora"]?.GetValue<bool>() ?? false,
                TargetModules = json["target_modules"] is JsonArray modules ? [.. modules.Select(m => m!.GetValue<string>())] : [],
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new UserException("XL331", $"{path} is not a PEFT adapter configuration with r and lora_alpha: {e.Message}", e);
        }
    }
}
