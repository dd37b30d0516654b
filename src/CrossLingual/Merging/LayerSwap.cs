using CrossLingual.Models;

namespace CrossLingual.Merging;

/// <summary>From which model a tensor outside the layers comes.</summary>
public enum SwapSource
{
    /// <summary>The task expert.</summary>
    Task,

    /// <summary>The language expert.</summary>
    Language,

    /// <summary>Half of each.</summary>
    Average,

    /// <summary>The model that both started from.</summary>
    Base,
}

/// <summary>How the numbers of swapped layers are found.</summary>
public enum SwapChoice
{
    /// <summary>They are given.</summary>
    Fixed,

    /// <summary>From how much each expert changed each layer.</summary>
    Magnitude,
}

/// <summary>Which layers are swapped; the defaults are the setting reported for the paper's 32 layers.</summary>
public sealed record LayerSwapOptions
{
    /// <summary>Layers from the bottom that are the language expert's: 5 reported.</summary>
    public int Bottom { get; init; } = 5;

    /// <summary>Layers from the top that are the language expert's: 2 reported.</summary>
    public int Top { get; init; } = 2;

    /// <summary>Mixed layers above the bottom ones, in addition to them: 1 reported.</summary>
    public int BottomTransition { get; init; } = 1;

    /// <summary>Mixed layers below the top ones, in addition to them: 1 reported.</summary>
    public int TopTransition { get; init; } = 1;

    /// <summary>The language expert's share of mixed layers, 0 to 1; the paper's weight could not be verified, the mean is taken.</summary>
    public double TransitionWeight { get; init; } = 0.5;

    /// <summary>Where the token embedding comes from; the paper's rule could not be verified, two re-implementations take the task expert's.</summary>
    public SwapSource Embedding { get; init; }

    /// <summary>Where the last norm comes from.</summary>
    public SwapSource Norm { get; init; }

    /// <summary>Where the output layer comes from.</summary>
    public SwapSource Head { get; init; }

    /// <summary>Whether <see cref="Bottom"/> and <see cref="Top"/> are given or found.</summary>
    public SwapChoice Choice { get; init; }
}

/// <summary>
/// How does mathematics learnt in English reach another language without a single problem in it? The outer layers of a
/// model read and write a language, the middle ones reason; so put the language expert's outer layers around the
/// task expert's middle (Layer Swapping, Bandarkar et al., arXiv 2410.01335, Algorithm 1). With L layers:
/// <code>
/// layer k &lt; b                 language
/// b  &lt;= k &lt; b + t_b          w language + (1-w) task     lower transition, in addition to b
/// L-u-t_u &lt;= k &lt; L-u         w language + (1-w) task     upper transition
/// k >= L-u                    language
/// else                        task
///
/// L = 4, b = 1, u = 1, t_b = 1, t_u = 0, w = 0.5:      layer    0     1     2     3
///   a weight of the language expert                             1.0   1.0   1.0   1.0
///   the same weight of the task expert                          3.0   3.0   3.0   3.0
///   merged                                                      1.0   2.0   3.0   1.0
/// </code>
/// </summary>
public static class LayerSwap
{
    /// <summary>The language expert's share of a layer.</summary>
    /// <param name="layer">From 0.</param>
    /// <param name="layers">L.</param>
    /// <param name="options">Which layers are swapped; together at most L.</param>
    /// <returns>1 for swapped layers, the transition's weight for mixed ones, else 0.</returns>
    public static double LanguageShare(int layer, int layers, LayerSwapOptions options) => layer switch
    {
        _ when layer < options.Bottom || layer >= layers - options.Top => 1,
        _ when layer < options.Bottom + options.BottomTransition || layer >= layers - options.Top - options.TopTransition => options.TransitionWeight,
        _ => 0,
    };

    /// <summary>Where a tensor outside the layers comes from.</summary>
    public static SwapSource SourceOf(ModelPart part, LayerSwapOptions options) => part switch
    {
        ModelPart.Embedding => options.Embedding,
        ModelPart.Head => options.Head,
        _ => options.Norm,
    };

    /// <summary>
    /// Chooses the swapped layers from the magnitude of change: with each expert's change of layer k as a share of its
    /// change of all layers, a layer belongs to the expert with the larger share. Bottom and top are the prefix and the
    /// suffix over which the language expert's shares exceed the task expert's by most; one layer at least stays the
    /// task's. The transitions shrink to what is left.
    /// </summary>
    /// <param name="language">Mean absolute change of each layer in the language expert.</param>
    /// <param name="task">The same in the task expert.</param>
    /// <param name="options">What else was set.</param>
    /// <remarks>A design of this project: the paper shows such maps but gives no rule.</remarks>
    public static LayerSwapOptions Choose(IReadOnlyList<double> language, IReadOnlyList<double> task, LayerSwapOptions options)
    {
        var (ofLanguage, ofTask) = (Shares(language), Shares(task));
        var lead = ofLanguage.Zip(ofTask, (l, t) => l - t).ToArray();
        var (best, bottom, top) = (double.NegativeInfinity, 0, 0);
        for (var b = 0; b < lead.Length; b++)
        {
            for (var u = 0; b + u < lead.Length; u++)
            {
                var gain = lead[..b].Sum() + lead[^u..].Sum();
                if (gain > best)
                {
                    (best, bottom, top) = (gain, b, u);
                }
            }
        }

        var left = lead.Length - bottom - top - 1;
        var lower = Math.Min(options.BottomTransition, left);
        return options with { Bottom = bottom, Top = top, BottomTransition = lower, TopTransition = Math.Min(options.TopTransition, left - lower), Choice = SwapChoice.Fixed };
    }

    private static double[] Shares(IReadOnlyList<double> changes)
    {
        var sum = changes.Sum();
        return [.. changes.Select(c => sum > 0 ? c / sum : 0)];
    }
}
