using CrossLingual.Runs;

namespace CrossLingual.Data;

/// <summary>How much of each source a training set holds.</summary>
public sealed record MixtureOptions
{
    /// <summary>
    /// T of temperature-weighted sampling, at least 1: a source of n records gets a share in proportion to <c>n^(1/T)</c>. 1 keeps
    /// the sizes' proportions, larger values lift small sources (as multilingual BERT and mT5 do).
    /// </summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Share of English among all records, 0 to below 1: replay against forgetting. Null leaves English as any language.</summary>
    public double? EnglishShare { get; init; }

    /// <summary>Share of each source in the order of the data, normalised; they take the place of temperature and English share. Null follows those.</summary>
    public IReadOnlyList<double>? Explicit { get; init; }

    /// <summary>Records in all; 0 for as many as the sources have (English: as its share asks).</summary>
    public int Total { get; init; }

    /// <summary>Reads a recipe's <c>mixture</c>.</summary>
    public static MixtureOptions Read(RecipeSection section) => new()
    {
        Temperature = section.Number("temperature", 1, 1, 1000),
        EnglishShare = section.Has("english_share") ? section.Number("english_share", 0, 0, 0.99) : null,
        Explicit = section.Has("shares") ? section.Numbers("shares", 0) : null,
        Total = section.Integer("total", 0, least: 0),
    };
}

/// <summary>
/// Draws a training set from sources. What is drawn depends on the records' own text, the sources' shares and the seed, and
/// not on the order of records, files or threads.
/// </summary>
public static class Mixture
{
    /// <summary>Shares of the sources, which sum to 1: <c>n^(1/T)</c>, normalised among English and among the others.</summary>
    /// <param name="sources">Size and language tag of each source.</param>
    /// <param name="options">Temperature and English share.</param>
    public static double[] Shares(IReadOnlyList<(int Size, string Language)> sources, MixtureOptions options)
    {
        if (options.Explicit is { } given)
        {
            return given.Count == sources.Count && given.Sum() > 0
                ? [.. given.Select(s => s / given.Sum())]
                : throw new UserException("XL142", $"mixture.shares has {given.Count} numbers for {sources.Count} sources. Give one for each entry of 'data', not all 0.");
        }

        var weights = sources.Select(s => s.Size > 0 ? Math.Pow(s.Size, 1 / options.Temperature) : 0).ToArray();
        if (options.EnglishShare is not { } share || !sources.Any(s => IsEnglish(s.Language)) || sources.All(s => IsEnglish(s.Language)))
        {
            var all = weights.Sum();
            return [.. weights.Select(w => w / all)];
        }

        var english = weights.Where((_, i) => IsEnglish(sources[i].Language)).Sum();
        var others = weights.Where((_, i) => !IsEnglish(sources[i].Language)).Sum();
        return [.. weights.Select((w, i) => IsEnglish(sources[i].Language) ? share * w / english : (1 - share) * w / others)];
    }

    /// <summary>How many records each source gives; they sum to the total.</summary>
    public static int[] Counts(IReadOnlyList<(int Size, string Language)> sources, MixtureOptions options)
    {
        var shares = Shares(sources, options);
        var total = options.Total > 0 ? options.Total
            : options.EnglishShare is { } english && sources.Any(s => !IsEnglish(s.Language))
                ? (int)Math.Round(sources.Where(s => !IsEnglish(s.Language)).Sum(s => s.Size) / (1 - english))
                : sources.Sum(s => s.Size);

        // Largest remainders, so that rounding loses nothing.
        var counts = shares.Select(s => (int)(s * total)).ToArray();
        foreach (var i in Enumerable.Range(0, counts.Length).OrderByDescending(i => (shares[i] * total) - counts[i]).ThenBy(i => i).Take(total - counts.Sum()))
        {
            counts[i]++;
        }

        return counts;
    }

    /// <summary>
    /// Takes a number of records from a source: without replacement as far as they go, then again from the beginning.
    /// </summary>
    /// <param name="records">The records, in any order.</param>
    /// <param name="key">A record's text.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Which of them.</param>
    public static IReadOnlyList<T> Take<T>(IReadOnlyList<T> records, Func<T, string> key, int count, Seed seed)
    {
        var ordered = InOrderOfContent(records, key, seed);
        return [.. Enumerable.Range(0, count).Select(i => ordered[i % ordered.Count])];
    }

    /// <summary>Sorts records by a hash of their text, an order that is random and yet the same wherever they stood.</summary>
    public static IReadOnlyList<T> InOrderOfContent<T>(IEnumerable<T> records, Func<T, string> key, Seed seed) =>
        [.. records.Select(r => (Record: r, Key: key(r))).OrderBy(r => seed.And(r.Key).Value).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Record)];

    private static bool IsEnglish(string language) => language == "en" || language.StartsWith("en-", StringComparison.OrdinalIgnoreCase);
}
