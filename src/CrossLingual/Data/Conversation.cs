using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>What a model is trained on: turns, of which the assistant's carry the loss.</summary>
public sealed record Conversation
{
    /// <summary>Identity within its source.</summary>
    public required string Id { get; init; }

    /// <summary>BCP 47 tag of the text; empty when unknown.</summary>
    public string Language { get; init; } = "";

    /// <summary>Kind of work; empty when unknown.</summary>
    public string Task { get; init; } = "";

    /// <summary>The turns in order.</summary>
    public required IReadOnlyList<Turn> Turns { get; init; }

    /// <summary>Instruction and answer as two turns.</summary>
    public static Conversation Of(Example example) => new()
    {
        Id = example.Id,
        Language = example.Language,
        Task = example.Task,
        Turns = [new Turn(Role.User, example.Instruction, example.Input), new Turn(Role.Assistant, example.Output)],
    };

    /// <summary>Plain text, all of it learned.</summary>
    public static Conversation OfText(string id, string language, string text) => new()
    {
        Id = id,
        Language = language,
        Task = "text",
        Turns = [new Turn(Role.Assistant, text)],
    };
}
