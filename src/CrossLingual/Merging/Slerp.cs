using System.Numerics.Tensors;

namespace CrossLingual.Merging;

/// <summary>
/// A straight line between two weight vectors passes closer to the origin than either; walking on the sphere keeps the
/// length (Shoemake, SIGGRAPH 1985; per tensor, the whole tensor as one vector, as mergekit does):
/// <code>
/// cos w = v0·v1 / (|v0| |v1|)
/// v = sin((1-t) w) / sin w · v0 + sin(t w) / sin w · v1          (v0, v1 keep their lengths)
/// v = (1-t) v0 + t v1                                              if |cos w| > 0.9995: nearly parallel
///
/// v0 = [ 1 0 0 0 ]   v1 = [ 0 1 0 0 ]   t = 0.5   w = 90°   factors 0.7071, 0.7071
/// v  = [ 0.7071 0.7071 0 0 ]            length 1, where the mean [ 0.5 0.5 0 0 ] has 0.7071
/// </code>
/// </summary>
public static class Slerp
{
    /// <summary>Above this |cos| the two are taken as parallel.</summary>
    public const double Parallel = 0.9995;

    /// <summary>The two factors.</summary>
    /// <param name="dot">v0·v1.</param>
    /// <param name="squares0">v0·v0.</param>
    /// <param name="squares1">v1·v1.</param>
    /// <param name="t">0 gives v0, 1 gives v1.</param>
    public static (double First, double Second) Factors(double dot, double squares0, double squares1, double t)
    {
        var length = Math.Sqrt(squares0) * Math.Sqrt(squares1);
        var cos = length > 0 ? Math.Clamp(dot / length, -1, 1) : 1;
        if (Math.Abs(cos) > Parallel)
        {
            return (1 - t, t);
        }

        var angle = Math.Acos(cos);
        return (Math.Sin((1 - t) * angle) / Math.Sin(angle), Math.Sin(t * angle) / Math.Sin(angle));
    }

    /// <summary>The three products from which the angle follows, of one stretch; stretches add up.</summary>
    /// <param name="v0">A stretch of the first tensor.</param>
    /// <param name="v1">The same stretch of the second.</param>
    public static (double Dot, double Squares0, double Squares1) Products(ReadOnlySpan<float> v0, ReadOnlySpan<float> v1) =>
        (TensorPrimitives.Dot(v0, v1), TensorPrimitives.SumOfSquares(v0), TensorPrimitives.SumOfSquares(v1));
}
