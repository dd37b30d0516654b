using System.CommandLine;
using CrossLingual.Metrics;

namespace CrossLingual.Cli;

/// <summary>Options that several commands share.</summary>
internal static class Options
{
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on standard output." };

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Change a value of the recipe, as in training.steps=100. May be given more than once.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "key=value",
    };

    public static Option<string?> Out() => new("--out") { Description = "Folder of the run.", HelpName = "DIR" };

    public static Option<string> Model() => new("--model") { Description = "Model folder; 'lab' is the embedded one.", Required = true, HelpName = "DIR" };

    public static Option<string?> Tokenizer() => new("--tokenizer") { Description = "Tokenizer file, for model folders without one.", HelpName = "FILE" };

    public static Option<string> Template() => new("--template")
    {
        Description = "How prompts are framed: alpaca, alpaca-short or plain.",
        DefaultValueFactory = _ => "plain",
        HelpName = "NAME",
    };

    /// <summary>The command line as it was typed, for manifests.</summary>
    public static string CommandLine(ParseResult result) => string.Join(' ', result.Tokens.Select(t => t.Value).Prepend("xling"));

    /// <summary>A score that is in percent already, with its interval.</summary>
    public static string Percent(Score score) => Spectre.Console.Markup.Escape($"{score.Value:0.0} [{score.Low:0.0}, {score.High:0.0}]");

    /// <summary>The different words of a list with commas.</summary>
    public static IReadOnlyList<string> Words(string list) => [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];

    /// <summary>The overrides with the output folder among them.</summary>
    public static IReadOnlyList<string> Overrides(string[]? set, string? output) =>
        output is null ? set ?? [] : [.. set ?? [], $"output={output}"];
}
