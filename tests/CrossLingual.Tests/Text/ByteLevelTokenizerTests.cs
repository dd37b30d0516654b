using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Text;

public class ByteLevelTokenizerTests
{
    private static Tokenizer Load(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json);
        return Tokenizer.Load(folder.Path);
    }

    [Fact]
    public void Merges_ApplyInTheirOrder()
    {
        // h e l l o: "l l" ranks before "h e", then "he ll", so "hello" is hell + o.
        var tokenizer = Load(TokenizerJsonFixture.ByteLevel([("l", "l"), ("h", "e"), ("he", "ll")], ignoreMerges: false));
        Assert.Equal(["hell", "o"], tokenizer.Encode("hello").Select(tokenizer.PieceOf));
        Assert.Equal(["Ġ", "hell", "o"], tokenizer.Encode(" hello").Select(tokenizer.PieceOf));
        Assert.Equal(["1", "2", "3", "4"], tokenizer.Encode("1234").Select(tokenizer.PieceOf));
    }

    [Fact]
    public void IgnoreMerges_TakesWholeWords()
    {
        string json(bool ignore) => TokenizerJsonFixture.ByteLevel([("l", "l")], ignore, "Ġhello");
        Assert.Equal(["Ġhello"], Load(json(true)).Encode(" hello").Select(Load(json(true)).PieceOf));
        Assert.Equal(6 - 1, Load(json(false)).Encode(" hello").Length);
    }

    [Fact]
    public void EveryText_RoundTrips()
    {
        var tokenizer = Load(TokenizerJsonFixture.ByteLevel([("l", "l")], ignoreMerges: false));
        Assert.All(["", "a", " नमस्ते 🙂\n\n x", "it's  1234567", "ẻ\r\n"], text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))));
        Assert.Equal(tokenizer.BosId, Assert.Single(tokenizer.Encode("", addBos: true)));
        Assert.Equal("", tokenizer.Decode([tokenizer.BosId!.Value, tokenizer.EosId!.Value]));
    }
}
