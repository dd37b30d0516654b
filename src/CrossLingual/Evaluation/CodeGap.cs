using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Evaluation;

/// <summary>
/// What a description in another language costs: the same tasks, described in English and in the language, paired.
/// <code>
/// gap = pass@k(language) - pass@k(English)          in points
/// retention = pass@k(language) / pass@k(English)    1: nothing is lost
/// </code>
/// With two tasks, both solved from English, one from Spanish: gap -50 points, retention 0.5.
/// </summary>
/// <param name="K">Programs drawn.</param>
/// <param name="Gap">Mean difference in points, paired bootstrap interval over tasks.</param>
/// <param name="Retention">Ratio of the means; NaN where English solves none.</param>
/// <param name="P">Two-sided p-value of the sign-flip permutation test.</param>
public sealed record CodeGap(int K, Score Gap, Score Retention, double P)
{
    /// <summary>Compares over the tasks that both have.</summary>
    /// <param name="english">Programs from English.</param>
    /// <param name="other">Programs from the language.</param>
    /// <param name="k">Programs drawn.</param>
    /// <exception cref="UserException">XL656: no task in common; XL642: a task with fewer programs than k.</exception>
    public static CodeGap Of(CodeResult english, CodeResult other, int k)
    {
        var (first, second) = (english.EachAt(k), other.EachAt(k));
        var common = first.Keys.Where(second.ContainsKey).ToList();
        if (common.Count == 0)
        {
            throw new UserException("XL656", $"The two languages have no task in common: the first are '{first.Keys.FirstOrDefault()}' and '{second.Keys.FirstOrDefault()}'. Give files of one benchmark and one programming language.");
        }

        double[] before = [.. common.Select(id => first[id])], after = [.. common.Select(id => second[id])];
        var seed = Seed.For("code gap", k);
        var compared = PairedTest.Compare(before, after, seed);
        return new CodeGap(k, compared.Difference.ToPercent(), PairedTest.Ratio(before, after, seed.And("ratio")), compared.P);
    }
}
