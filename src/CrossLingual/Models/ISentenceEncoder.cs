using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>A model that turns the pieces of a sentence into a state each: what a <see cref="TokenClassifier"/> stands on.</summary>
public interface ISentenceEncoder : IDisposable
{
    /// <summary>Width of a state.</summary>
    int Width { get; }

    /// <summary>Pieces of the longest sentence, those that begin and end it included.</summary>
    int LongestText { get; }

    /// <summary>Number of piece ids.</summary>
    int VocabularySize { get; }

    /// <summary>Id that fills rows up; it is never looked at.</summary>
    int PadId { get; }

    /// <summary>Whether sentences end with the tokenizer's end id, beside beginning with its begin id.</summary>
    bool EndsSentences { get; }

    /// <summary>Where the weights are.</summary>
    Device Device { get; }

    /// <summary>Whether dropout is on.</summary>
    bool Training { get; set; }

    /// <summary>The weights by name.</summary>
    IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>Names and shapes of the weights, in the order of the forward pass.</summary>
    IReadOnlyList<KeyValuePair<string, long[]>> TensorShapes();

    /// <summary>The last states.</summary>
    /// <param name="ids">[rows, time], int64; rows are filled up on the right.</param>
    /// <param name="present">[rows, time], bool: false where a row is filled up.</param>
    /// <returns>[rows, time, width]; what stands where a row is filled up means nothing.</returns>
    Tensor States(Tensor ids, Tensor present);

    /// <summary>Replaces a weight, disposing the old one; the trainer puts its flat buffers in place this way.</summary>
    internal void Replace(string name, Tensor weight);
}
