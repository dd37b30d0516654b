using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Methods;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling advise</c>: which path fits the data one has.</summary>
internal static class AdviseCommand
{
    private const double Gpu = 125e12;

    public static Command Create()
    {
        var language = new Option<string>("--language") { Description = "The target language, a BCP 47 tag.", Required = true, HelpName = "L" };
        var monolingual = Count("--monolingual", "Texts in the language.");
        var parallel = Count("--parallel", "Sentences with their English.");
        var instructions = Count("--instructions", "Instructions with answers in the language.");
        var model = new Option<string?>("--model") { Description = "The model: its size, and its tokenizer's fertility.", HelpName = "DIR" };
        var sample = new Option<string?>("--sample") { Description = "Parallel sentences to measure fertility on: a file of 'English<TAB>language' lines.", HelpName = "FILE" };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("advise", "Say which method fits the data one has, why, at what cost, and with which recipe.")
        {
            language, monolingual, parallel, instructions, model, sample, output, json,
        };
        command.SetAction(result =>
        {
            var tag = result.GetValue(language)!;
            var folder = result.GetValue(model) is { } path ? ModelFolder.Open(ModelFolder.PathOf(path)) : null;
            var fertility = folder is null ? null
                : result.GetValue(sample) is { } file ? Measured(folder.Tokenizer, ParallelReader.Columns(file, 1, 2))
                : Fertility.Of(folder.Tokenizer, tag);
            var resources = new Resources(tag, At(result.GetValue(monolingual)), At(result.GetValue(parallel)), At(result.GetValue(instructions)), fertility);
            var advice = Advisor.Weigh(folder is null ? resources : resources with { Parameters = folder.Config.ParameterCount() });
            if (result.GetValue(output) is { } into)
            {
                foreach (var (name, text) in advice.Recipes)
                {
                    AtomicFile.WriteText(Path.Combine(into, name), text);
                }
            }

            new Screen(result.GetValue(json)).Result(advice, console => Print(console, advice, result.GetValue(output)));
            return 0;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, Advice advice, string? written)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("path", "fits", "why").AddColumn(new TableColumn("tokens").RightAligned()).AddColumn(new TableColumn("GPU hours").RightAligned());
        foreach (var option in advice.Options)
        {
            var name = option == advice.Recommended ? $"[bold]{Name(option.Path)}[/]" : Name(option.Path);
            table.AddRow(name, option.Fits ? "yes" : "no", Markup.Escape(option.Reason), $"{option.Tokens:N0}", $"{option.Flops / Gpu / 3600:0.0}");
        }

        console.Write(table);
        console.WriteLine($"For {advice.Resources.Parameters:N0} weights{(advice.Resources.Fertility is { } f ? $" and a fertility of {f:0.00}" : "")}; GPU hours at {Gpu / 1e12:0} TFLOP/s, two fifths of an A100's bfloat16 peak.");
        foreach (var warning in advice.Warnings)
        {
            console.WriteLine($"Note: {warning}");
        }

        foreach (var (name, text) in advice.Recipes)
        {
            console.WriteLine();
            console.WriteLine(written is null ? $"# {name}" : $"written: {Path.Combine(written, name)}");
            if (written is null)
            {
                Console.Out.WriteLine(text);   // unwrapped, to be copied
            }
        }
    }

    private static double Measured(Tokenizer tokenizer, IReadOnlyList<ParallelPair> pairs) =>
        (double)pairs.Sum(p => tokenizer.Encode(p.Other).Length) / Math.Max(1, pairs.Sum(p => tokenizer.Encode(p.English).Length));

    private static string Name(AdaptationPath path) => path switch
    {
        AdaptationPath.XCit => "X-CIT",
        AdaptationPath.CrossAlpaca => "CrossAlpaca",
        AdaptationPath.Modular => "modular",
        _ => "gather data",
    };

    private static Option<long> Count(string name, string description) => new(name) { Description = description, HelpName = "N" };

    private static long At(long count) => count >= 0 ? count : throw new UserException("XL100", $"A count is {count}; it must be at least 0.");
}
