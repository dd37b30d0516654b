using System.CommandLine;
using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Reporting;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling diff MODEL_A MODEL_B</c>: where a training changed a model, and how another one's changes lie to it.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var first = new Argument<string>("MODEL_A") { Description = "The model before; 'lab' is the embedded one." };
        var second = new Argument<string>("MODEL_B") { Description = "The model after." };
        var adapter = new Option<string?>("--adapter") { Description = "A LoRA adapter on MODEL_B.", HelpName = "DIR" };
        var with = new Option<string?>("--with") { Description = "Another model tuned from MODEL_A: cosine, signs and overlap of the two changes.", HelpName = "MODEL_C" };
        var top = new Option<double>("--top") { Description = "Share of the largest changes whose overlap is counted.", DefaultValueFactory = _ => 0.1, HelpName = "K" };
        var output = new Option<string?>("--out") { Description = "Write a page with figures here.", HelpName = "FILE.html" };
        var json = Options.Json();
        var command = new Command("diff", "Say where a training changed a model: by layer and part.") { first, second, adapter, with, top, output, json };
        top.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is <= 0 or > 1)
            {
                result.AddError("'--top' is a share above 0, to 1.");
            }
        });
        command.SetAction((result, cancel) =>
        {
            var start = new ModelReference(result.GetValue(first)!);
            var tuned = new ModelReference(result.GetValue(second)!, result.GetValue(adapter));
            var screen = new Screen(result.GetValue(json));
            var map = ChangeMap.Measure(start, tuned, cancel);
            var comparison = result.GetValue(with) is { } other ? TaskVectorComparison.Measure(start, tuned, new ModelReference(other), result.GetValue(top), cancel) : null;
            if (result.GetValue(output) is { } page)
            {
                MergeReport.Page(map, comparison, tuned.ToString(), result.GetValue(with) ?? "", Options.CommandLine(result)).Write(page);
            }

            Show(map, comparison, screen);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Show(ChangeMap map, TaskVectorComparison? comparison, Screen screen) => screen.Result(
        new
        {
            map.ChangedShare,
            map.RelativeNorm,
            layers = map.LayerChanges(),
            parts = MergeReport.Parts.ToDictionary(p => p, p => Enumerable.Range(0, map.Layers).Select(k => map.Score(t => t.Layer == k && t.Part == p))),
            outside = map.Tensors.Where(t => TensorPlace.Of(t.Name).Layer < 0).Select(t => new { t.Name, t.Mean }),
            comparison = comparison is null ? null : new
            {
                cosine = comparison.Cosine(),
                signAgreement = comparison.SignAgreement(),
                overlap = comparison.Overlap(),
                comparison.TopShare,
                layers = Enumerable.Range(0, comparison.Layers).Select(k => new
                {
                    cosine = comparison.Cosine(t => t.Layer == k),
                    signAgreement = comparison.SignAgreement(t => t.Layer == k),
                    overlap = comparison.Overlap(t => t.Layer == k),
                }),
            },
        },
        console =>
        {
            Write(console, MergeReport.Changes(map));
            console.WriteLine(MergeReport.Finding(map));
            if (comparison is not null)
            {
                console.WriteLine();
                Write(console, MergeReport.Comparison(comparison));
                console.WriteLine(MergeReport.Finding(comparison));
            }
        });

    private static void Write(IAnsiConsole console, Reporting.Table from)
    {
        var table = new Spectre.Console.Table().Border(TableBorder.Rounded).Title(Markup.Escape(from.Caption));
        foreach (var column in from.Columns)
        {
            table.AddColumn(column.Align == Alignment.Right ? new TableColumn(column.Name).RightAligned() : new TableColumn(column.Name));
        }

        foreach (var row in from.Rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        console.Write(table);
    }
}
