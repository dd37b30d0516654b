using CrossLingual.Models;
using static TorchSharp.torch;

namespace CrossLingual.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter, arXiv 1711.05101) over one flat float32 buffer:
/// <code>
/// m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g²
/// w = w (1 - rate · decay) - rate · (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
/// </code>
/// Decay falls on the first <c>decayed</c> elements only.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly long _decayed;

    public AdamW(long size, long decayed, Device device, TrainingOptions options)
    {
        _options = options;
        _decayed = decayed;
        First = zeros(size, ScalarType.Float32, device).DetachFromDisposeScope();
        Second = zeros(size, ScalarType.Float32, device).DetachFromDisposeScope();
    }

    /// <summary>First moment m.</summary>
    public Tensor First { get; }

    /// <summary>Second moment v.</summary>
    public Tensor Second { get; }

    /// <summary>Updates the weights.</summary>
    /// <param name="weights">[size], changed in place.</param>
    /// <param name="gradient">[size].</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="time">Number of the update, from 1.</param>
    public void Step(Tensor weights, Tensor gradient, double rate, int time)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (b1, b2) = (_options.Beta1, _options.Beta2);
        if (_options.WeightDecay > 0 && _decayed > 0)
        {
            weights.narrow(0, 0, _decayed).TimesInPlace(1 - (rate * _options.WeightDecay));
        }

        First.TimesInPlace(b1).PlusInPlace(gradient, 1 - b1);
        Second.TimesInPlace(b2).PlusProductInPlace(gradient, gradient, 1 - b2);
        var divisor = Second.sqrt().TimesInPlace(1 / Math.Sqrt(1 - Math.Pow(b2, time))).PlusInPlace(_options.Epsilon);
        weights.PlusQuotientInPlace(First, divisor, -rate / (1 - Math.Pow(b1, time)));
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
