using System.Globalization;

namespace CrossLingual.Merging;

/// <summary>What is done to make one tensor.</summary>
public enum TensorOperation
{
    /// <summary>The bytes of one model.</summary>
    Copy,

    /// <summary>Weighted sum of models.</summary>
    Sum,

    /// <summary>Spherical interpolation of two models.</summary>
    Slerp,

    /// <summary>Base plus merged task vectors: task arithmetic, TIES, DARE.</summary>
    Tasks,

    /// <summary>A trained model with its smallest updates undone.</summary>
    Revert,
}

/// <summary>One model's tensor in the making of another.</summary>
/// <param name="Source">Index of the model among the plan's sources.</param>
/// <param name="Tensor">The tensor's name there.</param>
public sealed record Operand(int Source, string Tensor)
{
    /// <summary>Its weight.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Share of its changes that stay.</summary>
    public double Density { get; init; } = 1;

    /// <summary>What names its random mask.</summary>
    public string Mask { get; init; } = "";
}

/// <summary>How one tensor of the output is made.</summary>
public sealed record TensorPlan
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its stored type: BF16, F16, F32, F64.</summary>
    public required string Type { get; init; }

    /// <summary>Its sizes.</summary>
    public required long[] Shape { get; init; }

    /// <summary>What is done.</summary>
    public required TensorOperation Operation { get; init; }

    /// <summary>The base's tensor, where one is needed.</summary>
    public Operand? Start { get; init; }

    /// <summary>The models' tensors.</summary>
    public required IReadOnlyList<Operand> Operands { get; init; }

    /// <summary>Scale of the merged task vector, or SLERP's t.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Every operand, the base's first.</summary>
    internal IEnumerable<Operand> Reads => Start is null ? Operands : Operands.Prepend(Start);

    /// <summary>Where the tensor comes from, in a line.</summary>
    /// <param name="names">A short name a source.</param>
    public string Describe(IReadOnlyList<string> names)
    {
        var parts = Operands.Select(o => Named(o, Operation is TensorOperation.Sum or TensorOperation.Tasks ? o.Weight : 1)).ToList();
        return Operation switch
        {
            TensorOperation.Copy => $"copy of {parts[0]}",
            TensorOperation.Sum => string.Join(" + ", parts),
            TensorOperation.Slerp => $"slerp({parts[0]}, {parts[1]}, t = {Say(Factor)})",
            TensorOperation.Revert => $"{parts[0]}, smallest updates back to {names[Start!.Source]}",
            _ => $"{names[Start!.Source]} + {Say(Factor)} · ({string.Join(" + ", parts)})",
        };

        string Named(Operand operand, double weight)
        {
            var text = weight == 1 ? names[operand.Source] : $"{Say(weight)} {names[operand.Source]}";
            text = operand.Density == 1 ? text : $"{text} at density {Say(operand.Density)}";
            return operand.Tensor == Name ? text : $"{text} ({operand.Tensor})";
        }
    }

    private static string Say(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
