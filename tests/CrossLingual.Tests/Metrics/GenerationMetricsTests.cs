using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Tests.Metrics;

/// <summary>pass@k, perplexity, wrong-language rate.</summary>
public class GenerationMetricsTests
{
    private static readonly Seed Seed = Seed.For("generation");

    [Theory]
    [InlineData(10, 3, 1, 0.3)]
    [InlineData(10, 3, 5, 1 - (21.0 / 252))]     // 1 - C(7,5)/C(10,5)
    [InlineData(5, 5, 2, 1)]
    [InlineData(5, 0, 2, 0)]
    [InlineData(5, 4, 2, 1)]
    [InlineData(10_000, 1, 100, 0.01)]           // no overflow
    public void PassAtK_IsUnbiased(int n, int c, int k, double expected) => Assert.Equal(expected, PassAtK.Of(n, c, k), 1e-9);

    [Fact]
    public void PassAtK_IsWhatDrawingGives()
    {
        var dice = Seed.Dice();
        bool[] passes = [true, true, false, false, false, false, false];
        var hits = Enumerable.Range(0, 20_000).Count(_ =>
        {
            var drawn = passes.ToArray();
            dice.Shuffle(drawn.AsSpan());
            return drawn.Take(3).Contains(true);
        });
        Assert.Equal(hits / 20_000.0, PassAtK.Of(7, 2, 3), 0.015);
        Assert.Equal((0.5, 2), (PassAtK.Mean([(2, 2), (2, 0)], 1, Seed).Value, PassAtK.Mean([(2, 2), (2, 0)], 1, Seed).N));
        Assert.Equal("XL642", Assert.Throws<UserException>(() => PassAtK.Of(3, 1, 5)).Id);
    }

    [Fact]
    public void Perplexity_CountsTokensAndBitsPerByteBytes()
    {
        // A model that gives each of 8 tokens 1/4: 2 bits a token, 16 bits in 4 bytes.
        var found = Perplexity.Of([new TextLoss(3 * Math.Log(4), 3, 1), new TextLoss(5 * Math.Log(4), 5, 3)], Seed);
        Assert.Equal(4, found.PerToken.Value, 1e-12);
        Assert.Equal(4, found.BitsPerByte.Value, 1e-12);
        Assert.Equal(8, found.BitsPerText.Value, 1e-12);
        Assert.Equal((4, 4), (Math.Round(found.PerToken.Low, 9), Math.Round(found.PerToken.High, 9)));
        Assert.Equal("XL610", Assert.Throws<UserException>(() => Perplexity.Of([new TextLoss(double.NaN, 1, 1)], Seed)).Id);
        Assert.True(double.IsNaN(Perplexity.Of([], Seed).BitsPerByte.Value));
    }

    [Fact]
    public void WrongLanguages_AreCountedAndNumbersAreNot()
    {
        string[] answers = ["Tôi không biết câu trả lời.", "I do not know the answer.", "Hà Nội là thủ đô của Việt Nam.", "42", "The capital is Hanoi, of course."];
        var found = LanguageFidelity.Of(answers, "vi", LanguageIdentifier.Of("vi", "en"));
        Assert.Equal((0.5, 4, 1), (found.Wrong.Value, found.Wrong.N, found.Undetermined));
        Assert.Equal([("en", 2), ("vi", 2)], found.Languages.Select(l => (l.Key, l.Value)));
        Assert.Equal(5, LanguageFidelity.Of(answers, "vi", LanguageIdentifier.Of("vi", "en"), leastConfidence: 1.1).Undetermined);
        Assert.Equal("XL630", Assert.Throws<UserException>(() => LanguageFidelity.Of(answers, "hi", LanguageIdentifier.Of("vi", "en"))).Id);
    }
}
