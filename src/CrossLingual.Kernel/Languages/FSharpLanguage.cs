using System.Text;
using System.Text.RegularExpressions;
using CrossLingual.Kernel.Packages;
using CrossLingual.Reporting;
using FSharp.Compiler.Diagnostics;
using FSharp.Compiler.Interactive;
using Microsoft.FSharp.Core;

namespace CrossLingual.Kernel.Languages;

/// <summary>
/// F#, by its own interactive session in this process. The library's namespaces are open, <c>display</c> shows a value,
/// <c>cell.progress</c> a bar, and <c>cell.Cancel</c> is the running cell's token.
/// </summary>
/// <param name="globals">What cells can call.</param>
/// <param name="packages">The session's packages.</param>
internal sealed partial class FSharpLanguage(CellGlobals globals, CellPackages packages) : ICellLanguage
{
    private const string Globals = "cell";

    private readonly StringBuilder said = new();
    private Shell.FsiEvaluationSession? session;

    /// <inheritdoc/>
    public string Name => CellLanguages.FSharp;

    /// <inheritdoc/>
    public IReadOnlyList<CellVariable> Variables => session is null ? [] :
        [.. session.GetBoundValues().Where(v => v.Name is not Globals and not "it" and not "display").Select(v => new CellVariable(v.Name, v.Value.ReflectionType, v.Value.ReflectionValue))];

    /// <inheritdoc/>
    public async Task<CellEnd> RunAsync(CellPart part, string name, CancellationToken cancel)
    {
        var code = await WithPackagesAsync(part.Code, cancel);
        session ??= Start();
        var (outcome, diagnostics) = session.EvalInteractionNonThrowing(code, name, FSharpOption<CancellationToken>.Some(cancel));
        said.Clear();
        if (diagnostics.Where(d => d.Severity.IsError).ToList() is { Count: > 0 } errors)
        {
            return new CellEnd(null, Said(errors, name));
        }

        return outcome switch
        {
            FSharpChoice<FSharpOption<Shell.FsiValue>, Exception>.Choice2Of2 thrown => new CellEnd(null, CellErrors.OfException(thrown.Item, name)),
            FSharpChoice<FSharpOption<Shell.FsiValue>, Exception>.Choice1Of2 { Item.Value: { ReflectionValue: not (null or Unit or DisplayedValue or ProgressBar) and var value } } => new CellEnd(MimeBundle.Of(value), null),
            _ => default,
        };
    }

    /// <inheritdoc/>
    public bool TryGet(string name, out object? value)
    {
        var found = session?.TryFindBoundValue(name);
        value = found?.Value.Value.ReflectionValue;
        return found is not null;
    }

    /// <inheritdoc/>
    public Task SetAsync(string name, object? value, CancellationToken cancel)
    {
        session ??= Start();
        try
        {
            if (value is not null && TypeName.InFSharp(value.GetType()) is null)
            {
                // A type of F#'s own cells.
                session.AddBoundValue(name, value);
                return Task.CompletedTask;
            }

            var type = value is null ? "obj" : TypeName.InFSharp(value.GetType());
            globals.Shared = value;
            session.EvalInteraction($"let ``{name}`` = {Globals}.Shared :?> {type}", FSharpOption<CancellationToken>.Some(cancel));
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            said.Clear();

            // Types that a C# cell made lie in no file, and F# names values after its own rules.
            throw new UserException("XL743", $"'{name}' cannot be a value of F#: {e.Message.Split('\n')[0]} Share numbers, texts, lists of these and the library's own things, under a name of F#: --as NAME.", e);
        }
        finally
        {
            globals.Shared = null;
        }
    }

    private static CellError Said(IReadOnlyList<FSharpDiagnostic> errors, string name)
    {
        var lines = errors.Select(d => $"{name}, line {d.StartLine}, column {d.StartColumn + 1}: {d.ErrorNumberText} {d.Message.ReplaceLineEndings(" ")}").ToList();
        return new CellError(errors[0].ErrorNumberText, lines[0], errors[0].StartLine, lines);
    }

    // The compiler knows files alone; all of them stand in the first such line, so that lines keep their numbers.
    private async Task<string> WithPackagesAsync(string code, CancellationToken cancel)
    {
        var lines = Package().Matches(code);
        if (lines.Count == 0)
        {
            return code;
        }

        var wanted = lines.Select(line => PackageName.Parse(line.Groups[1].Value, code.AsSpan(0, line.Index).Count('\n') + 1)).ToList();
        var found = (await packages.AddAsync(wanted, Console.WriteLine, cancel)).Select(r => Libraries.PathOf(Path.GetFileNameWithoutExtension(r.Display!)) ?? r.Display);
        var all = string.Join(' ', found.Select(path => $"@\"{path}\""));
        return Package().Replace(code, line => line.Index == lines[0].Index && all.Length > 0 ? $"#r {all}" : "");
    }

    private Shell.FsiEvaluationSession Start()
    {
        string[] arguments =
        [
            "fsi", "--noninteractive", "--nologo", "--gui-", "--readline-", "--targetprofile:netcore", "--optimize+",
            .. ScriptSurroundings.OwnPaths.Select(path => $"-r:{path}"),
        ];
        var writer = new StringWriter(said);
        var started = Shell.FsiEvaluationSession.Create(
            Shell.FsiEvaluationSession.GetDefaultConfiguration(),
            arguments,
            new StringReader(""),
            writer,
            writer,
            collectible: null,
            legacyReferenceResolver: null);
        started.AddBoundValue(Globals, globals);
        started.EvalInteraction(
            $"let display value = {Globals}.display(box value)\n{string.Join('\n', ScriptSurroundings.Usings.Select(space => $"open {space}"))}",
            FSharpOption<CancellationToken>.None);
        return started;
    }

    [GeneratedRegex("""^[ \t]*#r[ \t]+"nuget:([^"\n]*)".*$""", RegexOptions.Multiline)]
    private static partial Regex Package();
}
