using System.Runtime.InteropServices;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Metrics;

/// <summary>Marks of one answer against its best reference.</summary>
/// <param name="Exact">Whether it equals a reference.</param>
/// <param name="F1">Token overlap with the best reference, 0 to 1.</param>
/// <param name="Contains">Whether the first reference stands in it, case apart (x-LLaMA's mark for free text).</param>
public readonly record struct QaMark(bool Exact, double F1, bool Contains);

/// <summary>Marks of a whole question set, in percent, as the official scorers print them.</summary>
/// <param name="ExactMatch">Share of exact answers, Wilson interval.</param>
/// <param name="F1">Mean F1, bootstrap interval.</param>
/// <param name="Contains">Share of answers that hold the first reference, Wilson interval.</param>
/// <param name="Answered">Share of questions with a prediction; the others count as wrong.</param>
public sealed record QaScore(Score ExactMatch, Score F1, Score Contains, Score Answered);

/// <summary>
/// Extractive question answering, SQuAD v1.1 (Rajpurkar et al., EMNLP 2016) and its multilingual followers: with answers
/// normalised by <see cref="AnswerRules"/>,
/// <code>
/// EM = [prediction = reference]     F1 = 2pr/(p+r),  p = same/|prediction|,  r = same/|reference|
/// </code>
/// where <c>same</c> counts shared tokens, each occurrence once. Every question takes its best reference, and the sum is
/// divided by all questions, so that a missing prediction counts 0. Two answers that normalise to nothing are equal (EM 1)
/// and share no token (F1 0), as in the script.
/// </summary>
public static class SquadScore
{
    /// <summary>Marks an answer.</summary>
    /// <param name="prediction">The answer.</param>
    /// <param name="references">The accepted answers, at least one.</param>
    /// <param name="rules">What counts as the same.</param>
    public static QaMark Mark(string prediction, IReadOnlyList<string> references, AnswerRules rules)
    {
        var found = rules.Normalize(prediction);
        var (exact, f1) = (false, 0.0);
        foreach (var reference in references)
        {
            var wanted = rules.Normalize(reference);
            exact |= found == wanted;
            f1 = Math.Max(f1, F1(found, wanted));
        }

        return new QaMark(exact, f1, PythonText.Lower(prediction).Contains(PythonText.Lower(references[0]), StringComparison.Ordinal));
    }

    /// <summary>Marks of a set of questions; the sum runs in the set's order, so that every digit is the official one.</summary>
    /// <param name="marks">One mark a question, null where there is no prediction.</param>
    /// <param name="seed">Where the bootstrap's resamples come from.</param>
    public static QaScore Total(IReadOnlyList<QaMark?> marks, Seed seed)
    {
        var (n, exact, contains, answered, f1) = (marks.Count, 0, 0, 0, 0.0);
        var values = new double[n];
        for (var i = 0; i < n; i++)
        {
            if (marks[i] is not { } mark)
            {
                continue;
            }

            answered++;
            exact += mark.Exact ? 1 : 0;
            contains += mark.Contains ? 1 : 0;
            f1 += values[i] = mark.F1;
        }

        // 100 times the sum and then the division, or the last digit differs.
        return new QaScore(
            Score.Share(exact, n).ToPercent() with { Value = 100.0 * exact / n },
            Score.Mean(values, seed).ToPercent() with { Value = 100.0 * f1 / n },
            Score.Share(contains, n).ToPercent(),
            Score.Share(answered, n).ToPercent());
    }

    private static double F1(string found, string wanted)
    {
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        var counts = left.GetAlternateLookup<ReadOnlySpan<char>>();
        var (foundTokens, wantedTokens, same) = (0, 0, 0);
        foreach (var range in wanted.AsSpan().Split(' '))
        {
            if (wanted.AsSpan(range) is { Length: > 0 } token)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, token, out _)++;
                wantedTokens++;
            }
        }

        foreach (var range in found.AsSpan().Split(' '))
        {
            if (found.AsSpan(range) is not { Length: > 0 } token)
            {
                continue;
            }

            foundTokens++;
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(counts, token);
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count) && count > 0)
            {
                count--;
                same++;
            }
        }

        if (same == 0)
        {
            return 0;
        }

        var (precision, recall) = ((double)same / foundTokens, (double)same / wantedTokens);
        return 2 * precision * recall / (precision + recall);
    }
}
