namespace CrossLingual.Metrics;

/// <summary>One sentence's measures. What is not defined for it is null: the formulas stand at <see cref="CodeMixing"/>.</summary>
public sealed record CodeSwitchSentence
{
    /// <summary>The sentence's identity.</summary>
    public required string Id { get; init; }

    /// <summary>All tokens.</summary>
    public int Tokens { get; init; }

    /// <summary>N: tokens of a language.</summary>
    public int N { get; init; }

    /// <summary>k: languages.</summary>
    public int Languages { get; init; }

    /// <summary>P: switches.</summary>
    public int Switches { get; init; }

    /// <summary>The commonest language; null without a token of a language.</summary>
    public string? Matrix { get; init; }

    /// <summary>S-index.</summary>
    public double SIndex { get; init; }

    /// <summary>CMI of 2014, percent.</summary>
    public double Cmi2014 { get; init; }

    /// <summary>CMI of 2016, percent.</summary>
    public double Cmi2016 { get; init; }

    /// <summary>M-index.</summary>
    public double MIndex { get; init; }

    /// <summary>I-index.</summary>
    public double IIndex { get; init; }

    /// <summary>Language entropy, bits.</summary>
    public double LanguageEntropy { get; init; }

    /// <summary>Span entropy, bits.</summary>
    public double SpanEntropy { get; init; }

    /// <summary>Burstiness with the population's deviation.</summary>
    public double? Burstiness { get; init; }

    /// <summary>Burstiness with the sample's deviation.</summary>
    public double? BurstinessOfSample { get; init; }

    /// <summary>Memory.</summary>
    public double? Memory { get; init; }
}
