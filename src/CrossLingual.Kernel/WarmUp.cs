using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace CrossLingual.Kernel;

/// <summary>
/// Loads the compiler before the first cell needs it. Nearly all of that time goes into code that runs for the first time,
/// and two processors can share it: a rehearsal compiles a cell on next to no references and runs it, while the real
/// references are read. Nothing is left behind.
/// </summary>
internal static class WarmUp
{
    // A cell that has to be compiled; a plain value would be read.
    private const string Cell = "System.Math.Max(1, 2)";

    /// <summary>Reads what cells see around them. The rehearsal may go on for a while: a cell that comes now follows in its steps.</summary>
    /// <param name="chain">The session's chain of cells.</param>
    public static void Run(SubmissionChain chain)
    {
        var rehearsal = new SubmissionChain(AppContext.BaseDirectory, ScriptSurroundings.Least);

        // The compiler binds references under one lock: the few come first.
        var cell = rehearsal.Compile(Cell, "");
        _ = Task.Run(async () => MimeBundle.Of(await rehearsal.RunAsync(cell, new CellGlobals(), out _, CancellationToken.None)));

        // The tables of an assembly, which the rehearsal comes to last.
        new MetadataRootBuilder(new MetadataBuilder()).Serialize(new BlobBuilder(), 0, 0);
        chain.Compile(Cell, "").GetDiagnostics();
    }
}
