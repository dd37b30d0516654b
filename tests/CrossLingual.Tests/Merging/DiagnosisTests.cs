using CrossLingual.Data;
using CrossLingual.Merging;
using CrossLingual.Methods;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;

namespace CrossLingual.Tests.Merging;

/// <summary>What is said about changes, against plain loops.</summary>
public class DiagnosisTests
{
    private const string Tensor = "model.layers.2.mlp.down_proj.weight";

    [Fact]
    public void ChangeMap_IsTheMeanAbsoluteChangeByRow()
    {
        using var experts = new TinyExperts();
        var (start, task) = (experts.Read(experts.Base), experts.Read(experts.Task));
        var map = ChangeMap.Measure(experts.Base, experts.Task);
        var change = map.Tensors.First(t => t.Name == Tensor);
        var differences = task[Tensor].Zip(start[Tensor], (a, b) => (double)a - b).ToList();
        Assert.Equal(differences.Average(Math.Abs), change.Mean, 1e-7);
        Assert.Equal(Math.Sqrt(differences.Sum(d => d * d)), change.Norm, 1e-5);
        Assert.Equal(differences.Count(d => d != 0), change.Changed);
        Assert.Equal((TinyExperts.Config.HiddenSize, start[Tensor].Length), (change.Rows, change.Count));

        // A layer weighs its tensors by rows; a vector is one row.
        var layer = map.Tensors.Where(t => TensorPlace.Of(t.Name).Layer == 2).ToList();
        Assert.Equal(layer.Sum(t => t.Rows * t.Mean) / layer.Sum(t => t.Rows), map.LayerChanges()[2], 1e-12);
        Assert.Equal(6, map.Layers);
        Assert.InRange(map.ChangedShare, 0.65, 0.75);   // as the experts are made
    }

    [Fact]
    public void ChangeMap_OfAModelWithItselfIsZero()
    {
        using var experts = new TinyExperts();
        var map = ChangeMap.Measure(experts.Base, new ModelReference(experts["base"] + "/"));
        Assert.Equal(0, map.ChangedShare);
        Assert.All(map.LayerChanges(), c => Assert.Equal(0, c));
    }

    [Fact]
    public void Comparison_CountsCosineSignsAndOverlap()
    {
        using var experts = new TinyExperts();
        var start = experts.Read(experts.Base);
        var (one, two) = (Changes(experts.Task), Changes(experts.Language));
        var comparison = TaskVectorComparison.Measure(experts.Base, experts.Task, experts.Language, 0.25);
        var (all1, all2) = (one.Values.SelectMany(v => v).ToArray(), two.Values.SelectMany(v => v).ToArray());
        Assert.Equal(all1.Zip(all2, (a, b) => a * b).Sum() / Math.Sqrt(all1.Sum(a => a * a)) / Math.Sqrt(all2.Sum(b => b * b)), comparison.Cosine(), 1e-5);
        Assert.Equal(all1.Zip(all2).Count(p => p.First * p.Second > 0) / (double)all1.Zip(all2).Count(p => p.First != 0 && p.Second != 0), comparison.SignAgreement(), 1e-9);
        var (border1, border2) = (Border(all1), Border(all2));
        Assert.Equal(
            all1.Zip(all2).Count(p => Math.Abs(p.First) >= border1 && Math.Abs(p.Second) >= border2) / (double)all1.Count(a => Math.Abs(a) >= border1),
            comparison.Overlap(),
            1e-9);

        // And over one tensor.
        Assert.Equal(one[Tensor].Zip(two[Tensor], (a, b) => a * b).Sum(), comparison.Tensors.First(t => t.Name == Tensor).Dot, 1e-4);
        Assert.InRange(comparison.Cosine(), -0.05, 0.05);
        Assert.InRange(comparison.Overlap(t => t.Layer == 3), 0.15, 0.35);   // unrelated: about the share itself

        Dictionary<string, double[]> Changes(ModelReference model) => experts.Read(model).ToDictionary(t => t.Key, t => t.Value.Select((v, i) => (double)(v - start[t.Key][i])).ToArray());

        static double Border(double[] values) => values.Select(Math.Abs).OrderDescending().ElementAt((int)(values.Length * 0.25) - 1);
    }

    [Fact]
    public void Comparison_WithItselfIsComplete()
    {
        using var experts = new TinyExperts();
        var comparison = TaskVectorComparison.Measure(experts.Base, experts.Task, new ModelReference(experts["task"] + "/"));
        Assert.Equal(1, comparison.Cosine(), 1e-6);
        Assert.Equal(1, comparison.SignAgreement());
        Assert.Equal(1, comparison.Overlap());
    }

    [Fact]
    public void InterpolationCurve_RunsFromOneModelToTheOther()
    {
        using var experts = new TinyExperts();
        using var first = ModelFolder.Open(experts["task"]).Load(Compute.Exact);
        using var second = ModelFolder.Open(experts["language"]).Load(Compute.Exact);
        IReadOnlyList<TokenizedExample> examples = TinyModel.Examples(6);
        var (at0, at1) = (Loss.Measure(first, examples).Loss, Loss.Measure(second, examples).Loss);
        var before = first.Weights.ToDictionary(w => w.Key, w => w.Value.data<float>().ToArray());
        var curve = InterpolationCurve.Measure(first, second, new Dictionary<string, IReadOnlyList<TokenizedExample>> { ["tiny"] = examples }, points: 3);
        Assert.Equal([0, 0.5, 1], curve.Shares);
        Assert.Equal(at0, curve.Losses[0][0], 1e-9);
        Assert.Equal(at1, curve.Losses[0][2], 1e-6);
        Assert.All(before, w => Assert.Equal(w.Value, first.Weights[w.Key].data<float>().ToArray()));

        // The middle is the mean that merging writes.
        experts.Merge(MergeRecipe.Of(MergeMethod.Linear, null, [new MergeInput(experts.Task), new MergeInput(experts.Language)], experts["out"]));
        using var mean = ModelFolder.Open(experts["out/model"]).Load(Compute.Exact);
        Assert.Equal(Loss.Measure(mean, examples).Loss, curve.Losses[0][1], 1e-5);
    }

    [Fact]
    public void Barrier_IsTheRiseAboveTheStraightLine()
    {
        var curve = new InterpolationCurve([0, 0.5, 1], ["a", "b"], [[2, 2.6, 3], [3, 2, 1.5]]);
        Assert.Equal(0.1, curve.Barrier(0), 1e-12);
        Assert.Equal(0, curve.Barrier(1), 1e-12);
    }
}
