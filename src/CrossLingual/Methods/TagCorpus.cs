using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Methods;

/// <summary>Tagged text of one pair of languages, in three parts.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Train">Sentences to learn.</param>
/// <param name="Dev">Sentences to choose by; empty where there are none.</param>
/// <param name="Test">Sentences for the numbers that are reported.</param>
public sealed record TagCorpus(string Name, IReadOnlyList<TaggedWords> Train, IReadOnlyList<TaggedWords> Dev, IReadOnlyList<TaggedWords> Test)
{
    private const int TestWords = 3000;
    private const int DevWords = 1500;

    /// <summary>Reads a treebank of Universal Dependencies: <c>…-train.conllu</c>, <c>…-test.conllu</c> and, where there is one, <c>…-dev.conllu</c>.</summary>
    /// <param name="folder">The treebank's folder.</param>
    /// <param name="languages">Collects the languages.</param>
    /// <exception cref="UserException">XL692: no such folder or files; else as <see cref="TaggedWords.Read"/>.</exception>
    public static TagCorpus Treebank(string folder, LanguageTags languages)
    {
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.conllu") : [];
        return new TagCorpus(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)).Split('-')[^1],
            Part("train", needed: true),
            Part("dev", needed: false),
            Part("test", needed: true));

        List<TaggedWords> Part(string part, bool needed) => Array.Find(files, f => f.EndsWith($"-{part}.conllu", StringComparison.Ordinal)) is { } file
            ? TaggedWords.Read(file, languages)
            : needed ? throw new UserException("XL692", $"{folder} has no file …-{part}.conllu. Give the folder of a treebank with train and test parts.") : [];
    }

    /// <summary>Makes a pair of the lab: as many sentences in each bin of the S-index, in every part.</summary>
    /// <param name="mixing">The generator.</param>
    /// <param name="first">A language of the lab.</param>
    /// <param name="second">Another one.</param>
    /// <param name="words">Words to learn.</param>
    /// <param name="languages">Collects the languages.</param>
    public static TagCorpus OfLab(LabMixing mixing, string first, string second, int words, LanguageTags languages)
    {
        return new TagCorpus($"{first}-{second}", Part(LabSplit.Train, words), Part(LabSplit.Dev, DevWords), Part(LabSplit.Test, TestWords));

        List<TaggedWords> Part(LabSplit split, int count) => mixing.Sentences(first, second, split, count, AnyBin, languages, Seed.For("tagging", first, second, split));

        static double AnyBin(Dice dice)
        {
            var (low, high) = SIndexBins.Ends(dice.Next(SIndexBins.Count));
            return low + (dice.NextDouble() * (high - low));
        }
    }
}
