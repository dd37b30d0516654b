using System.Runtime.InteropServices;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Metrics;

/// <summary>How a corpus is measured.</summary>
public sealed record CodeSwitchOptions
{
    /// <summary>λ and μ of the S-index.</summary>
    public SIndex SIndex { get; init; } = new();

    /// <summary>Which N the S-index and the CMI of 2016 take; the author's goes with <see cref="LanguageTags.AllTags"/>.</summary>
    public SIndexVariant Variant { get; init; } = SIndexVariant.LanguageTags;

    /// <summary>Where the intervals' resamples come from.</summary>
    public Seed Seed { get; init; } = Seed.For("code-switching");
}

/// <summary>
/// Measures a corpus sentence by sentence, in the memory of one. Beyond 400 sentences the bootstrap draws sentences i,
/// i + 400, i + 800, … together: sums of groups vary as the sentences do, and time and memory stay fixed.
/// </summary>
/// <param name="tags">The languages' names.</param>
/// <param name="options">How to measure; null for the defaults.</param>
public sealed class CodeSwitchCorpus(LanguageTags tags, CodeSwitchOptions? options = null)
{
    private const int Groups = 400;
    private const int Resamples = 1000;

    // The author's program starts the length of each later sentence at 2 instead of 0.
    private const int AuthorsSurplus = 2;
    private readonly CodeSwitchOptions _options = options ?? new CodeSwitchOptions();
    private readonly SwitchProfile _profile = new();
    private readonly List<CodeSwitchTotals> _groups = [];
    private readonly Dictionary<(int From, int To), long> _switches = [];
    private readonly Histogram _sIndices = Histogram.Of(0, 1, 20);
    private readonly Histogram _cmis = Histogram.Of(0, 100, 20);
    private int _sentences;
    private int _neutralOnly;
    private long _tokens;
    private int _matrix = LanguageTags.Neutral;

    /// <summary>Counts and measures a sentence.</summary>
    /// <param name="languages">Each token's language, -1 for none; valid until the next call.</param>
    /// <returns>The sentence's measures, to keep or to drop.</returns>
    public SentenceMeasures Add(ReadOnlySpan<int> languages)
    {
        var p = _profile;
        p.Count(languages);
        var n = p.N + (_options.Variant == SIndexVariant.Author && _sentences > 0 && p.N > 0 ? AuthorsSurplus : 0);
        var measures = new SentenceMeasures(
            p,
            _options.SIndex.Of(p.Switches, n, p.Matrix),
            CodeMixing.Cmi2014(p.Matrix, p.N),
            CodeMixing.Cmi2016(p.Matrix, n, p.Switches));
        _sentences++;
        _tokens += p.Tokens;
        if (p.N == 0)
        {
            _neutralOnly++;
            return measures;
        }

        // A tie keeps the sentence's before, and the first sentence has none to differ from.
        var matrix = p.MatrixIsTied && _matrix != LanguageTags.Neutral ? _matrix : p.MatrixLanguage;
        var changed = _matrix != LanguageTags.Neutral && matrix != _matrix;
        _matrix = matrix;

        var group = (_sentences - _neutralOnly - 1) % Groups;
        if (group == _groups.Count)
        {
            _groups.Add(new CodeSwitchTotals());
        }

        _groups[group].Add(p, measures.SIndex, measures.Cmi2014, measures.Cmi2016, changed);
        _sIndices.Add(measures.SIndex);
        _cmis.Add(measures.Cmi2016);
        for (var i = 1; i < p.SpanCount; i++)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_switches, (p.SpanLanguages[i - 1], p.SpanLanguages[i]), out _)++;
        }

        return measures;
    }

    /// <summary>The corpus's measures so far.</summary>
    public CodeSwitchSummary Summarize()
    {
        var all = Sum([.. Enumerable.Range(0, _groups.Count)]);
        var values = Measures(all);
        var intervals = _groups.Count == 0
            ? [.. values.Select(_ => (Low: double.NaN, High: double.NaN))]
            : Bootstrap.Intervals(_groups.Count, values.Length, (drawn, into) => Measures(Sum(drawn)).CopyTo(into, 0), _options.Seed, resamples: Resamples);
        var n = (int)all.Sentences;
        Score At(int i, int? of = null) => new(values[i], of ?? n, intervals[i].Low, intervals[i].High);
        var languages = new Dictionary<string, long>();
        for (var i = 0; i < all.Languages.Length; i++)
        {
            if (all.Languages[i] > 0)
            {
                languages[tags.NameOf(i)] = (long)all.Languages[i];
            }
        }

        return new CodeSwitchSummary
        {
            Sentences = _sentences,
            NeutralOnly = _neutralOnly,
            Tokens = _tokens,
            NeutralTokens = _tokens - languages.Values.Sum(),
            Languages = languages,
            Mixed = Score.Share((int)all.Mixed, n),
            SIndex = At(0),
            MixedSIndex = At(1, (int)all.Mixed),
            Cmi2014 = At(2),
            Cmi2016 = At(3),
            CorpusCmi = At(4),
            MIndex = At(5),
            IIndex = At(6),
            LanguageEntropy = At(7),
            SpanEntropy = At(8),
            Burstiness = At(9),
            BurstinessOfSample = At(10),
            Memory = At(11),
            SwitchPoints = [.. _switches.OrderByDescending(s => s.Value).ThenBy(s => s.Key).Select(s => new SwitchPoint(tags.NameOf(s.Key.From), tags.NameOf(s.Key.To), s.Value))],
            SIndices = _sIndices,
            Cmis = _cmis,
        };
    }

    private static double[] Measures(CodeSwitchTotals t) =>
    [
        t.SIndex / t.Sentences,
        t.MixedSIndex / t.Mixed,
        t.Cmi2014 / t.Sentences,
        t.Cmi2016 / t.Sentences,
        100 / t.Sentences * ((0.5 * t.CorpusCmi) + (5.0 / 6 * t.Mixed)),
        t.Sentences == 0 ? double.NaN : CodeMixing.MIndex(t.Languages),
        t.Sentences == 0 ? double.NaN : CodeMixing.IIndex(t.Switches, t.Chances),
        t.Sentences == 0 ? double.NaN : CodeMixing.Entropy(t.Languages),
        t.Sentences == 0 ? double.NaN : CodeMixing.Entropy(t.SpanLengths),
        CodeMixing.Burstiness(t.Spans, t.SpanSum, t.SpanSquares) ?? double.NaN,
        CodeMixing.Burstiness(t.Spans, t.SpanSum, t.SpanSquares, ofSample: true) ?? double.NaN,
        CodeMixing.Memory(t.Pairs, t.First, t.Second, t.FirstSquares, t.SecondSquares, t.Products) ?? double.NaN,
    ];

    private CodeSwitchTotals Sum(ReadOnlySpan<int> groups)
    {
        var sum = new CodeSwitchTotals();
        foreach (var group in groups)
        {
            sum.Add(_groups[group]);
        }

        return sum;
    }
}
