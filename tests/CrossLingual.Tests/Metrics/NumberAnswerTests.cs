using CrossLingual.Metrics;
using CrossLingual.Tests.Tiny;
using CsCheck;

namespace CrossLingual.Tests.Metrics;

public class NumberAnswerTests
{
    [Theory]
    [InlineData("She makes $18 a day.", "18")]
    [InlineData("The answer is 114,200.", "114200")]
    [InlineData("2,125", "2125")]
    [InlineData("3 + 4 = 7.", "3 4 7")]
    [InlineData("10-3 = 7, so -2 or (−5) or -$4.50", "10 3 7 -2 -5 -4.5")]
    [InlineData("১৮ টি, ٣٤, १२३, １０", "18 34 123 10")]          // Bengali, Arabic, Devanagari, full width
    [InlineData("١٬٢٣٤٫٥", "1234.5")]
    [InlineData("1\u00A0000 and 2’500", "1000 2500")]
    [InlineData("v1.2.3", "1.2 3")]
    [InlineData("a-5 x–6", "5 6")]
    [InlineData("𝟙𝟚", "12")]
    [InlineData("no number, ½ Ⅻ 三", "")]
    public void Numbers_AreFoundInEveryScript(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', NumberAnswer.All(text).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData("de", "Das sind 1.234,50 Euro, also 2.000.", "1234.5 2000")]
    [InlineData("de", "3,5 und 1.5", "3.5 1.5")]
    [InlineData("en", "1,234.50 and 3.5 and 2,000 and 1.234", "1234.5 3.5 2000 1.234")]
    [InlineData("vi", "1.250.000 đồng", "1250000")]
    [InlineData("en", "1.250.000 đồng", "1250000")]              // two points can be nothing else
    [InlineData("en", "1,2,3", "1 2 3")]
    [InlineData("sw", "114,200", "114200")]
    [InlineData("es", "0,125", "0.125")]
    public void Separators_AreTheLanguages(string language, string text, string expected) => Assert.Equal(
        expected,
        string.Join(' ', NumberAnswer.All(text, NumberReading.LanguageAware, language).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture))));

    [Fact]
    public void WholeNumbers_AreReadHoweverTheyAreGrouped() => Gen.Int[0, 999_999_999].Sample(n =>
    {
        var plain = n.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var grouped = n.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal([n], NumberAnswer.All(plain));
        Assert.Equal([n], NumberAnswer.All(grouped));
        Assert.Equal([n], NumberAnswer.All(grouped, NumberReading.LanguageAware, "en"));
        Assert.Equal([n], NumberAnswer.All(grouped.Replace(',', '.'), NumberReading.LanguageAware, "de"));
        Assert.Equal([n], NumberAnswer.All(string.Concat(plain.Select(c => (char)('०' + c - '0')))));
        Assert.Equal([-n], NumberAnswer.All("= -" + grouped));
    });

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    [InlineData("es")]
    [InlineData("ja")]
    [InlineData("sw")]
    public void Mgsm_EveryAnswerIsANumber(string language)
    {
        var answers = File.ReadLines(RealData.Path("mgsm", $"mgsm_{language}.tsv")).Select(l => l.Split('\t')[1]).ToList();
        Assert.Equal(250, answers.Count);
        Assert.All(answers, a => Assert.Single(NumberAnswer.All(a)));
        Assert.Equal([2125.0, 114200, 276000, 5600], answers.Where(a => a.Contains(',', StringComparison.Ordinal)).Select(a => NumberAnswer.All(a)[0]));
    }
}
