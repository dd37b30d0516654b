using System.Globalization;
using System.Text;
using CrossLingual.Models;
using CrossLingual.Runs;

namespace CrossLingual.Merging;

/// <summary>One input of a merge, in its manifest.</summary>
/// <param name="Model">The model, as the recipe names it.</param>
/// <param name="Hashes">Hash of each file, or of all tensors that were read.</param>
public sealed record MergedSource(string Model, IReadOnlyDictionary<string, string> Hashes);

/// <summary>What a merged model was made of: <c>merge.json</c> in its folder.</summary>
/// <param name="Method">The method.</param>
/// <param name="Seed">Seed of random masks.</param>
/// <param name="Options">Settings of the method, those left at their defaults included.</param>
/// <param name="Checksums">How hashes were made.</param>
/// <param name="Sources">The models.</param>
/// <param name="Files">Hash of each weights file, or of its tensors.</param>
/// <param name="Recipe">The recipe as YAML.</param>
public sealed record MergeManifest(
    MergeMethod Method,
    int Seed,
    object Options,
    Checksums Checksums,
    IReadOnlyList<MergedSource> Sources,
    IReadOnlyDictionary<string, string> Files,
    string Recipe);

/// <summary>Writes what goes with the weights: settings, tokenizer, index, manifest and model card.</summary>
internal static class MergeDocuments
{
    public static void Write(MergePlan plan, string folder, RunFolder run, IReadOnlyDictionary<string, FinishedTensor> finished, string command, int threads)
    {
        WriteSettings(plan, folder);
        var manifest = ManifestOf(plan, folder, finished);
        AtomicFile.WriteText(Path.Combine(folder, "merge.json"), System.Text.Json.JsonSerializer.Serialize(manifest, JsonText.Indented) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "README.md"), Card(plan, manifest, command));
        run.WriteJson("merge.json", manifest);
        run.WriteManifest(new Manifest
        {
            Command = command,
            Seed = (ulong)plan.Recipe.Seed,
            Compute = "cpu float32",
            Threads = threads,
            Hashes = manifest.Sources.SelectMany(s => s.Hashes.Select(h => (Name: $"{s.Model}: {h.Key}", h.Value)))
                .Concat(manifest.Files.Select(f => (Name: f.Key, f.Value))).DistinctBy(h => h.Name).ToDictionary(h => h.Name, h => h.Value),
        });
    }

    private static void WriteSettings(MergePlan plan, string folder)
    {
        var stored = TensorTypes.ConfigNameOf(TensorTypes.FromStored(plan.Tensors[0].Type));
        AtomicFile.WriteText(Path.Combine(folder, "config.json"), (plan.Config with { StoredType = stored }).ToJson());
        foreach (var name in ModelFolder.Companions)
        {
            var from = Path.Combine(plan.SettingsFrom.Path, name);
            if (File.Exists(from))
            {
                AtomicFile.WriteBytes(Path.Combine(folder, name), File.ReadAllBytes(from));
            }
        }

        if (plan.Shards.Count > 1)
        {
            var places = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var shard in plan.Shards)
            {
                foreach (var tensor in shard.Tensors)
                {
                    places[tensor.Name] = shard.File;
                }
            }

            SafetensorsWriter.WriteIndex(folder, places, plan.OutputBytes);
        }
    }

    private static MergeManifest ManifestOf(MergePlan plan, string folder, IReadOnlyDictionary<string, FinishedTensor> finished)
    {
        var recipe = plan.Recipe;
        var sha = recipe.Checksums == Checksums.Sha256;
        return new MergeManifest(
            recipe.Method!.Value,
            recipe.Seed,
            OptionsOf(plan),
            recipe.Checksums,
            [.. plan.Opened.Select((source, index) => new MergedSource(source.Reference.ToString(), sha ? FilesOf(source) : ReadOf(index, source)))],
            plan.Shards.ToDictionary(s => s.File, s => sha
                ? Manifest.HashFile(Path.Combine(folder, s.File))
                : ShardFiles.Joined(s.Tensors.Select(t => UInt128.Parse(finished[t.Name].Hash, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))),
            recipe.Yaml);

        static IReadOnlyDictionary<string, string> FilesOf(MergeSource source) => source.FilePaths
            .Append(Path.Combine(source.Reference.Path, "config.json")).ToDictionary(f => Path.GetFileName(f)!, Manifest.HashFile);

        // Of the weights that went in; small files whole.
        IReadOnlyDictionary<string, string> ReadOf(int index, MergeSource source)
        {
            var read = plan.Tensors.SelectMany(t => t.Reads.Select((o, k) => (o.Source, Hash: finished[t.Name].Sources[k]))).Where(r => r.Source == index);
            var hashes = new Dictionary<string, string>
            {
                ["config.json, sha256"] = Manifest.HashFile(Path.Combine(source.Reference.Path, "config.json")),
                ["tensors read"] = ShardFiles.Joined(read.Select(r => UInt128.Parse(r.Hash, NumberStyles.HexNumber, CultureInfo.InvariantCulture))),
            };
            if (source.Reference.Adapter is { } adapter)
            {
                hashes["adapter_model.safetensors, sha256"] = Manifest.HashFile(Path.Combine(adapter, "adapter_model.safetensors"));
            }

            return hashes;
        }
    }

    private static object OptionsOf(MergePlan plan)
    {
        var recipe = plan.Recipe;
        var settings = recipe.Settings.ToDictionary(s => s.Key, s => s.Value.ToString());
        return recipe.Method switch
        {
            MergeMethod.Ties => new { settings, recipe.Ties, models = ModelsOf(plan) },
            MergeMethod.DareLinear => new { settings, recipe.Normalizes, recipe.Dare, models = ModelsOf(plan) },
            MergeMethod.DareTies => new { settings, recipe.Dare, recipe.Ties, models = ModelsOf(plan) },
            MergeMethod.LayerSwap => new { task = recipe.Task!.Model.ToString(), language = recipe.Language!.Model.ToString(), recipe.LayerSwap },
            MergeMethod.Revert => new { recipe.Revert },
            _ => new { settings, recipe.Normalizes, models = ModelsOf(plan) },
        };
    }

    private static IEnumerable<object> ModelsOf(MergePlan plan) => plan.Recipe.Slices.SelectMany(s => s.Inputs).Select(i => new
    {
        model = i.Model.ToString(),
        i.Name,
        i.Layers,
        settings = i.Settings.ToDictionary(s => s.Key, s => s.Value.ToString()),
    });

    private static string Card(MergePlan plan, MergeManifest manifest, string command)
    {
        var names = plan.SourceNames();
        var card = new StringBuilder("---\n");
        foreach (var model in plan.Sources.Select(s => s.Folder).Distinct())
        {
            card.Append(card.Length == 4 ? "base_model:\n" : "").Append("  - ").Append(System.Text.Json.JsonSerializer.Serialize(model, JsonText.Line)).Append('\n');
        }

        card.Append("tags: [merge, ").Append(MergeVocabulary.Word(manifest.Method)).Append("]\n---\n\n# Merged model\n\n")
            .Append(CultureInfo.InvariantCulture, $"Made by `{MergeVocabulary.Word(manifest.Method)}` of {plan.Sources.Count} models, seed {manifest.Seed}, with {new Manifest { Command = command, Seed = 0 }.Version}.\n\n")
            .Append("| name | model | hashes |\n|---|---|---|\n");
        foreach (var (source, name) in manifest.Sources.Zip(names))
        {
            card.Append(CultureInfo.InvariantCulture, $"| {name} | {source.Model} | {string.Join("; ", source.Hashes.Select(h => $"{h.Key} `{h.Value}`"))} |\n");
        }

        card.Append("\n## Where the tensors come from\n\n");
        foreach (var group in Grouped(plan, names))
        {
            card.Append("- ").Append(group).Append('\n');
        }

        card.Append("\n## Files\n\n");
        foreach (var (file, hash) in manifest.Files)
        {
            card.Append(CultureInfo.InvariantCulture, $"- {file}: {MergeVocabulary.Word(manifest.Checksums)} `{hash}`\n");
        }

        return card.Append("\n## Recipe\n\n```yaml\n").Append(manifest.Recipe).Append("```\n\nAll options, those left at their defaults too, are in `merge.json`. Repeat it with `xling merge`.\n").ToString();
    }

    /// <summary>Layers that are made alike, in a line each.</summary>
    internal static IEnumerable<string> Grouped(MergePlan plan, IReadOnlyList<string> names)
    {
        var layers = plan.Tensors.GroupBy(t => TensorPlace.Of(t.Name).Layer)
            .Select(g => (Layer: g.Key, How: string.Join("; ", g.Select(t => Plain(t, names)).Distinct()))).ToList();
        foreach (var outside in plan.Tensors.Where(t => TensorPlace.Of(t.Name).Layer < 0))
        {
            yield return $"{outside.Name}: {outside.Describe(names)}";
        }

        var inside = layers.Where(l => l.Layer >= 0).OrderBy(l => l.Layer).ToList();
        for (var i = 0; i < inside.Count;)
        {
            var from = i;
            while (i < inside.Count && inside[i].How == inside[from].How)
            {
                i++;
            }

            var (first, last) = (inside[from].Layer, inside[i - 1].Layer);
            yield return string.Create(CultureInfo.InvariantCulture, $"layer{(first == last ? $" {first}" : $"s {first} to {last}")}: {inside[from].How}");
        }

        // Without the names of tensors, which differ in every layer.
        static string Plain(TensorPlan tensor, IReadOnlyList<string> names)
        {
            var moved = tensor.Operands.Select(o => TensorPlace.Of(o.Tensor).Layer).Distinct().ToList();
            var plain = tensor with { Operands = [.. tensor.Operands.Select(o => o with { Tensor = tensor.Name })] };
            return moved is [var one] && one != TensorPlace.Of(tensor.Name).Layer ? string.Create(CultureInfo.InvariantCulture, $"{plain.Describe(names)}, layer {one}") : plain.Describe(names);
        }
    }
}
