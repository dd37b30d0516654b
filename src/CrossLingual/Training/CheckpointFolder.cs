using System.Text.Json;
using CrossLingual.Models;
using CrossLingual.Runs;
using static TorchSharp.torch;

namespace CrossLingual.Training;

/// <summary>
/// Checkpoints of one training: <c>step-000100/</c> holds the weights, both moments and what they belong to. A folder
/// appears only when it is whole; the oldest are removed.
/// </summary>
/// <param name="path">The folder that holds them.</param>
/// <param name="recipe">Identity of the recipe and data; another one is refused.</param>
/// <param name="keep">How many are kept, at least 1.</param>
public sealed class CheckpointFolder(string path, string recipe, int keep)
{
    private const string Prefix = "step-";

    /// <summary>The newest checkpoint's step; null when there is none.</summary>
    public int? LastStep => Directory.Exists(path) && Steps().ToList() is { Count: > 0 } steps ? steps.Max() : null;

    /// <summary>Removes all checkpoints.</summary>
    public void Clear()
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>Writes a checkpoint.</summary>
    internal void Save(FlatParameters parameters, AdamW optimizer, int step, SelfPacedSchedule? selfPaced = null) => Save([new("", parameters, optimizer)], step, selfPaced);

    /// <summary>Writes a checkpoint of several trainings at once.</summary>
    internal void Save(IReadOnlyList<Trained> trained, int step, SelfPacedSchedule? selfPaced = null)
    {
        Directory.CreateDirectory(path);
        AtomicFile.WriteFolder(PathOf(step), into =>
        {
            var tensors = trained.SelectMany(t => t.Tensors).ToDictionary();
            using var scope = NewDisposeScope();
            if (selfPaced?.State is { Weights.Length: > 0 } pacing)
            {
                tensors["example_weights"] = tensor(pacing.Weights);
            }

            SafetensorsWriter.Write(Path.Combine(into, "state.safetensors"), tensors);
            var state = new State(step, recipe, NamesOf(trained), selfPaced is null ? null : selfPaced.State with { Weights = [] });
            AtomicFile.WriteText(Path.Combine(into, "state.json"), JsonSerializer.Serialize(state, JsonText.Indented) + "\n");
        });
        foreach (var old in Steps().OrderDescending().Skip(keep))
        {
            Directory.Delete(PathOf(old), recursive: true);
        }
    }

    /// <summary>Loads the newest checkpoint.</summary>
    /// <returns>Its step; 0 when there is none.</returns>
    /// <exception cref="UserException">XL412: it belongs to another training; XL413: it is damaged.</exception>
    internal int Restore(FlatParameters parameters, AdamW optimizer, SelfPacedSchedule? selfPaced = null) => Restore([new("", parameters, optimizer)], selfPaced);

    /// <summary>Loads the newest checkpoint of several trainings.</summary>
    /// <returns>Its step; 0 when there is none.</returns>
    /// <exception cref="UserException">XL412, XL413 as for one.</exception>
    internal int Restore(IReadOnlyList<Trained> trained, SelfPacedSchedule? selfPaced = null)
    {
        if (LastStep is not { } step)
        {
            return 0;
        }

        var folder = PathOf(step);
        try
        {
            var state = JsonSerializer.Deserialize<State>(File.ReadAllBytes(Path.Combine(folder, "state.json")), JsonText.Indented)!;
            if (state.Recipe != recipe || !state.Parameters.SequenceEqual(NamesOf(trained)))
            {
                throw new UserException("XL412", $"{folder} belongs to another recipe or other data. Train into another folder, or without --resume.");
            }

            using var scope = NewDisposeScope();
            using var _ = no_grad();
            using var file = Safetensors.Open(Path.Combine(folder, "state.safetensors"));
            foreach (var (name, tensor) in trained.SelectMany(t => t.Tensors))
            {
                tensor.copy_(TensorBytes.Read(file, name));
            }

            if (selfPaced is not null)
            {
                var pacing = state.SelfPaced ?? throw new JsonException("the self-paced state is missing.");
                selfPaced.State = pacing.Rounds.Count == 0 ? pacing : pacing with { Weights = TensorBytes.Read(file, "example_weights").data<float>().ToArray() };
            }

            return step;
        }
        catch (Exception e) when (e is JsonException or IOException or KeyNotFoundException)
        {
            throw new UserException("XL413", $"{folder} is damaged: {e.Message} Remove it; the checkpoint before it is used then.", e);
        }
    }

    private IEnumerable<int> Steps() => Directory.EnumerateDirectories(path, Prefix + "*")
        .Select(folder => int.TryParse(Path.GetFileName(folder)[Prefix.Length..], out var step) ? step : -1)
        .Where(step => step > 0);

    private string PathOf(int step) => Path.Combine(path, $"{Prefix}{step:000000}");

    private static List<string> NamesOf(IReadOnlyList<Trained> trained) => [.. trained.SelectMany(t => t.Parameters.Names.Select(n => t.Prefix + n))];

    /// <summary>What one optimizer trains.</summary>
    /// <param name="Prefix">Before its names in the files; empty where there is one alone.</param>
    /// <param name="Parameters">The weights.</param>
    /// <param name="Optimizer">Their moments.</param>
    internal sealed record Trained(string Prefix, FlatParameters Parameters, AdamW Optimizer)
    {
        /// <summary>All that a resume needs, by its name in the files.</summary>
        public IEnumerable<KeyValuePair<string, Tensor>> Tensors =>
            [new(Prefix + "weights", Parameters.Weights), new(Prefix + "first", Optimizer.First), new(Prefix + "second", Optimizer.Second)];
    }

    private sealed record State(int Step, string Recipe, IReadOnlyList<string> Parameters, SelfPacedState? SelfPaced = null);
}
