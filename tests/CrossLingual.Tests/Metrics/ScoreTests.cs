using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Tests.Metrics;

public class ScoreTests
{
    [Theory]
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3; then the usual worked examples of ten trials.
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(5, 10, 0.2366, 0.7634)]
    [InlineData(10, 10, 0.7225, 1)]
    public void Wilson_EqualsPublishedValues(int successes, int n, double low, double high)
    {
        var score = Score.Share(successes, n);
        Assert.Equal((double)successes / n, score.Value);
        Assert.Equal(n, score.N);
        Assert.Equal(low, score.Low, 5e-5);
        Assert.Equal(high, score.High, 5e-5);
    }

    [Fact]
    public void Wilson_IsSymmetricAndStaysInside() => Assert.All(Enumerable.Range(0, 51), k =>
    {
        var (score, other) = (Score.Share(k, 50), Score.Share(50 - k, 50));
        Assert.Equal(1 - other.High, score.Low, 1e-12);
        Assert.InRange(score.Value, score.Low - 1e-12, score.High + 1e-12);
        Assert.True(score.Low >= 0 && score.High <= 1);
        Assert.True(Score.Share(k, 50, 0.99).High - Score.Share(k, 50, 0.99).Low > score.High - score.Low);
    });

    [Fact]
    public void NothingMeasured_IsNotANumber()
    {
        Assert.All([Score.Share(0, 0), Score.Mean([], Seed.For("none"))], score =>
        {
            Assert.Equal(0, score.N);
            Assert.True(double.IsNaN(score.Value) && double.IsNaN(score.Low) && double.IsNaN(score.High));
        });
    }

    [Fact]
    public void Bootstrap_CoversTheMeanAboutAsOftenAsItSays()
    {
        // 400 samples of 50 uniform numbers, whose mean is 0.5: 95 % give or take 4 standard errors of 1.1 %, and a
        // percentile interval of 50 covers a little less than its name says.
        var covered = Enumerable.Range(0, 400).Count(i =>
        {
            var dice = Seed.For("coverage", i).Dice();
            var score = Score.Mean([.. Enumerable.Range(0, 50).Select(_ => dice.NextDouble())], Seed.For("bootstrap", i));
            return score.Low <= 0.5 && score.High >= 0.5;
        });
        Assert.InRange(covered / 400.0, 0.905, 0.98);
    }

    [Fact]
    public void Bootstrap_IsAboutTheNormalIntervalOfALargeSample()
    {
        var dice = Seed.For("large").Dice();
        var values = Enumerable.Range(0, 2000).Select(_ => dice.NextDouble()).ToList();
        var score = Score.Mean(values, Seed.For("large"));
        var half = 1.96 * Math.Sqrt(values.Sum(v => (v - values.Average()) * (v - values.Average())) / values.Count / values.Count);
        Assert.Equal(values.Average(), score.Value, 1e-12);
        Assert.Equal(score.Value - half, score.Low, half / 10);
        Assert.Equal(score.Value + half, score.High, half / 10);
    }

    [Fact]
    public void Bootstrap_DependsOnItsSeedAlone()
    {
        double[] values = [0, 1, 1, 0.5, 0.25, 1, 0];
        Assert.Equal(Score.Mean(values, Seed.For("a")), Score.Mean(values, Seed.For("a")));
        Assert.NotEqual(Score.Mean([.. Enumerable.Range(0, 40).Select(i => Math.Sqrt(i))], Seed.For("a")), Score.Mean([.. Enumerable.Range(0, 40).Select(i => Math.Sqrt(i))], Seed.For("b")));
        Assert.Equal(new Score(0.3, 1, 0.3, 0.3), Score.Mean([0.3], Seed.For("a")));
    }

    [Fact]
    public void Score_IsFourNumbersInJson() => Assert.Equal(
        """{"value":50,"n":2,"low":9.5,"high":90.5}""",
        System.Text.Json.JsonSerializer.Serialize(new Score(0.5, 2, 0.095, 0.905).ToPercent(), JsonText.Line));
}
