using CrossLingual.Tests.Tiny;
using CrossLingual.Text;
using CsCheck;
using Library = Microsoft.ML.Tokenizers;

namespace CrossLingual.Tests.Text;

public class UnigramTests
{
    // Ids from 3: ▁ a b ▁a ab ▁ab c
    private static readonly SentencePieceModel Worked = TinyUnigram.Model(("\u2581", -3), ("a", -2), ("b", -2), ("\u2581a", -2.5f), ("ab", -3), ("\u2581ab", -5), ("c", -4));

    [Theory]
    [InlineData("a", new[] { 6 })]                        // ▁a -2.5 beats ▁ a -5
    [InlineData("ab", new[] { 6, 5 })]                    // ▁a b -4.5, ▁ab -5, ▁ ab -6
    [InlineData("aab", new[] { 6, 7 })]                   // ▁a ab -5.5
    [InlineData("  b   a ", new[] { 3, 5, 6 })]           // spaces are squeezed, those around go
    [InlineData("axa", new[] { 6, 0, 4 })]
    [InlineData("axyz\U0001F642a", new[] { 6, 0, 4 })]    // neighbouring unknown characters are one
    [InlineData("xc", new[] { 3, 0, 9 })]
    [InlineData("   ", new int[0])]
    public void WorkedExamples(string text, int[] ids) => Assert.Equal(ids, new SentencePieceTokenizer(Worked).Encode(text));

    [Fact]
    public void Bytes_StandForWhatIsNoPiece()
    {
        var bytes = Enumerable.Range(0, 256).Select(b => new Piece($"<0x{b:X2}>", 0, PieceKind.Byte));
        var tokenizer = new SentencePieceTokenizer(Worked with { Pieces = [.. Worked.Pieces, .. bytes], ByteFallback = true });
        Assert.Equal([6, 10 + 0xC3, 10 + 0xA9, 10 + 'x', 5], tokenizer.Encode("aéxb"));
        Gen.String.Where(s => !s.Contains(' ') && !s.Any(char.IsSurrogate)).Sample(s => Assert.Equal(s, tokenizer.Decode(tokenizer.Encode(s))), seed: "0000000000002", iter: 300);
    }

    [Fact]
    public void ACut_IsTheBestOfAllCuts() => RandomModels().Sample(
        (pieces, text) =>
        {
            var model = TinyUnigram.Model(pieces) with { RemoveExtraWhitespaces = false, AddDummyPrefix = false };
            var lowest = pieces.Min(p => p.Score) - 10;
            var ids = new SentencePieceTokenizer(model).Encode(text);
            var known = pieces.GroupBy(p => p.Text).ToDictionary(g => g.Key, g => g.First().Score);
            var unknown = text.Where(c => !known.ContainsKey(c.ToString())).Distinct().Count();
            if (unknown == 0)   // else neighbouring unknown characters would have to be told apart
            {
                Assert.Equal(text, string.Concat(ids.Select(i => model.Pieces[i].Text)));
                Assert.Equal(Best(text), ids.Sum(i => (double)model.Pieces[i].Score));
            }

            // Scores are multiples of 1/8: sums are exact.
            double Best(string rest) => rest.Length == 0 ? 0 : Enumerable.Range(1, rest.Length)
                .Where(n => known.ContainsKey(rest[..n])).Select(n => known[rest[..n]] + Best(rest[n..])).Append(double.NegativeInfinity).Max();
        },
        iter: 2000);

    [Fact]
    public void AnotherProgram_CutsTheSame() => RandomModels().Sample(
        (pieces, text) =>
        {
            // Distinct scores that no two sums share, so that the best cut is the only one.
            var model = TinyUnigram.Model(pieces.DistinctBy(p => p.Text).Select((p, i) => (p.Text, p.Score - (0.001f * i * i))));
            using var stream = new MemoryStream(model.ToBytes());
            var library = Library.SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
            var spaced = text.Replace('\u2581', ' ');
            Assert.Equal(Fused(library.EncodeToIds(spaced, addBeginningOfSentence: false, addEndOfSentence: false)), new SentencePieceTokenizer(model).Encode(spaced));
        },
        iter: 500);

    [Fact]
    public void Table_ReplacesTheLongestPrefix()
    {
        var model = TinyUnigram.Model(("\u2581", -1), ("f", -1), ("i", -1), ("x", -1), ("e", -1)) with
        {
            NormalizationTable = TinyUnigram.Table(("\uFB01", "fi"), ("\t", " "), ("f", "e"), ("ff", "x"), ("\u200B", "")),
        };
        var tokenizer = new SentencePieceTokenizer(SentencePieceModel.Parse(model.ToBytes(), "t"));
        Assert.Equal("\u2581 f i \u2581 x e i", Spelt("\uFB01\t \tfff\u200Bi"));
        Assert.Equal([0], tokenizer.EncodeWord("\u200B", isFirst: true));   // nothing is left of it, but the word stands there
        Assert.Empty(tokenizer.Encode("\u200B"));

        using var stream = new MemoryStream(model.ToBytes());
        var library = Library.SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
        // The library passes over replacements by nothing.
        Gen.String["fi\uFB01 \teé"].Sample(s => Assert.Equal(Fused(library.EncodeToIds(s, false, false)), tokenizer.Encode(s)), iter: 300);

        string Spelt(string text) => string.Join(' ', tokenizer.Encode(text).Select(tokenizer.PieceOf));
    }

    [Theory]
    [InlineData(new byte[] { 1, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 8, 0, 0, 0, 1, 1, 1, 1 })]
    public void CutOffTable_IsNamed(byte[] table)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["tokenizer.model"], (Worked with { NormalizationTable = table }).ToBytes());
        Assert.StartsWith("XL210", Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
    }

    [Fact]
    public void XlmRoberta_HasItsOwnIds()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["sentencepiece.bpe.model"], Worked.ToBytes());
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal([0, 7, 6], tokenizer.Encode("ab", addBos: true));
        Assert.Equal([7, 3, 5], tokenizer.Encode("axa"));
        Assert.Equal((12, 0, 2), (tokenizer.VocabularySize, tokenizer.BosId!.Value, tokenizer.EosId!.Value));
        Assert.Equal(["<s>", "<pad>", "</s>", "<unk>", "\u2581", "a", "b", "\u2581a", "ab", "\u2581ab", "c", "<mask>"], Enumerable.Range(0, 12).Select(tokenizer.PieceOf));
        Assert.Equal("aab b", tokenizer.Decode(tokenizer.Encode("aab b", addBos: true)));
        Assert.Equal(Worked.ToBytes(), tokenizer.Files["sentencepiece.bpe.model"]);

        File.WriteAllBytes(folder["sentencepiece.bpe.model"], (Worked with { Pieces = [.. Worked.Pieces.Reverse()] }).ToBytes());
        Assert.StartsWith("XL685", Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
    }

    [Fact]
    public void TokenizerJson_EqualsTheModelFile()
    {
        var model = Worked.ToXlmRoberta("m") with { NormalizationTable = TinyUnigram.Table(("\t", " ")) };
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], TinyUnigram.Json(model));
        var json = Assert.IsType<SentencePieceTokenizer>(Tokenizer.Load(folder.Path));
        Assert.Equal(model.Pieces, json.Model.Pieces);
        Assert.Equal(model with { Pieces = [], NormalizationTable = default }, json.Model with { Pieces = [], NormalizationTable = default });
        var file = new SentencePieceTokenizer(model);
        Gen.String["abc \tx"].Sample(s => Assert.Equal(file.Encode(s), json.Encode(s)), iter: 300);
    }

    [Theory]
    [InlineData("""{"model": {"type": "Unigram", "unk_id": 3, "vocab": [["a", -1.0]]}}""")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": [["a", -1.0]]}}""")]
    [InlineData("""{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["a"]]}}""")]
    [InlineData("""{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "?"}, "model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", -1.0]]}}""")]
    [InlineData("""{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}, "model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", -1.0]]}}""")]
    [InlineData("""{"normalizer": {"type": "Lowercase"}, "model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", -1.0]]}}""")]
    [InlineData("""{"added_tokens": [{"id": 7, "content": "<mask>", "special": true}], "model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", -1.0]]}}""")]
    public void BadUnigramJson_IsNamed(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json);
        Assert.StartsWith("XL212 " + folder["tokenizer.json"], Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
    }

    // The library keeps neighbouring unknown characters apart, SentencePiece's own program does not.
    private static IEnumerable<int> Fused(IReadOnlyList<int> ids) => ids.Where((id, i) => id != 0 || i == 0 || ids[i - 1] != 0);

    // Up to twelve pieces of one to three letters, and a text of at most nine; scores are multiples of 1/8 from -16.
    private static Gen<((string Text, float Score)[], string)> RandomModels() => Gen.Select(
        Gen.Select(Gen.String[Gen.Char["ab\u2581"], 1, 3], Gen.Int[-128, -1], (t, s) => (t, s / 8f)).Array[1, 12],
        Gen.String[Gen.Char["ab\u2581"], 0, 9]);
}
