using System.Numerics.Tensors;

namespace CrossLingual.Merging;

/// <summary>
/// How to keep what two fine-tuned models know without training again? Average their weights (model soups, Wortsman et
/// al., arXiv 2203.05482, section 2): models tuned from the same start lie in one valley of the loss.
/// <code>
/// theta = sum_t w_t theta_t          with normalised weights, sum w = 1
///
/// theta_1 = [ 1.0  2.0  3.0  4.0 ]   w = 0.75
/// theta_2 = [ 3.0  2.0 -1.0  0.0 ]   w = 0.25
/// theta   = [ 1.5  2.0  2.0  3.0 ]
/// </code>
/// Sums are in float32 and rounded once, whatever type the weights are stored in.
/// </summary>
public static class Linear
{
    /// <summary>Adds up weighted models.</summary>
    /// <param name="models">The same stretch of one tensor in each model; each at least as long as the result.</param>
    /// <param name="weights">A weight a model.</param>
    /// <param name="result">Where the sum goes.</param>
    public static void Merge(ReadOnlySpan<float[]> models, ReadOnlySpan<float> weights, Span<float> result)
    {
        TensorPrimitives.Multiply(models[0].AsSpan(0, result.Length), weights[0], result);
        for (var t = 1; t < models.Length; t++)
        {
            TensorPrimitives.MultiplyAdd(models[t].AsSpan(0, result.Length), weights[t], result, result);
        }
    }

    /// <summary>Weights that add up to 1.</summary>
    /// <param name="weights">Weights whose sum is not 0.</param>
    public static double[] Normalized(IReadOnlyList<double> weights)
    {
        var sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }
}
