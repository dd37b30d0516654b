using CrossLingual.Metrics;
using CrossLingual.Runs;
using CsCheck;

namespace CrossLingual.Tests.Metrics;

public class BleuTests
{
    private static readonly Seed Seed = Seed.For("bleu");
    private static readonly string[] Hypotheses = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."];

    private static readonly string[][] References =
    [
        ["The dog bit the man.", "The dog had bit the man."],
        ["It was not unexpected.", "No one was surprised."],
        ["The man bit him first.", "The man had bitten the dog."],
    ];

    [Fact]
    public void Bleu_EqualsSacrebleusOwnExample()
    {
        var bleu = Bleu.Corpus(Hypotheses, References, Seed);
        Assert.Equal(48.530827009929865, bleu.Score.Value, 1e-12);
        Assert.Equal(["82.4", "50.0", "45.5", "37.5"], bleu.Precisions.Select(p => p.ToString("F1", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal((0.943, 17, 18), (Math.Round(bleu.BrevityPenalty, 3), bleu.HypothesisLength, bleu.ReferenceLength));
        Assert.StartsWith("nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:xling-", bleu.Signature);
        Assert.Equal(3, bleu.Score.N);
        Assert.True(bleu.Score.Low <= bleu.Score.Value && bleu.Score.Value <= bleu.Score.High);
    }

    [Fact]
    public void OtherSettings_EqualSacrebleusTests()
    {
        Assert.Equal(49.1919566, Of(new BleuOptions { Tokens = BleuTokens.None }), 1e-7);
        Assert.Equal(48.530827, Of(new BleuOptions { Smoothing = BleuSmoothing.None }), 1e-6);
        Assert.Equal(0, Bleu.Corpus(["", "", ""], References, Seed).Score.Value);
        Assert.Equal(100, Bleu.Corpus(["a b c d e"], [["a b c d e"]], Seed).Score.Value, 1e-9);

        static double Of(BleuOptions options) => Bleu.Corpus(Hypotheses, References, Seed, options).Score.Value;
    }

    [Theory]
    // "a b x" against "a b y": 2/3, 1/2, 0/1 and no 4-gram at all.
    [InlineData(BleuSmoothing.Exp, 0.5)]
    [InlineData(BleuSmoothing.Floor, 0.1)]
    [InlineData(BleuSmoothing.None, 0)]
    public void Smoothing_GivesEmptyOrdersTheirShare(BleuSmoothing smoothing, double third) => Assert.Equal(
        100 * Math.Cbrt(2.0 / 3 * 0.5 * third),
        Bleu.Sentence("a b x", ["a b y"], new BleuOptions { Smoothing = smoothing, Tokens = BleuTokens.None }),
        1e-9);

    [Fact]
    public void AddK_AddsOneFromTheSecondOrder() => Assert.Equal(
        100 * Math.Pow(2.0 / 3 * (2.0 / 3) * (1.0 / 2) * (1.0 / 1), 1 / 4.0),
        Bleu.Sentence("a b x", ["a b y"], new BleuOptions { Smoothing = BleuSmoothing.AddK, Tokens = BleuTokens.None }),
        1e-9);

    [Theory]
    [InlineData("13a", "It's 3.14, said-it (\"x\")-2-3 a.b c,", "It's 3.14 , said-it ( \" x \" ) -2 - 3 a . b c ,")]
    [InlineData("13a", "&quot;a&quot; &amp;lt; <skipped>b", "\" a \" < b")]
    [InlineData("13a", "a\u00A0b\u001Cc", "a b c")]
    [InlineData("zh", "我是abc，你好2.5！", "我 是 abc ， 你 好 2.5 ！")]
    [InlineData("zh", "a\u2019s \u2014b", "a \u2019 s \u2014 b")]     // the scorer's list holds these
    [InlineData("char", "a b😀é", "a b 😀 é")]
    [InlineData("none", "a,b  c.", "a,b c.")]
    public void Tokens_AreSacrebleus(string name, string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', BleuTokens.Named(name).Cut(text)));

    [Fact]
    public void Pieces_AreAModelsTokens()
    {
        var pieces = BleuTokens.Pieces(Tiny.TinyModel.Tokenizer, "spm");
        Assert.Equal(Tiny.TinyModel.Tokenizer.Encode("a cat").Length, pieces.Cut("a cat").Length);
        Assert.Contains("tok:spm|", Bleu.Corpus(["a cat sat here"], [["a cat sat here"]], Seed, new BleuOptions { Tokens = pieces }).Signature);
    }

    [Theory]
    // sacreBLEU's tests, β 3: without its epsilon where an order is missing, with and without it equal where none is.
    [InlineData("a", "a", 100)]
    [InlineData("", "reference", 0)]
    [InlineData("a b c", "abc", 100)]
    [InlineData("aa", "ab", 25)]
    [InlineData("abcdefg", "hijklmnop", 0)]
    [InlineData(" risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists .", "risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists .", 63.361730)]
    [InlineData(" Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. ", "Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich.", 64.1302698)]
    public void Chrf3_EqualsSacrebleusTests(string hypothesis, string reference, double expected) =>
        Assert.Equal(expected, Chrf.Corpus([hypothesis], [[reference]], Seed, new ChrfOptions { Beta = 3 }).Score.Value, 1e-5);

    [Theory]
    // Its tests of sentences average the orders' F-scores; the default takes F of the averages, which differs in the fourth digit.
    [InlineData("Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře.", "Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře.", 39.14078509)]
    [InlineData("Nebo prostě nemají vybavení, které by jim pomohlo, uvedli lékaři.", "A někdy nemáme ani potřebný materiál, abychom jim pomohli, popsali lékaři.", 31.22557079)]
    [InlineData("Lapali po dechu, jejich životy skončily dřív, než skutečně začaly.", "Lapali po dechu a pak jejich život skončil - dřív, než skutečně mohl začít, připomněli.", 57.15704367)]
    public void Chrf2_IsCloseToSacrebleusOtherForm(string hypothesis, string reference, double expected) =>
        Assert.Equal(expected, Chrf.Sentence(hypothesis, [reference]), 5e-4);

    [Fact]
    public void ChrfPlusPlus_CountsWordsAndTheirPunctuation()
    {
        // Characters a b . against a c: 1 of 3 and of 2; words a b . against a c: the same.
        var options = new ChrfOptions { CharacterOrder = 1, WordOrder = 1 };
        Assert.Equal(100 * 5 * (1.0 / 6) / ((4.0 / 3) + 0.5), Chrf.Sentence("a b.", ["a c"], options), 1e-9);
        Assert.Contains("nc:6|nw:2|", Chrf.Corpus(["a"], [["a"]], Seed, new ChrfOptions { WordOrder = 2 }).Signature);
        Assert.Equal(100, Chrf.Sentence("xyz abc", ["nothing", "xyz abc"], new ChrfOptions { WordOrder = 2 }), 1e-9);
    }

    [Fact]
    public void Scores_AreSharesAndFullForEqualTexts() => Gen.Select(Gen.String["ab .é中"], Gen.String["ab .é中"]).Sample((a, b) =>
    {
        Assert.InRange(Bleu.Sentence(a, [b]), 0, 100 + 1e-9);
        Assert.InRange(Chrf.Sentence(a, [b], new ChrfOptions { WordOrder = 2 }), 0, 100 + 1e-9);
        if (BleuTokens.None.Cut(a).Length > 0)
        {
            Assert.Equal(100, Bleu.Sentence(a, [b, a]), 1e-9);
            Assert.Equal(100, Chrf.Sentence(a, [b, a]), 1e-9);
        }
    });

    [Fact]
    public void WhatDoesNotFit_IsNamed()
    {
        Assert.Equal("XL641", Assert.Throws<UserException>(() => Bleu.Corpus(["a"], [], Seed)).Id);
        Assert.Contains("Segment 2 has 0", Assert.Throws<UserException>(() => Chrf.Corpus(["a", "b"], [["a"], []], Seed)).Message);
        Assert.Equal("XL640", Assert.Throws<UserException>(() => BleuTokens.Named("moses")).Id);
    }
}
