using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Tests.Tiny;

/// <summary>Taggers of a few thousand weights on both kinds of encoder.</summary>
public static class TinyTagger
{
    public static IReadOnlyList<string> Tags { get; } = ["NOUN", "VERB", "DET", "ADP"];

    public static XlmRobertaConfig Config { get; } = new()
    {
        VocabularySize = 302,
        HiddenSize = 16,
        IntermediateSize = 24,
        Layers = 2,
        Heads = 4,
        MaxPositions = 34,
    };

    /// <summary>The tiny model's pieces with XLM-RoBERTa's ids.</summary>
    public static Tokenizer XlmRobertaTokenizer { get; } = Xlm();

    /// <summary>A tagger on an encoder whose weights, norms and biases included, are all random.</summary>
    public static TokenClassifier OnXlmRoberta(int seed = 1) => TokenClassifier.Fresh(XlmRoberta.Fresh(Config, Seed.For("tiny", seed), Compute.Exact), XlmRobertaTokenizer, Tags, Seed.For("tiny", seed));

    public static TokenClassifier OnLlama(Sight sight, int seed = 1) => TokenClassifier.Fresh(new LlamaEncoder(TinyModel.Fresh(seed), sight), TinyModel.Tokenizer, Tags, Seed.For("tiny", seed));

    private static SentencePieceTokenizer Xlm()
    {
        var model = ((SentencePieceTokenizer)TinyModel.Tokenizer).Model;
        return new(model.ToXlmRoberta("tiny"), new() { [Tokenizer.XlmRobertaFile] = model.ToBytes() });
    }
}
