using CrossLingual.Merging;
using CrossLingual.Methods;
using CrossLingual.Reporting;

namespace CrossLingual.Kernel.Tests.Reporting;

/// <summary>Captions of merging's figures state what the numbers say, whichever way they go.</summary>
public class MergeReportTests
{
    private static readonly ChangeMap Map = new(
    [
        new("model.embed_tokens.weight", 10, 100, 0.0001, 1, 10, 100),
        new("model.layers.0.self_attn.q_proj.weight", 10, 100, 0.0004, 1, 10, 50),
        new("model.layers.0.mlp.up_proj.weight", 10, 100, 0.0002, 1, 10, 50),
        new("model.layers.0.input_layernorm.weight", 1, 10, 0.0002, 1, 10, 10),
        new("model.layers.1.self_attn.q_proj.weight", 10, 100, 0.0001, 1, 10, 0),
        new("model.layers.1.mlp.up_proj.weight", 10, 100, 0.0001, 1, 10, 0),
        new("model.layers.1.input_layernorm.weight", 1, 10, 0.0001, 1, 10, 0),
        new("model.norm.weight", 1, 10, 0.0001, 1, 10, 0),
    ]);

    [Fact]
    public void ChangeFigure_NamesTheLayerThatChangedMost()
    {
        var figure = MergeReport.ChangeFigure(Map, "the Swahili expert");
        Assert.Contains("Layer 0 changed most and layer 1 least (3.0 to 1)", figure.Caption);
        Assert.Equal(["embedding", "layer 0", "layer 1", "last norm"], figure.Grid!.Rows);
        Assert.Equal(4, figure.Grid.Values[1, 0], 1e-9);
        Assert.Equal(1, figure.Grid.Values[0, 3], 1e-9);
        Assert.True(double.IsNaN(figure.Grid.Values[0, 0]));
        Assert.Contains("heatmap", figure.ToPlotlyJson());
        Assert.Equal(2 + 2, MergeReport.Changes(Map).Rows.Count);
    }

    [Fact]
    public void EqualModels_AreSaidToBeEqual() =>
        Assert.Contains("equal in every weight", MergeReport.Finding(new ChangeMap([.. Map.Tensors.Select(t => t with { Changed = 0, Mean = 0 })])));

    [Theory]
    [InlineData(60, "largely the same weights")]
    [InlineData(10, "no more of their largest changes than chance")]
    [InlineData(22, "more of their largest changes than chance, but want largely different weights")]
    public void Comparison_JudgesOverlapAgainstChance(long both, string verdict)
    {
        var comparison = new TaskVectorComparison([new("model.layers.0.mlp.up_proj.weight", 0.5, 1, 1, 80, 60, 100, 100, both)], 0.1);
        Assert.Contains(verdict, MergeReport.Finding(comparison));
        Assert.Contains("Cosine 0.500; 75.0 % equal signs", MergeReport.Finding(comparison));
        Assert.Equal(3, MergeReport.ComparisonFigure(comparison, "a", "b").LineSeries.Count);
    }

    [Fact]
    public void InterpolationFigure_SaysWhetherABarrierStandsThere()
    {
        var curve = new InterpolationCurve([0, 0.5, 1], ["mathematics", "Swahili"], [[2, 2.6, 3], [3, 2, 1.5]]);
        Assert.Equal("mathematics: a barrier of 0.100 nats, lowest at 0.00. Swahili: no barrier, lowest at 1.00.", MergeReport.InterpolationFigure(curve, "a", "b").Caption);
    }
}
