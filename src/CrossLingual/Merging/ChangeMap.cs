using System.Numerics.Tensors;
using CrossLingual.Models;

namespace CrossLingual.Merging;

/// <summary>How much a training changed one tensor.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Rows">Its rows; a vector has one.</param>
/// <param name="Count">Its weights.</param>
/// <param name="Mean">Mean absolute change.</param>
/// <param name="Norm">L2 norm of the change.</param>
/// <param name="StartNorm">L2 norm of the weights before.</param>
/// <param name="Changed">Weights that are not what they were.</param>
public sealed record TensorChange(string Name, long Rows, long Count, double Mean, double Norm, double StartNorm, long Changed);

/// <summary>
/// Where does a training change a model? The magnitude of change, as the layer-swapping paper's heat maps show it (a
/// public re-implementation's formula):
/// <code>
/// score(tensor) = mean over rows of mean |W_tuned - W_base|
/// score(layer)  = row-weighted mean of its tensors' scores
///
/// rows [ 0.1 -0.3 ] and [ 0.0 0.2 ] of change:   row means 0.2 and 0.1,   score 0.15
/// </code>
/// </summary>
/// <param name="Tensors">Every tensor in the order of the forward pass.</param>
public sealed record ChangeMap(IReadOnlyList<TensorChange> Tensors)
{
    /// <summary>Number of layers.</summary>
    public int Layers => Tensors.Max(t => TensorPlace.Of(t.Name).Layer) + 1;

    /// <summary>Share of all weights that changed.</summary>
    public double ChangedShare => (double)Tensors.Sum(t => t.Changed) / Tensors.Sum(t => t.Count);

    /// <summary>L2 norm of the whole change over that of the weights before.</summary>
    public double RelativeNorm => Math.Sqrt(Tensors.Sum(t => t.Norm * t.Norm) / Tensors.Sum(t => t.StartNorm * t.StartNorm));

    /// <summary>Compares a tuned model with what it was tuned from.</summary>
    /// <param name="start">The base.</param>
    /// <param name="tuned">The tuned model.</param>
    /// <param name="cancel">Stops between pieces.</param>
    /// <exception cref="UserException">XL510: the two do not fit together, or a folder is damaged.</exception>
    public static ChangeMap Measure(ModelReference start, ModelReference tuned, CancellationToken cancel = default)
    {
        using var plan = MergePlan.For(MergeRecipe.Of(MergeMethod.TaskArithmetic, start, [new MergeInput(tuned)], ""));
        var threads = Environment.ProcessorCount;
        var pieces = plan.Tensors.SelectMany(MergePieces.Of).ToList();
        var sums = new (double Change, double Squares, double Start, long Changed)[pieces.Count];
        MergePieces.Run(plan, plan.Tensors, threads, () => new MergeWorkspace(plan, new MergeMeasures(plan, threads)), (workspace, piece, number) => MergeMeasures.Blocks(piece, (first, count) =>
        {
            workspace.LoadTasks(piece.Tensor, first, count);
            var change = workspace.Operands[0].AsSpan(0, count);
            ref var sum = ref sums[number];
            sum.Change += TensorPrimitives.SumOfMagnitudes<float>(change);
            sum.Squares += TensorPrimitives.SumOfSquares<float>(change);
            sum.Start += TensorPrimitives.SumOfSquares(workspace.LoadStart(piece.Tensor, first, count));
            sum.Changed += count - change.Count(0f);
        }), _ => { }, cancel);

        return new ChangeMap([.. pieces.Zip(sums).GroupBy(p => p.First.Tensor).Select(g => new TensorChange(
            g.Key.Name,
            g.Key.Shape.Length > 1 ? g.Key.Shape[0] : 1,
            g.Key.Count,
            g.Sum(p => p.Second.Change) / g.Key.Count,
            Math.Sqrt(g.Sum(p => p.Second.Squares)),
            Math.Sqrt(g.Sum(p => p.Second.Start)),
            g.Sum(p => p.Second.Changed)))]);
    }

    /// <summary>The score of every layer.</summary>
    public IReadOnlyList<double> LayerChanges() => [.. Enumerable.Range(0, Layers).Select(layer => Score(t => t.Layer == layer))];

    /// <summary>The score of some tensors together; NaN when there are none.</summary>
    /// <param name="chosen">Which places count.</param>
    public double Score(Func<TensorPlace, bool> chosen)
    {
        var tensors = Tensors.Where(t => chosen(TensorPlace.Of(t.Name))).ToList();
        return tensors.Sum(t => t.Rows * t.Mean) / tensors.Sum(t => t.Rows);
    }
}
