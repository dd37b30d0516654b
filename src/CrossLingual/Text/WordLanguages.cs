namespace CrossLingual.Text;

/// <summary>
/// The language of each word of a sentence that mixes languages. A word's own evidence is, in this order: its script, where
/// just one of the languages is written so; the lexicon, where there is one; Lingua's character n-grams. Evidence of single
/// words is thin, so that the likeliest sequence is taken (Viterbi), in which staying in a language costs nothing much and
/// switching does:
/// <code>
/// argmax over l_1 … l_n   Σ log p(l_i | w_i) + log (l_i = l_{i-1} ? 1 - s : s / (k - 1))
/// </code>
/// Words without letters have no language and do not count between the others. How good it is on a treebank is measured, not
/// promised: <c>WordLanguagesTests</c> has the accuracies.
/// </summary>
public sealed class WordLanguages
{
    // A word of an impossible language keeps a little, so that a name in another script does not break a sentence.
    private const double Least = 1e-4;
    private readonly IReadOnlyList<string> _languages;
    private readonly WordLexicon? _lexicon;
    private readonly double _stay;
    private readonly double _switch;
    private readonly Dictionary<string, double[]> _seen = [];

    /// <param name="languages">At least two BCP 47 tags; without a lexicon, of languages that Lingua knows.</param>
    /// <param name="lexicon">Words of the languages, if there are any.</param>
    /// <param name="switching">s: how likely the language changes from a word to the next, above 0 and below 1.</param>
    /// <exception cref="UserException">XL630: a language is not known and the lexicon does not have it.</exception>
    public WordLanguages(IReadOnlyList<string> languages, WordLexicon? lexicon = null, double switching = 0.15)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(languages.Count, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(switching);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(switching, 1);
        _languages = languages;
        _lexicon = lexicon;
        (_stay, _switch) = (Math.Log(1 - switching), Math.Log(switching / (languages.Count - 1)));
        _ = languages.Any(l => lexicon?.Languages.Contains(l) != true) ? LanguageIdentifier.Of([.. languages.Where(l => lexicon?.Languages.Contains(l) != true)]) : null;
    }

    /// <summary>The language of each word; null for words without letters.</summary>
    /// <param name="words">The words of a sentence in order.</param>
    public IReadOnlyList<string?> Identify(IReadOnlyList<string> words)
    {
        var result = new string?[words.Count];
        var spoken = Enumerable.Range(0, words.Count).Where(i => Scripts.Of(words[i]) != Script.Common).ToArray();
        if (spoken.Length == 0)
        {
            return result;
        }

        var k = _languages.Count;
        var from = new int[spoken.Length, k];
        var score = Array.ConvertAll(Evidence(words[spoken[0]]), Math.Log);
        for (var i = 1; i < spoken.Length; i++)
        {
            var evidence = Evidence(words[spoken[i]]);
            var next = new double[k];
            for (var l = 0; l < k; l++)
            {
                var best = 0;
                for (var before = 1; before < k; before++)
                {
                    best = Step(before) > Step(best) ? before : best;
                }

                from[i, l] = best;
                next[l] = Step(best) + Math.Log(evidence[l]);
                double Step(int before) => score[before] + (before == l ? _stay : _switch);
            }

            score = next;
        }

        var at = Array.IndexOf(score, score.Max());
        for (var i = spoken.Length - 1; i >= 0; i--)
        {
            result[spoken[i]] = _languages[at];
            at = from[i, at];
        }

        return result;
    }

    /// <summary>Probability of each language from the word alone.</summary>
    private double[] Evidence(string word)
    {
        if (_seen.TryGetValue(word, out var known))
        {
            return known;
        }

        var found = new double[_languages.Count];
        var script = Scripts.Of(word);
        if (_lexicon is not null && (_lexicon.Knows(word) || _languages.Any(l => IndexOf(_lexicon.Languages, l) >= 0 && !LanguageIdentifier.Knows(l, script))))
        {
            // Also an unseen word where the corpus writes a language in letters that Lingua does not know it in.
            var probabilities = _lexicon.Probabilities(word);
            for (var l = 0; l < found.Length; l++)
            {
                var at = IndexOf(_lexicon.Languages, _languages[l]);
                found[l] = at < 0 ? 0 : probabilities[at];
            }
        }
        else
        {
            // Both know something of an unseen word: the lexicon this corpus's spelling, Lingua the language at large.
            var learned = _lexicon?.Probabilities(word);
            var confidences = LanguageIdentifier.Of(_languages).Confidences(word);
            for (var l = 0; l < found.Length; l++)
            {
                var at = learned is null ? -1 : IndexOf(_lexicon!.Languages, _languages[l]);
                found[l] = Math.Max(Least, confidences[LanguageIdentifier.Code(_languages[l])]) * (at < 0 ? 1 : Math.Max(Least, learned![at]));
            }
        }

        var sum = found.Sum();
        for (var l = 0; l < found.Length; l++)
        {
            found[l] = Math.Max(Least, sum > 0 ? found[l] / sum : 1);
        }

        return _seen[word] = found;
    }

    private static int IndexOf(IReadOnlyList<string> list, string value)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] == value)
            {
                return i;
            }
        }

        return -1;
    }
}
