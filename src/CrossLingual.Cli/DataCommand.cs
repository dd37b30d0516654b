using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Text;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling data preview|stats|tokenizer|mask-code|pair-code</c>.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Look at data as a model sees it.") { Preview(), Stats(), LearnTokenizer(), DataCodeCommand.Mask(), DataCodeCommand.Pair() };

    private static Command Preview()
    {
        var file = new Argument<string>("FILE") { Description = "Alpaca JSON or JSONL; 'lab' shows the embedded lab." };
        var language = Language();
        var model = new Option<string>("--model") { Description = "Whose tokenizer cuts the text.", DefaultValueFactory = _ => "lab", HelpName = "DIR" };
        var template = Options.Template();
        template.DefaultValueFactory = _ => ChatTemplate.Alpaca.Name;
        var limit = new Option<int>("--limit") { Description = "Examples to show.", DefaultValueFactory = _ => 5 };
        var json = Options.Json();
        var command = new Command("preview", "Show examples as tokens, coloured by whether they are learned.") { file, language, model, template, limit, json };
        command.SetAction(result =>
        {
            var tokenizer = Tokenizer.Load(ModelFolder.PathOf(result.GetValue(model)!));
            var frame = ChatTemplate.Named(result.GetValue(template)!);
            var encoded = Read(result.GetValue(file)!, result.GetValue(language)!).Take(Math.Max(1, result.GetValue(limit)))
                .Select(e => TokenizedExample.Encode(Conversation.Of(e), frame, tokenizer, int.MaxValue)).ToList();
            new Screen(result.GetValue(json)).Result(
                encoded.Select(e => new { e.Id, e.Ids, pieces = e.Ids.Select(tokenizer.PieceOf), e.Learned }),
                console =>
                {
                    console.MarkupLine("[grey]read only[/]  [black on green]learned[/]");
                    foreach (var example in encoded)
                    {
                        console.MarkupLine($"\n[bold]{Markup.Escape(example.Id)}[/]  {example.Ids.Length} tokens, {example.LearnedCount} learned");
                        console.MarkupLine(string.Concat(example.Ids.Select((id, i) => Piece(tokenizer.PieceOf(id), example.Learned[i]))));
                    }
                });
            return 0;
        });
        return command;
    }

    private static Command Stats()
    {
        var file = new Argument<string>("FILE") { Description = "Alpaca JSON or JSONL; 'lab' for the embedded lab." };
        var language = Language();
        var model = new Option<string>("--model") { Description = "Whose tokenizer counts.", DefaultValueFactory = _ => "lab", HelpName = "DIR" };
        var json = Options.Json();
        var command = new Command("stats", "Count examples, tokens and characters.") { file, language, model, json };
        command.SetAction(result =>
        {
            var tokenizer = Tokenizer.Load(ModelFolder.PathOf(result.GetValue(model)!));
            var groups = Read(result.GetValue(file)!, result.GetValue(language)!).GroupBy(e => e.Task).Select(g =>
            {
                var texts = g.Select(e => $"{e.Instruction}\n{e.Input}\n{e.Output}").ToList();
                var tokens = texts.Sum(t => (long)tokenizer.Encode(t).Length);
                return new { task = g.Key, examples = texts.Count, tokens, charactersPerToken = texts.Sum(t => (long)t.Length) / (double)Math.Max(1, tokens) };
            }).ToList();
            new Screen(result.GetValue(json)).Result(groups, console =>
            {
                var table = new Table().Border(TableBorder.Rounded).AddColumns("task", "examples", "tokens", "characters a token");
                groups.ForEach(g => table.AddRow(g.task.Length > 0 ? g.task : "all", $"{g.examples:N0}", $"{g.tokens:N0}", $"{g.charactersPerToken:0.00}"));
                console.Write(table);
            });
            return 0;
        });
        return command;
    }

    private static Command LearnTokenizer()
    {
        var recipe = new Argument<string>("RECIPE.yaml") { Description = "vocab_size, whole_pieces, data, output." };
        var set = Options.Set();
        var json = Options.Json();
        var command = new Command("tokenizer", "Learn a SentencePiece vocabulary.") { recipe, set, json };
        command.SetAction(result =>
        {
            var read = TokenizerRecipe.Read(result.GetValue(recipe)!, result.GetValue(set));
            var model = read.Build();
            new Screen(result.GetValue(json)).Result(
                new { pieces = model.Pieces.Count, file = read.Output },
                console => console.WriteLine($"{model.Pieces.Count:N0} pieces in {read.Output}"));
            return 0;
        });
        return command;
    }

    private static Option<string> Language() => new("--language") { Description = "Language of the data.", DefaultValueFactory = _ => "en", HelpName = "L" };

    private static IEnumerable<Example> Read(string file, string language) => file == "lab"
        ? Lab.Load().Examples(language, LabSplit.Train, 600)
        : AlpacaReader.Read(file, language);

    private static string Piece(string piece, bool learned)
    {
        var text = Markup.Escape(piece.Replace('\u2581', ' '));
        return learned ? $"[black on green]{text}[/]" : $"[grey]{text}[/]";
    }
}
