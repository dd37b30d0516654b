using System.Globalization;
using CrossLingual.Metrics;

namespace CrossLingual.Reporting;

/// <summary>A number with its doubt: a value and, where one was computed, its confidence interval.</summary>
/// <param name="Value">The value; not a number when nothing was measured.</param>
/// <param name="Low">Lower end of the interval, or null.</param>
/// <param name="High">Upper end of the interval, or null.</param>
public readonly record struct Estimate(double Value, double? Low = null, double? High = null)
{
    /// <summary>Whether both ends of the interval are known.</summary>
    public bool HasInterval => Low is not null && High is not null;

    /// <summary>A bare number.</summary>
    public static implicit operator Estimate(double value) => new(value);

    /// <summary>A score, with its interval where it has one.</summary>
    public static Estimate Of(Score score) => double.IsNaN(score.Low) ? new(score.Value) : new(score.Value, score.Low, score.High);

    /// <summary>A share as per cent, with its interval where it has one.</summary>
    public static Estimate Percent(Score score) => Of(score.ToPercent());

    /// <summary>Writes <c>62.5 [58.1, 66.7]</c>, in every culture alike; a missing value is a dash.</summary>
    /// <param name="decimals">Digits after the point.</param>
    public string ToString(int decimals)
    {
        if (double.IsNaN(Value))
        {
            return "–";
        }

        var format = "F" + decimals.ToString(CultureInfo.InvariantCulture);
        var text = Value.ToString(format, CultureInfo.InvariantCulture);
        return HasInterval
            ? string.Create(CultureInfo.InvariantCulture, $"{text} [{Low!.Value.ToString(format, CultureInfo.InvariantCulture)}, {High!.Value.ToString(format, CultureInfo.InvariantCulture)}]")
            : text;
    }

    /// <inheritdoc/>
    public override string ToString() => ToString(1);
}
