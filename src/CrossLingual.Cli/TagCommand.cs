using System.CommandLine;

namespace CrossLingual.Cli;

/// <summary><c>xling tag</c>: tag the words of code-switched text.</summary>
internal static class TagCommand
{
    public static Command Create() => new("tag", "Tag the words of code-switched text: parts of speech, or whatever the training file has.")
    {
        TagTrainCommand.Create(), TagRunCommand.Create(), TagEvalCommand.Create(), TagExperimentCommand.Create(),
    };
}
