using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>Which neighbours a piece sees when a sentence is encoded.</summary>
public enum Sight
{
    /// <summary>Those before it: what the model learnt as a language model.</summary>
    Causal,

    /// <summary>All of the sentence: the model must get used to it, but a word's tag often follows from the words after it.</summary>
    Bidirectional,
}

/// <summary>A Llama as an encoder of sentences: its last normalised states, without its head.</summary>
/// <param name="model">The model, owned from now on.</param>
/// <param name="sight">Which neighbours a piece sees.</param>
public sealed class LlamaEncoder(Llama model, Sight sight) : ISentenceEncoder
{
    /// <summary>The model.</summary>
    public Llama Model => model;

    /// <summary>Which neighbours a piece sees.</summary>
    public Sight Sight => sight;

    /// <inheritdoc/>
    public int Width => model.Config.HiddenSize;

    /// <inheritdoc/>
    public int LongestText => model.Config.MaxPositions;

    /// <inheritdoc/>
    public int VocabularySize => model.Config.VocabularySize;

    /// <inheritdoc/>
    public int PadId => 0;

    /// <inheritdoc/>
    public bool EndsSentences => false;

    /// <inheritdoc/>
    public Device Device => model.Device;

    /// <inheritdoc/>
    public bool Training
    {
        get => model.Training;
        set => model.Training = value;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Weights => model.Weights;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, long[]>> TensorShapes() => ShapesOf(model.Config);

    /// <inheritdoc/>
    public Tensor States(Tensor ids, Tensor present)
    {
        var positions = arange(ids.shape[1], ScalarType.Int64, ids.device).unsqueeze(0).expand(ids.shape);
        return model.Hidden(ids, positions, AttentionMask.RightPadded(present, sight == Sight.Causal, model.ComputeType));
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    void ISentenceEncoder.Replace(string name, Tensor weight) => model.Replace(name, weight);

    /// <summary>The weights of a model without its head.</summary>
    internal static IReadOnlyList<KeyValuePair<string, long[]>> ShapesOf(LlamaConfig config) => (config with { TiedEmbeddings = true }).TensorShapes();
}
