using System.Text.Json;

namespace CrossLingual.Models;

/// <summary>The safetensors files of a model folder, their headers checked, and which tensor stands in which.</summary>
internal sealed class WeightFiles : IDisposable
{
    private static readonly string[] PickleEndings = [".bin", ".pt", ".pth", ".ckpt", ".pkl"];
    private readonly string _path;
    private readonly List<Safetensors> _files = [];

    private WeightFiles(string path) => _path = path;

    /// <summary>The files.</summary>
    public IReadOnlyList<Safetensors> Files => _files;

    /// <summary>Opens a folder's weights; no weight is read.</summary>
    /// <exception cref="UserException">XL314 no usable weights, XL30x a damaged file.</exception>
    public static WeightFiles Open(string path)
    {
        var weights = new WeightFiles(path);
        var index = Path.Combine(path, "model.safetensors.index.json");
        var single = Path.Combine(path, "model.safetensors");
        var names = File.Exists(index) ? weights.ShardsOf(index)
            : File.Exists(single) ? [single]
            : throw weights.NoWeights();
        try
        {
            weights._files.AddRange(names.Select(Safetensors.Open));
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Finds every tensor of a model.</summary>
    /// <param name="shapes">The model's tensors.</param>
    /// <param name="nameOf">The model's name of a stored tensor; null for what is passed over.</param>
    /// <param name="kind">The model in words, for messages.</param>
    /// <returns>For each tensor the file and its name there.</returns>
    /// <exception cref="UserException">XL313: all tensors that are missing, too many, twice there, or of another shape or type.</exception>
    public IReadOnlyDictionary<string, (Safetensors File, string Stored)> Place(IReadOnlyDictionary<string, long[]> shapes, Func<string, string?> nameOf, string kind)
    {
        var places = new Dictionary<string, (Safetensors File, string Stored)>();
        var problems = new List<string>();
        foreach (var file in _files)
        {
            foreach (var (stored, entry) in file.Entries)
            {
                if (nameOf(stored) is not { } name)
                {
                    continue;
                }

                if (!shapes.TryGetValue(name, out var shape))
                {
                    problems.Add($"{file.Path}: tensor '{stored}' does not belong to {kind}");
                }
                else if (!shape.SequenceEqual(entry.Shape))
                {
                    problems.Add($"{file.Path}: tensor '{stored}' has shape [{string.Join(", ", entry.Shape)}]; config.json asks for [{string.Join(", ", shape)}]");
                }
                else if (entry.Type is not ("F32" or "F16" or "BF16" or "F64"))
                {
                    problems.Add($"{file.Path}: tensor '{stored}' has type {entry.Type}; weights must be BF16, F16, F32 or F64");
                }
                else if (!places.TryAdd(name, (file, stored)))
                {
                    problems.Add($"{file.Path}: tensor '{stored}' stands in {places[name].File.Path} too");
                }
            }
        }

        problems.AddRange(shapes.Keys.Except(places.Keys).Where(name => !problems.Exists(p => p.Contains($"'{name}'", StringComparison.Ordinal)))
            .Select(name => $"{_path}: tensor '{name}' is missing"));
        return problems.Count == 0
            ? places
            : throw new UserException(
                "XL313",
                string.Join("\n      ", problems.Take(10)) + (problems.Count > 10 ? $"\n      and {problems.Count - 10} more" : "")
                + "\n      The weights and config.json do not belong together; take both from the same download.");
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(f => f.Dispose());

    private UserException NoWeights()
    {
        var pickle = Directory.EnumerateFiles(_path).FirstOrDefault(f => PickleEndings.Contains(Path.GetExtension(f)));
        return pickle is null
            ? new UserException("XL314", $"{_path} has no weights. It needs model.safetensors, or shards with model.safetensors.index.json.")
            : new UserException("XL314", $"{_path} has its weights in {Path.GetFileName(pickle)}, a PyTorch pickle. Pickles can run code and are refused; get the safetensors version or convert it.");
    }

    private string[] ShardsOf(string index)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            var names = json.RootElement.GetProperty("weight_map").EnumerateObject().Select(p => p.Value.GetString() ?? throw new JsonException($"'{p.Name}' has no file.")).Distinct().Order(StringComparer.Ordinal).ToList();
            var strange = names.Find(name => Path.GetFileName(name) != name);
            return strange is null
                ? [.. names.Select(name => Path.Combine(_path, name))]
                : throw new UserException("XL314", $"{index} points to '{strange}', outside the folder. Only file names beside it are allowed.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserException("XL314", $"{index} is not a readable shard index: {e.Message} Download it again.", e);
        }
    }
}
