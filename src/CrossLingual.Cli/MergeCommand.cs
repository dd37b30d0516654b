using System.CommandLine;
using CrossLingual.Merging;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling merge RECIPE.yaml</c>.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string>("RECIPE.yaml") { Description = "The merge recipe, this project's or mergekit's." };
        var set = Options.Set();
        var plan = new Option<bool>("--plan") { Description = "Check the models, print where every tensor comes from, and stop." };
        var resume = new Option<bool>("--resume") { Description = "Go on with an interrupted merge." };
        var threads = new Option<int>("--threads") { Description = "Threads; one a processor by default. The bytes are the same for any number.", HelpName = "N" };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("merge", "Make one model of several, as a recipe says.") { recipe, set, plan, resume, threads, output, json };
        command.SetAction((result, cancel) =>
        {
            var read = MergeRecipe.Read(result.GetValue(recipe)!, Options.Overrides(result.GetValue(set), result.GetValue(output)));
            var screen = new Screen(result.GetValue(json));
            using var planned = MergePlan.For(read);
            var count = result.GetValue(threads) > 0 ? result.GetValue(threads) : Environment.ProcessorCount;
            if (result.GetValue(plan))
            {
                Show(planned, count, screen);
                return Task.FromResult(0);
            }

            return Task.FromResult(Run(planned, Options.CommandLine(result), result.GetValue(resume), count, screen, cancel));
        });
        return command;
    }

    private static int Run(MergePlan plan, string line, bool resume, int threads, Screen screen, CancellationToken cancel)
    {
        screen.Note($"{plan.Tensors.Count:N0} tensors, {Size(plan.OutputBytes)}, from {plan.Sources.Count} models; at most {Size(plan.PeakBytes(threads))} at a time");
        foreach (var remark in plan.Remarks)
        {
            screen.Note(remark);
        }

        var outcome = screen.Progress("merge", report => Merger.Run(plan, line, resume, threads, new Told<MergeProgress>(p => report((double)p.Bytes / p.AllBytes, p.Doing)), cancel));
        screen.Result(outcome, console =>
        {
            var table = new Spectre.Console.Table().Border(TableBorder.Rounded).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
            table.AddRow("tensors", $"{outcome.Tensors:N0}{(outcome.Kept > 0 ? $", {outcome.Kept:N0} of them made before" : "")}");
            table.AddRow("bytes", Size(outcome.Bytes));
            table.AddRow("seconds", $"{outcome.Seconds:0.0}");
            table.AddRow("written", Markup.Escape(Path.GetRelativePath(Environment.CurrentDirectory, outcome.Model)));
            console.Write(table);
        });
        return 0;
    }

    private static void Show(MergePlan plan, int threads, Screen screen)
    {
        var names = plan.SourceNames();
        screen.Result(
            new
            {
                plan.Recipe.Method,
                sources = plan.Sources.Zip(names, (source, name) => new { name, model = source.Folder, source.Adapter }),
                layers = plan.Config.Layers,
                tensors = plan.Tensors.Select(t => new { t.Name, t.Type, t.Shape, from = t.Describe(names) }),
                files = plan.Shards.Select(s => new { s.File, tensors = s.Tensors.Count }),
                plan.OutputBytes,
                plan.LargestTensorBytes,
                peakBytes = plan.PeakBytes(threads),
                plan.Remarks,
            },
            console =>
            {
                var table = new Spectre.Console.Table().Border(TableBorder.Rounded).AddColumns("tensor", "type");
                table.AddColumn(new TableColumn("shape").RightAligned()).AddColumn("from");
                foreach (var tensor in plan.Tensors)
                {
                    table.AddRow(Markup.Escape(tensor.Name), tensor.Type, string.Join(" x ", tensor.Shape), Markup.Escape(tensor.Describe(names)));
                }

                console.Write(table);
                foreach (var (source, name) in plan.Sources.Zip(names))
                {
                    console.WriteLine($"{name}: {source}");
                }

                foreach (var remark in plan.Remarks)
                {
                    console.WriteLine(remark);
                }

                console.WriteLine($"{plan.Tensors.Count:N0} tensors, {plan.Config.Layers} layers, {Size(plan.OutputBytes)} in {plan.Shards.Count} files; largest tensor {Size(plan.LargestTensorBytes)}; at most {Size(plan.PeakBytes(threads))} of memory at a time.");
            });
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{bytes / 1e9:0.00} GB",
        >= 1_000_000 => $"{bytes / 1e6:0.0} MB",
        _ => $"{bytes / 1e3:0.0} kB",
    };
}
