using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;
using CrossLingual.Training;

namespace CrossLingual.Tests;

/// <summary>Numbers with decimal commas and a dotless i must not get into files, recipes or messages.</summary>
public sealed class CultureTests : IDisposable
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    public static TheoryData<string> Cultures => ["tr-TR", "de-DE"];

    public void Dispose() => CultureInfo.CurrentCulture = _before;

    [Theory]
    [MemberData(nameof(Cultures))]
    public void Culture_ChangesNothing(string culture)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var expected = Everything();
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        Assert.Equal("1,5", $"{1.5}");   // or this culture's data are not on the machine, and the test shows nothing
        Assert.Equal(expected, Everything());
    }

    private static string[] Everything()
    {
        var recipe = Recipe();
        var score = Score.Mean([0.25, 0.5, 1], Seed.For("culture", 0.5));
        return
        [
            recipe.Yaml,
            $"{recipe.Training.LearningRate == 0.0015} {recipe.Training.WarmUp == 0.02} {recipe.Training.Epochs == 1.5} {recipe.Training.Decay} {recipe.Data[0].Split}",
            Assert.Throws<UserException>(() => Recipe("training.learning_rate=0,5", "training.warm_up=2.5", "training.final_rate=-1", "TRAINING=1")).Message,
            JsonSerializer.Serialize(score, JsonText.Line),
            JsonSerializer.Serialize(new { Value = double.NaN, Decay.Linear, Text = "ıİ" }, JsonText.Indented),
            NearestName.Find("DILIM", ["dilim", "data"]) ?? "none",
            (TinyModel.Config with { RopeTheta = 1234.5, RopeScaling = new RopeScaling(8.5, 1, 4, 8192) }).ToJson(),
            $"{LlamaConfig.Parse(JsonNode.Parse(TinyModel.Config.ToJson())!.AsObject(), "c").NormEpsilon == 1e-5}",
            Assert.Throws<UserException>(() => LlamaConfig.Parse(JsonNode.Parse("""{"rms_norm_eps": -1.5}""")!.AsObject(), "c")).Message,
            $"{Seed.For("I", 1.5, -3).Value}",
            $"{TextMatch.Exact("I", "i")} {TextMatch.F1("İstanbul I", "İstanbul ı") == 0.5}",
            Convert.ToHexString(SentencePieceTrainer.Train(["Iıİi IıİI", "Iıİi iI"], new SentencePieceTrainerOptions { VocabularySize = 264, RarestCharacter = 1 }).ToBytes()),
            string.Join(' ', TinyModel.Tokenizer.Encode("I sat on 1,5 İ mats")),
            JsonSerializer.Serialize(Perplexity.Of([new TextLoss(2.5, 2, 3, 1), new TextLoss(1.25, 3, 7, 2)], Seed.For("culture")), JsonText.Line),
            JsonSerializer.Serialize(Agreement.Of([Vote.First, Vote.Tie, Vote.Second], [Vote.First, Vote.Second, Vote.Second], Seed.For("culture")), JsonText.Line),
            JsonSerializer.Serialize(Bleu.Corpus(["I saw 1,5 IŞIK i"], [["I saw 1,5 ışık i"]], Seed.For("culture"), new BleuOptions { Lowercase = true }), JsonText.Line),
            JsonSerializer.Serialize(Chrf.Corpus(["İI"], [["iı"]], Seed.For("culture"), new ChrfOptions { Lowercase = true }), JsonText.Line),
            JsonSerializer.Serialize(QaResult.Of(SquadReader.Parse("""{"data":[{"paragraphs":[{"context":"THE I 1.5","qas":[{"id":"q","question":"?","answers":[{"text":"THE I 1.5","answer_start":0}]}]}]}]}"""u8, "g", "en"), new Dictionary<string, string> { ["q"] = "the i 1,5" }, AnswerRules.Squad), JsonText.Line),
            $"{JudgeVerdict.Rating("[[7.5]]").Rating == 7.5} {JudgeVerdict.Rating("[[7,5]]").Rating == 7.5} {new SIndex().Of(3, 11, 6) == Math.Tanh(1.5) * Math.Log(11.0 / 6)}",
            new TextPerplexity(Perplexity.Of([new TextLoss(2.5, 2, 3, 1)], Seed.For("culture")), []).ToHarness("t", "m", new PerplexityOptions()),
            Assert.Throws<UserException>(() => HarnessResults.Read(Written("h.json", "{\"results\":\n NaN}"))).Message.Split("h.json")[1],
            (TinyTagger.Config with { HiddenDropout = 0.25 }).ToJson(),
            Assert.Throws<UserException>(() => XlmRobertaConfig.Parse(JsonNode.Parse("""{"layer_norm_eps": 1.5}""")!.AsObject(), "c")).Message,
            JsonSerializer.Serialize(new LabMixing(Lab.Load(Path.Combine(RealData.RepositoryRoot, "data", "lab")), SIndexBins.SIndexOf, Path.Combine(RealData.RepositoryRoot, "data", "lab")).Sentence("en", "vi", LabSplit.Test, 1, 0.25, LanguageTags.LanguagesOnly()), JsonText.Line),
            string.Join('\n', Lab.Load(Path.Combine(RealData.RepositoryRoot, "data", "lab")).Examples("de", LabSplit.Test, 30).Select(e => e.Instruction + e.Output)),
        ];
    }

    private static string Written(string name, string text)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("xling-culture").FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static TrainRecipe Recipe(params string[] overrides)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["r.yaml"], """
            model: lab
            data: [{source: lab, language: es, split: dev, count: 10}]
            training: {learning_rate: 0.0015, warm_up: 0.02, epochs: 1.5, decay: linear}
            output: x
            """);
        try
        {
            return TrainRecipe.Read(folder["r.yaml"], overrides);
        }
        catch (UserException e)
        {
            throw new UserException(e.Id, e.Message.Replace(folder.Path, "", StringComparison.Ordinal));
        }
    }
}
