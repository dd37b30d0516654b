using CrossLingual.Data;
using CrossLingual.Methods;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Methods;

public class TaggingExperimentTests
{
    private static readonly LanguageTags Languages = LanguageTags.LanguagesOnly();
    private static readonly List<TagCorpus> Pairs = MakePairs();

    [Fact]
    public void Arms_DrawAsManyWordsFromTheirBins()
    {
        var pool = Pairs.SelectMany(p => p.Train).ToList();
        foreach (var arm in TagArm.Compared(natural: null))
        {
            var drawn = arm.Draw(pool, 500, Seed.For(1));
            Assert.InRange(drawn.Sum(s => s.Words.Count), 500, 590);
            Assert.Equal(drawn.Count, drawn.Distinct().Count());
            Assert.Equal(drawn, arm.Draw(pool, 500, Seed.For(1)));
            Assert.NotEqual(drawn, arm.Draw(pool, 500, Seed.For(2)));
            var shares = Enumerable.Range(0, SIndexBins.Count).Select(bin => drawn.Where(s => SIndexBins.Of(SIndexBins.SIndexOf(s.Languages)) == bin).Sum(s => s.Words.Count) / (double)drawn.Sum(s => s.Words.Count)).ToList();
            Assert.All(shares.Zip(arm.Weights ?? shares), s => Assert.Equal(s.Second / (arm.Weights ?? shares).Sum(), s.First, 0.06));
        }

        Assert.Same(pool, TagArm.All.Draw(pool, 0, Seed.For(1)));
    }

    [Fact]
    public void HiddenCorpus_IsNotLearnt()
    {
        var outcome = TaggingExperiment.Run(Options() with { Hidden = ["", "en-de"] });
        Assert.Equal(2 * 1 * 2, outcome.Cells.Count);
        var (seen, hidden) = (outcome.Cells.First(c => c.Hidden == ""), outcome.Cells.First(c => c.Hidden == "en-de"));
        Assert.True(hidden.Words < seen.Words);
        Assert.True(hidden.Results["en-de"].Score().Accuracy.Value < seen.Results["en-de"].Score().Accuracy.Value - 0.1);
        Assert.Equal(seen.Results["en-de"].Samples.Select(s => s.Id), hidden.Results["en-de"].Samples.Select(s => s.Id));

        var comparison = Assert.Single(outcome.Comparisons());
        Assert.Equal(("en-de", "not seen", "seen"), (comparison.Corpus, comparison.First, comparison.Second));
        Assert.True(comparison.Result.Difference.Low > 0);
        Assert.Equal(comparison.Result.P, comparison.Holm);
    }

    [Fact]
    public void Balanced_IsComparedWithEveryOtherDraw_AndCorrected()
    {
        var outcome = TaggingExperiment.Run(Options() with { Hidden = ["en-es", "en-de"], Arms = TagArm.Compared(null), Words = 500 });
        var comparisons = outcome.Comparisons();
        Assert.Equal(2 * 4, comparisons.Count);
        Assert.All(comparisons, c => Assert.True(c.Second == "balanced" && c.First != "balanced" && c.Holm >= c.Result.P));
    }

    [Fact]
    public void TooFewWords_AreNamed()
    {
        var error = Assert.Throws<UserException>(() => TaggingExperiment.Run(Options() with { Hidden = ["en-es"], Arms = TagArm.Compared(null), Words = 100_000 }));
        Assert.Equal("XL694", error.Id);
        Assert.Contains("en-de", error.Message);
    }

    [Fact]
    public void CorporaOfOneName_AreNamed() =>
        Assert.StartsWith("XL693", Assert.Throws<UserException>(() => TaggingExperiment.Run(Options() with { Corpora = [Pairs[0], Pairs[0]] })).Message);

    private static TaggingOptions Options() => new() { Corpora = Pairs, Languages = Languages, Hidden = [""], Models = ["word lookup"], Seeds = 2 };

    private static List<TagCorpus> MakePairs()
    {
        var folder = Path.Combine(RealData.RepositoryRoot, "data", "lab");
        var mixing = new LabMixing(Lab.Load(folder), SIndexBins.SIndexOf, folder);
        return [.. new[] { "es", "de" }.Select(l => TagCorpus.OfLab(mixing, "en", l, 5000, Languages))];
    }
}
