namespace CrossLingual.Runs;

/// <summary>Finds what a mistyped name may have meant.</summary>
public static class NearestName
{
    /// <summary>The allowed name within a third of its length in edits (Levenshtein), or null.</summary>
    public static string? Find(string value, IEnumerable<string> allowed) => allowed
        .Select(name => (name, distance: Distance(value.ToLowerInvariant(), name.ToLowerInvariant())))
        .Where(c => c.distance <= Math.Max(1, c.name.Length / 3))
        .OrderBy(c => c.distance)
        .Select(c => c.name)
        .FirstOrDefault();

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], next);
            }
        }

        return row[^1];
    }
}
