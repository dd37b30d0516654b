using ScottPlot;

namespace CrossLingual.Reporting;

/// <summary>
/// Colours that people with colour-blindness tell apart (Okabe and Ito 2008), without its yellow, which is too pale on
/// white; and the Cividis scale (Nuñez, Anderton and Renslow 2018) for grids.
/// </summary>
internal static class Palette
{
    /// <summary>Ink of titles.</summary>
    public const string Ink = "#1F2933";

    /// <summary>Ink of captions and axes.</summary>
    public const string Grey = "#52606D";

    /// <summary>Grid lines.</summary>
    public const string Pale = "#E4E7EB";

    private static readonly string[] Colours = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#4D4D4D"];

    private static readonly string[] Scale =
        ["#00224E", "#123570", "#3B496C", "#575D6D", "#707173", "#8A8678", "#A59C74", "#C3B369", "#E1CC55", "#FEE838"];

    /// <summary>The colour of the series at a place.</summary>
    public static string Series(int index) => Colours[index % Colours.Length];

    /// <summary>The colour of a share between 0 and 1 on the scale.</summary>
    public static Color OnScale(double share)
    {
        var place = Math.Clamp(share, 0, 1) * (Scale.Length - 1);
        var below = Math.Min((int)place, Scale.Length - 2);
        return Color.FromHex(Scale[below]).MixedWith(Color.FromHex(Scale[below + 1]), place - below);
    }
}
