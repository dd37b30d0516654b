using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Text;

public class LanguageIdentifierTests
{
    [Theory]
    [InlineData("The weather is nice today.", "en")]
    [InlineData("Thời tiết hôm nay rất đẹp.", "vi")]
    [InlineData("आज मौसम अच्छा है।", "hi")]
    [InlineData("El tiempo es bueno hoy.", "es")]
    [InlineData("Hali ya hewa ni nzuri leo.", "sw")]
    [InlineData("12345 !?", null)]
    [InlineData("", null)]
    public void Sentences_AreKnown(string text, string? language) =>
        Assert.Equal(language, LanguageIdentifier.Of("en", "vi", "hi", "es", "sw").Identify(text)?.Language);

    [Fact]
    public void Tags_AreReadByTheirLanguage()
    {
        Assert.Equal(["nb", "zh"], LanguageIdentifier.Of("zh-Hans", "no").Languages);
        Assert.Same(LanguageIdentifier.Of("en", "vi"), LanguageIdentifier.Of("vi", "en", "en-GB"));
        Assert.Equal(1, LanguageIdentifier.Of("en", "vi").Confidences("hello there").Values.Sum(), 1e-6);
        Assert.Equal("XL630", Assert.Throws<UserException>(() => LanguageIdentifier.Of("en", "tlh")).Id);
    }

    [Theory]
    // Share of Tatoeba sentences of that side known among the seven languages; short sentences of a few words.
    [InlineData("spa", "es", 0.9)]
    [InlineData("deu", "de", 0.95)]
    [InlineData("vie", "vi", 0.95)]
    [InlineData("tur", "tr", 0.95)]
    [InlineData("swh", "sw", 0.85)]
    [InlineData("jpn", "ja", 0.99)]
    public void Tatoeba_IsKnown(string name, string language, double least)
    {
        var identifier = LanguageIdentifier.Of("en", "es", "de", "vi", "tr", "sw", "ja");
        var lines = File.ReadAllLines(RealData.Path("laser-tatoeba", $"tatoeba.{name}-eng.{name}")).Take(300).ToList();
        var share = lines.Count(l => identifier.Identify(l)?.Language == language) / (double)lines.Count;
        Assert.True(share >= least, $"{language}: {share:0.000}");
    }

    [Theory]
    [InlineData("abc", Script.Latin)]
    [InlineData("Việt", Script.Latin)]
    [InlineData("हिन्दी", Script.Devanagari)]
    [InlineData("ИЖ", Script.Cyrillic)]
    [InlineData("日本語", Script.Han)]
    [InlineData("ひらがな", Script.Hiragana)]
    [InlineData("한국", Script.Hangul)]
    [InlineData("ไทย", Script.Thai)]
    [InlineData("العربية", Script.Arabic)]
    [InlineData("𞤀", Script.Other)]
    [InlineData("12 + 3 = 15 😀", Script.Common)]
    public void Scripts_AreKnown(string text, Script script) => Assert.Equal(script, Scripts.Of(text));
}
