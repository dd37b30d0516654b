using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrossLingual.Methods;
using CrossLingual.Runs;
using CrossLingual.Training;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling train RECIPE.yaml</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string>("RECIPE.yaml") { Description = "The training recipe, of any method." };
        var set = Options.Set();
        var plan = new Option<bool>("--plan") { Description = "Load model and data, say what would be done, and stop." };
        var resume = new Option<bool>("--resume") { Description = "Go on from the last checkpoint; finished phases stay as they are." };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("train", "Fine-tune a model as a recipe says.") { recipe, set, plan, resume, output, json };
        command.SetAction((result, cancel) => Task.FromResult(Run(
            MethodRecipe.Read(result.GetValue(recipe)!, Options.Overrides(result.GetValue(set), result.GetValue(output))),
            Options.CommandLine(result),
            result.GetValue(plan),
            result.GetValue(resume),
            new Screen(result.GetValue(json)),
            cancel)));
        return command;
    }

    private static int Run(Pipeline pipeline, string command, bool planOnly, bool resume, Screen screen, CancellationToken cancel)
    {
        // With several phases, what a later one would trip over is found before the first is trained; a single one says
        // its plan when it has loaded model and data, once.
        var several = pipeline.Phases.Count > 1;
        var plans = planOnly || several ? pipeline.Plan() : [];
        foreach (var (name, plan) in plans)
        {
            Tell(name, plan);
        }

        if (planOnly)
        {
            screen.Result(WithPhases(plans[^1].Plan, plans.Select(p => new { phase = p.Name, p.Plan })), _ => { });
            return 0;
        }

        var outcomes = screen.Progress("train", report => pipeline.Execute(command, resume, (phase, p) => report(
            (phase + ((double)p.Step / p.Steps)) / pipeline.Phases.Count,
            $"{(several ? pipeline.Phases[phase].Name + " " : "")}step {p.Step}/{p.Steps}, loss {p.Loss:0.000}, {p.TokensPerSecond:N0} tokens/s"), cancel, several ? null : Tell));
        screen.Result(WithPhases(outcomes[^1].Outcome, outcomes), console =>
        {
            foreach (var outcome in outcomes)
            {
                console.Write(TableOf(outcome));
            }
        });
        return 0;

        void Tell(string name, TrainingPlan plan)
        {
            screen.Note($"{(several ? name + ": " : "")}{plan.Examples:N0} examples, {plan.Tokens:N0} tokens ({plan.LearnedTokens:N0} learned, {plan.Cut:N0} examples cut); "
                + $"{plan.Steps:N0} steps on {plan.TrainedWeights:N0} of {plan.AllWeights:N0} weights");
            foreach (var source in plan.Sources.Where(s => s.Problems.Length > 0))
            {
                screen.Note($"  {source.Source}: {source.Problems}");
            }
        }
    }

    // The last phase is the result; the others stand beside it.
    private static JsonObject WithPhases<TLast, TAll>(TLast last, TAll all)
    {
        var document = JsonSerializer.SerializeToNode(last, JsonText.Indented)!.AsObject();
        document["phases"] = JsonSerializer.SerializeToNode(all, JsonText.Indented);
        return document;
    }

    private static Table TableOf(PhaseOutcome phase)
    {
        var outcome = phase.Outcome;
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(phase.Name)).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
        table.AddRow("final training loss", $"{outcome.Result.FinalLoss:0.0000}");
        foreach (var held in outcome.HeldOut)
        {
            table.AddRow(Markup.Escape($"held-out loss, {held.Source} ({held.Before.Tokens:N0} tokens)"), $"{held.Before.Loss:0.0000} -> {held.After.Loss:0.0000}");
        }

        foreach (var round in outcome.SelfPaced)
        {
            table.AddRow($"round {round.Round + 1}, from step {round.Step}", $"{round.Share * 100:0} % admitted");
        }

        table.AddRow("tokens a second", $"{outcome.Result.Tokens / Math.Max(outcome.Result.Seconds, 1e-9):N0}");
        table.AddRow("seconds", $"{outcome.Result.Seconds:0.0}");
        table.AddRow("written", Markup.Escape(Path.GetRelativePath(Environment.CurrentDirectory, outcome.Model)));
        return table;
    }
}
