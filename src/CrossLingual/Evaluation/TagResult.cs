using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Evaluation;

/// <summary>A sentence that was tagged.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Words">The words.</param>
/// <param name="Languages">Each word's language; <c>neutral</c> for none.</param>
/// <param name="Gold">The right tags.</param>
/// <param name="Found">The tagger's.</param>
/// <param name="AtSwitch">Whether the word's language is another than that of the last word before it that has one.</param>
/// <param name="SIndex">The sentence's S-index.</param>
public sealed record TagSample(
    string Id, IReadOnlyList<string> Words, IReadOnlyList<string> Languages, IReadOnlyList<string> Gold, IReadOnlyList<string> Found, IReadOnlyList<bool> AtSwitch, double SIndex)
{
    /// <summary>Share of its words tagged right.</summary>
    public double Accuracy => (double)Gold.Zip(Found, (g, f) => g == f).Count(r => r) / Gold.Count;
}

/// <summary>How well words were tagged, with 95 % intervals from a bootstrap over sentences.</summary>
public sealed record TagScores
{
    /// <summary>Share of words tagged right; n counts sentences.</summary>
    public required Score Accuracy { get; init; }

    /// <summary>Mean F1 of the tags that occur.</summary>
    public required Score MacroF1 { get; init; }

    /// <summary>Accuracy by language; <c>neutral</c> for words of none.</summary>
    public required IReadOnlyDictionary<string, Score> ByLanguage { get; init; }

    /// <summary>Accuracy on words whose language is another than the one before.</summary>
    public required Score AtSwitches { get; init; }

    /// <summary>Accuracy on the other words that have a language.</summary>
    public required Score Elsewhere { get; init; }

    /// <summary>Accuracy by the sentence's bin, see <see cref="SIndexBins"/>; NaN where there is no sentence.</summary>
    public required IReadOnlyList<Score> ByBin { get; init; }

    /// <summary>F1 by tag.</summary>
    public required IReadOnlyDictionary<string, double> F1 { get; init; }
}

/// <summary>The tags that a tagger gave to sentences whose tags are known.</summary>
/// <param name="Samples">The sentences.</param>
public sealed record TagResult(IReadOnlyList<TagSample> Samples)
{
    private const int Resamples = 1000;

    /// <summary>Tags sentences and keeps what is right.</summary>
    /// <param name="tagger">The tagger.</param>
    /// <param name="sentences">Tagged sentences; a tag that the tagger does not have is never found.</param>
    /// <param name="languages">Names of their languages.</param>
    /// <param name="cancel">Stops between batches.</param>
    public static TagResult Of(TokenClassifier tagger, IReadOnlyList<TaggedWords> sentences, LanguageTags languages, CancellationToken cancel = default) =>
        Of(sentences, [.. tagger.Tag([.. sentences.Select(s => s.Words)], cancel: cancel).Select(found => found.Select(t => tagger.Tags[t]).ToList())], languages);

    /// <summary>Sets tags from anywhere beside the right ones.</summary>
    /// <param name="sentences">Tagged sentences.</param>
    /// <param name="found">Tags for each.</param>
    /// <param name="languages">Names of the languages.</param>
    public static TagResult Of(IReadOnlyList<TaggedWords> sentences, IReadOnlyList<IReadOnlyList<string>> found, LanguageTags languages) =>
        new([.. sentences.Zip(found, (s, tags) => new TagSample(s.Id, s.Words, [.. s.Languages.Select(languages.NameOf)], s.Tags, tags, Switches(s.Languages), SIndexBins.SIndexOf(s.Languages)))]);

    /// <summary>
    /// Several taggers' tags of the same sentences as one result, in which each sentence has all of its tags: shares are means
    /// over taggers, and intervals come from resampling sentences, not taggers.
    /// </summary>
    public static TagResult Pool(IReadOnlyList<TagResult> results) => new(
    [
        .. results[0].Samples.Select((sample, i) =>
        {
            var all = results.Select(r => r.Samples[i]).ToList();
            return sample with
            {
                Words = [.. all.SelectMany(s => s.Words)],
                Languages = [.. all.SelectMany(s => s.Languages)],
                Gold = [.. all.SelectMany(s => s.Gold)],
                Found = [.. all.SelectMany(s => s.Found)],
                AtSwitch = [.. all.SelectMany(s => s.AtSwitch)],
            };
        }),
    ]);

    /// <summary>Share of words tagged right alone.</summary>
    public Score Accuracy() => Share((_, _) => true);

    /// <summary>The scores.</summary>
    public TagScores Score()
    {
        var tags = Samples.SelectMany(s => s.Gold).Distinct().Order(StringComparer.Ordinal).ToList();
        var languages = Samples.SelectMany(s => s.Languages).Distinct().Order(StringComparer.Ordinal).ToList();
        return new TagScores
        {
            Accuracy = Accuracy(),
            MacroF1 = MacroF1(tags),
            ByLanguage = languages.ToDictionary(l => l, l => Share((s, i) => s.Languages[i] == l)),
            AtSwitches = Share((s, i) => s.AtSwitch[i]),
            Elsewhere = Share((s, i) => !s.AtSwitch[i] && s.Languages[i] != LanguageTags.NeutralName),
            ByBin = [.. Enumerable.Range(0, SIndexBins.Count).Select(bin => Share((s, _) => SIndexBins.Of(s.SIndex) == bin))],
            F1 = tags.ToDictionary(t => t, t => F1([.. Counts(Samples, t)])),
        };
    }

    // Of sentences without such a word nothing is drawn, so that n is the sentences that have one.
    private Score Share(Func<TagSample, int, bool> counts)
    {
        var rows = Samples.Select(s =>
        {
            var words = Enumerable.Range(0, s.Gold.Count).Where(i => counts(s, i)).ToList();
            return new double[] { words.Count(i => s.Gold[i] == s.Found[i]), words.Count };
        }).Where(r => r[1] > 0).ToList();
        if (rows.Count == 0)
        {
            return new Score(double.NaN, 0, double.NaN, double.NaN);
        }

        var (low, high) = Bootstrap.OfSums(rows, r => r[0] / r[1], Seed.For("tags"), resamples: Resamples);
        return new Score(rows.Sum(r => r[0]) / rows.Sum(r => r[1]), rows.Count, low, high);
    }

    // A resample without a rare tag has one tag less to average.
    private Score MacroF1(List<string> tags)
    {
        var rows = Samples.Select(s => tags.SelectMany(t => Counts([s], t)).ToArray()).ToList();
        var (low, high) = Bootstrap.OfSums(rows, Mean, Seed.For("tags", "f1"), resamples: Resamples);
        return new Score(Mean([.. Enumerable.Range(0, 3 * tags.Count).Select(j => rows.Sum(r => r[j]))]), rows.Count, low, high);

        static double Mean(double[] sums) => sums.Chunk(3).Where(c => c[0] + c[2] > 0).Average(F1);
    }

    /// <summary>Words rightly and wrongly given a tag, and words of it that were given another.</summary>
    private static double[] Counts(IReadOnlyList<TagSample> samples, string tag)
    {
        var pairs = samples.SelectMany(s => s.Gold.Zip(s.Found)).ToList();
        return [pairs.Count(p => p.First == tag && p.Second == tag), pairs.Count(p => p.First != tag && p.Second == tag), pairs.Count(p => p.First == tag && p.Second != tag)];
    }

    private static double F1(double[] counts) => 2 * counts[0] / ((2 * counts[0]) + counts[1] + counts[2]);

    private static bool[] Switches(int[] languages)
    {
        var (found, last) = (new bool[languages.Length], LanguageTags.Neutral);
        for (var i = 0; i < languages.Length; i++)
        {
            if (languages[i] >= 0)
            {
                found[i] = last >= 0 && languages[i] != last;
                last = languages[i];
            }
        }

        return found;
    }
}
