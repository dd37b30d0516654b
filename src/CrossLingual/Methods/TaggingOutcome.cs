using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Methods;

/// <summary>One tagger of the experiment and its tags.</summary>
/// <param name="Model">What it stands on.</param>
/// <param name="Hidden">The corpus that it was not trained on; empty when it saw all.</param>
/// <param name="Arm">How its sentences were drawn.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Words">Words of its training sentences.</param>
/// <param name="BestStep">The update whose state was kept; 0 for one that is not trained.</param>
/// <param name="DevAccuracy">Share of development words of the corpora that it was trained on.</param>
/// <param name="Seconds">Duration of the training.</param>
/// <param name="Results">Its tags by test corpus.</param>
public sealed record TaggingCell(
    string Model, string Hidden, string Arm, int Seed, int Words, int BestStep, double DevAccuracy, double Seconds, IReadOnlyDictionary<string, TagResult> Results);

/// <summary>A comparison of two taggers on the same sentences.</summary>
/// <param name="Model">What they stand on.</param>
/// <param name="Corpus">The test corpus.</param>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
/// <param name="Result">Second minus first: accuracy of a sentence, mean over seeds.</param>
/// <param name="Holm">p, corrected over all comparisons of the run.</param>
public sealed record TaggingComparison(string Model, string Corpus, string First, string Second, Comparison Result, double Holm);

/// <summary>What the experiment found.</summary>
/// <param name="Corpora">Names of the corpora.</param>
/// <param name="Cells">Every tagger.</param>
public sealed record TaggingOutcome(IReadOnlyList<string> Corpora, IReadOnlyList<TaggingCell> Cells)
{
    private const string Balanced = "balanced";

    /// <summary>What the taggers stand on.</summary>
    public IReadOnlyList<string> Models => [.. Cells.Select(c => c.Model).Distinct()];

    /// <summary>The hidden corpora, the empty name first where all were seen.</summary>
    public IReadOnlyList<string> Hidden => [.. Cells.Select(c => c.Hidden).Distinct()];

    /// <summary>The arms.</summary>
    public IReadOnlyList<string> Arms => [.. Cells.Select(c => c.Arm).Distinct()];

    /// <summary>The tags of all seeds, a sentence's together.</summary>
    public TagResult Pooled(string model, string hidden, string arm, string corpus) =>
        TagResult.Pool([.. Cells.Where(c => c.Model == model && c.Hidden == hidden && c.Arm == arm).Select(c => c.Results[corpus])]);

    /// <summary>
    /// Arms against the balanced one on the hidden corpus; taggers that saw a corpus against those that did not, and models
    /// against each other, on each corpus.
    /// </summary>
    public IReadOnlyList<TaggingComparison> Comparisons()
    {
        var found = new List<(string Model, string Corpus, string First, string Second, Comparison Result)>();
        foreach (var model in Models)
        {
            foreach (var hidden in Hidden.Where(Tested))
            {
                found.AddRange(Arms.Where(a => a != Balanced && Arms.Contains(Balanced))
                    .Select(a => (model, hidden, a, Balanced, Compare((model, hidden, a), (model, hidden, Balanced), hidden))));
                found.AddRange(Arms.Where(_ => Hidden.Contains(""))
                    .Select(a => (model, hidden, "not seen", "seen", Compare((model, hidden, a), (model, "", a), hidden))));
            }
        }

        if (Models.Count > 1 && Arms.Count == 1)
        {
            found.AddRange(
                from corpus in Corpora.Where(Tested)
                from hidden in Hidden.Where(h => h.Length == 0 || h == corpus)
                from pair in Models.SelectMany((first, i) => Models.Skip(i + 1).Select(second => (First: first, Second: second)))
                select (hidden.Length == 0 ? "seen" : "not seen", corpus, pair.First, pair.Second, Compare((pair.First, hidden, Arms[0]), (pair.Second, hidden, Arms[0]), corpus)));
        }

        return found.Count == 0 ? []
            : [.. found.Zip(HolmCorrection.Adjust([.. found.Select(f => f.Result.P)]), (f, holm) => new TaggingComparison(f.Model, f.Corpus, f.First, f.Second, f.Result, holm))];
    }

    private bool Tested(string corpus) => Cells[0].Results.ContainsKey(corpus);

    private Comparison Compare((string Model, string Hidden, string Arm) first, (string Model, string Hidden, string Arm) second, string corpus) => PairedTest.Compare(
        [.. Pooled(first.Model, first.Hidden, first.Arm, corpus).Samples.Select(s => s.Accuracy)],
        [.. Pooled(second.Model, second.Hidden, second.Arm, corpus).Samples.Select(s => s.Accuracy)],
        Seed.For("tagging", first, second, corpus));
}
