using System.CommandLine;

namespace CrossLingual.Cli;

/// <summary><c>xling score qa|text|code</c>: marks for answers that any program wrote.</summary>
internal static class ScoreCommand
{
    public static Command Create() => new("score", "Mark answers that are in files already.") { ScoreQaCommand.Create() };
}
