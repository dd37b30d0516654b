using System.CommandLine;
using CrossLingual.Training;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling train RECIPE.yaml</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string>("RECIPE.yaml") { Description = "The training recipe." };
        var set = Options.Set();
        var plan = new Option<bool>("--plan") { Description = "Load model and data, say what would be done, and stop." };
        var resume = new Option<bool>("--resume") { Description = "Go on from the last checkpoint." };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("train", "Fine-tune a model as a recipe says.") { recipe, set, plan, resume, output, json };
        command.SetAction((result, cancel) => Task.FromResult(Run(
            TrainRecipe.Read(result.GetValue(recipe)!, Options.Overrides(result.GetValue(set), result.GetValue(output))),
            $"xling train {string.Join(' ', result.Tokens.Skip(1).Select(t => t.Value))}",
            result.GetValue(plan),
            result.GetValue(resume),
            new Screen(result.GetValue(json)),
            cancel)));
        return command;
    }

    private static int Run(TrainRecipe recipe, string command, bool planOnly, bool resume, Screen screen, CancellationToken cancel)
    {
        using var run = new TrainingRun(recipe);
        var plan = run.Plan;
        screen.Note($"{plan.Examples:N0} examples, {plan.Tokens:N0} tokens ({plan.LearnedTokens:N0} learned, {plan.Cut:N0} examples cut); "
            + $"{plan.Steps:N0} steps on {plan.TrainedWeights:N0} of {plan.AllWeights:N0} weights");
        if (planOnly)
        {
            screen.Result(plan, _ => { });
            return 0;
        }

        var outcome = screen.Progress("train", report => run.Execute(command, resume, new Reported(report), cancel));
        screen.Result(outcome, console =>
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
            table.AddRow("final training loss", $"{outcome.Result.FinalLoss:0.0000}");
            foreach (var held in outcome.HeldOut)
            {
                table.AddRow(Markup.Escape($"held-out loss, {held.Source} ({held.Before.Tokens:N0} tokens)"), $"{held.Before.Loss:0.0000} -> {held.After.Loss:0.0000}");
            }

            table.AddRow("tokens a second", $"{outcome.Result.Tokens / Math.Max(outcome.Result.Seconds, 1e-9):N0}");
            table.AddRow("seconds", $"{outcome.Result.Seconds:0.0}");
            table.AddRow("written", Markup.Escape(Path.GetRelativePath(Environment.CurrentDirectory, outcome.Model)));
            console.Write(table);
        });
        return 0;
    }

    private sealed class Reported(Action<double, string> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(
            (double)value.Step / value.Steps,
            $"step {value.Step}/{value.Steps}, loss {value.Loss:0.000}, {value.TokensPerSecond:N0} tokens/s");
    }
}
