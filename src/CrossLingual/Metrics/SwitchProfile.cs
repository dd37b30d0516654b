using CrossLingual.Text;

namespace CrossLingual.Metrics;

/// <summary>
/// One pass over a sentence's language numbers: what every measure of code-mixing is computed from. It is used again for the
/// next sentence, so that a corpus of any length needs no more memory than its longest sentence.
/// </summary>
public sealed class SwitchProfile
{
    private int[] _counts = new int[8];
    private int[] _spans = new int[32];
    private int[] _spanLanguages = new int[32];

    /// <summary>All tokens.</summary>
    public int Tokens { get; private set; }

    /// <summary>N: tokens of a language.</summary>
    public int N { get; private set; }

    /// <summary>P: spans but one; words of no language between do not interrupt a span.</summary>
    public int Switches => Math.Max(0, SpanCount - 1);

    /// <summary>k: languages used.</summary>
    public int Languages { get; private set; }

    /// <summary>M: tokens of the commonest language.</summary>
    public int Matrix { get; private set; }

    /// <summary>The commonest language, the lowest number of equals; -1 without a token of a language.</summary>
    public int MatrixLanguage { get; private set; }

    /// <summary>Whether several languages are equally common.</summary>
    public bool MatrixIsTied { get; private set; }

    /// <summary>Spans.</summary>
    public int SpanCount { get; private set; }

    /// <summary>Tokens of each language by number; may end with zeros.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>Lengths of the spans in order.</summary>
    public ReadOnlySpan<int> Spans => _spans.AsSpan(0, SpanCount);

    /// <summary>Language of each span.</summary>
    public ReadOnlySpan<int> SpanLanguages => _spanLanguages.AsSpan(0, SpanCount);

    /// <summary>Counts a sentence.</summary>
    /// <param name="languages">Each token's language, <see cref="LanguageTags.Neutral"/> for none.</param>
    public void Count(ReadOnlySpan<int> languages)
    {
        Array.Clear(_counts);
        (Tokens, N, SpanCount) = (languages.Length, 0, 0);
        var last = LanguageTags.Neutral;
        foreach (var language in languages)
        {
            if (language < 0)
            {
                continue;
            }

            if (language >= _counts.Length)
            {
                Array.Resize(ref _counts, Math.Max(language + 1, _counts.Length * 2));
            }

            N++;
            _counts[language]++;
            if (language == last)
            {
                _spans[SpanCount - 1]++;
                continue;
            }

            if (SpanCount == _spans.Length)
            {
                Array.Resize(ref _spans, _spans.Length * 2);
                Array.Resize(ref _spanLanguages, _spanLanguages.Length * 2);
            }

            (_spans[SpanCount], _spanLanguages[SpanCount]) = (1, language);
            SpanCount++;
            last = language;
        }

        FindMatrix();
    }

    private void FindMatrix()
    {
        (Languages, Matrix, MatrixLanguage, MatrixIsTied) = (0, 0, LanguageTags.Neutral, false);
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0)
            {
                continue;
            }

            Languages++;
            if (_counts[i] > Matrix)
            {
                (Matrix, MatrixLanguage, MatrixIsTied) = (_counts[i], i, false);
            }
            else
            {
                MatrixIsTied |= _counts[i] == Matrix;
            }
        }
    }
}
