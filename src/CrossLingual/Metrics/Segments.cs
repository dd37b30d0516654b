namespace CrossLingual.Metrics;

/// <summary>What measures of texts against references ask for.</summary>
internal static class Segments
{
    /// <summary>The corpus's statistics: the segments' added up, place by place.</summary>
    public static double[] Sum(IReadOnlyList<double[]> rows)
    {
        var sum = new double[rows[0].Length];
        foreach (var row in rows)
        {
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += row[i];
            }
        }

        return sum;
    }

    /// <summary>Refuses texts without a reference each.</summary>
    /// <exception cref="UserException">XL641.</exception>
    public static void Check(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        if (hypotheses.Count == 0 || hypotheses.Count != references.Count)
        {
            throw new UserException("XL641", FormattableString.Invariant($"Found {hypotheses.Count} hypotheses and references for {references.Count}. Give one line of each for every segment."));
        }

        var wrong = references.ToList().FindIndex(r => r.Count == 0 || r.Count != references[0].Count);
        if (wrong >= 0)
        {
            throw new UserException("XL641", FormattableString.Invariant($"Segment {wrong + 1} has {references[wrong].Count} references, the first one {references[0].Count}. Give as many for each, at least one."));
        }
    }
}
