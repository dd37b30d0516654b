using CrossLingual.Metrics;
using CsCheck;

namespace CrossLingual.Tests.Metrics;

public class TextMatchTests
{
    [Theory]
    [InlineData("Madrid", "Madrid", true)]
    [InlineData("  Madrid\t\n", "Madrid", true)]
    [InlineData("San  José", "San José", true)]
    [InlineData("San Jose\u0301", "San José", true)]        // NFD against NFC
    [InlineData("Việt Nam", "Vie\u0323\u0302t Nam", true)]
    [InlineData("नई\u00A0दिल्ली", "नई दिल्ली", true)]                 // no-break space is white space
    [InlineData("東京", "東京", true)]
    [InlineData("madrid", "Madrid", false)]
    [InlineData("Madrid.", "Madrid", false)]
    [InlineData("schon", "schön", false)]
    [InlineData("दिल्ली", "दिल्ल", false)]
    [InlineData("東 京", "東京", false)]
    [InlineData("a + b", "a - b", false)]
    [InlineData("a+b", "a + b", false)]
    [InlineData("", "", true)]
    [InlineData(" ", "", true)]
    public void Exact_ComparesText(string answer, string reference, bool equal)
    {
        Assert.Equal(equal, TextMatch.Exact(answer, reference));
        Assert.Equal(equal, TextMatch.Exact(reference, answer));
    }

    [Theory]
    [InlineData("the cat sat", "the cat sat", 1)]
    [InlineData("the cat", "the dog", 0.5)]
    [InlineData("the the cat", "the", 0.5)]                    // one of three found, the one wanted: 2 (1/3) 1 / (4/3)
    [InlineData("Jose\u0301 vive", "José vive", 1)]
    [InlineData("José vive", "Jose vive", 0.5)]
    [InlineData("राम दिल्ली में", "राम मुंबई में", 2.0 / 3)]             // vowel signs belong to their words
    [InlineData("Madrid.", "Madrid", 2.0 / 3)]
    [InlineData("a + b", "a - b", 2.0 / 3)]
    [InlineData("a+b", "a + b", 1)]
    [InlineData("return x*2", "return x * 2", 1)]
    [InlineData("🙂", "🙃", 0)]                                   // neighbours that share half of their UTF-16
    [InlineData("🙂 ok", "ok 🙂", 1)]
    [InlineData("𞤀𞤁", "𞤀𞤂", 0)]                                   // Adlam, letters beyond U+FFFF
    [InlineData("", "", 1)]
    [InlineData("", "x", 0)]
    [InlineData("x", " ", 0)]
    public void F1_CountsSharedTokens(string answer, string reference, double expected)
    {
        Assert.Equal(expected, TextMatch.F1(answer, reference), 1e-12);
        Assert.Equal(expected, TextMatch.F1(reference, answer), 1e-12);
    }

    [Fact]
    public void F1_IsASymmetricShare() => Gen.Select(Gen.String["abc +é "], Gen.String["abc +é "]).Sample((a, b) =>
    {
        var score = TextMatch.F1(a, b);
        Assert.InRange(score, 0, 1);
        Assert.Equal(score, TextMatch.F1(b, a));
        Assert.Equal(1, TextMatch.F1(a, a));
        Assert.True(!TextMatch.Exact(a, b) || score == 1, "equal texts share all tokens");
    });
}
