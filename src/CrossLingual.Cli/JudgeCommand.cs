using System.CommandLine;
using CrossLingual.Evaluation;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling judge RECIPE.yaml</c>.</summary>
internal static class JudgeCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string>("RECIPE.yaml") { Description = "Who judges what; recipes/judge.yaml is one." };
        var set = Options.Set();
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("judge", "Let a model judge answers, one at a time or in pairs. Started again, it asks only what it has no reply to.") { recipe, set, output, json };
        command.SetAction(async (result, cancel) =>
        {
            var read = JudgeRecipe.Read(result.GetValue(recipe)!, Options.Overrides(result.GetValue(set), result.GetValue(output)));
            var screen = new Screen(result.GetValue(json));
            var lines = new ProgressLines("judge", screen.Note);
            var found = await Judge.RunAsync(read, read.Connect(), Options.CommandLine(result), new Told<double>(share => lines.Report(share, "")), cancel);
            screen.Result(found, console => Print(console, found));
            return found.Failed + found.Unreached > 0 ? 1 : 0;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, JudgeResult found)
    {
        if (found.Scores.Count > 0)
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumns("model", "n", "rating (95 %)", "by turn", "length and rating");
            foreach (var score in found.Scores)
            {
                table.AddRow(Markup.Escape(score.Model), $"{score.Rating.N}", Markup.Escape($"{score.Rating.Value:0.00} [{score.Rating.Low:0.00}, {score.Rating.High:0.00}]"), string.Join(", ", score.Turns.Select(t => $"{t.Value:0.00}")), $"{score.Verbosity:0.00}");
            }

            console.Write(table);
        }

        if (found.Pairs.Count > 0)
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumns("pair", "won", "lost", "tied", "win rate % (95 %)", "consistent %", "first-place bias", "length and success");
            foreach (var pair in found.Pairs)
            {
                table.AddRow(Markup.Escape($"{pair.First} / {pair.Second}"), $"{pair.Wins}", $"{pair.Losses}", $"{pair.Ties}", Options.Percent(pair.WinRate), $"{pair.Bias.Consistency.Value * 100:0.0}", $"{pair.Bias.FirstPlaceBias:+0.00;-0.00;0.00}", $"{pair.Bias.Verbosity:0.00}");
            }

            console.Write(table);
        }

        foreach (var (votes, agreement) in found.Agreements)
        {
            console.WriteLine($"agreement with {votes}: {agreement.All.Value * 100:0.0} % of {agreement.All.N}, without ties {agreement.WithoutTies.Value * 100:0.0} % of {agreement.WithoutTies.N}, kappa {agreement.Kappa.Value:0.00} [{agreement.Kappa.Low:0.00}, {agreement.Kappa.High:0.00}]");
        }

        console.WriteLine($"{found.Asked} judgements: {found.Unmarked} without a mark, {found.Repaired} repaired, {found.Failed} without a reply, {found.Unreached} beyond the budget; {found.Unanswered} answers missing");
        console.WriteLine($"{found.Spending.Requests} replies bought, {found.Spending.Cached} kept ones used; {found.Spending.InputTokens:N0} + {found.Spending.OutputTokens:N0} tokens, cost {found.Spending.Cost:0.00}");
    }
}
