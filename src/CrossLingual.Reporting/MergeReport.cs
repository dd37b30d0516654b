using System.Globalization;
using CrossLingual.Merging;
using CrossLingual.Methods;
using CrossLingual.Models;

namespace CrossLingual.Reporting;

/// <summary>What training changes and how experts lie to each other, as tables and figures whose captions state the finding.</summary>
public static class MergeReport
{
    private const double Scale = 1e4;   // changes of weights are small numbers

    /// <summary>Parts of a layer, in the order in which they are shown.</summary>
    public static IReadOnlyList<ModelPart> Parts { get; } = [ModelPart.Attention, ModelPart.Mlp, ModelPart.Norm];

    /// <summary>Magnitude of change by layer and part.</summary>
    public static Table Changes(ChangeMap map)
    {
        var table = new Table("layer", Right("attention"), Right("MLP"), Right("norms"), Right("all"))
        {
            Caption = "Mean absolute change of the weights, in units of 0.0001",
            Decimals = 2,
        };
        for (var layer = 0; layer < map.Layers; layer++)
        {
            var k = layer;
            table.Add([$"{layer}", .. Parts.Select(p => (object?)(Scale * map.Score(t => t.Layer == k && t.Part == p))), Scale * map.LayerChanges()[k]]);
        }

        foreach (var outside in map.Tensors.Where(t => TensorPlace.Of(t.Name).Layer < 0))
        {
            table.Add(TensorPlace.Of(outside.Name).Module, null, null, null, Scale * outside.Mean);
        }

        return table;
    }

    /// <summary>Magnitude of change as a heat map; embedding, last norm and output layer stand in rows of their own.</summary>
    /// <param name="map">The changes.</param>
    /// <param name="name">Who was trained.</param>
    public static Figure ChangeFigure(ChangeMap map, string name)
    {
        var outside = map.Tensors.Where(t => TensorPlace.Of(t.Name).Layer < 0).ToList();
        var rows = outside.Where(t => TensorPlace.Of(t.Name).Part == ModelPart.Embedding).Select(t => "embedding")
            .Concat(Enumerable.Range(0, map.Layers).Select(k => $"layer {k}"))
            .Concat(outside.Where(t => TensorPlace.Of(t.Name).Part != ModelPart.Embedding).Select(t => TensorPlace.Of(t.Name).Part == ModelPart.Head ? "output layer" : "last norm")).ToList();
        var values = new double[rows.Count, 4];
        for (var row = 0; row < rows.Count; row++)
        {
            var layer = row - 1;
            for (var column = 0; column < 3; column++)
            {
                values[row, column] = layer >= 0 && layer < map.Layers ? Scale * map.Score(t => t.Layer == layer && t.Part == Parts[column]) : double.NaN;
            }

            values[row, 3] = rows[row] switch
            {
                "embedding" => Scale * map.Score(t => t.Part == ModelPart.Embedding),
                "output layer" => Scale * map.Score(t => t.Part == ModelPart.Head),
                "last norm" => Scale * map.Score(t => t is { Layer: < 0, Part: ModelPart.Norm }),
                _ => Scale * map.LayerChanges()[layer],
            };
        }

        return Figure.HeatMap($"Where training changed {name}", rows, ["attention", "MLP", "norms", "whole row"], values) with
        {
            XTitle = "mean |change| in 0.0001",
            Decimals = 2,
            Caption = Finding(map),
        };
    }

    /// <summary>Where the change is largest, in two sentences.</summary>
    public static string Finding(ChangeMap map)
    {
        var changes = map.LayerChanges();
        if (map.ChangedShare == 0)
        {
            return "The two models are equal in every weight.";
        }

        var (most, least) = (changes.ToList().IndexOf(changes.Max()), changes.ToList().IndexOf(changes.Min()));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Layer {most} changed most and layer {least} least ({Ratio(changes[most], changes[least])}). {map.ChangedShare * 100:0.0} % of the weights changed, by {map.RelativeNorm * 100:0.00} % of their norm.");

        static string Ratio(double large, double small) => small > 0 ? string.Create(CultureInfo.InvariantCulture, $"{large / small:0.0} to 1") : "not at all";
    }

    /// <summary>Cosine, equal signs and overlap by layer.</summary>
    public static Table Comparison(TaskVectorComparison comparison)
    {
        var table = new Table("layer", Right("cosine"), Right("equal signs %"), Right("overlap %"))
        {
            Caption = string.Create(CultureInfo.InvariantCulture, $"Two task vectors; overlap of the largest {comparison.TopShare * 100:0.#} % of the changes, of which unrelated ones would share as much"),
            Decimals = 2,
        };
        for (var layer = 0; layer < comparison.Layers; layer++)
        {
            var k = layer;
            table.Add($"{layer}", comparison.Cosine(t => t.Layer == k), 100 * comparison.SignAgreement(t => t.Layer == k), 100 * comparison.Overlap(t => t.Layer == k));
        }

        return table.Add("whole model", comparison.Cosine(), 100 * comparison.SignAgreement(), 100 * comparison.Overlap());
    }

    /// <summary>Cosine, equal signs and overlap by layer, as lines.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="first">The first expert.</param>
    /// <param name="second">The second.</param>
    public static Figure ComparisonFigure(TaskVectorComparison comparison, string first, string second)
    {
        double[] layers = [.. Enumerable.Range(0, comparison.Layers).Select(k => (double)k)];
        return Figure.Lines(
            $"How the changes of {first} and {second} lie to each other",
            Line("cosine", k => comparison.Cosine(t => t.Layer == k)),
            Line("equal signs", k => comparison.SignAgreement(t => t.Layer == k)),
            Line($"overlap of the top {(comparison.TopShare * 100).ToString("0.#", CultureInfo.InvariantCulture)} %", k => comparison.Overlap(t => t.Layer == k))) with
        {
            XTitle = "layer",
            YTitle = "cosine, or share",
            Caption = Finding(comparison),
        };

        LineSeries Line(string name, Func<int, double> value) => new(name, layers, [.. layers.Select(k => value((int)k))]) { Points = true };
    }

    /// <summary>Whether the two want the same weights, in a sentence or two.</summary>
    public static string Finding(TaskVectorComparison comparison)
    {
        var (cosine, signs, overlap) = (comparison.Cosine(), comparison.SignAgreement(), comparison.Overlap());
        if (double.IsNaN(cosine))
        {
            return "One of the two changed nothing: there is nothing to compare.";
        }

        var related = overlap / comparison.TopShare;
        var verdict = overlap >= 0.5 ? "They want largely the same weights"
            : related < 1.1 ? "They share no more of their largest changes than chance"
            : "They share more of their largest changes than chance, but want largely different weights";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{verdict}: {overlap * 100:0.0} % of the first's largest changes are among the second's ({related:0.0} times chance). Cosine {cosine:0.000}; {signs * 100:0.0} % equal signs where both changed.");
    }

    /// <summary>The loss between two experts.</summary>
    /// <param name="curve">The measured points.</param>
    /// <param name="first">The expert at 0.</param>
    /// <param name="second">The expert at 1.</param>
    public static Figure InterpolationFigure(InterpolationCurve curve, string first, string second) => Figure.Lines(
        $"Loss on the straight line from {first} to {second}",
        [.. curve.Sets.Select((set, i) => new LineSeries(set, curve.Shares, [.. curve.Losses[i]]) { Points = true })]) with
    {
        XTitle = $"share of {second}",
        YTitle = "held-out loss, nats a token",
        Decimals = 3,
        Caption = Finding(curve),
    };

    /// <summary>Whether a barrier stands between the experts.</summary>
    public static string Finding(InterpolationCurve curve) => string.Join(" ", curve.Sets.Select((set, i) =>
    {
        var barrier = curve.Barrier(i);
        return string.Create(CultureInfo.InvariantCulture, $"{set}: {(barrier > 0.02 ? $"a barrier of {barrier:0.000} nats" : "no barrier")}, lowest at {curve.Shares[curve.Losses[i].ToList().IndexOf(curve.Losses[i].Min())]:0.00}.");
    }));

    /// <summary>A page of all of it.</summary>
    /// <param name="map">The changes.</param>
    /// <param name="comparison">The comparison with another expert, if any.</param>
    /// <param name="first">Who was trained.</param>
    /// <param name="second">The other expert; empty for none.</param>
    /// <param name="command">The command line.</param>
    public static HtmlReport Page(ChangeMap map, TaskVectorComparison? comparison, string first, string second, string command)
    {
        var page = new HtmlReport("Where training changes a model")
        {
            Subtitle = second.Length > 0 ? $"{first}, and {second} beside it" : first,
            Summary = Finding(map) + (comparison is null ? "" : " " + Finding(comparison)),
            Command = command,
        };
        page.Section("Magnitude of change").Add(ChangeFigure(map, first)).Add(Changes(map));
        if (comparison is not null)
        {
            page.Section("Two task vectors").Add(ComparisonFigure(comparison, first, second)).Add(Comparison(comparison));
        }

        return page;
    }

    private static Column Right(string name) => new(name, Alignment.Right);
}
