using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrossLingual.Data;
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
            string.Join('\n', Lab.Load(Path.Combine(RealData.RepositoryRoot, "data", "lab")).Examples("de", LabSplit.Test, 30).Select(e => e.Instruction + e.Output)),
        ];
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
