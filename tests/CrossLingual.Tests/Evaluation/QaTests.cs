using System.Text;
using System.Text.Json;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Evaluation;

public class QaTests
{
    private const string Gold = """
        {"version": "1.1", "data": [{"title": "t", "paragraphs": [{"qas": [
          {"id": "q1", "question": "Where?", "answers": [{"text": "Paris", "answer_start": 5}]},
          {"id": "q2", "question": "Who?", "answers": [{"answer_start": 0, "text": "Ann"}, {"text": "Ann 😀", "answer_start": 0}]}
        ], "context": "😀 in Paris"}]}]}
        """;

    [Theory]
    [InlineData("en")]
    [InlineData("es")]
    [InlineData("hi")]
    [InlineData("vi")]
    public void Xquad_EqualsMlqasScorerToEveryDigit(string language)
    {
        var gold = SquadReader.Read(RealData.Path("xquad", $"xquad.{language}.json"), language);
        var predictions = QaPredictions.Read(RealData.Path("mlqa-reference", $"xquad.{language}.pred.json"));
        var expected = JsonDocument.Parse(File.ReadAllText(RealData.Path("mlqa-reference", "scores.json"))).RootElement.GetProperty(language);
        var found = QaResult.Of(gold, predictions, AnswerRules.Mlqa(language)).Score;
        Assert.Equal(expected.GetProperty("exact_match").GetDouble(), found.ExactMatch.Value);
        Assert.Equal(expected.GetProperty("f1").GetDouble(), found.F1.Value);
        Assert.Equal(1190, found.F1.N);
        Assert.Equal(found, QaResult.Of(SquadReader.Read(RealData.Path("xquad", $"xquad.{language}.json"), language, passages: false), predictions, AnswerRules.Mlqa(language)).Score);
        Assert.InRange(found.F1.Value, found.F1.Low, found.F1.High);
    }

    [Fact]
    public void GoldAnswers_ScoreFullMarksUnderAllRules()
    {
        foreach (var language in new[] { "de", "hi" })
        {
            var gold = SquadReader.Read(RealData.Path("xquad", $"xquad.{language}.json"), language);
            var answers = gold.Questions.ToDictionary(q => q.Id, q => q.Output);
            Assert.All(Enum.GetValues<QaVariant>(), v => Assert.Equal(100, QaResult.Of(gold, answers, AnswerRules.Of(v, language)).Score.ExactMatch.Value));
            Assert.Empty(gold.Misplaced);
            Assert.All(gold.Questions, q => Assert.Equal(q.Output, q.Context!.Substring(q.Answers[0].Start, q.Output.Length)));
        }
    }

    [Fact]
    public void Offsets_AreCodePoints()
    {
        var file = Parse(Gold);
        Assert.Equal("Paris", file.Questions[0].Context![file.Questions[0].Answers[0].Start..]);
        Assert.Equal(6, file.Questions[0].Answers[0].Start);   // the face is two UTF-16 units
        Assert.Equal(2, file.Misplaced.Count);
        Assert.Contains("gold.json:3: the answer 'Ann' of question 'q2' does not stand at 0", file.Misplaced[0]);
        Assert.Equal("Who?", file.Questions[1].Instruction);
    }

    [Fact]
    public void PredictionsForOthers_AreNamed()
    {
        var result = QaResult.Of(Parse(Gold), new Dictionary<string, string> { ["q1"] = "in Paris", ["q9"] = "x" }, AnswerRules.Squad);
        Assert.Equal(["q2"], result.Missing);
        Assert.Equal(["q9"], result.Unknown);
        Assert.Equal(50, result.Score.Answered.Value);
        Assert.Equal(100 * (2 * 0.5 * 1 / 1.5) / 2, result.Score.F1.Value, 1e-12);
        Assert.Equal("XL615", Assert.Throws<UserException>(() => QaResult.Of(Parse(Gold), new Dictionary<string, string> { ["q9"] = "x" }, AnswerRules.Squad)).Id);
    }

    [Theory]
    [InlineData("[]", "XL612 gold.json:1: expected an object with 'data', found StartArray.")]
    [InlineData("{\n\"data\": [\n{\"paragraphs\": [{\"qas\": []}]}]}", "XL612 gold.json:3: a paragraph has no 'context'.")]
    [InlineData("{\"data\": []}", "XL612 gold.json:1: there is no question in it.")]
    [InlineData("{\"data\":\n [{\"paragraphs\": 3}]}", "XL612 gold.json:2: expected the list 'paragraphs', found Number.")]
    [InlineData("{\"data\": [\n", "XL612 gold.json:2: not JSON:")]
    [InlineData("", "XL612 gold.json:1: not JSON:")]
    [InlineData("{\"data\":[{\"paragraphs\":[{\"context\":\"c\",\"qas\":[{\"id\":\"a\",\"question\":\"q\",\"answers\":[]}]}]}]}", "XL612 gold.json:1: the question 'a' has no answer.")]
    [InlineData("{\"data\":[{\"paragraphs\":[{\"context\":\"c\",\"qas\":[{\"id\":\"a\",\"question\":\"q\",\"answers\":[{\"text\":null}]}]}]}]}", "XL612 gold.json:1: expected 'text', found Null.")]
    [InlineData("{\"data\":[{\"paragraphs\":[{\"context\":\"\\ud83d\"}]}]}", "XL612 gold.json:1: 'context' is not Unicode:")]
    public void BadQuestionFiles_AreNamedByLine(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<UserException>(() => Parse(text)).Message);

    [Theory]
    [InlineData("a\\u0915\\n\\\\\\\"\\u00e9 b", true)]
    [InlineData("\\ud83d\\ude00", true)]
    [InlineData("", true)]
    [InlineData("ka\\u09g5", false)]
    [InlineData("\\u0915\\x", false)]
    [InlineData("\\u091", false)]
    [InlineData("tab\there", false)]
    [InlineData("end\\", false)]
    public void Passages_ArePassedOverOnlyWhereTheyAreTexts(string context, bool isText)
    {
        byte[] file = Encoding.UTF8.GetBytes($$"""
            {"data":[{"paragraphs":[
            {"context": "{{context}}",
             "qas":[{"id":"a","question":"q","answers":[{"text":"\u0915, 5","answer_start":0}]}]}]}]}
            """);
        if (!isText)
        {
            var kept = Assert.Throws<UserException>(() => SquadReader.Parse(file, "g", "hi")).Message;
            Assert.StartsWith("XL612 g:2: not JSON:", kept);
            Assert.Equal(kept, Assert.Throws<UserException>(() => SquadReader.Parse(file, "g", "hi", passages: false)).Message);
            return;
        }

        var question = Assert.Single(SquadReader.Parse(file, "g", "hi", passages: false).Questions);
        Assert.Equal(("क, 5", -1, null), (question.Output, question.Answers[0].Start, question.Context));
        Assert.Equal(JsonSerializer.Deserialize<string>($"\"{context}\""), SquadReader.Parse(file, "g", "hi").Questions[0].Context);
        byte[] latin = [.. file[..40], 0xE9, .. file[40..]];
        Assert.Equal("XL612", Assert.Throws<UserException>(() => SquadReader.Parse(latin, "g", "hi", passages: false)).Id);
    }

    // Texts of all lengths, for blocks of 64 bytes cut escapes at every place; damaged in one place or none.
    [Fact]
    public void TextsWithEscapes_EndWhereTheJsonReaderSays()
    {
        string[] pieces = ["a", " ", "\\u0915", "\\uABcd", "\\n", "\\\"", "\\\\", "\\/", "अ", "abcdefghijklmnop", "\\u091", "\\x", "\t", "\"", "\\u09g5"];
        var dice = Seed.For("escapes").Dice();
        var texts = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var sound = dice.Next(4) == 0 ? pieces.Length : 9 + dice.Next(2);
            var bytes = Encoding.UTF8.GetBytes("\"" + string.Concat(Enumerable.Range(0, dice.Next(60)).Select(_ => pieces[dice.Next(sound)])) + "\", " + new string('x', 6 + dice.Next(80)));
            var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
            int end;
            try
            {
                end = reader.Read() ? (int)reader.BytesConsumed : -1;
                texts += end > 0 ? 1 : 0;
            }
            catch (JsonException)
            {
                end = -1;
            }

            Assert.Equal(end, EscapedText.End(bytes, 1));
        }

        Assert.InRange(texts, 5_000, 19_000);
    }

    [Fact]
    public void RepeatedIds_AreNamedByBothLines() => Assert.StartsWith(
        "XL613 gold.json:3: the id 'q1' stands twice, first in line 2.",
        Assert.Throws<UserException>(() => Parse(Gold.Replace("q2", "q1", StringComparison.Ordinal))).Message);

    [Theory]
    [InlineData("{\"a\": \"x\",\n\"a\": \"y\"}", "XL613 p.json:2: the id 'a' stands twice.")]
    [InlineData("{\"a\":\n NaN}", "XL612 p.json:2: not JSON:")]
    [InlineData("{\"a\":\n 1.5}", "XL612 p.json:2: expected the answer of 'a', found Number.")]
    [InlineData("[\"x\"]", "XL612 p.json:1: expected an object, found StartArray.")]
    public void BadPredictions_AreNamedByLine(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<UserException>(() => QaPredictions.Parse(Encoding.UTF8.GetBytes(text), "p.json")).Message);

    [Fact]
    public void WrongEncoding_IsNamed()
    {
        byte[] latin = [.. "{\"a\":\n \""u8, 0xE9, .. "\"}"u8];
        Assert.StartsWith("XL612 p.json:2: the answer of 'a' is not Unicode:", Assert.Throws<UserException>(() => QaPredictions.Parse(latin, "p.json")).Message);
        Assert.Equal("é", QaPredictions.Parse([0xEF, 0xBB, 0xBF, .. "{\"a\":\"é\"}"u8], "p.json")["a"]);
    }

    [Fact]
    public void Gxlt_NormalisesInThePassagesLanguage()
    {
        using var gold = new TemporaryFolder();
        using var predictions = new TemporaryFolder();
        foreach (var (context, question) in new[] { ("de", "de"), ("de", "en"), ("en", "en") })
        {
            var name = new MlqaName("test", context, question).File;
            File.WriteAllText(gold[name], Gold);
            File.WriteAllText(predictions[name], "{\"q1\": \"das Paris\", \"q2\": \"Ann\"}");
        }

        File.WriteAllText(gold["readme.json"], "{}");
        var scored = Mlqa.Of(gold.Path, predictions.Path, "test");
        Assert.Equal([100.0, 100, 50], scored.Pairs.OrderBy(p => p.Key.File, StringComparer.Ordinal).Select(p => p.Value.Score.ExactMatch.Value));   // 'das' is an article in German alone
        Assert.Equal(75, scored.Xlt!.Value.ExactMatch);
        Assert.Equal(250.0 / 3, scored.Gxlt!.Value.ExactMatch, 1e-12);
        File.Delete(predictions["test-context-en-question-en.json"]);
        Assert.StartsWith("XL616", Assert.Throws<UserException>(() => Mlqa.Of(gold.Path, predictions.Path)).Message);
        Assert.StartsWith("XL616", Assert.Throws<UserException>(() => Mlqa.Of(gold.Path, predictions.Path, "dev")).Message);
    }

    [Fact]
    public void Names_SayTheirLanguages()
    {
        Assert.Equal(new MlqaName("dev", "ar", "vi"), MlqaName.Of("x/dev-context-ar-question-vi.json"));
        Assert.Null(MlqaName.Of("xquad.vi.json"));
    }

    private static SquadFile Parse(string text) => SquadReader.Parse(Encoding.UTF8.GetBytes(text), "gold.json", "en");
}
