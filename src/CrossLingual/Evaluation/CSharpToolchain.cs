using System.Text.RegularExpressions;
using CrossLingual.Data;

namespace CrossLingual.Evaluation;

/// <summary>
/// C# by Roslyn, the compiler of the .NET SDK that this process runs from, and that SDK's runtime; both in processes of their own. The
/// program is prompt, completion and tests; their <c>Main</c> is called by another one, so that an exit before its end is seen.
/// </summary>
/// <param name="limits">What a program may use; null for the usual.</param>
public sealed partial class CSharpToolchain(SandboxLimits? limits = null) : Toolchain(limits ?? SandboxLimits.Managed)
{
    private static readonly Lazy<Sdk?> Found = new(Look);

    // No socket and no file for debuggers, no memory mapped twice as a file of 2 GiB, no waste on many cores.
    private static readonly Dictionary<string, string> Quiet = new()
    {
        ["DOTNET_EnableDiagnostics"] = "0",
        ["DOTNET_EnableWriteXorExecute"] = "0",
        ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1",
        ["DOTNET_GCHeapHardLimit"] = "0x20000000",
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_TieredPGO"] = "0",
    };

    /// <inheritdoc/>
    public override string Missing => Found.Value is null ? "There is no .NET SDK beside the runtime of this process, which has the C# compiler." : "";

    /// <inheritdoc/>
    protected override async Task<ProgramResult?> Compile(Sandbox sandbox, string folder, CodeProblem problem, string completion, string word, CancellationToken cancel)
    {
        var sdk = Found.Value!;
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), $"{problem.Prompt}{completion}\n{problem.Test}\n", cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "XlingTests.cs"), DeepComparison.Source.Replace("WORD", word, StringComparison.Ordinal), cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "program.runtimeconfig.json"), $$"""{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "{{sdk.Version}}" } } }""", cancel);
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "program.rsp"),
            [.. sdk.References.Select(r => $"-r:\"{r}\""), "-nologo", "-noconfig", "-nostdlib", "-warn:0", "-langversion:latest", "-main:XlingTests", $"-out:\"{Path.Combine(folder, "program.dll")}\"", $"\"{Path.Combine(folder, "Program.cs")}\"", $"\"{Path.Combine(folder, "XlingTests.cs")}\""],
            cancel);
        var compiled = await sandbox.RunAsync(
            folder, [sdk.Host, "exec", sdk.Compiler, "-noconfig", $"@{Path.Combine(folder, "program.rsp")}"],
            Limits with { CpuSeconds = 40, Wall = TimeSpan.FromSeconds(160) }, writes: true, [sdk.Home], Quiet, cancel);
        if (compiled is { End: SandboxEnd.Exited, ExitCode: 0 })
        {
            return null;
        }

        var error = Error().Match(compiled.Output + compiled.Errors);
        return Refused(compiled, error.Success ? error.Value : LastLine(compiled.Output + compiled.Errors), error.Success && IsSyntax(error.Groups[1].Value));
    }

    /// <inheritdoc/>
    protected override Task<SandboxResult> Run(Sandbox sandbox, string folder, CancellationToken cancel) =>
        sandbox.RunAsync(folder, [Found.Value!.Host, "exec", Path.Combine(folder, "program.dll")], Limits, needs: [Found.Value.Home], environment: Quiet, cancel: cancel);

    /// <inheritdoc/>
    protected override ProgramOutcome Classify(SandboxResult ran) =>
        ran.Errors.Contains("OutOfMemoryException", StringComparison.Ordinal) || ran.Errors.StartsWith("Out of memory", StringComparison.Ordinal) ? ProgramOutcome.OutOfMemory
        : ran.Errors.Contains("failed to pass", StringComparison.Ordinal) ? ProgramOutcome.WrongAnswer
        : ProgramOutcome.RuntimeError;

    // Numbers of what the compiler's parser says: an expected token, an unfinished text, a character that does not belong.
    private static bool IsSyntax(string id) => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture) is (>= 1001 and <= 1044) or (>= 1513 and <= 1529) or 1056;

    private static Sdk? Look()
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var home = Path.GetFullPath(Path.Combine(runtime is { Length: > 0 } ? runtime : "/", "..", "..", ".."));
        var host = Path.Combine(home, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        var compiler = Directory.Exists(Path.Combine(home, "sdk"))
            ? Directory.EnumerateDirectories(Path.Combine(home, "sdk")).Select(d => Path.Combine(d, "Roslyn", "bincore", "csc.dll")).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        return compiler is null || !File.Exists(host)
            ? null
            : new Sdk(home, host, compiler, Path.GetFileName(runtime)!, [.. Directory.EnumerateFiles(runtime!, "*.dll").Where(IsManaged).Order(StringComparer.Ordinal)]);

        static bool IsManaged(string file) => Path.GetFileName(file) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib.dll" or "netstandard.dll" or "Microsoft.CSharp.dll") && !name.Contains(".Native.", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"error CS(\d+): [^\n]*")]
    private static partial Regex Error();

    /// <summary>Where the SDK is.</summary>
    private sealed record Sdk(string Home, string Host, string Compiler, string Version, IReadOnlyList<string> References);
}
