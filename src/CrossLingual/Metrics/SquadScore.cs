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
    private const int MostOnStack = 64;

    /// <summary>Marks an answer.</summary>
    /// <param name="prediction">The answer.</param>
    /// <param name="references">The accepted answers, at least one.</param>
    /// <param name="rules">What counts as the same.</param>
    public static QaMark Mark(string prediction, IReadOnlyList<string> references, AnswerRules rules)
    {
        var said = PythonText.Lower(prediction);
        var found = rules.Normalize(prediction, said);
        var (exact, f1, first) = (false, 0.0, "");
        for (var i = 0; i < references.Count; i++)
        {
            var lower = PythonText.Lower(references[i]);
            var wanted = rules.Normalize(references[i], lower);
            exact |= found == wanted;
            f1 = Math.Max(f1, F1(found, wanted));
            first = i == 0 ? lower : first;
        }

        return new QaMark(exact, f1, said.Contains(first, StringComparison.Ordinal));
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
        // Answers are short: looking through the other's tokens costs less than a table of them.
        Span<Range> left = stackalloc Range[MostOnStack], right = stackalloc Range[MostOnStack];
        var (foundTokens, wantedTokens) = (Tokens(found, ref left), Tokens(wanted, ref right));
        var same = foundTokens * wantedTokens <= MostOnStack * MostOnStack ? Shared(found, left, wanted, right) : SharedOfMany(found, left, wanted, right);
        if (same == 0)
        {
            return 0;
        }

        var (precision, recall) = ((double)same / foundTokens, (double)same / wantedTokens);
        return 2 * precision * recall / (precision + recall);
    }

    /// <summary>Where a text's tokens stand, in the places given or, of a long text, in others.</summary>
    private static int Tokens(string text, ref Span<Range> places)
    {
        if (text.Length >= places.Length)
        {
            places = new Range[text.AsSpan().Count(' ') + 1];
        }

        places = places[..text.AsSpan().Split(places, ' ', StringSplitOptions.RemoveEmptyEntries)];
        return places.Length;
    }

    private static int Shared(string found, ReadOnlySpan<Range> left, string wanted, Span<Range> right)
    {
        var same = 0;
        foreach (var token in left)
        {
            for (var i = same; i < right.Length; i++)
            {
                if (found.AsSpan(token).SequenceEqual(wanted.AsSpan(right[i])))
                {
                    (right[i], right[same]) = (right[same], right[i]);   // used ones come first
                    same++;
                    break;
                }
            }
        }

        return same;
    }

    private static int SharedOfMany(string found, ReadOnlySpan<Range> left, string wanted, ReadOnlySpan<Range> right)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var token in right)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, wanted.AsSpan(token), out _)++;
        }

        var same = 0;
        foreach (var token in left)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(counts, found.AsSpan(token));
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count) && count > 0)
            {
                count--;
                same++;
            }
        }

        return same;
    }
}
