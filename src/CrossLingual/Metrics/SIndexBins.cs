namespace CrossLingual.Metrics;

/// <summary>
/// Sentences by how strongly they switch: those that do not (S = 0), and four bins of equal width up to 0.7, as ln 2 = 0.693
/// bounds the S-index of two languages; what lies beyond counts in the last.
/// </summary>
public static class SIndexBins
{
    private const double Width = 0.175;

    /// <summary>Number of bins.</summary>
    public const int Count = 5;

    /// <summary>The bins in words.</summary>
    public static IReadOnlyList<string> Names { get; } = ["0", "to 0.175", "to 0.35", "to 0.525", "above"];

    /// <summary>The bin of an S-index.</summary>
    public static int Of(double sIndex) => sIndex <= 0 ? 0 : 1 + Math.Min(3, (int)(sIndex / Width));

    /// <summary>Ends of a bin: the S-index from, and to.</summary>
    public static (double Low, double High) Ends(int bin) => bin == 0 ? (0, 0) : ((bin - 1) * Width, bin * Width);

    /// <summary>S-index of a sentence.</summary>
    /// <param name="languages">Each word's language, -1 for none.</param>
    public static double SIndexOf(IReadOnlyList<int> languages)
    {
        var profile = new SwitchProfile();
        profile.Count([.. languages]);
        return new SIndex().Of(profile.Switches, profile.N, profile.Matrix);
    }
}
