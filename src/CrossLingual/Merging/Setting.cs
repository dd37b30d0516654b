using CrossLingual.Runs;

namespace CrossLingual.Merging;

/// <summary>
/// A number that may differ by tensor, as mergekit writes it: a scalar; a gradient, which is interpolated over the
/// layers of its slice; or values by filter, of which the first whose text stands in the tensor's name counts.
/// <code>
/// t: 0.5
/// t: [0, 0.5, 1]                       layers 0..4 of a slice of 5: 0, 0.25, 0.5, 0.75, 1
/// t: [{filter: mlp, value: 0.2}, {value: 0.5}]
/// </code>
/// </summary>
/// <param name="Cases">The values in their order, with their filters; null or <c>*</c> fits every name.</param>
public sealed record Setting(IReadOnlyList<(string? Filter, IReadOnlyList<double> Values)> Cases)
{
    /// <summary>A setting that is the same everywhere.</summary>
    public static implicit operator Setting(double value) => new([(null, [value])]);

    /// <summary>The value for a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="depth">Its layer's place within the slice, 0 to 1.</param>
    /// <returns>Null when no filter fits.</returns>
    public double? For(string name, double depth)
    {
        foreach (var (filter, values) in Cases)
        {
            if (filter is null or "*" || name.Contains(filter, StringComparison.Ordinal))
            {
                var at = depth * (values.Count - 1);
                var below = (int)at;
                var above = Math.Min(values.Count - 1, below + 1);
                return values[below] + ((at - below) * (values[above] - values[below]));
            }
        }

        return null;
    }

    /// <summary>Reads a setting; null when the key is absent or holds a problem.</summary>
    /// <param name="section">Where it stands.</param>
    /// <param name="key">Its name.</param>
    /// <param name="least">Smallest value allowed.</param>
    /// <param name="most">Largest value allowed.</param>
    internal static Setting? Read(RecipeSection section, string key, double least, double most)
    {
        var cases = section.IsSection(key) ? [section.Section(key)]
            : section.IsSections(key) ? section.Sections(key)
            : null;
        if (cases is null)
        {
            return section.Has(key) && section.Numbers(key, least, most) is { Count: > 0 } values ? new Setting([(null, values)]) : null;
        }

        var read = new List<(string?, IReadOnlyList<double>)>();
        foreach (var one in cases)
        {
            var filter = one.OptionalText("filter");
            if (!one.Has("value"))
            {
                one.Problem("'value' is missing beside the filter");
            }
            else if (one.Numbers("value", least, most) is { Count: > 0 } values)
            {
                read.Add((filter, values));
            }
        }

        return read.Count > 0 ? new Setting(read) : null;
    }

    /// <summary>The setting as a recipe writes it.</summary>
    public override string ToString() => string.Join("; ", Cases.Select(c =>
        (c.Filter is null ? "" : c.Filter + ": ") + string.Join(", ", c.Values.Select(v => v.ToString(System.Globalization.CultureInfo.InvariantCulture)))));
}
