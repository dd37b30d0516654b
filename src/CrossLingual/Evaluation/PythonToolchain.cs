using System.Diagnostics;
using CrossLingual.Data;

namespace CrossLingual.Evaluation;

/// <summary>
/// Python 3, as HumanEval's harness composes it: prompt, completion, tests, and a call of <c>check</c>; tests that stand
/// for themselves, HumanEval-XL's among them, follow the function and are called likewise where they define it.
/// </summary>
/// <param name="limits">What a program may use; null for the usual.</param>
public sealed class PythonToolchain(SandboxLimits? limits = null) : Toolchain(limits ?? SandboxLimits.Native)
{
    private static readonly Lazy<(string File, string Home)?> Found = new(Look);

    /// <inheritdoc/>
    public override string Missing => Found.Value is null ? "There is no Python 3 interpreter, 'python3', on the search path." : "";

    /// <inheritdoc/>
    protected override async Task<ProgramResult?> Compile(Sandbox sandbox, string folder, CodeProblem problem, string completion, string word, CancellationToken cancel)
    {
        var call = problem.Test.Contains("def check(", StringComparison.Ordinal) && !problem.Test.Contains($"\ncheck({problem.EntryPoint})", StringComparison.Ordinal) ? $"check({problem.EntryPoint})\n" : "";
        await File.WriteAllTextAsync(Path.Combine(folder, "program.py"), $"{problem.Prompt}{completion}\n{problem.Test}\n{call}print('\\n{word}')\n", cancel);
        return null;
    }

    /// <inheritdoc/>
    protected override Task<SandboxResult> Run(Sandbox sandbox, string folder, CancellationToken cancel) => sandbox.RunAsync(
        folder, [Found.Value!.Value.File, "-I", "-B", Path.Combine(folder, "program.py")], Limits, needs: [Found.Value.Value.Home],
        environment: new Dictionary<string, string> { ["OMP_NUM_THREADS"] = "1", ["PYTHONHASHSEED"] = "0" }, cancel: cancel);

    /// <inheritdoc/>
    protected override ProgramOutcome Classify(SandboxResult ran) => LastLine(ran.Errors).Split(':')[0] switch
    {
        "SyntaxError" or "IndentationError" or "TabError" => ProgramOutcome.SyntaxError,
        "AssertionError" => ProgramOutcome.WrongAnswer,
        "MemoryError" => ProgramOutcome.OutOfMemory,
        _ => ProgramOutcome.RuntimeError,
    };

    // The interpreter itself: what stands on the search path may be a script or a virtual environment's link.
    private static (string, string)? Look()
    {
        if (Find("python3") is not { } named)
        {
            return null;
        }

        using var process = Process.Start(new ProcessStartInfo(named, ["-I", "-c", "import os, sys; print(os.path.realpath(sys._base_executable)); print(sys.base_prefix)"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n');
        process.WaitForExit();
        return process.ExitCode == 0 && lines.Length > 1 ? (lines[0].Trim(), lines[1].Trim()) : null;
    }
}
