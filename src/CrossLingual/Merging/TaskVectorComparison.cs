using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using CrossLingual.Models;

namespace CrossLingual.Merging;

/// <summary>How two trainings' changes of one tensor lie to each other.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Dot">tau_1 · tau_2.</param>
/// <param name="Squares1">tau_1 · tau_1.</param>
/// <param name="Squares2">tau_2 · tau_2.</param>
/// <param name="Both">Weights that both changed.</param>
/// <param name="SameSign">Those of them that both changed in the same direction.</param>
/// <param name="Top1">Weights among the first's largest changes.</param>
/// <param name="Top2">Weights among the second's.</param>
/// <param name="TopBoth">Weights among both.</param>
public sealed record TensorComparison(string Name, double Dot, double Squares1, double Squares2, long Both, long SameSign, long Top1, long Top2, long TopBoth);

/// <summary>
/// Do two experts want the same weights, and in the same direction? Over any set of tensors:
/// <code>
/// cosine    tau_1·tau_2 / (|tau_1| |tau_2|)             near 0: the task vectors add up without disturbing each other
/// signs     share of weights with equal signs, of those that both changed          0.5: no relation
/// overlap   share of the first's top K % that is in the second's top K %            K: no relation
///
/// tau_1 = [ 3 -1  0  1 ]   tau_2 = [ 2  1 -1  0 ]   K = 25 %
/// cosine 5 / (sqrt 11 sqrt 6) = 0.615      signs 1 of 2      overlap 1 of 1
/// </code>
/// The claim that mathematics and language need largely disjoint weights (arXiv 2505.18356) is a claim about the last.
/// </summary>
/// <param name="Tensors">Every tensor in the order of the forward pass.</param>
/// <param name="TopShare">K as a share: of the weights of the whole model.</param>
public sealed record TaskVectorComparison(IReadOnlyList<TensorComparison> Tensors, double TopShare)
{
    /// <summary>Number of layers.</summary>
    public int Layers => Tensors.Max(t => TensorPlace.Of(t.Name).Layer) + 1;

    /// <summary>Compares two models tuned from one.</summary>
    /// <param name="start">The base.</param>
    /// <param name="first">The first expert.</param>
    /// <param name="second">The second expert.</param>
    /// <param name="topShare">Share of the largest changes whose overlap is counted, above 0 to 1.</param>
    /// <param name="cancel">Stops between pieces.</param>
    /// <exception cref="UserException">XL510: the models do not fit together, or a folder is damaged.</exception>
    public static TaskVectorComparison Measure(ModelReference start, ModelReference first, ModelReference second, double topShare = 0.1, CancellationToken cancel = default)
    {
        var recipe = MergeRecipe.Of(MergeMethod.Ties, start, [new MergeInput(first), new MergeInput(second)], "") with
        {
            Settings = new Dictionary<string, Setting> { ["density"] = topShare },
            Ties = new TiesOptions { Count = TrimCount.Exact, Zero = ZeroSign.Positive },
        };
        using var plan = MergePlan.For(recipe);
        var threads = Environment.ProcessorCount;
        var measures = new MergeMeasures(plan, threads);
        measures.MeasureModel(cancel);
        var pieces = plan.Tensors.SelectMany(MergePieces.Of).ToList();
        var sums = new Sums[pieces.Count];
        MergePieces.Run(plan, plan.Tensors, threads, () => new MergeWorkspace(plan, measures), (workspace, piece, number) => MergeMeasures.Blocks(piece, (at, count) =>
        {
            workspace.LoadTasks(piece.Tensor, at, count);
            sums[number].Add(workspace.Operands[0].AsSpan(0, count), workspace.Operands[1].AsSpan(0, count), measures.Threshold(piece.Tensor, 0), measures.Threshold(piece.Tensor, 1));
        }), _ => { }, cancel);
        return new TaskVectorComparison(
            [.. pieces.Zip(sums).GroupBy(p => p.First.Tensor.Name).Select(g => new TensorComparison(
                g.Key,
                g.Sum(p => p.Second.Dot),
                g.Sum(p => p.Second.Squares1),
                g.Sum(p => p.Second.Squares2),
                g.Sum(p => p.Second.Both),
                g.Sum(p => p.Second.SameSign),
                g.Sum(p => p.Second.Top1),
                g.Sum(p => p.Second.Top2),
                g.Sum(p => p.Second.TopBoth)))],
            topShare);
    }

    /// <summary>Cosine of the task vectors over some tensors; NaN where one of them is zero.</summary>
    public double Cosine(Func<TensorPlace, bool>? chosen = null) =>
        Of(chosen) is var some ? some.Sum(t => t.Dot) / Math.Sqrt(some.Sum(t => t.Squares1)) / Math.Sqrt(some.Sum(t => t.Squares2)) : 0;

    /// <summary>Share of equal signs over some tensors; NaN where nothing changed in both.</summary>
    public double SignAgreement(Func<TensorPlace, bool>? chosen = null) =>
        Of(chosen) is var some ? (double)some.Sum(t => t.SameSign) / some.Sum(t => t.Both) : 0;

    /// <summary>Share of the first's top changes that are among the second's, over some tensors; NaN where the first has none.</summary>
    public double Overlap(Func<TensorPlace, bool>? chosen = null) =>
        Of(chosen) is var some ? (double)some.Sum(t => t.TopBoth) / some.Sum(t => t.Top1) : 0;

    private List<TensorComparison> Of(Func<TensorPlace, bool>? chosen) => [.. Tensors.Where(t => chosen?.Invoke(TensorPlace.Of(t.Name)) ?? true)];

    private struct Sums
    {
        public double Dot { get; private set; }

        public double Squares1 { get; private set; }

        public double Squares2 { get; private set; }

        public long Both { get; private set; }

        public long SameSign { get; private set; }

        public long Top1 { get; private set; }

        public long Top2 { get; private set; }

        public long TopBoth { get; private set; }

        public void Add(ReadOnlySpan<float> one, ReadOnlySpan<float> other, float border1, float border2)
        {
            Dot += TensorPrimitives.Dot(one, other);
            Squares1 += TensorPrimitives.SumOfSquares(one);
            Squares2 += TensorPrimitives.SumOfSquares(other);
            var lanes = Vector512<float>.Count;
            Span<float> rest1 = stackalloc float[lanes];
            Span<float> rest2 = stackalloc float[lanes];
            for (var at = 0; at < one.Length; at += lanes)
            {
                if (one.Length - at >= lanes)
                {
                    Count(Vector512.Create(one.Slice(at, lanes)), Vector512.Create(other.Slice(at, lanes)), border1, border2);
                }
                else
                {
                    // The lanes beyond the end are zero: unchanged, and counted nowhere.
                    rest1.Clear();
                    rest2.Clear();
                    one[at..].CopyTo(rest1);
                    other[at..].CopyTo(rest2);
                    Count(Vector512.Create<float>(rest1), Vector512.Create<float>(rest2), border1, border2);
                }
            }
        }

        private void Count(Vector512<float> one, Vector512<float> other, float border1, float border2)
        {
            var zero = Vector512<float>.Zero;
            var changed1 = ~Vector512.Equals(one, zero);
            var changed2 = ~Vector512.Equals(other, zero);
            var both = changed1 & changed2;
            Both += Bits(both);
            SameSign += Bits(both & ~(one ^ other));
            var top1 = changed1 & Vector512.GreaterThanOrEqual(Vector512.Abs(one), Vector512.Create(border1));
            var top2 = changed2 & Vector512.GreaterThanOrEqual(Vector512.Abs(other), Vector512.Create(border2));
            Top1 += Bits(top1);
            Top2 += Bits(top2);
            TopBoth += Bits(top1 & top2);
        }

        // The sign bits of lanes that are all ones or, with signs compared, ones where they are equal.
        private static int Bits(Vector512<float> mask) => BitOperations.PopCount(mask.ExtractMostSignificantBits());
    }
}
