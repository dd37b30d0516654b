using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>One training and what it led to.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Language">The target language.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Phases">What its trainings did.</param>
/// <param name="Result">Answers to the test questions; two-turn answers are in the target language alone.</param>
/// <param name="Alignment">How close the target language is to English in each layer.</param>
public sealed record LabArm(
    string Method, string Language, int Seed, IReadOnlyList<PhaseOutcome> Phases, EvalResult Result, IReadOnlyDictionary<string, IReadOnlyList<LayerAlignment>> Alignment)
{
    /// <summary>Whether the answers come from two-turn questions; see <see cref="TwoTurnInference"/>.</summary>
    public bool TwoTurn { get; init; }

    /// <summary>The method with its way of asking, for tables.</summary>
    public string Name => TwoTurn ? Method + ", two turns" : Method;

    /// <summary>Tokens trained on, in all phases.</summary>
    public long TrainedTokens => Phases.Sum(p => p.Outcome.Result.Tokens);

    /// <summary>Tokens read by the difficulty passes of self-paced learning.</summary>
    public long ScoredTokens => Phases.Sum(p => p.Outcome.SelfPaced.Sum(r => r.TokensScored));

    /// <summary>Seconds of training, difficulty passes included.</summary>
    public double Seconds => Phases.Sum(p => p.Outcome.Result.Seconds);
}

/// <summary>A method compared with translated SFT on the target language's questions.</summary>
/// <param name="Language">The target language.</param>
/// <param name="Name">The method with its way of asking.</param>
/// <param name="Comparison">Translated SFT first, the method second; each question's mean over the seeds.</param>
/// <param name="AdjustedP">p of the permutation test, Holm-corrected over all comparisons of the outcome.</param>
public sealed record LabComparison(string Language, string Name, Comparison Comparison, double AdjustedP);

/// <summary>What the lab found.</summary>
/// <param name="Before">The base model's answers.</param>
/// <param name="AlignmentBefore">How close each target language is to English in the base model's layers.</param>
/// <param name="Arms">The trainings.</param>
public sealed record LabOutcome(EvalResult Before, IReadOnlyDictionary<string, IReadOnlyList<LayerAlignment>> AlignmentBefore, IReadOnlyList<LabArm> Arms)
{
    /// <summary>The methods with their ways of asking, in the order tried.</summary>
    public IReadOnlyList<string> Names => [.. Arms.Select(a => a.Name).Distinct()];

    /// <summary>The target languages.</summary>
    public IReadOnlyList<string> Targets => [.. Arms.Select(a => a.Language).Distinct()];

    /// <summary>The arms of one method and way of asking alone.</summary>
    public LabOutcome Of(string name) => this with { Arms = [.. Arms.Where(a => a.Name == name)] };

    /// <summary>
    /// Change of the share of exact answers in a language, over the same questions and all seeds; bootstrap over questions.
    /// </summary>
    /// <param name="target">The language trained for.</param>
    /// <param name="language">The language asked in.</param>
    public Score Change(string target, string language)
    {
        var before = Before.Samples.Where(s => s.Language == language).ToDictionary(s => s.Id, s => s.Exact ? 1.0 : 0);
        return Score.Mean([.. ByQuestion(target, language).Select(q => q.Exact - before[q.Id])], Seed.For("lab change", target, language));
    }

    /// <summary>
    /// Share of exact answers after training: of one seed with Wilson's interval; of several averaged for each question,
    /// bootstrap over questions.
    /// </summary>
    /// <param name="target">The language trained for.</param>
    /// <param name="language">The language asked in.</param>
    /// <param name="task">A task, or empty for all.</param>
    public Score After(string target, string language, string task = "")
    {
        var samples = Samples(target, language).Where(s => task.Length == 0 || s.Task == task).ToList();
        return samples.Select(s => s.Id).Distinct().Count() == samples.Count
            ? Score.Share(samples.Count(s => s.Exact), samples.Count)
            : Score.Mean([.. samples.GroupBy(s => s.Id).Select(g => g.Average(s => s.Exact ? 1.0 : 0))], Seed.For("lab after", target, language, task));
    }

    /// <summary>Share of answers in another language than the question's, among those with words, all seeds together.</summary>
    /// <param name="target">The language trained for, and asked in.</param>
    public Score WrongLanguage(string target) => EvalResult.WrongLanguage(Samples(target, target));

    /// <summary>Every other method against translated SFT, in every target language; empty where that was not tried.</summary>
    public IReadOnlyList<LabComparison> AgainstTranslatedSft()
    {
        var baseline = Of(TranslatedSft.Name);
        var compared =
            (from target in Targets
             where baseline.Targets.Contains(target)
             from name in Names
             where name != TranslatedSft.Name && Of(name).Targets.Contains(target)
             select (target, name, comparison: PairedTest.Compare(Values(baseline, target), Values(Of(name), target), Seed.For("lab against", target, name)))).ToList();
        var adjusted = HolmCorrection.Adjust([.. compared.Select(c => c.comparison.P)]);
        return [.. compared.Select((c, i) => new LabComparison(c.target, c.name, c.comparison, adjusted[i]))];

        static List<double> Values(LabOutcome outcome, string target) => [.. outcome.ByQuestion(target, target).Select(q => q.Exact)];
    }

    private IEnumerable<EvalSample> Samples(string target, string language) =>
        Arms.Where(a => a.Language == target).SelectMany(a => a.Result.Samples).Where(s => s.Language == language);

    private IEnumerable<(string Id, double Exact)> ByQuestion(string target, string language) =>
        Samples(target, language).GroupBy(s => s.Id).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.Average(s => s.Exact ? 1.0 : 0)));
}
