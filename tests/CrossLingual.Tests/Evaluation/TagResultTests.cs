using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Evaluation;

public class TagResultTests
{
    private static readonly LanguageTags Languages = Two();

    // en en . hi hi en: switches at the first hi and the last en; the sign between is of no language.
    private static readonly TaggedWords Mixed = new("m", ["the", "dog", ".", "ek", "ghar", "runs"], [0, 0, -1, 1, 1, 0], ["DET", "NOUN", "PUNCT", "DET", "NOUN", "VERB"]);
    private static readonly TaggedWords Plain = new("p", ["a", "cat"], [0, 0], ["DET", "NOUN"]);

    [Fact]
    public void Scores_EqualTheWorkedExample()
    {
        var result = TagResult.Of([Mixed, Plain], [["DET", "NOUN", "PUNCT", "NOUN", "NOUN", "NOUN"], ["DET", "VERB"]], Languages);
        var scores = result.Score();
        Assert.Equal((5.0 / 8, 2), (scores.Accuracy.Value, scores.Accuracy.N));
        Assert.Equal(3.0 / 5, scores.ByLanguage["en"].Value);
        Assert.Equal((0.5, 1), (scores.ByLanguage["hi"].Value, scores.ByLanguage["hi"].N));
        Assert.Equal(1, scores.ByLanguage["neutral"].Value);
        Assert.Equal((0.0, 1), (scores.AtSwitches.Value, scores.AtSwitches.N));
        Assert.Equal(4.0 / 5, scores.Elsewhere.Value);

        // DET 2 of 3 found, none too many; NOUN 2 found, 2 too many, 1 missed; VERB none; PUNCT all.
        Assert.Equal([4.0 / 5, 4.0 / 7, 1, 0], new[] { "DET", "NOUN", "PUNCT", "VERB" }.Select(t => scores.F1[t]));
        Assert.Equal(((4.0 / 5) + (4.0 / 7) + 1 + 0) / 4, scores.MacroF1.Value, 1e-12);

        Assert.Equal([false, false, false, true, false, true], result.Samples[0].AtSwitch);
        Assert.Equal(new SIndex().Of(2, 5, 3), result.Samples[0].SIndex);
        Assert.Equal((0.5, 0.5), (scores.ByBin[0].Value, result.Samples[1].Accuracy));
        Assert.Equal(0.5, scores.ByBin[SIndexBins.Of(result.Samples[0].SIndex)].Value, 0.2);
        Assert.Equal(3, scores.ByBin.Count(b => double.IsNaN(b.Value)));
        Assert.InRange(scores.Accuracy.Value, scores.Accuracy.Low, scores.Accuracy.High);
    }

    [Fact]
    public void Pool_IsTheMeanOverTaggers_SentenceBySentence()
    {
        var right = TagResult.Of([Mixed, Plain], [Mixed.Tags, Plain.Tags], Languages);
        var wrong = TagResult.Of([Mixed, Plain], [[.. Mixed.Tags.Select(_ => "X")], [.. Plain.Tags.Select(_ => "X")]], Languages);
        var both = TagResult.Pool([right, wrong, wrong]);
        Assert.Equal([1.0 / 3, 1.0 / 3], both.Samples.Select(s => s.Accuracy));
        var scores = both.Score();
        Assert.Equal((1.0 / 3, 2), (scores.Accuracy.Value, scores.Accuracy.N));
        Assert.Equal(scores.Accuracy.Low, scores.Accuracy.High);   // all sentences are alike, however taggers differ
        Assert.Equal(right.Score().AtSwitches.N, scores.AtSwitches.N);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e-9, 1)]
    [InlineData(0.2, 2)]
    [InlineData(0.36, 3)]
    [InlineData(0.6, 4)]
    [InlineData(1.09, 4)]
    public void Bins_BeginWithSentencesThatDoNotSwitch(double sIndex, int bin) => Assert.Equal(bin, SIndexBins.Of(sIndex));

    [Fact]
    public void Tagger_IsScoredByItsTagsNames()
    {
        using var tagger = TinyTagger.OnXlmRoberta();
        var result = TagResult.Of(tagger, [Plain with { Tags = ["DET", "INTJ"] }], Languages);
        Assert.All(result.Samples[0].Found, t => Assert.Contains(t, tagger.Tags));
        Assert.InRange(result.Samples[0].Accuracy, 0, 0.5);   // it has no INTJ
    }

    private static LanguageTags Two()
    {
        var tags = LanguageTags.LanguagesOnly();
        Assert.Equal((0, 1), (tags.Of("en"), tags.Of("hi")));
        return tags;
    }
}
