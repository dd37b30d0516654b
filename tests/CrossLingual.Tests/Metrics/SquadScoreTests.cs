using System.Text.Json;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;
using CsCheck;

namespace CrossLingual.Tests.Metrics;

public class SquadScoreTests
{
    // Golden/answers.jsonl: strings that go wrong, with what Python makes of them under the scripts' rules.
    [Fact]
    public void Normalisation_EqualsPythons()
    {
        var path = Path.Combine(RealData.RepositoryRoot, "tests", "CrossLingual.Tests", "Golden", "answers.jsonl");
        var count = 0;
        foreach (var line in File.ReadLines(path))
        {
            var golden = JsonDocument.Parse(line).RootElement;
            var text = golden.GetProperty("text").GetString()!;
            Assert.Equal(golden.GetProperty("squad").GetString(), AnswerRules.Squad.Normalize(text));
            Assert.All(AnswerRules.MlqaLanguages, l => Assert.Equal((l, golden.GetProperty(l).GetString()), (l, AnswerRules.Mlqa(l).Normalize(text))));
            count++;
        }

        Assert.Equal(199, count);
    }

    [Theory]
    [InlineData("der Hund", "Hund", "de", true)]
    [InlineData("cái nhà", "nhà", "vi", true)]
    [InlineData("الكتاب", "كتاب", "ar", true)]
    [InlineData("die Katze", "Katze", "en", false)]
    public void Articles_AreTheLanguagesOwn(string prediction, string reference, string language, bool equal) =>
        Assert.Equal(equal, SquadScore.Mark(prediction, [reference], AnswerRules.Mlqa(language)).Exact);

    [Fact]
    public void DecomposedText_IsTheSameOnlyToTheLanguageAwareRules()
    {
        const string Composed = "là nhà", Decomposed = "la\u0300 nha\u0300";
        Assert.False(SquadScore.Mark(Decomposed, [Composed], AnswerRules.Mlqa("vi")).Exact);
        Assert.True(SquadScore.Mark(Decomposed, [Composed], AnswerRules.LanguageAware("vi")).Exact);
    }

    [Theory]
    [InlineData("ja", "東京タワー", "東京", 2 * 1.0 * 0.4 / 1.4)]     // five characters, two shared
    [InlineData("th", "กรุงเทพ", "กรุงเทพ", 1)]
    [InlineData("zh", "北京市", "北京", 0.8)]
    [InlineData("sw", "Dar es Salaam", "dar es salaam.", 1)]
    [InlineData("ja", "JR東日本", "jr 東日本", 1)]
    public void LanguagesWithoutSpaces_AreComparedByCharacter(string language, string prediction, string reference, double f1) =>
        Assert.Equal(f1, SquadScore.Mark(prediction, [reference], AnswerRules.LanguageAware(language)).F1, 1e-12);

    [Fact]
    public void MarksWithMark_StayOneToken() =>
        Assert.Equal("ก ำ ลั ง", AnswerRules.LanguageAware("th").Normalize("กำลัง"));

    [Fact]
    public void F1_CountsEachOccurrenceOnceAndTakesTheBestReference()
    {
        // Two of three and two of two: p = 2/3, r = 1.
        Assert.Equal(0.8, SquadScore.Mark("red red fox", ["red red"], AnswerRules.Squad).F1, 1e-12);
        Assert.Equal(0.5, SquadScore.Mark("red red fox", ["fox"], AnswerRules.Squad).F1, 1e-12);
        var mark = SquadScore.Mark("red fox", ["blue", "the red fox", "fox"], AnswerRules.Squad);
        Assert.Equal(new QaMark(true, 1, false), mark);
    }

    [Fact]
    public void TwoEmptyAnswers_AreEqualAndShareNothing() =>
        Assert.Equal(new QaMark(true, 0, false), SquadScore.Mark("the", ["..."], AnswerRules.Squad));

    [Fact]
    public void MissingPredictions_CountAsWrong()
    {
        var score = SquadScore.Total([new QaMark(true, 1, true), null, new QaMark(false, 0.5, true), null], Seed.For("qa"));
        Assert.Equal((25.0, 37.5, 50.0, 50.0), (score.ExactMatch.Value, score.F1.Value, score.Contains.Value, score.Answered.Value));
        Assert.Equal(4, score.F1.N);
        Assert.True(score.ExactMatch.Low > 0 && score.ExactMatch.High < 100 && score.F1.Low < 37.5);
    }

    [Fact]
    public void Normalisation_IsIdempotentWithoutArticlesMadeByIt() => Gen.String[" aéТ中1_-."].Sample(text =>
    {
        var once = AnswerRules.Mlqa("hi").Normalize(text);
        Assert.Equal(once, AnswerRules.Mlqa("hi").Normalize(once));
        Assert.DoesNotContain("  ", once);
        Assert.Equal(once.Trim(), once);
    });

    [Fact]
    public void F1_IsOneForEqualTokensInAnyOrder() => Gen.Int[0, 9].Array[1, 9].Sample(words =>
    {
        var text = string.Join(' ', words.Select(w => $"w{w}"));
        var back = string.Join(' ', words.Reverse().Select(w => $"W{w}!"));
        Assert.Equal(1, SquadScore.Mark(back, [text], AnswerRules.LanguageAware("en")).F1, 1e-12);
    });

    [Fact]
    public void LanguagesWithoutRules_AreNamed() =>
        Assert.StartsWith("XL614 MLQA's scorer has no rules for 'it'; it has: en,", Assert.Throws<UserException>(() => AnswerRules.Mlqa("it")).Message);

    [Theory]
    [InlineData("ΑΣ", "ας")]
    [InlineData("ΑΣΑ", "ασα")]
    [InlineData("Σ", "σ")]
    [InlineData("ΑΣ'", "ας'")]
    [InlineData("İ", "i\u0307")]
    [InlineData("I", "i")]
    [InlineData("ẞ", "ß")]
    [InlineData("𐐀", "𐐨")]
    public void Lower_IsPythons(string text, string lower) => Assert.Equal(lower, PythonText.Lower(text));
}
