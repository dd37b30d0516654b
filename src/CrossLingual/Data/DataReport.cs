using System.Globalization;

namespace CrossLingual.Data;

/// <summary>What can be wrong with a record of training data.</summary>
public enum DataProblem
{
    /// <summary>A side is empty.</summary>
    Empty,

    /// <summary>The same record stood there already.</summary>
    Duplicate,

    /// <summary>The sides do not belong together: no partner, or one is more than nine times as long as the other.</summary>
    Misaligned,

    /// <summary>The text is in another language than the source says.</summary>
    WrongLanguage,

    /// <summary>The text holds a heading of the prompt's template, which would break the frame.</summary>
    Markers,

    /// <summary>Longer than a row of training; its end is lost.</summary>
    Cut,
}

/// <summary>
/// What became of a source's records: how many were read, how many are used, and what was wrong with the others. Nothing
/// is dropped without being counted here, and too many bad records are an error.
/// </summary>
/// <param name="source">The source's name.</param>
/// <param name="mostBad">Largest bad share, 0 to 1.</param>
public sealed class DataReport(string source, double mostBad)
{
    private readonly SortedDictionary<DataProblem, (int Count, string First)> _problems = [];

    /// <summary>The source's name.</summary>
    public string Source => source;

    /// <summary>Records read.</summary>
    public int Read { get; internal set; }

    /// <summary>Records used.</summary>
    public int Used { get; internal set; }

    /// <summary>Bad records by what is wrong with them. Cut ones are used, without their end; the others are left out.</summary>
    public IReadOnlyDictionary<DataProblem, int> Problems => _problems.ToDictionary(p => p.Key, p => p.Value.Count);

    /// <summary>Whether anything was wrong.</summary>
    public bool IsClean => _problems.Count == 0;

    /// <summary>Counts a bad record.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="where">File and line, or the record's id.</param>
    public void Add(DataProblem problem, string where) =>
        _problems[problem] = _problems.TryGetValue(problem, out var seen) ? (seen.Count + 1, seen.First) : (1, where);

    /// <summary>The counts in words: <c>3 empty (first: a.tsv:17), 2 duplicate (…)</c>; empty when nothing was wrong.</summary>
    public override string ToString() => string.Join(", ", _problems.Select(p => string.Create(
        CultureInfo.InvariantCulture, $"{p.Value.Count:N0} {Words(p.Key)} (first: {p.Value.First})")));

    /// <summary>Refuses a source of which too much is bad, or of which nothing is left.</summary>
    /// <exception cref="UserException">XL140: too many bad records; XL141: no record left.</exception>
    public void Check()
    {
        var bad = _problems.Sum(p => p.Value.Count);
        if (Read > 0 && bad > mostBad * Read)
        {
            throw new UserException("XL140", string.Create(CultureInfo.InvariantCulture,
                $"{source}: {bad:N0} of {Read:N0} records are bad, more than the allowed share of {mostBad:0.###}: {this}. Correct the data, or raise the source's 'most_bad'."));
        }

        if (Used == 0)
        {
            throw new UserException("XL141", $"{source} gives nothing to train on: {Read} records were read{(IsClean ? "" : $", of them {this}")}. Check its path, 'first' and 'count'.");
        }
    }

    private static string Words(DataProblem problem) => problem switch
    {
        DataProblem.Empty => "with an empty side",
        DataProblem.WrongLanguage => "in another language",
        DataProblem.Markers => "with template headings in the text",
        _ => problem.ToString().ToLowerInvariant(),
    };
}
