using CrossLingual.Metrics;
using CrossLingual.Runs;
using CsCheck;

namespace CrossLingual.Tests.Metrics;

public class PairedTestTests
{
    private static readonly Seed Seed = Seed.For("paired tests");

    // Darwin's maize, in eighths of an inch (Fisher 1935, chapter III): 863 of the 2^15 sign patterns have a sum as large
    // as the observed 314 and as many a sum as small, hence 1726 / 32768.
    private static readonly double[] Darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

    [Fact]
    public void Permutation_OfDarwinsMaizeIsFishers() =>
        Assert.Equal(1726.0 / 32768, PairedTest.Permutation(new double[15], Darwin, Seed), 1e-15);

    [Theory]
    [InlineData(new double[] { 1, 1, 1, 1, 1 }, 2.0 / 32)]
    [InlineData(new double[] { 1, -1 }, 1)]
    [InlineData(new double[] { 0, 0, 0 }, 1)]
    [InlineData(new[] { 0.1, 0.2, 0.3 }, 2.0 / 8)]             // 0.1 + 0.2 + 0.3 in any order is as extreme
    [InlineData(new[] { 0.3, -0.1, -0.2 }, 1)]                // the sum is 0, up to rounding
    public void Permutation_OfFewItemsIsExact(double[] differences, double expected) =>
        Assert.Equal(expected, PairedTest.Permutation(new double[differences.Length], differences, Seed), 1e-15);

    [Fact]
    public void Permutation_OfManyItemsAgreesWithTheNormalDistribution()
    {
        var dice = Seed.Dice();
        var differences = Enumerable.Range(0, 400).Select(_ => dice.NextDouble() - 0.47).ToArray();
        var z = differences.Sum() / Math.Sqrt(differences.Sum(d => d * d));
        var expected = 2 * MathNet.Numerics.Distributions.Normal.CDF(0, 1, -Math.Abs(z));
        Assert.InRange(expected, 0.001, 0.5);   // or the test shows nothing
        var deviation = Math.Sqrt(expected * (1 - expected) / PairedTest.Permutations);
        Assert.Equal(expected, PairedTest.Permutation(new double[400], differences, Seed), (5 * deviation) + 0.002);
    }

    [Fact]
    public void Permutation_RejectsEqualSystemsAsOftenAsItsLevelSays()
    {
        var rejected = Enumerable.Range(0, 300).Count(i =>
        {
            var dice = Seed.For("null", i).Dice();
            var (a, b) = (new double[40], new double[40]);
            for (var j = 0; j < 40; j++)
            {
                (a[j], b[j]) = (dice.NextDouble(), dice.NextDouble());
            }

            return PairedTest.Permutation(a, b, Seed.For("null signs", i)) <= 0.05;
        });
        Assert.InRange(rejected / 300.0, 0.005, 0.105);
    }

    [Fact]
    public void Comparison_IsAntisymmetricAndCountsPairs() =>
        Gen.Select(Gen.Double[0, 1].Array[12], Gen.Double[0, 1].Array[12]).Sample((a, b) =>
        {
            var (there, back) = (PairedTest.Compare(a, b, Seed), PairedTest.Compare(b, a, Seed));
            Assert.Equal(there.Difference.Value, -back.Difference.Value, 1e-12);
            Assert.Equal(there.Difference.Low, -back.Difference.High, 1e-9);
            Assert.Equal(there.P, back.P);
            Assert.Equal(there.Second.Value - there.First.Value, there.Difference.Value, 1e-12);
            Assert.Equal(12, there.Difference.N);
            Assert.Null(there.McNemar);
        }, iter: 20);

    [Fact]
    public void Pairing_FindsWhatTwoIntervalsCannot()
    {
        // Items differ by much, systems by little: each interval holds the other's mean, yet every item says the same.
        var first = Enumerable.Range(0, 50).Select(i => i / 50.0).ToArray();
        var second = first.Select((v, i) => v + 0.02 + (0.001 * (i % 7))).ToArray();
        var found = PairedTest.Compare(first, second, Seed);
        Assert.InRange(found.Second.Value, found.First.Low, found.First.High);
        Assert.True(found.Difference.Low > 0 && found.P < 0.001);
        Assert.True(found.Detectable < found.Difference.Value);
    }

    [Fact]
    public void Comparison_OfMarksHasMcNemars()
    {
        var found = PairedTest.Compare([1, 1, 0, 0, 1, 0], [1, 0, 1, 1, 1, 0], Seed);
        Assert.Equal(new McNemar(2, 1, 2, 1, 1), found.McNemar);
        Assert.Equal(found.McNemar!.P, found.P, 1e-12);   // for marks both are the same test
    }

    [Fact]
    public void Permutation_OfMarksIsMcNemars() => Gen.Select(Gen.Bool.Array[14], Gen.Bool.Array[14]).Sample((a, b) =>
        Assert.Equal(
            McNemar.Test(a, b).P,
            PairedTest.Permutation([.. a.Select(Convert.ToDouble)], [.. b.Select(Convert.ToDouble)], Seed),
            1e-9), iter: 50);

    [Fact]
    public void Ratio_IsWhatIsKept()
    {
        double[] english = [1, 1, 1, 0, 1, 0, 1, 1, 1, 1];
        double[] other = [1, 0, 1, 0, 0, 0, 1, 0, 1, 0];
        var kept = PairedTest.Ratio(english, other, Seed);
        Assert.Equal(0.5, kept.Value);
        Assert.True(kept.Low > 0 && kept.High < 1);
        Assert.True(double.IsNaN(PairedTest.Ratio([0, 0], [1, 0], Seed).Value));
    }

    [Fact]
    public void WhatIsNoPairOrNoNumber_IsNamed()
    {
        Assert.Equal("XL611", Assert.Throws<UserException>(() => PairedTest.Compare([1, 0], [1], Seed)).Id);
        Assert.Equal("XL611", Assert.Throws<UserException>(() => PairedTest.Compare([], [], Seed)).Id);
        Assert.Equal("XL611", Assert.Throws<UserException>(() => McNemar.Test([true], [])).Id);
        var error = Assert.Throws<UserException>(() => PairedTest.Compare([1, 0, 0], [1, double.NaN, double.NaN], Seed));
        Assert.Contains("XL610 'second' has 2 of 3 items that are not finite numbers; the first is item 2", error.Message);
        Assert.Equal("XL610", Assert.Throws<UserException>(() => Score.Mean([0, double.PositiveInfinity], Seed)).Id);
    }
}
