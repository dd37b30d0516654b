namespace CrossLingual.Reporting;

/// <summary>One bar a category, in one colour: a method over several languages, say.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Values">One estimate a category; a value that is not a number leaves a gap.</param>
public sealed record BarSeries(string Name, IReadOnlyList<Estimate> Values)
{
    /// <summary>A series from estimates or bare numbers.</summary>
    public BarSeries(string name, params ReadOnlySpan<Estimate> values)
        : this(name, (IReadOnlyList<Estimate>)values.ToArray())
    {
    }
}

/// <summary>One line: a loss over steps, say.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="X">Positions, ascending.</param>
/// <param name="Y">Heights, as many; one that is not a number breaks the line.</param>
public sealed record LineSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Lower edge of a band around the line, as many as <see cref="X"/>, or null.</summary>
    public IReadOnlyList<double>? Low { get; init; }

    /// <summary>Upper edge of a band around the line, as many as <see cref="X"/>, or null.</summary>
    public IReadOnlyList<double>? High { get; init; }

    /// <summary>Whether each measured point has a mark.</summary>
    public bool Points { get; init; }
}

/// <summary>A grid of values: merge weight by layer, say.</summary>
/// <param name="Rows">Names of the rows, from the top.</param>
/// <param name="Columns">Names of the columns, from the left.</param>
/// <param name="Values">Values by row and column; one that is not a number leaves the cell empty.</param>
public sealed record HeatGrid(IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, double[,] Values);
