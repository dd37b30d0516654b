using System.CommandLine;

namespace CrossLingual.Cli;

/// <summary><c>xling score qa|text|code|perplexity</c>: marks for answers that any program wrote, and a model's surprise at texts.</summary>
internal static class ScoreCommand
{
    public static Command Create() => new("score", "Mark answers that are in files already, or texts by a model's surprise.") { ScoreQaCommand.Create(), ScoreTextCommand.Create(), ScoreCodeCommand.Create(), ScorePerplexityCommand.Create() };
}
