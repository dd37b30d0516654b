using System.Text.RegularExpressions;
using CrossLingual.Data;

namespace CrossLingual.Evaluation;

/// <summary>
/// Java by javac. The program is prompt, completion and tests; the class with <c>main</c> is called by another one, so that an
/// exit before the tests' end is seen. Tests fail by an exception, or by <c>assert</c>, which is switched on.
/// </summary>
/// <param name="limits">What a program may use; null for the usual.</param>
public sealed partial class JavaToolchain(SandboxLimits? limits = null) : Toolchain(limits ?? SandboxLimits.Managed)
{
    private static readonly Lazy<(string Compiler, string Runner)?> Found = new(() => Find("javac") is { } compiler && Find("java") is { } runner ? (compiler, runner) : null);

    /// <inheritdoc/>
    public override string Missing => Found.Value is null ? "There is no Java development kit, 'javac' and 'java', on the search path." : "";

    private static IReadOnlyList<string> Needs => [Path.GetDirectoryName(Path.GetDirectoryName(Found.Value!.Value.Compiler))!, Path.GetDirectoryName(Path.GetDirectoryName(Found.Value.Value.Runner))!];

    /// <inheritdoc/>
    protected override async Task<ProgramResult?> Compile(Sandbox sandbox, string folder, CodeProblem problem, string completion, string word, CancellationToken cancel)
    {
        // Any name will do for the file if no class is public.
        var program = PublicClass().Replace($"{problem.Prompt}{completion}\n{problem.Test}\n", "$1class ");
        var main = program.IndexOf("static void main(", StringComparison.Ordinal);
        var name = Class().Matches(main < 0 ? "" : program[..main]).LastOrDefault()?.Groups[1].Value
            ?? throw new UserException("XL655", $"The tests of '{problem.Id}' have no class with 'static void main', which is how Java tests are written. Correct 'test', or leave the task out.");
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.java"), program, cancel);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "XlingTests.java"),
            $"class XlingTests {{ public static void main(String[] args) throws Throwable {{ {name}.main(args); System.out.println(\"\\n{word}\"); }} }}\n",
            cancel);
        var compiled = await sandbox.RunAsync(
            folder, [Found.Value!.Value.Compiler, "-J-Xmx256m", "-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1", "-J-XX:-UsePerfData", "-encoding", "UTF-8", "-nowarn", "-d", folder,
                Path.Combine(folder, "Program.java"), Path.Combine(folder, "XlingTests.java")],
            Limits with { CpuSeconds = 30, Wall = TimeSpan.FromSeconds(120) }, writes: true, Needs, cancel: cancel);
        if (compiled is { End: SandboxEnd.Exited, ExitCode: 0 })
        {
            return null;
        }

        var error = FirstError(compiled.Errors);
        return Refused(compiled, error, Syntax().IsMatch(error));
    }

    /// <inheritdoc/>
    protected override Task<SandboxResult> Run(Sandbox sandbox, string folder, CancellationToken cancel) => sandbox.RunAsync(
        folder, [Found.Value!.Value.Runner, "-ea", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp", folder, "XlingTests"], Limits, needs: Needs, cancel: cancel);

    /// <inheritdoc/>
    protected override ProgramOutcome Classify(SandboxResult ran)
    {
        var thrown = Thrown().Match(ran.Errors).Groups[1].Value;
        return thrown.EndsWith("OutOfMemoryError", StringComparison.Ordinal) ? ProgramOutcome.OutOfMemory
            : thrown.EndsWith("AssertionError", StringComparison.Ordinal) || ran.Errors.Contains("failed to pass", StringComparison.Ordinal) ? ProgramOutcome.WrongAnswer
            : ProgramOutcome.RuntimeError;
    }

    [GeneratedRegex(@"(?m)^(\s*)public\s+((abstract|final)\s+)*class\s+")]
    private static partial Regex PublicClass();

    [GeneratedRegex(@"\bclass\s+(\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"Exception in thread ""[^""]*"" ([\w.$]+)")]
    private static partial Regex Thrown();

    [GeneratedRegex(@"error: ('|<identifier> expected|illegal start|class, interface|reached end of file|unclosed|not a statement|invalid method declaration|illegal character|missing return type)")]
    private static partial Regex Syntax();
}
