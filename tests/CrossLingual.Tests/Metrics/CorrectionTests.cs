using CrossLingual.Metrics;
using CrossLingual.Runs;
using CsCheck;

namespace CrossLingual.Tests.Metrics;

/// <summary>McNemar, Holm, what can be detected, and the interval of sums: by hand, and by what must hold.</summary>
public class CorrectionTests
{
    [Theory]
    [InlineData(0, 5, 0.0625)]            // 2 / 2^5
    [InlineData(5, 0, 0.0625)]
    [InlineData(1, 9, 0.021484375)]       // 2 (1 + 10) / 2^10
    [InlineData(2, 8, 0.109375)]          // 2 (1 + 10 + 45) / 2^10
    [InlineData(5, 5, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(121, 59, 4.434e-06)]      // 2 times the sum of C(180, 0..59) / 2^180, in whole numbers
    public void McNemar_IsTheBinomialTest(int b, int c, double expected) => Assert.Equal(expected, McNemar.PValue(b, c), expected * 1e-3);

    [Fact]
    public void Holm_EqualsTheWorkedExample()
    {
        // Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1; the last takes the one before it.
        double[] expected = [0.03, 0.06, 0.06, 0.02];
        var adjusted = HolmCorrection.Adjust([0.01, 0.04, 0.03, 0.005]);
        Assert.All(expected.Zip(adjusted), pair => Assert.Equal(pair.First, pair.Second, 1e-15));
        Assert.Equal([1.0, 1.0], HolmCorrection.Adjust([0.6, 0.7]));
        Assert.Empty(HolmCorrection.Adjust([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => HolmCorrection.Adjust([0.1, double.NaN]));
    }

    [Fact]
    public void Holm_LiesBetweenRawAndBonferroniAndKeepsTheOrder() => Gen.Double[0, 1].Array[1, 12].Sample(p =>
    {
        var adjusted = HolmCorrection.Adjust(p);
        for (var i = 0; i < p.Length; i++)
        {
            Assert.InRange(adjusted[i], p[i], Math.Min(1, (p[i] * p.Length) + 1e-12));
            Assert.All(Enumerable.Range(0, p.Length), j => Assert.True(p[i] > p[j] || adjusted[i] <= adjusted[j]));
        }
    });

    [Fact]
    public void Detectable_IsTheTextbooks()
    {
        // (1.959964 + 0.841621) * 1 / sqrt(100)
        Assert.Equal(0.2801585, DetectableDifference.Of(1, 100), 1e-6);
        Assert.Equal(785, DetectableDifference.PairsNeeded(1, 0.1));
        Assert.Equal(0, DetectableDifference.Of(0, 10));
    }

    [Fact]
    public void Detectable_IsFoundAboutAsOftenAsItsPowerSays()
    {
        // Differences uniform around the detectable one; a normal test at 5 % should find 80 % of them.
        const int N = 60;
        var deviation = 1 / Math.Sqrt(12);
        var shift = DetectableDifference.Of(deviation, N);
        var found = Enumerable.Range(0, 500).Count(i =>
        {
            var dice = Seed.For("power", i).Dice();
            var mean = Enumerable.Range(0, N).Average(_ => dice.NextDouble() - 0.5 + shift);
            return Math.Abs(mean) / (deviation / Math.Sqrt(N)) > 1.959964;
        });
        Assert.InRange(found / 500.0, 0.73, 0.87);
    }

    [Fact]
    public void IntervalOfSums_IsTheOneOfTheMean()
    {
        double[] values = [0.1, 0.9, 0.3, 0.4, 0.75, 0.2];
        var seed = Seed.For("sums");
        var score = Score.Mean(values, seed);
        var (low, high) = Bootstrap.OfSums([.. values.Select(v => new[] { v, 1.0 })], sums => sums[0] / sums[1], seed);
        Assert.Equal(score.Low, low, 1e-12);
        Assert.Equal(score.High, high, 1e-12);
        Assert.Equal((double.NaN, double.NaN), Bootstrap.OfSums([[0.0, 0.0]], sums => sums[0] / sums[1], seed));
    }
}
