using System.Globalization;

namespace CrossLingual.Models;

/// <summary>The parts of a Llama that behave alike in training.</summary>
public enum ModelPart
{
    /// <summary>The token embedding.</summary>
    Embedding,

    /// <summary>Projections q, k, v and o of a layer.</summary>
    Attention,

    /// <summary>Projections gate, up and down of a layer.</summary>
    Mlp,

    /// <summary>RMSNorm scales, those of layers and the last one.</summary>
    Norm,

    /// <summary>The output layer, where it is not the embedding.</summary>
    Head,
}

/// <summary>
/// Where a tensor stands in a model, told from its name:
/// <c>model.layers.3.self_attn.q_proj.weight</c> is layer 3, attention, module <c>q_proj</c>.
/// </summary>
/// <param name="Layer">Its layer, from 0; -1 outside the layers.</param>
/// <param name="Part">Its part.</param>
/// <param name="Module">The last word before <c>.weight</c> or <c>.bias</c>.</param>
public readonly record struct TensorPlace(int Layer, ModelPart Part, string Module)
{
    private const string Layers = "model.layers.";

    /// <summary>The place of a name that <see cref="LlamaConfig.TensorShapes"/> lists.</summary>
    public static TensorPlace Of(string name)
    {
        var layer = -1;
        if (name.StartsWith(Layers, StringComparison.Ordinal))
        {
            layer = int.Parse(name.AsSpan(Layers.Length, name.IndexOf('.', Layers.Length) - Layers.Length), CultureInfo.InvariantCulture);
        }

        var module = name[..name.LastIndexOf('.')];
        module = module[(module.LastIndexOf('.') + 1)..];
        var part = module switch
        {
            "embed_tokens" => ModelPart.Embedding,
            "lm_head" => ModelPart.Head,
            _ when module.Contains("norm", StringComparison.Ordinal) => ModelPart.Norm,
            _ when name.Contains(".mlp.", StringComparison.Ordinal) => ModelPart.Mlp,
            _ => ModelPart.Attention,
        };
        return new TensorPlace(layer, part, module);
    }

    /// <summary>The name of the same tensor in another layer; a name outside the layers stays.</summary>
    /// <param name="name">A tensor's name.</param>
    /// <param name="layer">The other layer.</param>
    public static string InLayer(string name, int layer) => name.StartsWith(Layers, StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"{Layers}{layer}{name.AsSpan(name.IndexOf('.', Layers.Length))}")
        : name;
}
