using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Methods;

/// <summary>A way to a model that programs from descriptions in a language, and what its programs did.</summary>
/// <param name="Name">The way.</param>
/// <param name="Language">The target language.</param>
/// <param name="InLanguage">Programs for tasks described in it; a program of each seed for every task.</param>
/// <param name="InEnglish">Programs for the same tasks described in English.</param>
public sealed record CodingArm(string Name, string Language, CodeResult InLanguage, CodeResult InEnglish)
{
    /// <summary>What the description's language costs, over the same tasks.</summary>
    public CodeGap Gap => CodeGap.Of(InEnglish, InLanguage, 1);
}

/// <summary>A way against the model that learnt to program in English alone.</summary>
/// <param name="Language">The target language.</param>
/// <param name="First">The first way.</param>
/// <param name="Second">The second.</param>
/// <param name="Result">pass@1 in the language, second minus first, paired over tasks.</param>
/// <param name="Holm">p, corrected over all comparisons of the run.</param>
public sealed record CodingComparison(string Language, string First, string Second, Comparison Result, double Holm);

/// <summary>What the experiment found.</summary>
/// <param name="Arms">Every way in every language.</param>
/// <param name="Seeds">Trainings of each kind.</param>
public sealed record CodingOutcome(IReadOnlyList<CodingArm> Arms, int Seeds)
{
    /// <summary>The target languages.</summary>
    public IReadOnlyList<string> Languages => [.. Arms.Select(a => a.Language).Distinct()];

    /// <summary>The ways of a language.</summary>
    public IReadOnlyList<CodingArm> Of(string language) => [.. Arms.Where(a => a.Language == language)];

    /// <summary>Every way against the model that learnt to program in English, and layer swapping against the soup and joint training.</summary>
    public IReadOnlyList<CodingComparison> Comparisons()
    {
        var all = new List<(string Language, string First, string Second, Comparison Result)>();
        foreach (var language in Languages)
        {
            var arms = Of(language).ToDictionary(a => a.Name);
            var pairs = arms.Keys.Where(n => n is not (CodingExperiment.Coder or "base")).Select(n => (First: CodingExperiment.Coder, Second: n))
                .Concat(new (string First, string Second)[] { ("soup", "layer swap"), ("joint", "layer swap") }.Where(p => arms.ContainsKey(p.First) && arms.ContainsKey(p.Second)));
            foreach (var (first, second) in pairs)
            {
                var (before, after) = (arms[first].InLanguage.EachAt(1), arms[second].InLanguage.EachAt(1));
                all.Add((language, first, second, PairedTest.Compare([.. before.Values], [.. before.Keys.Select(id => after[id])], Seed.For("coding", language, first, second))));
            }
        }

        return [.. all.Zip(HolmCorrection.Adjust([.. all.Select(c => c.Result.P)]), (c, holm) => new CodingComparison(c.Language, c.First, c.Second, c.Result, holm))];
    }
}
