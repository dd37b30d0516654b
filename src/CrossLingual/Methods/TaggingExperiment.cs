using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>What to try with taggers.</summary>
public sealed record TaggingOptions
{
    /// <summary>The corpora.</summary>
    public required IReadOnlyList<TagCorpus> Corpora { get; init; }

    /// <summary>Names of the languages.</summary>
    public required LanguageTags Languages { get; init; }

    /// <summary>The corpora hidden from training, one after the other; the empty name hides none.</summary>
    public required IReadOnlyList<string> Hidden { get; init; }

    /// <summary>How sentences to learn are drawn.</summary>
    public IReadOnlyList<TagArm> Arms { get; init; } = [TagArm.All];

    /// <summary>What taggers stand on, of <see cref="TaggingExperiment.Models"/>.</summary>
    public IReadOnlyList<string> Models { get; init; } = TaggingExperiment.Models;

    /// <summary>Words of each training set; 0 takes all that there are.</summary>
    public int Words { get; init; }

    /// <summary>Trainings of each kind, seeds 1 to N.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Which neighbours the lab's model sees.</summary>
    public Sight Sight { get; init; } = Sight.Bidirectional;

    /// <summary>Settings of each training.</summary>
    public TaggerOptions Training { get; init; } = new();

    /// <summary>Learning rate of the encoder from scratch; the lab's model has that of <see cref="Training"/>.</summary>
    public double FreshRate { get; init; } = 2e-3;

    /// <summary>Whether the development sentences are tagged in place of the test's, to choose settings.</summary>
    public bool Dev { get; init; }
}

/// <summary>
/// Absar's question (RESOURCEFUL 2025): how well does a tagger of code-switched text do on a pair of languages that it was not
/// trained on, and does it help to balance its training sentences over the S-index? Trains a tagger for each hidden corpus,
/// arm, model and seed, and lets all tag the same test sentences.
/// </summary>
public static class TaggingExperiment
{
    private const string Lookup = "word lookup";
    private const string LabModel = "lab";
    private const string FreshModel = "fresh encoder";
    private const int FreshPieces = 1200;

    /// <summary>
    /// What taggers stand on: the commonest tag of each word; a small XLM-RoBERTa from scratch, its pieces learnt on the
    /// training sentences; the embedded lab's model, a Llama pretrained on six languages.
    /// </summary>
    public static IReadOnlyList<string> Models { get; } = [Lookup, FreshModel, LabModel];

    /// <summary>Trains and tags.</summary>
    /// <param name="options">What to try.</param>
    /// <param name="progress">Told the share of the whole, and what is being done.</param>
    /// <param name="cancel">Stops at the next update.</param>
    /// <exception cref="UserException">XL693: a name that is not there, or nothing left to train on; XL694: too few words for an arm.</exception>
    public static TaggingOutcome Run(TaggingOptions options, Action<double, string>? progress = null, CancellationToken cancel = default)
    {
        var names = options.Corpora.Select(c => c.Name).ToList();
        Check(options.Hidden.Where(h => h.Length > 0), names, "corpus");
        Check(options.Models, Models, "model");
        if (names.Distinct().Count() < names.Count)
        {
            throw new UserException("XL693", $"Two corpora have one name: {string.Join(", ", names)}. Give each once, under a name of its own.");
        }

        if (options.Hidden.Any(h => names.All(n => n == h)))
        {
            throw new UserException("XL693", $"With '{names[0]}' hidden nothing is left to train on. Give two corpora or more.");
        }

        var cells = new List<TaggingCell>();
        var all = options.Hidden.Count * options.Arms.Count * options.Models.Count * options.Seeds;
        var done = 0;
        foreach (var hidden in options.Hidden)
        {
            var seen = options.Corpora.Where(c => c.Name != hidden).ToList();
            var pieces = new Lazy<Tokenizer>(() => Pieces(seen));
            foreach (var arm in options.Arms)
            {
                foreach (var model in options.Models)
                {
                    for (var seed = 1; seed <= options.Seeds; seed++)
                    {
                        progress?.Invoke((double)done++ / all, $"{model}, {arm.Name}, {(hidden.Length > 0 ? hidden + " hidden" : "all seen")}, seed {seed}");
                        var train = Drawn(arm, seen, options.Words, hidden, seed);
                        cells.Add(model == Lookup
                            ? new TaggingCell(model, hidden, arm.Name, seed, Count(train), 0, double.NaN, 0, Tested(options, test => TagResult.Of(test, WordLookup.Tag(train, test), options.Languages)))
                            : Train(options, model, hidden, arm, seed, train, seen, pieces, cancel));
                    }
                }
            }
        }

        return new TaggingOutcome(names, cells);
    }

    // Arms of different size would answer another question.
    private static IReadOnlyList<TaggedWords> Drawn(TagArm arm, List<TagCorpus> seen, int words, string hidden, int seed)
    {
        var drawn = arm.Draw([.. seen.SelectMany(c => c.Train)], words, Seed.For("tagging", "draw", hidden, seed));
        return Count(drawn) >= words
            ? drawn
            : throw new UserException("XL694", FormattableString.Invariant($"'{arm.Name}' asks for {words} words, and {string.Join(", ", seen.Select(c => c.Name))} have only {Count(drawn)} in the bins that it draws from. Lower --words, or hide another corpus."));
    }

    private static TaggingCell Train(
        TaggingOptions options, string model, string hidden, TagArm arm, int seed, IReadOnlyList<TaggedWords> train, List<TagCorpus> seen, Lazy<Tokenizer> pieces, CancellationToken cancel)
    {
        var source = Seed.For("tagging", model, hidden, arm.Name, seed);
        var tags = TaggedWords.TagsOf(train);
        using var tagger = model == LabModel
            ? TokenClassifierFolder.Start(ModelFolder.PathOf("lab"), tags, options.Sight, source, Compute.Default)
            : TokenClassifier.Fresh(XlmRoberta.Fresh(FreshConfig(pieces.Value), source, Compute.Default), pieces.Value, tags, source);
        var settings = model == LabModel ? options.Training : options.Training with { LearningRate = options.FreshRate };
        TaggerResult result;
        using (var trainer = new TaggerTrainer(tagger, settings, source))
        {
            result = trainer.Run(train, [.. seen.SelectMany(c => c.Dev)], cancel: cancel);
        }

        return new TaggingCell(
            model, hidden, arm.Name, seed, Count(train), result.BestStep, result.DevAccuracy, result.Seconds, Tested(options, test => TagResult.Of(tagger, test, options.Languages, cancel)));
    }

    private static Dictionary<string, TagResult> Tested(TaggingOptions options, Func<IReadOnlyList<TaggedWords>, TagResult> tag) =>
        options.Corpora.Where(c => !options.Dev || c.Dev.Count > 0).ToDictionary(c => c.Name, c => tag(options.Dev ? c.Dev : c.Test));

    /// <summary>The encoder that is trained from scratch.</summary>
    internal static XlmRobertaConfig FreshConfig(Tokenizer pieces) => new()
    {
        VocabularySize = pieces.VocabularySize,
        HiddenSize = 128,
        IntermediateSize = 256,
        Layers = 3,
        Heads = 4,
        MaxPositions = 258,
    };

    /// <summary>Pieces learnt on training sentences, with XLM-RoBERTa's ids: few, so that most are a few letters long.</summary>
    internal static Tokenizer Pieces(IReadOnlyList<TagCorpus> corpora)
    {
        var learnt = SentencePieceTrainer.Train(
            corpora.SelectMany(c => c.Train).Select(s => string.Join(' ', s.Words)), new SentencePieceTrainerOptions { VocabularySize = FreshPieces, SmallerIfShort = true });
        return new SentencePieceTokenizer(learnt.ToXlmRoberta("the learnt vocabulary"), new() { [Tokenizer.XlmRobertaFile] = learnt.ToBytes() });
    }

    private static int Count(IReadOnlyList<TaggedWords> sentences) => sentences.Sum(s => s.Words.Count);

    private static void Check(IEnumerable<string> asked, IReadOnlyList<string> there, string what)
    {
        if (asked.FirstOrDefault(a => !there.Contains(a)) is { } unknown)
        {
            throw new UserException("XL693", $"'{unknown}' is no {what} here. There are: {string.Join(", ", there)}.");
        }
    }
}
