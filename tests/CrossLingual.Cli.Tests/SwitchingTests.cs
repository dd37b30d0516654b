using CrossLingual.Tests.Tiny;

namespace CrossLingual.Cli.Tests;

public class SwitchingTests
{
    [Fact]
    public void MixedInstructions_AreAskedAtEveryLevel()
    {
        using var folder = new TemporaryFolder();
        var result = Command.Succeed(folder[""], "switching", "--language", "vi", "--models", "lab=lab", "again=lab", "--questions", "4", "--levels", "0.2", "0.5", "--out", "run", "--json").Json;
        var scores = result.GetProperty("scores").EnumerateArray().ToList();
        Assert.Equal(2 * 4, scores.Count);   // unmixed in both, two levels
        Assert.All(scores, s => Assert.Equal(12, s.GetProperty("exact").GetProperty("n").GetInt32()));
        Assert.Equal([.. scores.Take(4).Select(Value)], [.. scores.Skip(4).Select(Value)]);
        Assert.True(Value(scores[1]) > Value(scores[0]), "the base model knows English");
        Assert.InRange(scores[3].GetProperty("sIndex").GetDouble(), 0.2, 0.6);
        Assert.Equal(4, result.GetProperty("comparisons").GetArrayLength());
        Assert.Contains("at once", File.ReadAllText(folder["run/report.html"]));

        static double Value(System.Text.Json.JsonElement score) => score.GetProperty("exact").GetProperty("value").GetDouble();
    }

    [Theory]
    [InlineData("--models takes NAME=DIR", "switching", "--language", "vi", "--models", "lab")]
    [InlineData("Nobody is asked", "switching", "--language", "vi")]
    [InlineData("--run: nowhere has no models", "switching", "--language", "vi", "--run", "nowhere")]
    [InlineData("--levels are above 0", "switching", "--language", "vi", "--models", "lab=lab", "--levels", "0.8")]
    [InlineData("XL687", "switching", "--language", "en", "--models", "lab=lab")]
    public void BadInput_IsNamed(string message, params string[] command) => Assert.Contains(message, Command.Run(Path.GetTempPath(), command).Error);
}
