using CrossLingual.Data;
using CrossLingual.Runs;

namespace CrossLingual.Tests.Data;

public class MixtureTests
{
    private static readonly (int Size, string Language)[] Sources = [(900, "es"), (100, "sw"), (500, "en")];

    [Fact]
    public void Temperature_LiftsSmallSources()
    {
        Assert.Equal([0.9, 0.1], Mixture.Shares([(900, "es"), (100, "sw")], new MixtureOptions()));
        Assert.Equal([0.75, 0.25], Mixture.Shares([(900, "es"), (100, "sw")], new MixtureOptions { Temperature = 2 }));   // 30 : 10
        Assert.All(Mixture.Shares([(900, "es"), (100, "sw")], new MixtureOptions { Temperature = 1000 }), s => Assert.Equal(0.5, s, 2));
    }

    [Fact]
    public void EnglishShare_IsKept()
    {
        var shares = Mixture.Shares(Sources, new MixtureOptions { EnglishShare = 0.2 });
        Assert.Equal(0.2, shares[2], 12);
        Assert.Equal(9, shares[0] / shares[1], 9);
        Assert.Equal([900, 100, 250], Mixture.Counts(Sources, new MixtureOptions { EnglishShare = 0.2 }));
    }

    [Fact]
    public void Counts_SumToTheTotal()
    {
        for (var total = 1; total < 60; total++)
        {
            Assert.Equal(total, Mixture.Counts(Sources, new MixtureOptions { Temperature = 3, EnglishShare = 0.15, Total = total }).Sum());
        }

        Assert.Equal([30, 20, 50], Mixture.Counts(Sources, new MixtureOptions { Explicit = [0.3, 0.2, 0.5], Total = 100 }));
        Assert.Equal("XL142", Assert.Throws<UserException>(() => Mixture.Counts(Sources, new MixtureOptions { Explicit = [1] })).Id);
    }

    [Fact]
    public void WhatIsDrawn_DoesNotDependOnTheOrder()
    {
        var records = Enumerable.Range(0, 200).Select(i => $"record {i}").ToList();
        var drawn = Mixture.Take(records, r => r, 50, Seed.For("draw"));
        Assert.Equal(drawn, Mixture.Take([.. records.AsEnumerable().Reverse()], r => r, 50, Seed.For("draw")));
        Assert.NotEqual(drawn, Mixture.Take(records, r => r, 50, Seed.For("another")));
        Assert.Equal(50, drawn.Distinct().Count());
        Assert.Equal(3, Mixture.Take(records, r => r, 600, Seed.For("draw")).GroupBy(r => r).Select(g => g.Count()).Distinct().Single());
    }
}
