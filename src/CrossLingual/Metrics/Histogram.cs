namespace CrossLingual.Metrics;

/// <summary>How often values fall into bins of equal width.</summary>
/// <param name="Low">Lower end of the first bin.</param>
/// <param name="Width">Width of a bin.</param>
/// <param name="Counts">Values in each bin; a bin holds its lower end, and the last one its upper end and all beyond.</param>
public sealed record Histogram(double Low, double Width, long[] Counts)
{
    /// <summary>An empty histogram.</summary>
    public static Histogram Of(double low, double high, int bins) => new(low, (high - low) / bins, new long[bins]);

    /// <summary>Counts a value.</summary>
    public void Add(double value) => Counts[BinOf(value)]++;

    /// <summary>The bin of a value.</summary>
    public int BinOf(double value) => Math.Clamp((int)((value - Low) / Width), 0, Counts.Length - 1);
}
