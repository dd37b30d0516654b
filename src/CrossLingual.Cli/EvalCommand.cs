using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Text;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling eval RECIPE.yaml | --task NAME --model DIR [--data FILE]</c>.</summary>
internal static class EvalCommand
{
    private const int LabDefault = 300;

    public static Command Create()
    {
        var recipe = new Argument<string?>("RECIPE.yaml") { Description = "The evaluation recipe.", Arity = ArgumentArity.ZeroOrOne };
        var task = new Option<string?>("--task") { Description = "Without a recipe: lab (the embedded test split) or alpaca (a file).", HelpName = "NAME" };
        var model = new Option<string?>("--model") { Description = "Model folder; 'lab' is the embedded one.", HelpName = "DIR" };
        var adapter = new Option<string?>("--adapter") { Description = "LoRA adapter folder (PEFT).", HelpName = "DIR" };
        var tokenizer = Options.Tokenizer();
        var data = new Option<string?>("--data") { Description = "For alpaca: a JSON or JSONL file.", HelpName = "FILE" };
        var language = new Option<string?>("--language") { Description = "Language; for the lab all six by default.", HelpName = "L" };
        var limit = new Option<int>("--limit") { Description = $"Most questions a language; the lab asks {LabDefault} by default." };
        var template = new Option<string?>("--template") { Description = "How prompts are framed.", HelpName = "NAME" };
        var output = Options.Out();
        var set = Options.Set();
        var json = Options.Json();
        var command = new Command("eval", "Ask a model and mark its answers.") { recipe, task, model, adapter, tokenizer, data, language, limit, template, output, set, json };
        command.SetAction((result, cancel) =>
        {
            var chosen = result.GetValue(recipe) is { } path
                ? EvalRecipe.Read(path, Options.Overrides(result.GetValue(set), result.GetValue(output)))
                : new EvalRecipe
                {
                    Model = result.GetValue(model) ?? throw new UserException("XL100", "Give a recipe, or --task and --model."),
                    Adapter = result.GetValue(adapter),
                    Tokenizer = result.GetValue(tokenizer),
                    Template = ChatTemplate.Named(result.GetValue(template) ?? (result.GetValue(task) == "lab" ? ChatTemplate.AlpacaShort : ChatTemplate.Alpaca).Name),
                    Data = Sources(result.GetValue(task), result.GetValue(data), result.GetValue(language), result.GetValue(limit)),
                    Output = result.GetValue(output) ?? Path.Combine("artifacts", "eval"),
                };
            var screen = new Screen(result.GetValue(json));
            var scored = screen.Progress("eval", report => Evaluator.Run(
                chosen,
                Options.CommandLine(result),
                new Told<double>(share => report(share, "")),
                cancel));
            screen.Result(scored.Scores, console => console.Write(TableOf(scored)));
            return Task.FromResult(0);
        });
        return command;
    }

    private static IReadOnlyList<DataSource> Sources(string? task, string? file, string? language, int limit) => task switch
    {
        "lab" => [.. (language is null ? Lab.AllLanguages : [Lab.CheckLanguage(language)]).Select(l =>
            new DataSource { Kind = "lab", Language = l, Split = LabSplit.Test, Count = limit > 0 ? limit : LabDefault })],
        "alpaca" => [new DataSource
        {
            Kind = "alpaca",
            Language = language ?? "en",
            Path = file ?? throw new UserException("XL100", "--task alpaca needs --data FILE."),
            Count = Math.Max(0, limit),
        }],
        _ => throw new UserException("XL500", $"'{task}' is not a task. Use one of: lab, alpaca."),
    };

    private static Table TableOf(EvalResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("language", "task")
            .AddColumn(new TableColumn("n").RightAligned()).AddColumn(new TableColumn("exact % (95 %)").RightAligned())
            .AddColumn(new TableColumn("F1 % (95 %)").RightAligned()).AddColumn(new TableColumn("ended %").RightAligned());
        foreach (var score in result.Scores)
        {
            var style = score.Task.Length == 0 ? "bold" : "default";
            string[] cells = [score.Language, score.Task.Length > 0 ? score.Task : "all", $"{score.Exact.N}", Percent(score.Exact), Percent(score.F1), $"{score.Ended.Value * 100:0.0}"];
            table.AddRow([.. cells.Select(c => $"[{style}]{Markup.Escape(c)}[/]")]);
        }

        return table;
    }

    private static string Percent(Score score) => $"{score.Value * 100:0.0} [{score.Low * 100:0.0}, {score.High * 100:0.0}]";
}
