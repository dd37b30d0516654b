using System.Diagnostics;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace CrossLingual.Kernel;

/// <summary>Says errors of cells in the reader's terms: the cell and its own line, without the machinery.</summary>
internal static class CellErrors
{
    /// <summary>What the compiler refused.</summary>
    public static CellError OfCompiler(IReadOnlyList<Diagnostic> problems, string name)
    {
        var lines = problems.Select(problem =>
        {
            var place = problem.Location.GetLineSpan();
            var where = problem.Location.IsInSource
                ? $"{(place.Path.Length == 0 ? name : place.Path)}, line {place.StartLinePosition.Line + 1}, column {place.StartLinePosition.Character + 1}"
                : name;
            return $"{where}: {problem.Id} {problem.GetMessage()}";
        }).ToList();
        var first = problems[0].Location;
        int? line = first.IsInSource ? first.GetLineSpan().StartLinePosition.Line + 1 : null;
        return new CellError(problems[0].Id, lines[0], line, lines);
    }

    /// <summary>What a cell threw.</summary>
    public static CellError OfException(Exception thrown, string name)
    {
        var plain = (thrown as PlainValueException)?.Line;
        thrown = plain is null ? thrown : thrown.InnerException!;
        var (kind, message) = thrown switch
        {
            UserException user => (user.Id, user.Message),
            OperationCanceledException => ("Interrupted", "The cell was interrupted."),
            _ => (thrown.GetType().Name, $"{thrown.GetType().Name}: {thrown.Message}"),
        };
        var frames = new StackTrace(thrown, fNeedFileInfo: true).GetFrames();
        var line = plain ?? frames.Where(frame => IsOfCell(frame) && NameOf(frame) == name).Select(frame => (int?)frame.GetFileLineNumber()).FirstOrDefault();
        List<string> trace = [line is null ? $"{name}: {message}" : $"{name}, line {line}: {message}"];
        if (thrown is not UserException and not OperationCanceledException)
        {
            trace.AddRange((plain is null ? frames.Take(Array.FindLastIndex(frames, IsOfCell) + 1) : frames.TakeWhile(IsOfProperty)).Select(frame => "   at " + Say(frame)));
            if (plain is not null)
            {
                trace.Add($"   at {name}, line {plain}");
            }

            for (var inner = thrown.InnerException; inner is not null; inner = inner.InnerException)
            {
                trace.Add($"   because of {inner.GetType().Name}: {inner.Message}");
            }
        }

        return new CellError(kind, trace[0], line, trace);
    }

    /// <summary>Cells are compiled in memory: their assemblies lie nowhere, their files are cell names.</summary>
    private static bool IsOfCell(StackFrame frame) =>
        frame.GetFileName() is not null && frame.GetMethod()?.Module.Assembly is { IsDynamic: false, Location: "" };

    /// <summary>What a property that a cell looks at calls, before the machinery that calls the property.</summary>
    private static bool IsOfProperty(StackFrame frame) =>
        frame.GetMethod()?.DeclaringType is { } type && type != typeof(RuntimeMethodHandle) && type.Namespace != "System.Reflection" && type.Assembly != typeof(CellErrors).Assembly;

    /// <summary>The compiler puts the working folder before a cell's name.</summary>
    private static string? NameOf(StackFrame frame) => Path.GetFileName(frame.GetFileName());

    private static string Say(StackFrame frame)
    {
        if (IsOfCell(frame))
        {
            return $"{NameOf(frame)}, line {frame.GetFileLineNumber()}";
        }

        MethodBase? method = frame.GetMethod();
        return method is null ? "?" : $"{method.DeclaringType?.FullName}.{method.Name}";
    }
}
