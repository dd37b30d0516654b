using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Text;

public class BadTokenizerTests
{
    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {}, "merges": []}}""")]
    [InlineData("""{"model": {"vocab": {"<unk>": 0}, "merges": ["ab"]}}""")]
    [InlineData("""{"model": {"vocab": {"<unk>": 0}, "merges": [["a"]]}}""")]
    [InlineData("""{"model": {"vocab": {"<unk>": 0, "a": 2147483647}, "merges": []}}""")]
    [InlineData("""{"model": {"vocab": {"<unk>": 0, "a": -1}, "merges": []}}""")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": []}}""")]
    [InlineData("""{"model": {"vocab": {"<unk>": 0, "<0xZZ>": 1}, "byte_fallback": true, "merges": []}}""")]
    [InlineData("""{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "("}}, {"type": "ByteLevel"}]}, "model": {"vocab": {"a": 0}, "merges": []}}""")]
    [InlineData("""{"pre_tokenizer": {"type": "ByteLevel"}, "model": {"vocab": {"a": 0}, "merges": ["a b"]}}""")]
    public void BadTokenizerJson_IsNamed(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json);
        Assert.StartsWith("XL212 " + folder["tokenizer.json"], Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
    }

    [Theory]
    [InlineData("<0x>", PieceKind.Byte)]
    [InlineData("<0xZZ>", PieceKind.Byte)]
    [InlineData("byte", PieceKind.Byte)]
    [InlineData("a", PieceKind.Normal)]
    public void BadPieces_AreNamed(string text, PieceKind kind)
    {
        using var folder = new TemporaryFolder();
        var model = new SentencePieceModel { Pieces = [new Piece(kind == PieceKind.Byte ? "<unk>" : "b", 0, kind == PieceKind.Byte ? PieceKind.Unknown : PieceKind.Normal), new Piece(text, 0, kind)] };
        File.WriteAllBytes(folder["tokenizer.model"], model.ToBytes());
        Assert.StartsWith("XL210 " + folder["tokenizer.model"], Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
    }
}
