namespace CrossLingual.Metrics;

/// <summary>What a corpus takes from each sentence; the rest is computed when it is asked for.</summary>
/// <param name="Profile">The sentence's counts, valid until the next sentence.</param>
/// <param name="SIndex">S-index.</param>
/// <param name="Cmi2014">CMI of 2014, percent.</param>
/// <param name="Cmi2016">CMI of 2016, percent.</param>
public readonly record struct SentenceMeasures(SwitchProfile Profile, double SIndex, double Cmi2014, double Cmi2016)
{
    /// <summary>All measures of the sentence, to keep.</summary>
    /// <param name="id">Its identity.</param>
    /// <param name="nameOf">Name of a language's number.</param>
    public CodeSwitchSentence ToSentence(string id, Func<int, string> nameOf)
    {
        var totals = new CodeSwitchTotals();
        if (Profile.N > 0)
        {
            totals.Add(Profile, SIndex, Cmi2014, Cmi2016, matrixChanged: false);
        }

        return new CodeSwitchSentence
        {
            Id = id,
            Tokens = Profile.Tokens,
            N = Profile.N,
            Languages = Profile.Languages,
            Switches = Profile.Switches,
            Matrix = Profile.N == 0 ? null : nameOf(Profile.MatrixLanguage),
            SIndex = SIndex,
            Cmi2014 = Cmi2014,
            Cmi2016 = Cmi2016,
            MIndex = CodeMixing.MIndex(totals.Languages),
            IIndex = CodeMixing.IIndex(Profile.Switches, Profile.N - 1),
            LanguageEntropy = CodeMixing.Entropy(totals.Languages),
            SpanEntropy = CodeMixing.Entropy(totals.SpanLengths),
            Burstiness = CodeMixing.Burstiness(totals.Spans, totals.SpanSum, totals.SpanSquares),
            BurstinessOfSample = CodeMixing.Burstiness(totals.Spans, totals.SpanSum, totals.SpanSquares, ofSample: true),
            Memory = CodeMixing.Memory(totals.Pairs, totals.First, totals.Second, totals.FirstSquares, totals.SecondSquares, totals.Products),
        };
    }
}
