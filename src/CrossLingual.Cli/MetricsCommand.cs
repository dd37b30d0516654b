using System.CommandLine;

namespace CrossLingual.Cli;

/// <summary><c>xling metrics codeswitch</c>: measures of a corpus.</summary>
internal static class MetricsCommand
{
    public static Command Create() => new("metrics", "Measure a corpus.") { CodeSwitchCommand.Create() };
}
