using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;

namespace CrossLingual.Cli;

/// <summary><c>xling tag run FILE --model DIR [--to FILE]</c>.</summary>
internal static class TagRunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A .conllu, a .tsv of word and language, or a text with a sentence a line." };
        var model = new Option<string>("--model") { Description = "Folder of a tagger.", Required = true, HelpName = "DIR" };
        var to = new Option<string?>("--to") { Description = "Where to; standard output by default.", HelpName = "FILE" };
        var json = Options.Json();
        var command = new Command("run", "Tag the words of a file.") { file, model, to, json };
        command.SetAction((result, cancel) =>
        {
            var read = TagFile.Read(result.GetValue(file)!);
            using var tagger = TokenClassifierFolder.Load(result.GetValue(model)!, Compute.Default);
            IReadOnlyList<IReadOnlyList<string>> tags = [.. tagger.Tag(read.Sentences, cancel: cancel).Select(s => s.Select(t => tagger.Tags[t]).ToList())];
            var screen = new Screen(result.GetValue(json));
            if (result.GetValue(to) is { } path)
            {
                AtomicFile.WriteText(path, read.With(tags));
                screen.Note($"{tags.Count} sentences are in {path}.");
            }

            if (screen.Json || result.GetValue(to) is null)
            {
                screen.Result(new { sentences = read.Sentences.Zip(tags, (words, own) => new { words, tags = own }) }, _ => Console.Out.Write(read.With(tags)));
            }

            return Task.FromResult(0);
        });
        return command;
    }
}
