using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling score perplexity --model DIR FILE…</c>.</summary>
internal static class ScorePerplexityCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Texts: JSONL, a record a document; any other file, a line a document.", Arity = ArgumentArity.OneOrMore };
        var model = Options.Model();
        var adapter = new Option<string?>("--adapter") { Description = "A LoRA adapter's folder.", HelpName = "DIR" };
        var tokenizer = Options.Tokenizer();
        var field = new Option<string>("--field") { Description = "For JSONL: the field with the text.", DefaultValueFactory = _ => "text", HelpName = "NAME" };
        var whole = new Option<bool>("--whole") { Description = "A file that is no JSONL is one document." };
        var window = new Option<int?>("--window") { Description = "Tokens of a window; by default the model's context, at most 1,024.", HelpName = "N" };
        var stride = new Option<int?>("--stride") { Description = "Tokens that each further window predicts; by default half a window.", HelpName = "N" };
        var batch = new Option<int>("--batch-size") { Description = "Windows computed together; changes nothing but speed.", DefaultValueFactory = _ => 8, HelpName = "N" };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("perplexity", "How surprised a model is by texts: per token, byte and word.") { files, model, adapter, tokenizer, field, whole, window, stride, batch, output, json };
        command.SetAction((result, cancel) =>
        {
            var screen = new Screen(result.GetValue(json));
            var paths = result.GetValue(files)!;
            var documents = paths.SelectMany(f => TextDocuments.Read(f, result.GetValue(field)!, result.GetValue(whole))).ToList();
            var folder = ModelFolder.Open(ModelFolder.PathOf(result.GetValue(model)!), result.GetValue(tokenizer));
            var length = result.GetValue(window) ?? Math.Min(1024, folder.Config.MaxPositions);
            var options = new PerplexityOptions { Window = length, Stride = result.GetValue(stride) ?? Math.Max(1, length / 2), BatchSize = result.GetValue(batch) };

            // In float32: in bfloat16 the third figure is noise.
            var compute = Compute.Choose(null, TorchSharp.torch.ScalarType.Float32);
            using var loaded = folder.Load(compute);
            using var lora = result.GetValue(adapter) is { } path ? AdapterFolder.Load(path, loaded) : null;
            loaded.Adapter = lora;
            var found = screen.Progress("texts", report => TextPerplexity.Measure(loaded, folder.Tokenizer, documents, options, new Told<double>(share => report(share, "")), cancel));
            if (result.GetValue(output) is { } run)
            {
                Keep(run, found, options, Options.CommandLine(result), result.GetValue(model)!, compute, paths);
            }

            screen.Result(Numbers(found, options), console => Print(console, found, options));
            return Task.FromResult(0);
        });
        return command;
    }

    private static object Numbers(TextPerplexity found, PerplexityOptions options) => new
    {
        token_perplexity = found.Scores.PerToken,
        byte_perplexity = found.Scores.PerByte,
        word_perplexity = found.Scores.PerWord,
        bits_per_byte = found.Scores.BitsPerByte,
        documents = found.Documents.Count,
        tokens = found.Documents.Sum(d => (long)d.Loss.Tokens),
        bytes = found.Documents.Sum(d => (long)d.Loss.Bytes),
        words = found.Documents.Sum(d => (long)d.Loss.Words),
        window = options.Window,
        stride = options.Stride,
    };

    private static void Keep(string path, TextPerplexity found, PerplexityOptions options, string command, string model, Compute compute, string[] files)
    {
        var run = new RunFolder(path);
        run.WriteManifest(new Manifest
        {
            Command = command,
            Seed = 0,
            Compute = compute.Name,
            Threads = TorchSharp.torch.get_num_threads(),
            Hashes = files.Distinct().ToDictionary(Manifest.NameOf, Manifest.HashFile),
        });
        run.WriteLines("documents.jsonl", found.Documents.Select(d => new { d.Id, d.Loss.NegativeLogLikelihood, d.Loss.Tokens, d.Loss.Bytes, d.Loss.Words }));
        run.WriteJson("results.json", Numbers(found, options));
        AtomicFile.WriteText(run["lm-eval.json"], found.ToHarness(string.Join('+', files.Select(f => Path.GetFileNameWithoutExtension(f))), model, options));
    }

    private static void Print(IAnsiConsole console, TextPerplexity found, PerplexityOptions options)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("measure").AddColumn(new TableColumn("units").RightAligned()).AddColumn(new TableColumn("value (95 % over documents)").RightAligned());
        Row("perplexity per token", found.Documents.Sum(d => (long)d.Loss.Tokens), found.Scores.PerToken);
        Row("perplexity per byte", found.Documents.Sum(d => (long)d.Loss.Bytes), found.Scores.PerByte);
        Row("perplexity per word", found.Documents.Sum(d => (long)d.Loss.Words), found.Scores.PerWord);
        Row("bits per byte", found.Documents.Sum(d => (long)d.Loss.Bytes), found.Scores.BitsPerByte);
        console.Write(table);
        console.WriteLine($"{found.Documents.Count} documents, windows of {options.Window} tokens, {options.Stride} apart");

        void Row(string name, long units, Score score) => table.AddRow(name, $"{units:N0}", Markup.Escape($"{score.Value:0.0000} [{score.Low:0.0000}, {score.High:0.0000}]"));
    }
}
