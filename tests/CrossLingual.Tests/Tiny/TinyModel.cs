using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Tests.Tiny;

/// <summary>A model of a few thousand weights, and data for it.</summary>
public static class TinyModel
{
    public static LlamaConfig Config { get; } = new()
    {
        VocabularySize = 300,
        HiddenSize = 32,
        IntermediateSize = 48,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 8,
        MaxPositions = 128,
        TiedEmbeddings = true,
        BosId = 1,
        EosIds = [2],
    };

    /// <summary>A tokenizer of bytes and a few words.</summary>
    public static Tokenizer Tokenizer { get; } = new SentencePieceTokenizer(SentencePieceTrainer.Train(
        Enumerable.Repeat("the cat sat on the mat and the dog sat on the log while a bird sang a song to them all day long", 20),
        new SentencePieceTrainerOptions { VocabularySize = 300 }));

    public static Llama Fresh(int seed = 1) => Llama.Fresh(Config, Seed.For("tiny", seed), Compute.Exact);

    /// <summary>Random examples of 4 to 20 tokens, the second half learned.</summary>
    public static List<TokenizedExample> Examples(int count, int seed = 1)
    {
        var dice = Seed.For("tiny examples", seed).Dice();
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var ids = Enumerable.Range(0, dice.Next(4, 21)).Select(_ => dice.Next(3, Config.VocabularySize)).ToArray();
            return new TokenizedExample($"tiny-{i}", ids, [.. ids.Select((_, k) => k >= ids.Length / 2)]);
        })];
    }
}
