namespace CrossLingual.Kernel;

/// <summary>A property threw that a cell was looking at; no code of the cell stands in the stack to say where.</summary>
/// <param name="line">The cell's line, counted from 1.</param>
/// <param name="thrown">What it threw.</param>
internal sealed class PlainValueException(int line, Exception thrown) : Exception(thrown.Message, thrown)
{
    /// <summary>The cell's line, counted from 1.</summary>
    public int Line { get; } = line;
}
