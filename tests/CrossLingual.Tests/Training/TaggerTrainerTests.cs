using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;
using TorchSharp;

namespace CrossLingual.Tests.Training;

public class TaggerTrainerTests
{
    private static readonly TaggerOptions Options = new() { Steps = 60, BatchWords = 40, LearningRate = 5e-3, DevEvery = 10 };

    public static TheoryData<string> Kinds => ["xlm-roberta", "causal", "bidirectional"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tagger_LearnsWhatAWordIs(string kind)
    {
        using var tagger = Tagger(kind);
        var (train, dev) = (Sentences(120, 1), Sentences(30, 2));
        var progress = new List<TaggerProgress>();
        TaggerResult result;
        using (var trainer = new TaggerTrainer(tagger, Options, Seed.For(1)))
        {
            result = trainer.Run(train, dev, new Told<TaggerProgress>(progress.Add));
        }

        Assert.Equal((60, 6), (progress.Count, progress.Count(p => p.DevAccuracy is not null)));
        Assert.True(progress[^1].Loss < progress[0].Loss / 2, $"{progress[0].Loss} to {progress[^1].Loss}");
        Assert.True(result.DevAccuracy > 0.8, $"{result.DevAccuracy}");
        Assert.Equal(progress.Max(p => p.DevAccuracy), result.DevAccuracy);
        Assert.Equal(result.BestStep, progress.First(p => p.DevAccuracy == result.DevAccuracy).Step);

        // What is left is the best state, also where it was not the last.
        Assert.Equal(result.DevAccuracy, Accuracy(tagger, dev), 1e-12);
        Assert.False(tagger.Encoder.Training);
    }

    [Fact]
    public void BestState_IsKept()
    {
        using var tagger = Tagger("xlm-roberta");
        var dev = Sentences(30, 2);
        var accuracies = new List<double>();
        using var trainer = new TaggerTrainer(tagger, Options with { LearningRate = 0.05, DevEvery = 1 }, Seed.For(1));
        var result = trainer.Run(Sentences(60, 1), dev, new Told<TaggerProgress>(p => accuracies.Add(p.DevAccuracy!.Value)));
        Assert.True(result.BestStep < 60, "this rate is meant to make the last state worse than another");
        Assert.Equal(accuracies.Max(), Accuracy(tagger, dev), 1e-12);
    }

    [Fact]
    public void SameSeed_GivesTheSameWeights()
    {
        float[] first = Trained(1), second = Trained(1), other = Trained(2);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);

        static float[] Trained(int seed)
        {
            using var tagger = Tagger("bidirectional");
            using var trainer = new TaggerTrainer(tagger, Options with { Steps = 5 }, Seed.For(seed));
            trainer.Run(Sentences(40, 1), []);
            return [.. tagger.Weights.Values.SelectMany(w => w.data<float>().ToArray())];
        }
    }

    [Fact]
    public void Loss_IsTheMeanOverWords()
    {
        // A head of zeros gives every tag the same chance.
        using var tagger = Tagger("xlm-roberta");
        using (torch.no_grad())
        {
            tagger.Weights["classifier.weight"].zero_();
        }

        var loss = double.NaN;
        using var trainer = new TaggerTrainer(tagger, Options with { Steps = 1 }, Seed.For(1));
        trainer.Run(Sentences(20, 1), [], new Told<TaggerProgress>(p => loss = p.Loss));
        Assert.Equal(Math.Log(4), loss, 1e-5);
    }

    [Fact]
    public void WhatCannotBeLearnt_IsNamed()
    {
        using var tagger = Tagger("xlm-roberta");
        using var trainer = new TaggerTrainer(tagger, Options, Seed.For(1));
        var error = Assert.Throws<UserException>(() => trainer.Run([new TaggedWords("s", ["cat"], [0], ["INTJ"])], []));
        Assert.Equal("XL690", error.Id);
        Assert.Contains("'INTJ'", error.Message);
        Assert.Equal("XL690", Assert.Throws<UserException>(() => trainer.Run([], [])).Id);
        using (torch.no_grad())
        {
            tagger.Weights["classifier.bias"].fill_(float.NaN);
        }

        Assert.Equal("XL691", Assert.Throws<UserException>(() => trainer.Run(Sentences(3, 1), [])).Id);
    }

    [Fact]
    public void Training_CanBeStopped()
    {
        using var tagger = Tagger("xlm-roberta");
        using var trainer = new TaggerTrainer(tagger, Options, Seed.For(1));
        using var stop = new CancellationTokenSource();
        var steps = 0;
        Assert.Throws<OperationCanceledException>(() => trainer.Run(Sentences(20, 1), [], new Told<TaggerProgress>(p =>
        {
            steps = p.Step;
            if (p.Step == 3)
            {
                stop.Cancel();
            }
        }), stop.Token));
        Assert.Equal(3, steps);
        Assert.False(tagger.Encoder.Training);
    }

    /// <summary>Sentences in which a word's tag follows from the word.</summary>
    internal static List<TaggedWords> Sentences(int count, int seed)
    {
        (string Word, string Tag)[] words = [("cat", "NOUN"), ("dog", "NOUN"), ("mat", "NOUN"), ("bird", "NOUN"), ("sat", "VERB"), ("sang", "VERB"), ("the", "DET"), ("a", "DET"), ("on", "ADP"), ("to", "ADP")];
        var dice = Seed.For("tagger sentences", seed).Dice();
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var drawn = Enumerable.Range(0, dice.Next(2, 12)).Select(_ => dice.Pick(words)).ToList();
            return new TaggedWords($"s-{i}", [.. drawn.Select(d => d.Word)], [.. drawn.Select(_ => dice.Next(2))], [.. drawn.Select(d => d.Tag)]);
        })];
    }

    private static double Accuracy(TokenClassifier tagger, List<TaggedWords> sentences)
    {
        var found = tagger.Tag([.. sentences.Select(s => s.Words)]).SelectMany(s => s.Select(t => tagger.Tags[t]));
        return sentences.SelectMany(s => s.Tags).Zip(found).Average(p => p.First == p.Second ? 1.0 : 0);
    }

    private static TokenClassifier Tagger(string kind) => kind == "xlm-roberta" ? TinyTagger.OnXlmRoberta() : TinyTagger.OnLlama(Enum.Parse<Sight>(kind, ignoreCase: true));
}
