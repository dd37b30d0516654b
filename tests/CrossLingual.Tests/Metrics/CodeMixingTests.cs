using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Text;
using CsCheck;

namespace CrossLingual.Tests.Metrics;

public class CodeMixingTests
{
    private const string Sample = "EN EN HI HI HI HI EN EN EN HI HI";

    [Theory]
    // The S-index's own vectors, then what mixes three languages.
    [InlineData(Sample, 0.548643, 0.363636)]
    [InlineData("EN EN EN EN", 0, 0)]
    [InlineData("EN HI", 0.320315, 0.5)]
    [InlineData("EN HI EN HI EN HI", 0.683869, 0.666667)]
    [InlineData("EN UNIV EN NE EN", 0, 0)]
    [InlineData("", 0, 0)]
    public void SIndexAndCmi_EqualTheWorkedVectors(string text, double sIndex, double cmi)
    {
        var sentence = Measure(text);
        Assert.Equal(sIndex, sentence.SIndex, 1e-6);
        Assert.Equal(cmi * 100, sentence.Cmi2016, 1e-4);
    }

    [Theory]
    [InlineData(Sample)]
    [InlineData("EN UNIV EN HI NE HI HI UNIV HI EN EN EN HI HI UNIV")]   // what is no language changes nothing
    [InlineData("en En hi hi HI hi EN en en Hi hi other")]               // nor does case
    public void Measures_EqualTheWorkedVector(string text)
    {
        var s = Measure(text);
        Assert.Equal((11, 2, 3, "hi"), (s.N, s.Languages, s.Switches, s.Matrix));
        Assert.Equal(45.4545, s.Cmi2014, 1e-4);
        Assert.Equal(36.3636, s.Cmi2016, 1e-4);
        Assert.Equal(0.983607, s.MIndex, 1e-6);
        Assert.Equal(0.3, s.IIndex, 1e-12);
        Assert.Equal(0.994030, s.LanguageEntropy, 1e-6);
        Assert.Equal(-0.536675, s.Burstiness!.Value, 1e-6);
        Assert.Equal(-0.483509, s.BurstinessOfSample!.Value, 1e-6);
        Assert.Equal(1.5, s.SpanEntropy, 1e-12);
        Assert.Equal(-0.5, s.Memory!.Value, 1e-12);
    }

    [Fact]
    public void OneLanguage_HasNoMixing()
    {
        var s = Measure("EN EN EN");
        Assert.Equal((0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (s.SIndex, s.Cmi2014, s.Cmi2016, s.MIndex, s.IIndex, s.LanguageEntropy));
        Assert.Equal((-1.0, null, null), (s.Burstiness, s.BurstinessOfSample, s.Memory));
        Assert.Null(Measure("UNIV NE").Matrix);
    }

    [Fact]
    public void AuthorsVariant_CountsAllTagsAndTwoTokensTooMany()
    {
        var tags = LanguageTags.AllTags();
        var corpus = new CodeSwitchCorpus(tags, new CodeSwitchOptions { Variant = SIndexVariant.Author });
        int[] sentence = [.. "EN EN HI UNIV".Split(' ').Select(t => tags.Of(t))];
        var first = corpus.Add(sentence).ToSentence("1", tags.NameOf);
        var second = corpus.Add(sentence).ToSentence("2", tags.NameOf);
        Assert.Equal(Math.Tanh(1) * Math.Log(4.0 / 2), first.SIndex, 1e-12);
        Assert.Equal(Math.Tanh(1) * Math.Log(6.0 / 2), second.SIndex, 1e-12);
        Assert.Equal(100 * ((0.5 * (6 - 2)) + (0.5 * 2)) / 6, second.Cmi2016, 1e-12);
        Assert.Equal(2, second.Switches);
    }

    [Fact]
    public void CorpusCmi_FollowsItsFormula()
    {
        // Four sentences: en only; hi with one switch (δ = 1); tied, which keeps hi (δ = 0); of no language.
        var summary = Corpus("EN EN", "HI HI HI EN", "EN HI", "UNIV");
        var expected = 100.0 / 3 * ((0.5 * ((1 - ((3 - 1) / 4.0) + 1) + (1 - ((1 - 1) / 2.0) + 0))) + (5.0 / 6 * 2));
        Assert.Equal(expected, summary.CorpusCmi.Value, 1e-12);
        Assert.Equal((4, 1, 3), (summary.Sentences, summary.NeutralOnly, summary.CorpusCmi.N));
        Assert.Equal(2.0 / 3, summary.Mixed.Value, 1e-12);
        Assert.Equal((9L, 1L), (summary.Tokens, summary.NeutralTokens));
        Assert.Equal([new SwitchPoint("en", "hi", 1), new SwitchPoint("hi", "en", 1)], summary.SwitchPoints);
        Assert.Equal(2.0 / 5, summary.IIndex.Value, 1e-12);
    }

    [Fact]
    public void CorpusOfOneSentence_HasItsMeasures()
    {
        var (summary, sentence) = (Corpus(Sample), Measure(Sample));
        Assert.Equal(sentence.MIndex, summary.MIndex.Value, 1e-12);
        Assert.Equal(sentence.Memory!.Value, summary.Memory.Value, 1e-12);
        Assert.Equal(sentence.Burstiness!.Value, summary.Burstiness.Value, 1e-12);
        Assert.Equal(sentence.SpanEntropy, summary.SpanEntropy.Value, 1e-12);
        Assert.Equal(sentence.SIndex, summary.MixedSIndex.Value, 1e-12);
    }

    [Fact]
    public void Nothing_IsNotANumber()
    {
        var summary = Corpus("UNIV", "UNIV NE");
        Assert.Equal((2, 2, 0), (summary.Sentences, summary.NeutralOnly, summary.SIndex.N));
        Assert.All([summary.SIndex, summary.MIndex, summary.Memory, summary.CorpusCmi], s => Assert.True(double.IsNaN(s.Value) && double.IsNaN(s.Low)));
    }

    [Fact]
    public void Intervals_OfGroupedSentencesAreTheOnesOfSentences()
    {
        // 4,000 sentences in 400 groups: the interval of the mean S is about 1.96 standard errors of sentences.
        var dice = Seed.For("grouped").Dice();
        var tags = Tags();
        var corpus = new CodeSwitchCorpus(tags);
        var values = Enumerable.Range(0, 4000).Select(_ => corpus.Add([.. Enumerable.Range(0, 2 + dice.Next(12)).Select(_ => dice.Next(2))]).SIndex).ToList();
        var mean = values.Average();
        var half = 1.96 * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Count / values.Count);
        var score = corpus.Summarize().SIndex;
        Assert.Equal(mean, score.Value, 1e-12);
        Assert.Equal(4000, score.N);
        Assert.Equal(mean - half, score.Low, half / 5);
        Assert.Equal(mean + half, score.High, half / 5);
        Assert.Equal(4000, corpus.Summarize().SIndices.Counts.Sum());
    }

    [Fact]
    public void Measures_StayInTheirRanges() => Gen.Int[-1, 4].Array[0, 40].Sample(languages =>
    {
        var tags = Tags();
        var s = new CodeSwitchCorpus(tags).Add(languages).ToSentence("x", tags.NameOf);
        Assert.InRange(s.SIndex, 0, Math.Log(Math.Max(1, s.Languages)) + 1e-12);
        Assert.InRange(s.Cmi2016, 0, 100);
        Assert.InRange(s.Cmi2014, 0, 100);
        Assert.InRange(s.MIndex, 0, 1 + 1e-12);
        Assert.InRange(s.IIndex, 0, 1);
        Assert.InRange(s.LanguageEntropy, 0, Math.Log2(Math.Max(1, s.Languages)) + 1e-12);
        Assert.InRange(s.Burstiness ?? 0, -1, 1);
        Assert.InRange(s.Memory ?? 0, -1 - 1e-9, 1 + 1e-9);
        Assert.Equal(s.Switches == 0, s.SIndex == 0);
    });

    [Fact]
    public void Renaming_AndTurningRoundChangeNothing() => Gen.Int[0, 2].Array[1, 30].Sample(languages =>
    {
        var tags = Tags();
        CodeSwitchSentence Of(IEnumerable<int> l) => new CodeSwitchCorpus(tags).Add([.. l]).ToSentence("x", tags.NameOf) with { Matrix = null, Memory = null };
        Assert.Equal(Of(languages).SIndex, Of(languages.Select(l => 2 - l)).SIndex, 1e-12);
        Assert.Equal(Of(languages).LanguageEntropy, Of(languages.Reverse()).LanguageEntropy, 1e-9);
        Assert.Equal(Of(languages).Cmi2016, Of(languages.Reverse()).Cmi2016, 1e-12);
    });

    [Fact]
    public void BalancedSample_FollowsItsTargetAndSaysWhatIsMissing()
    {
        double[] values = [.. Enumerable.Repeat(0.05, 500), .. Enumerable.Repeat(0.5, 100), .. Enumerable.Repeat(0.95, 8)];
        var drawn = BalancedSample.Draw(values, 0, 1, [1, 1, 1], 30, Seed.For("draw"));
        Assert.Equal([10, 10, 8], drawn.Found);
        Assert.Equal(2, drawn.Missing);
        Assert.Equal(28, drawn.Indices.Distinct().Count());
        Assert.Equal([3, 1, 0], BalancedSample.Draw(values, 0, 1, [3, 1, 0], 4, Seed.For("draw")).Found);
        Assert.Equal(drawn.Indices, BalancedSample.Draw(values, 0, 1, [1, 1, 1], 30, Seed.For("draw")).Indices);
        Assert.Equal("XL610", Assert.Throws<UserException>(() => BalancedSample.Draw([double.NaN], 0, 1, [1], 1, Seed.For("draw"))).Id);
    }

    private static LanguageTags Tags()
    {
        var tags = LanguageTags.LanguagesOnly();
        Assert.Equal([0, 1, 2, 3, 4], new[] { "en", "hi", "bn", "te", "sw" }.Select(t => tags.Of(t)));
        return tags;
    }

    private static CodeSwitchSentence Measure(string text)
    {
        var tags = LanguageTags.LanguagesOnly();
        return new CodeSwitchCorpus(tags).Add(Numbers(tags, text)).ToSentence("x", tags.NameOf);
    }

    private static CodeSwitchSummary Corpus(params string[] sentences)
    {
        var tags = LanguageTags.LanguagesOnly();
        var corpus = new CodeSwitchCorpus(tags);
        foreach (var sentence in sentences)
        {
            corpus.Add(Numbers(tags, sentence));
        }

        return corpus.Summarize();
    }

    private static int[] Numbers(LanguageTags tags, string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => tags.Of(t))];
}
