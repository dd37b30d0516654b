namespace CrossLingual.Metrics;

/// <summary>How often a corpus switches from one language to another.</summary>
/// <param name="From">The language before.</param>
/// <param name="To">The language after.</param>
/// <param name="Count">Switches.</param>
public sealed record SwitchPoint(string From, string To, long Count);

/// <summary>A corpus's measures; the formulas stand at <see cref="CodeMixing"/> and <see cref="Metrics.SIndex"/>.</summary>
public sealed record CodeSwitchSummary
{
    /// <summary>Sentences read.</summary>
    public required int Sentences { get; init; }

    /// <summary>Sentences without a token of a language; they are in no measure.</summary>
    public required int NeutralOnly { get; init; }

    /// <summary>Tokens read.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens of no language.</summary>
    public required long NeutralTokens { get; init; }

    /// <summary>Tokens of each language.</summary>
    public required IReadOnlyDictionary<string, long> Languages { get; init; }

    /// <summary>Share of sentences that switch, Wilson interval.</summary>
    public required Score Mixed { get; init; }

    /// <summary>Mean S-index of the sentences.</summary>
    public required Score SIndex { get; init; }

    /// <summary>Mean S-index of the sentences that switch.</summary>
    public required Score MixedSIndex { get; init; }

    /// <summary>Mean CMI of 2014, percent.</summary>
    public required Score Cmi2014 { get; init; }

    /// <summary>Mean CMI of 2016, percent.</summary>
    public required Score Cmi2016 { get; init; }

    /// <summary>
    /// CMI of 2016 of the corpus (Gambäck and Das): <c>(100/U) (½ Σ_x (1 - (max_x - P_x)/N_x + δ_x) + 5/6 S)</c>, the sum
    /// over sentences that mix, S their number, δ_x = 1 where the matrix language is another than the sentence's before.
    /// </summary>
    public required Score CorpusCmi { get; init; }

    /// <summary>M-index of all tokens.</summary>
    public required Score MIndex { get; init; }

    /// <summary>I-index: switches over the chances to switch within sentences.</summary>
    public required Score IIndex { get; init; }

    /// <summary>Language entropy of all tokens, bits.</summary>
    public required Score LanguageEntropy { get; init; }

    /// <summary>Entropy of all spans' lengths, bits; lengths from 255 count as one.</summary>
    public required Score SpanEntropy { get; init; }

    /// <summary>Burstiness of all spans, population deviation.</summary>
    public required Score Burstiness { get; init; }

    /// <summary>Burstiness of all spans, sample deviation.</summary>
    public required Score BurstinessOfSample { get; init; }

    /// <summary>Memory over all neighbouring spans of a sentence.</summary>
    public required Score Memory { get; init; }

    /// <summary>Switches by pair of languages, the commonest first.</summary>
    public required IReadOnlyList<SwitchPoint> SwitchPoints { get; init; }

    /// <summary>How sentences' S-index is distributed.</summary>
    public required Histogram SIndices { get; init; }

    /// <summary>How sentences' CMI of 2016 is distributed.</summary>
    public required Histogram Cmis { get; init; }
}
