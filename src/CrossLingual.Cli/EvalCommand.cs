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
        var task = new Option<string?>("--task") { Description = "Without a recipe: lab (the embedded test split), alpaca, mgsm, xquad or mlqa (a file).", HelpName = "NAME" };
        var model = new Option<string?>("--model") { Description = "Model folder; 'lab' is the embedded one.", HelpName = "DIR" };
        var adapter = new Option<string?>("--adapter") { Description = "LoRA adapter folder (PEFT).", HelpName = "DIR" };
        var tokenizer = Options.Tokenizer();
        var data = new Option<string?>("--data") { Description = "For all but lab: the file.", HelpName = "FILE" };
        var language = new Option<string?>("--language") { Description = "Language; for the lab all six by default.", HelpName = "L" };
        var limit = new Option<int>("--limit") { Description = $"Most questions a language; the lab asks {LabDefault} by default." };
        var template = new Option<string?>("--template") { Description = "How prompts are framed.", HelpName = "NAME" };
        var mode = new Option<string>("--mode") { Description = "For mgsm: direct, english-cot or native-cot.", DefaultValueFactory = _ => "direct" };
        mode.AcceptOnlyFromAmong("direct", "english-cot", "native-cot");
        var twoTurn = new Option<bool>("--two-turn") { Description = "Ask as X-CIT's chats do: think in English first; for lab and alpaca." };
        var tokens = new Option<int?>("--max-new-tokens") { Description = "Most tokens of an answer." };
        var shard = new Option<string?>("--shard") { Description = "Tests from files: answer a part, as 2/4; all parts share one folder.", HelpName = "K/N" };
        var resume = new Option<bool>("--resume") { Description = "Tests from files: keep the answers that are there." };
        var output = Options.Out();
        var set = Options.Set();
        var json = Options.Json();
        var command = new Command("eval", "Ask a model and mark its answers.") { recipe, task, model, adapter, tokenizer, data, language, limit, template, mode, twoTurn, tokens, shard, resume, output, set, json };
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
                    Data = IsFromFile(result.GetValue(task)) ? [] : Sources(result.GetValue(task), result.GetValue(data), result.GetValue(language), result.GetValue(limit)),
                    Tasks = IsFromFile(result.GetValue(task)) ? [FromFile(result.GetValue(task)!, result.GetValue(data), result.GetValue(language), result.GetValue(mode)!, result.GetValue(limit))] : [],
                    Output = result.GetValue(output) ?? Path.Combine("artifacts", "eval"),
                };
            chosen = result.GetValue(tokens) is { } most
                ? chosen with { MaxNewTokens = most > 0 ? most : throw new UserException("XL100", "--max-new-tokens takes a number from 1.") }
                : chosen;
            chosen = result.GetValue(twoTurn) ? chosen with { TwoTurn = true } : chosen;
            var screen = new Screen(result.GetValue(json));
            if (chosen.Tasks.Count > 0)
            {
                var done = screen.Progress("eval", report => TaskEvaluator.Run(
                    chosen,
                    Options.CommandLine(result),
                    result.GetValue(shard) is { } part ? Shard.Parse(part) : Shard.Whole,
                    result.GetValue(resume),
                    new Told<double>(share => report(share, "")),
                    cancel));
                Show(screen, done);
                return Task.FromResult(0);
            }

            var scored = screen.Progress("eval", report => Evaluator.Run(
                chosen,
                Options.CommandLine(result),
                new Told<double>(share => report(share, "")),
                cancel));
            Show(screen, new TaskRun(scored, 0, []));
            return Task.FromResult(0);
        });
        return command;
    }

    private static bool IsFromFile(string? task) => EvalTask.Named.Contains(task);

    private static EvalTask FromFile(string task, string? file, string? language, string mode, int limit) => EvalTask.Of(
        task,
        file ?? throw new UserException("XL100", $"--task {task} needs --data FILE."),
        language ?? (task == "mlqa" ? MlqaName.Of(file)?.Context : null) ?? throw new UserException("XL100", $"--task {task} needs --language."),
        Enum.Parse<MgsmMode>(mode.Replace("-", "", StringComparison.Ordinal), ignoreCase: true)) with
    { Limit = Math.Max(0, limit) };

    private static void Show(Screen screen, TaskRun run)
    {
        if (run.Kept > 0)
        {
            screen.Note($"{run.Kept} answers were there already.");
        }

        if (run.Result is not { } scored)
        {
            var missing = run.Missing.Select(s => $"{s.Number}/{s.Of}").ToList();
            screen.Result(new { missing }, console => console.WriteLine($"This part is answered; the marks come with the parts {string.Join(", ", missing)}."));
            return;
        }

        screen.Result(scored.Scores, console => console.Write(TableOf(scored)));
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
        _ => throw new UserException("XL500", $"'{task}' is not a task. Use one of: lab, alpaca, {string.Join(", ", EvalTask.Named)}."),
    };

    private static Table TableOf(EvalResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("language", "task")
            .AddColumn(new TableColumn("n").RightAligned()).AddColumn(new TableColumn("exact % (95 %)").RightAligned())
            .AddColumn(new TableColumn("F1 % (95 %)").RightAligned()).AddColumn(new TableColumn("ended %").RightAligned());
        var extracted = result.Scores.Any(s => s.Extracted is not null);
        if (extracted)
        {
            table.AddColumn(new TableColumn("number found %").RightAligned());
        }

        foreach (var score in result.Scores)
        {
            var style = score.Task.Length == 0 ? "bold" : "default";
            List<string> cells = [score.Language, score.Task.Length > 0 ? score.Task : "all", $"{score.Exact.N}", Percent(score.Exact), Percent(score.F1), $"{score.Ended.Value * 100:0.0}"];
            if (extracted)
            {
                cells.Add(score.Extracted is { } found ? Percent(found) : "");
            }

            table.AddRow([.. cells.Select(c => $"[{style}]{Markup.Escape(c)}[/]")]);
        }

        return table;
    }

    private static string Percent(Score score) => $"{score.Value * 100:0.0} [{score.Low * 100:0.0}, {score.High * 100:0.0}]";
}
