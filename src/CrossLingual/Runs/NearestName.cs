namespace CrossLingual.Runs;

/// <summary>Finds what a mistyped name may have meant.</summary>
public static class NearestName
{
    /// <summary>The allowed name within a third of its length in edits (Levenshtein, two neighbours swapped being one edit), or null.</summary>
    public static string? Find(string value, IEnumerable<string> allowed) => allowed
        .Select(name => (name, distance: Distance(value.ToLowerInvariant(), name.ToLowerInvariant())))
        .Where(c => c.distance <= Math.Max(1, c.name.Length / 3))
        .OrderBy(c => c.distance)
        .Select(c => c.name)
        .FirstOrDefault();

    private static int Distance(string a, string b)
    {
        var (before, row) = (new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray());
        for (var i = 1; i <= a.Length; i++)
        {
            var next = new int[b.Length + 1];
            next[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                next[j] = Math.Min(Math.Min(row[j], next[j - 1]) + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    next[j] = Math.Min(next[j], before[j - 2] + 1);
                }
            }

            (before, row) = (row, next);
        }

        return row[^1];
    }
}
