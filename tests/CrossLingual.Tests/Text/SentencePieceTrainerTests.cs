using CrossLingual.Data;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;
using CsCheck;

namespace CrossLingual.Tests.Text;

public class SentencePieceTrainerTests
{
    private static readonly string[] Headings = ["### Instruction:", "\n\n### Response:"];
    private static readonly string[] Corpus = MakeCorpus();
    private static readonly SentencePieceTrainerOptions Options = new() { VocabularySize = 700, WholePieces = Headings };
    private static readonly SentencePieceModel Model = SentencePieceTrainer.Train(Corpus, Options);
    private static readonly Tokenizer Tokenizer = new SentencePieceTokenizer(Model);

    // Every code point but surrogates and U+2581, which is SentencePiece's own sign for a space.
    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Int[0, 0x10FFFF].Where(c => c is not (>= 0xD800 and <= 0xDFFF) and not 0x2581).Select(char.ConvertFromUtf32),
        Gen.Char[" \n\t\r 019aé.\u0301\u0000"].Select(c => c.ToString()),
        Gen.OneOfConst([.. Headings, "the", "###", "  ", "<s>", "</s>", "<0x0A>", "नमस्ते", "👩‍👩‍👧"])).Array[0, 30].Select(string.Concat);

    [Fact]
    public void EveryText_RoundTrips() => AnyText.Sample(text => Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text))), iter: 2000);

    [Fact]
    public void EveryContinuation_IsAppended() => Gen.Select(AnyText, AnyText).Sample(
        (a, b) => Assert.Equal(a + b, Tokenizer.Decode([.. Tokenizer.Encode(a), .. Tokenizer.Encode(b, continuation: a.Length > 0)])),
        iter: 1000);

    [Fact]
    public void EveryText_RoundTripsWithoutAPieceForTheSpace()
    {
        // One text and no other space: the space is rarer than asked for and has no piece.
        var model = SentencePieceTrainer.Train(["aaaa"], new SentencePieceTrainerOptions { VocabularySize = 262, RarestCharacter = 2 });
        var tokenizer = new SentencePieceTokenizer(model);
        Assert.All(["aa", " aa", "a b  c", " "], text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))));
    }

    [Fact]
    public void UnpairedSurrogate_BecomesTheReplacement() => Assert.Equal("a\uFFFDb", Tokenizer.Decode(Tokenizer.Encode("a\ud83db")));

    [Fact]
    public void Digits_StaySingle()
    {
        Assert.DoesNotContain(Model.Pieces, p => p.Kind == PieceKind.Normal && p.Text.Length > 1 && p.Text.Any(char.IsDigit));
        Assert.Equal(["1", "9", "9", "0"], Tokenizer.Encode("in 1990").Select(Tokenizer.PieceOf).TakeLast(4));
    }

    [Fact]
    public void WholePieces_AreOnePiece()
    {
        Assert.Equal(["\u2581", "###\u2581Instruction:", "\u2581"], Tokenizer.Encode("### Instruction: ").Select(Tokenizer.PieceOf));
        Assert.Equal(1, Tokenizer.Encode("a cat\n\n### Response:").Count(id => Tokenizer.PieceOf(id) == "\n\n###\u2581Response:"));
        Assert.DoesNotContain(Model.Pieces, p => p.Kind == PieceKind.Normal && p.Text.Contains("Instruction:", StringComparison.Ordinal));
    }

    [Fact]
    public void FrequentWords_AreOnePiece() =>
        Assert.Equal(["\u2581the", "\u2581cat"], Tokenizer.Encode("the cat").Select(Tokenizer.PieceOf));

    [Fact]
    public void SameCorpus_GivesTheSameBytes()
    {
        Assert.Equal(Model.ToBytes(), SentencePieceTrainer.Train(Corpus, Options).ToBytes());
        Assert.Equal(Model.ToBytes(), SentencePieceTrainer.Train(Corpus.Reverse(), Options).ToBytes());   // the order of texts does not matter
        Assert.NotEqual(Model.ToBytes(), SentencePieceTrainer.Train(Corpus.Take(Corpus.Length / 2), Options).ToBytes());
    }

    [Fact]
    public void Merges_AreTheMostFrequentPairs()
    {
        // "ab" stands six times, then c + ab four times: 3 fixed pieces, 256 bytes, two merges, four characters.
        var model = SentencePieceTrainer.Train(["ab ab cab", "cabcab cab"], new SentencePieceTrainerOptions { VocabularySize = 265 });
        Assert.Equal(["ab", "cab"], model.Pieces.Where(p => p.Kind == PieceKind.Normal && p.Text.Length > 1).Select(p => p.Text));
        Assert.Equal(265, model.Pieces.Count);
        Assert.Equal(["<unk>", "<s>", "</s>", "<0x00>"], model.Pieces.Take(4).Select(p => p.Text));
    }

    [Fact]
    public void TooSmallACorpus_IsNamed()
    {
        var error = Assert.Throws<UserException>(() => SentencePieceTrainer.Train(["the cat", "the cat"], new SentencePieceTrainerOptions { VocabularySize = 400 }));
        Assert.Equal("XL213", error.Id);
        var most = int.Parse(System.Text.RegularExpressions.Regex.Match(error.Message, @"ask for (\d+) pieces at most").Groups[1].Value);
        Assert.Equal(most, SentencePieceTrainer.Train(["the cat", "the cat"], new SentencePieceTrainerOptions { VocabularySize = most }).Pieces.Count);
        Assert.Throws<UserException>(() => SentencePieceTrainer.Train(["the cat", "the cat"], new SentencePieceTrainerOptions { VocabularySize = most + 1 }));
    }

    [Fact]
    public void TooSmallAVocabulary_IsNamed()
    {
        var error = Assert.Throws<UserException>(() => SentencePieceTrainer.Train(Corpus, Options with { VocabularySize = 265 }));
        Assert.Equal("XL213", error.Id);
        Assert.Contains("no room for 261 fixed pieces", error.Message);
    }

    private static string[] MakeCorpus()
    {
        var lab = Lab.Load(Path.Combine(RealData.RepositoryRoot, "data", "lab"));
        return
        [
            .. Enumerable.Range(0, 300).Select(i => lab.Statements(i % 3 == 0 ? "hi" : "en", i)),
            .. Enumerable.Range(0, 40).Select(i => $"### Instruction: the cat sat in {1900 + i}\n\n### Response: the cat"),
        ];
    }
}
