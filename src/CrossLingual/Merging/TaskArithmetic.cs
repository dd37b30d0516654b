using System.Numerics.Tensors;

namespace CrossLingual.Merging;

/// <summary>
/// What does fine-tuning add to a model, and can two such additions be added? A task vector is the change of the
/// weights, tau_t = theta_t - theta_base; task arithmetic adds scaled task vectors to the base (Ilharco et al., arXiv
/// 2212.04089, section 2; the TIES authors' notebook takes lambda = 0.4 for it).
/// <code>
/// theta = theta_base + lambda sum_t w_t tau_t
///
/// base  = [ 1.0  1.0  1.0  1.0 ]
/// tau_1 = [ 0.5 -0.5  0.0  1.0 ]   w = 1
/// tau_2 = [ 0.5  1.0 -2.0  0.0 ]   w = 1        lambda = 0.4
/// theta = [ 1.4  1.2  0.2  1.4 ]
/// </code>
/// A weight that no task changed stays bit by bit what it was.
/// </summary>
public static class TaskArithmetic
{
    /// <summary>Lambda where none is given: that of the TIES authors' notebook.</summary>
    public const double PaperLambda = 0.4;

    /// <summary>Turns fine-tuned weights into a task vector, in place.</summary>
    /// <param name="tuned">Fine-tuned weights; task vector afterwards.</param>
    /// <param name="start">The base's weights, as many.</param>
    public static void TaskVector(Span<float> tuned, ReadOnlySpan<float> start) => TensorPrimitives.Subtract(tuned, start, tuned);

    /// <summary>Adds up weighted task vectors.</summary>
    /// <param name="tasks">Task vectors; each at least as long as the result.</param>
    /// <param name="weights">A weight a task.</param>
    /// <param name="result">Where the sum goes.</param>
    public static void Sum(ReadOnlySpan<float[]> tasks, ReadOnlySpan<float> weights, Span<float> result) => Linear.Merge(tasks, weights, result);

    /// <summary>Adds the scaled change to the base, in place of the change.</summary>
    /// <param name="start">The base's weights.</param>
    /// <param name="change">The merged task vector; the merged weights afterwards.</param>
    /// <param name="lambda">Scale of the change.</param>
    public static void AddTo(ReadOnlySpan<float> start, Span<float> change, float lambda) => TensorPrimitives.MultiplyAdd(change, lambda, start, change);
}
