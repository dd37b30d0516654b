using System.Text.Json.Nodes;

namespace CrossLingual.Kernel;

/// <summary>Something that a running cell shows.</summary>
public abstract record CellOutput;

/// <summary>Text written to the console.</summary>
/// <param name="Name"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">What was written; any number of lines or a part of one.</param>
public sealed record StreamOutput(string Name, string Text) : CellOutput;

/// <summary>A value shown by <c>display</c>.</summary>
/// <param name="Data">The value in each form, by MIME type.</param>
/// <param name="Id">What later updates call it.</param>
/// <param name="Updates">Whether it takes the place of what was shown under this id.</param>
public sealed record DisplayOutput(JsonObject Data, string Id, bool Updates = false) : CellOutput;

/// <summary>What the cell has shown so far goes away.</summary>
/// <param name="Wait">Whether it stays until the next output comes.</param>
public sealed record ClearOutput(bool Wait) : CellOutput;

/// <summary>Why a cell failed.</summary>
/// <param name="Name">Kind of error: an exception's type, a compiler's code or this project's id.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Line">Line of the cell, counted from 1; null when unknown.</param>
/// <param name="Trace">The whole story, a line each.</param>
public sealed record CellError(string Name, string Message, int? Line, IReadOnlyList<string> Trace);

/// <summary>How a cell ended.</summary>
/// <param name="Value">The last expression's value in each form, by MIME type; null when there is none.</param>
/// <param name="Error">Why it failed, or null.</param>
/// <param name="Interrupted">Whether it was stopped from outside.</param>
/// <param name="Elapsed">How long it ran.</param>
public sealed record CellResult(JsonObject? Value, CellError? Error, bool Interrupted, TimeSpan Elapsed);
