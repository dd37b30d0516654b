using System.Runtime.InteropServices;
using System.Text;

namespace CrossLingual.Text;

/// <summary>
/// Words with their languages, learned from a tagged corpus or a word list: a word that was seen has the shares of its
/// languages; another is judged by its characters, with naive Bayes over n-grams of 1 to 4 characters between word marks:
/// <code>
/// seen:   p(l | w) = (c(w, l) + ½) / (c(w) + ½ k)
/// unseen: p(l | w) ∝ p(l) Π_g (c(g, l) + ½) / (c(l) + ½ G)      g the word's n-grams, G different ones
/// </code>
/// </summary>
public sealed class WordLexicon
{
    private const int LongestGram = 4;
    private const double Smoothing = 0.5;
    private readonly Dictionary<string, double[]> _words = [];
    private readonly Dictionary<string, double[]> _grams = [];
    private readonly double[] _gramTotals;
    private readonly double[] _wordTotals;

    private WordLexicon(IReadOnlyList<string> languages)
    {
        Languages = languages;
        _gramTotals = new double[languages.Count];
        _wordTotals = new double[languages.Count];
    }

    /// <summary>Its languages.</summary>
    public IReadOnlyList<string> Languages { get; }

    /// <summary>Words seen.</summary>
    public int Count => _words.Count;

    /// <summary>Learns from tagged words.</summary>
    /// <param name="words">Words with the language of each; once for each time they occur.</param>
    public static WordLexicon Learn(IEnumerable<(string Word, string Language)> words)
    {
        var all = words.ToList();
        var languages = all.Select(w => w.Language).Distinct().Order(StringComparer.Ordinal).ToList();
        var lexicon = new WordLexicon(languages);
        foreach (var (word, language) in all)
        {
            var form = Form(word);
            var number = languages.IndexOf(language);
            lexicon._wordTotals[number]++;
            Add(lexicon._words, form, number, languages.Count);
            foreach (var gram in Grams(form))
            {
                lexicon._gramTotals[number]++;
                Add(lexicon._grams, gram, number, languages.Count);
            }
        }

        return lexicon;
    }

    /// <summary>Whether a word was seen.</summary>
    public bool Knows(string word) => _words.ContainsKey(Form(word));

    /// <summary>The probability of each language, in the order of <see cref="Languages"/>.</summary>
    public double[] Probabilities(string word)
    {
        var form = Form(word);
        var logs = new double[Languages.Count];
        if (_words.TryGetValue(form, out var seen))
        {
            var all = seen.Sum() + (Smoothing * logs.Length);
            return [.. seen.Select(c => (c + Smoothing) / all)];
        }

        for (var l = 0; l < logs.Length; l++)
        {
            logs[l] = Math.Log((_wordTotals[l] + Smoothing) / (_wordTotals.Sum() + (Smoothing * logs.Length)));
        }

        foreach (var gram in Grams(form))
        {
            var counts = _grams.GetValueOrDefault(gram);
            for (var l = 0; l < logs.Length; l++)
            {
                logs[l] += Math.Log(((counts?[l] ?? 0) + Smoothing) / (_gramTotals[l] + (Smoothing * _grams.Count)));
            }
        }

        var most = logs.Max();
        var odds = logs.Select(l => Math.Exp(l - most)).ToArray();
        var sum = odds.Sum();
        return [.. odds.Select(o => o / sum)];
    }

    private static string Form(string word) => word.Normalize(NormalizationForm.FormC).ToLowerInvariant();

    private static IEnumerable<string> Grams(string form)
    {
        var marked = $"\u0002{form}\u0003";
        for (var n = 1; n <= LongestGram; n++)
        {
            for (var i = 0; i + n <= marked.Length; i++)
            {
                yield return marked.Substring(i, n);
            }
        }
    }

    private static void Add(Dictionary<string, double[]> counts, string key, int language, int languages)
    {
        ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
        row ??= new double[languages];
        row[language]++;
    }
}
