namespace CrossLingual.Data;

/// <summary>
/// One instruction with its answer in one language: the record that every reader yields and every method builds on.
/// The shape is Stanford Alpaca's (instruction, optional input, output), with what cross-lingual work needs beside it.
/// </summary>
public sealed record Example
{
    /// <summary>Identity shared by all translations of the example; unique within a language of a data set.</summary>
    public required string Id { get; init; }

    /// <summary>BCP 47 language tag of the text, for instance <c>en</c>, <c>vi</c>, <c>sw</c>.</summary>
    public required string Language { get; init; }

    /// <summary>What the user asks for.</summary>
    public required string Instruction { get; init; }

    /// <summary>Material to work on; empty when the instruction stands alone.</summary>
    public string Input { get; init; } = "";

    /// <summary>The reference answer.</summary>
    public required string Output { get; init; }

    /// <summary>Kind of work, for instance <c>math</c>, <c>qa</c>, <c>facts</c>; empty when unknown.</summary>
    public string Task { get; init; } = "";

    /// <summary>Graded difficulty from 1 (easiest); 0 when the data set does not grade.</summary>
    public int Difficulty { get; init; }

    /// <summary>For extractive question answering: the passage in which every answer stands.</summary>
    public string? Context { get; init; }

    /// <summary>For extractive question answering: the accepted answers with their offsets in <see cref="Context"/>.</summary>
    public IReadOnlyList<AnswerSpan> Answers { get; init; } = [];
}

/// <summary>An answer and where it starts.</summary>
/// <param name="Text">The answer, verbatim from the passage.</param>
/// <param name="Start">Offset of its first character (UTF-16 code unit) in the passage.</param>
public sealed record AnswerSpan(string Text, int Start);
