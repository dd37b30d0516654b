using System.Globalization;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Text;

public class LlamaTokenizerTests
{
    private static Tokenizer Llama2() => Tokenizer.Load(RealData.Path("llama2-tokenizer", "tokenizer.model"));

    private static (string Text, int[] Ids)[] Vectors()
    {
        var folder = RealData.Path("llama.cpp-vocab", "models");
        var texts = File.ReadAllText(Path.Combine(folder, "ggml-vocab-llama-spm.gguf.inp")).Split("\n__ggml_vocab_test__\n");
        var ids = File.ReadAllLines(Path.Combine(folder, "ggml-vocab-llama-spm.gguf.out"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray())
            .ToArray();
        return [.. texts.Zip(ids)];
    }

    [Fact]
    public void Llama2_EqualsAllReferenceVectors()
    {
        var tokenizer = Llama2();
        var vectors = Vectors();
        Assert.Equal(46, vectors.Length);
        Assert.All(vectors, v => Assert.Equal(v.Ids, tokenizer.Encode(v.Text)));
    }

    [Fact]
    public void Llama2_DecodesWhatItEncodes()
    {
        var tokenizer = Llama2();
        string[] more = ["नमस्ते दुनिया।", "Bạn có khỏe không?", "  two  spaces\n\n\ttab ", "🙂👩‍👩‍👧 ok", "e\u0301 decomposed", "\u200b"];
        Assert.All(Vectors().Select(v => v.Text).Concat(more), text =>
        {
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
            Assert.Equal("x" + text, tokenizer.Decode([.. tokenizer.Encode("x"), .. tokenizer.Encode(text, continuation: true)]));
        });
    }

    [Fact]
    public void ControlTokensInText_StayText()
    {
        var tokenizer = Llama2();
        Assert.DoesNotContain(2, tokenizer.Encode("</s>"));
        Assert.Equal([1, 22172], tokenizer.Encode("hello", addBos: true));
    }

    [Fact]
    public void TokenizerJson_OfLlama2_EqualsTheModelFile()
    {
        var model = SentencePieceModel.Parse(File.ReadAllBytes(RealData.Path("llama2-tokenizer", "tokenizer.model")), "tokenizer.model");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], TokenizerJsonFixture.FromSentencePiece(model));
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.All(Vectors(), v => Assert.Equal(v.Ids, tokenizer.Encode(v.Text)));
        Assert.Equal(1, tokenizer.BosId);
        Assert.Equal(2, tokenizer.EosId);
    }

    [Fact]
    public void SentencePieceModel_WritesWhatItReads()
    {
        var model = SentencePieceModel.Parse(File.ReadAllBytes(RealData.Path("llama2-tokenizer", "tokenizer.model")), "tokenizer.model");
        var again = SentencePieceModel.Parse(model.ToBytes(), "copy");
        Assert.Equal(model.Pieces, again.Pieces);
        Assert.Equal(model with { Pieces = [], NormalizationTable = default }, again with { Pieces = [], NormalizationTable = default });
    }

    [Fact]
    public void BrokenModel_IsNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["tokenizer.model"], [0x0A, 0x7F, 1, 2]);
        Assert.Equal("XL210", Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Id);
        File.Delete(folder["tokenizer.model"]);
        Assert.Equal("XL211", Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Id);
        File.WriteAllText(folder["tokenizer.json"], "{\"model\":{\"type\":\"WordPiece\"}}");
        Assert.Contains("WordPiece", Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
    }
}
