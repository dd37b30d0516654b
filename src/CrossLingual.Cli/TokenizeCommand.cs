using System.CommandLine;
using CrossLingual.Models;
using CrossLingual.Text;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling tokenize --model DIR TEXT</c>.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        var model = Options.Model();
        model.Description = "Model folder or tokenizer file; 'lab' is the embedded model.";
        var text = new Argument<string?>("TEXT") { Description = "The text.", Arity = ArgumentArity.ZeroOrOne };
        var decode = new Option<int[]>("--decode") { Description = "Ids to turn into text.", AllowMultipleArgumentsPerToken = true, HelpName = "IDS" };
        var json = Options.Json();
        var command = new Command("tokenize", "Show the pieces of a text, or the text of ids.") { model, text, decode, json };
        command.SetAction(result =>
        {
            var screen = new Screen(result.GetValue(json));
            var tokenizer = Tokenizer.Load(ModelFolder.PathOf(result.GetValue(model)!));
            if (result.GetValue(decode) is { Length: > 0 } ids)
            {
                var strange = ids.FirstOrDefault(id => id < 0 || id >= tokenizer.VocabularySize, -1);
                if (strange != -1 || ids.Contains(-1))
                {
                    throw new UserException("XL214", $"Id {strange} is outside the vocabulary: ids go from 0 to {tokenizer.VocabularySize - 1}.");
                }

                var decoded = tokenizer.Decode(ids);
                screen.Result(new { ids, text = decoded }, console => console.WriteLine(decoded));
                return 0;
            }

            var given = result.GetValue(text) ?? throw new UserException("XL100", "Give a text, or ids after --decode.");
            var encoded = tokenizer.Encode(given);
            var pieces = encoded.Select(tokenizer.PieceOf).ToList();
            screen.Result(new { ids = encoded, pieces }, console =>
            {
                console.MarkupLine(string.Join(' ', pieces.Select((p, i) => $"[{(i % 2 == 0 ? "deepskyblue1" : "gold1")}]{Markup.Escape(p)}[/]")));
                console.WriteLine(string.Join(' ', encoded));
                console.WriteLine($"{encoded.Length} tokens, {given.Length / (double)Math.Max(1, encoded.Length):0.00} characters a token");
            });
            return 0;
        });
        return command;
    }
}
