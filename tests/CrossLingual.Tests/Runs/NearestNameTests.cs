using CrossLingual.Runs;

namespace CrossLingual.Tests.Runs;

public class NearestNameTests
{
    private static readonly string[] Names = ["seed", "data", "training", "learning_rate", "warm_up"];

    [Theory]
    [InlineData("sede", "seed")]
    [InlineData("sed", "seed")]
    [InlineData("seeds", "seed")]
    [InlineData("SEED", "seed")]
    [InlineData("date", "data")]
    [InlineData("trianing", "training")]
    [InlineData("learningrate", "learning_rate")]
    [InlineData("lerning-rates", "learning_rate")]
    [InlineData("warmup", "warm_up")]
    [InlineData("zebra", null)]
    [InlineData("dusk", null)]
    [InlineData("", null)]
    public void Misspelt_FindsItsName(string value, string? expected) => Assert.Equal(expected, NearestName.Find(value, Names));

    [Fact]
    public void Nearest_Wins() => Assert.Equal("beta2", NearestName.Find("beta22", ["beta1", "beta2"]));
}
