using System.Globalization;

namespace CrossLingual.Models;

/// <summary>Which set takes the tensors outside the layers.</summary>
public enum OutsideLayers
{
    /// <summary>The task's, as two re-implementations of layer swapping have it.</summary>
    Task,

    /// <summary>The language's.</summary>
    Language,

    /// <summary>None: they stay as they are.</summary>
    Neither,
}

/// <summary>
/// A model's weights divided into named sets that share nothing, so that each can be trained for a purpose of its own
/// (Bandarkar and Peng, arXiv 2505.18356). The division reported there as [C] gives the language the bottom six and top
/// two layers and the task the middle:
/// <code>
/// layers 0..5  language      layers 6..L-3  task      layers L-2, L-1  language
/// </code>
/// </summary>
public sealed record ParameterPartition
{
    /// <summary>The set of the language.</summary>
    public const string Language = "language";

    /// <summary>The set of the task.</summary>
    public const string Task = "task";

    private readonly LlamaConfig _config;

    /// <summary>A division of a model's tensors.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="config">The model.</param>
    /// <param name="sets">Tensors by set.</param>
    /// <exception cref="UserException">XL520: a tensor stands in two sets, is not the model's, or a set is empty.</exception>
    public ParameterPartition(string name, LlamaConfig config, IReadOnlyDictionary<string, IReadOnlyList<string>> sets)
    {
        (Name, Sets, _config) = (name, sets, config);
        var known = config.TensorShapes().Select(t => t.Key).ToHashSet();
        var problems = sets.Where(s => s.Value.Count == 0).Select(s => $"the set '{s.Key}' is empty")
            .Concat(sets.SelectMany(s => s.Value).GroupBy(t => t).Where(g => g.Count() > 1).Select(g => $"'{g.Key}' stands in two sets"))
            .Concat(sets.SelectMany(s => s.Value).Where(t => !known.Contains(t)).Select(t => $"'{t}' is no tensor of the model"))
            .Take(10).ToList();
        if (problems.Count > 0)
        {
            throw new UserException("XL520", $"Partition '{name}': {string.Join("; ", problems)}. Give every set some of the model's tensors, and each tensor to one set.");
        }
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Tensors by set, in the model's order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Sets { get; }

    /// <summary>The tensors of a set.</summary>
    public IReadOnlyList<string> this[string set] => Sets[set];

    /// <summary>Tensors in no set.</summary>
    public IReadOnlyList<string> Rest => [.. _config.TensorShapes().Select(t => t.Key).Except(Sets.Values.SelectMany(s => s))];

    /// <summary>Outer layers for the language, the middle for the task.</summary>
    /// <param name="config">The model.</param>
    /// <param name="bottom">Layers from the bottom for the language: 6 in partition [C].</param>
    /// <param name="top">Layers from the top for the language: 2 in partition [C].</param>
    /// <param name="outside">Where the tensors outside the layers go.</param>
    /// <exception cref="UserException">XL520: a set would be empty.</exception>
    public static ParameterPartition ByLayers(LlamaConfig config, int bottom = 6, int top = 2, OutsideLayers outside = OutsideLayers.Task)
    {
        var sets = config.TensorShapes().Select(t => t.Key)
            .GroupBy(name => TensorPlace.Of(name).Layer switch
            {
                < 0 => outside switch { OutsideLayers.Task => Task, OutsideLayers.Language => Language, _ => "" },
                var layer when layer < bottom || layer >= config.Layers - top => Language,
                _ => Task,
            })
            .ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g]);
        return new ParameterPartition(
            string.Create(CultureInfo.InvariantCulture, $"bottom {bottom} + top {top}"),
            config,
            new Dictionary<string, IReadOnlyList<string>> { [Language] = sets.GetValueOrDefault(Language, []), [Task] = sets.GetValueOrDefault(Task, []) });
    }

    /// <summary>The sets in a line each: layers, other tensors, weights.</summary>
    public override string ToString()
    {
        var sizes = _config.TensorShapes().ToDictionary(t => t.Key, t => t.Value.Aggregate(1L, (product, size) => product * size));
        return string.Join('\n', Sets.Select(s => (s.Key, s.Value)).Append(("in no set", Rest)).Where(s => s.Item2.Count > 0).Select(s => string.Create(
            CultureInfo.InvariantCulture,
            $"{s.Item1}: {string.Join(", ", Said(s.Item2))} ({s.Item2.Sum(t => sizes[t]):N0} weights)")));
    }

    // Whole layers by their numbers, the rest by name.
    private IEnumerable<string> Said(IReadOnlyList<string> tensors)
    {
        var perLayer = _config.TensorShapes().Count(t => TensorPlace.Of(t.Key).Layer == 0);
        var whole = tensors.GroupBy(t => TensorPlace.Of(t).Layer).Where(g => g.Key >= 0 && g.Count() == perLayer).Select(g => g.Key).Order().ToList();
        for (var i = 0; i < whole.Count;)
        {
            var from = i;
            while (i + 1 < whole.Count && whole[i + 1] == whole[i] + 1)
            {
                i++;
            }

            yield return string.Create(CultureInfo.InvariantCulture, $"layer{(whole[from] == whole[i] ? $" {whole[i]}" : $"s {whole[from]} to {whole[i]}")}");
            i++;
        }

        foreach (var tensor in tensors.Where(t => !whole.Contains(TensorPlace.Of(t).Layer)))
        {
            yield return tensor;
        }
    }
}
