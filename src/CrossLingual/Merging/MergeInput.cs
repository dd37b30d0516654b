using CrossLingual.Models;

namespace CrossLingual.Merging;

/// <summary>A model to merge: a folder, or a folder with a LoRA adapter on top.</summary>
/// <param name="Folder">The model folder; <c>lab</c> is the embedded one.</param>
/// <param name="Adapter">The adapter's folder, if any. Its change scale · B A is merged, never A and B apart.</param>
public sealed record ModelReference(string Folder, string? Adapter = null)
{
    /// <summary>The folder on disk.</summary>
    public string Path => ModelFolder.PathOf(Folder);

    /// <inheritdoc/>
    public override string ToString() => Adapter is null ? Folder : $"{Folder}+{Adapter}";
}

/// <summary>Consecutive layers of a model.</summary>
/// <param name="From">The first, from 0.</param>
/// <param name="To">The first one after them.</param>
public readonly record struct LayerRange(int From, int To)
{
    /// <summary>Number of layers.</summary>
    public int Count => To - From;
}

/// <summary>A model's part in a merge.</summary>
/// <param name="Model">The model.</param>
public sealed record MergeInput(ModelReference Model)
{
    /// <summary>What names its random masks; without one, the reference as it is written. A name keeps the masks when folders move.</summary>
    public string? Name { get; init; }

    /// <summary>Its layers in a slice; null for all.</summary>
    public LayerRange? Layers { get; init; }

    /// <summary>Settings of this model by name: weight, density, scale.</summary>
    public IReadOnlyDictionary<string, Setting> Settings { get; init; } = new Dictionary<string, Setting>();

    /// <summary>Its place in the recipe, for messages.</summary>
    public string Where { get; init; } = "";
}

/// <summary>Some layers of the output and what they are made of. A merge of whole models is one slice.</summary>
public sealed record MergeSlice
{
    /// <summary>The models, the same number of layers of each.</summary>
    public IReadOnlyList<MergeInput> Inputs { get; init; } = [];

    /// <summary>The base of this slice; null for the recipe's.</summary>
    public ModelReference? Base { get; init; }

    /// <summary>Settings of this slice by name.</summary>
    public IReadOnlyDictionary<string, Setting> Settings { get; init; } = new Dictionary<string, Setting>();

    /// <summary>Its place in the recipe, for messages.</summary>
    public string Where { get; init; } = "";
}
