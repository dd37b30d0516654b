using System.Text.RegularExpressions;
using CrossLingual.Data;

namespace CrossLingual.Evaluation;

/// <summary>
/// C++17 by g++. mHumanEval's tests begin with the brace that closes the function's body, for completions that leave it
/// open; one that is a whole function takes the place of the prompt's signature, and the brace goes.
/// <code>
/// prompt: #include …  bool f(int x) {      completion: return x > 0;              test: } int main() { assert(f(1)); }
///                                          or: bool f(int x) { return x > 0; }
/// </code>
/// The tests' <c>main</c> becomes a function that is called, so that an <c>exit(0)</c> before their end is seen.
/// </summary>
/// <param name="limits">What a program may use; null for the usual.</param>
public sealed partial class CppToolchain(SandboxLimits? limits = null) : Toolchain(limits ?? SandboxLimits.Native)
{
    private static readonly Lazy<string?> Compiler = new(() => Find("g++"));

    /// <inheritdoc/>
    public override string Missing => Compiler.Value is null ? "There is no C++ compiler, 'g++', on the search path." : "";

    /// <summary>The program's text.</summary>
    /// <param name="problem">The task.</param>
    /// <param name="completion">What follows the prompt, or a whole function.</param>
    /// <param name="word">What the program says last.</param>
    /// <exception cref="UserException">XL655: the tests have no <c>int main()</c>, or one that returns early.</exception>
    internal static string Compose(CodeProblem problem, string completion, string word)
    {
        var (prompt, test) = (problem.Prompt, problem.Test);
        if (Signature().Matches(prompt).LastOrDefault() is { } signature && test.TrimStart().StartsWith('}')
            && Regex.IsMatch(completion, $@"(?m)^[^\s/#][^;={{}}()]*\b{Regex.Escape(signature.Groups[1].Value)}\s*\([^;{{}}]*\)\s*(const\s*)?\{{", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
        {
            (prompt, test) = (prompt[..signature.Index], test.TrimStart()[1..]);
        }

        var main = Main().Match(test);
        var calls = main.Success && !test.Contains("return", StringComparison.Ordinal);
        return calls
            ? $"{prompt}{completion}\n{test[..main.Index]}static void xling_tests() {{{test[(main.Index + main.Length)..]}\n#include <cstdio>\nint main() {{ xling_tests(); std::puts(\"\\n{word}\"); return 0; }}\n"
            : throw new UserException("XL655", $"The tests of '{problem.Id}' have no 'int main()' that runs to its end, which is how C++ tests are written. Correct 'test', or leave the task out.");
    }

    /// <inheritdoc/>
    protected override async Task<ProgramResult?> Compile(Sandbox sandbox, string folder, CodeProblem problem, string completion, string word, CancellationToken cancel)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "program.cpp"), Compose(problem, completion, word), cancel);
        var compiled = await sandbox.RunAsync(
            folder, [Compiler.Value!, "-std=c++17", "-w", "-fmax-errors=3", "-fdiagnostics-color=never", "-o", Path.Combine(folder, "program"), Path.Combine(folder, "program.cpp")],
            Limits with { CpuSeconds = 30, Wall = TimeSpan.FromSeconds(120), FileMiB = 64 }, writes: true, cancel: cancel);
        if (compiled is { End: SandboxEnd.Exited, ExitCode: 0 })
        {
            return null;
        }

        var error = FirstError(compiled.Errors);
        return Refused(compiled, error, Syntax().IsMatch(error));
    }

    /// <inheritdoc/>
    protected override Task<SandboxResult> Run(Sandbox sandbox, string folder, CancellationToken cancel) =>
        sandbox.RunAsync(folder, [Path.Combine(folder, "program")], Limits, cancel: cancel);

    /// <inheritdoc/>
    protected override ProgramOutcome Classify(SandboxResult ran) =>
        ran.Errors.Contains("Assertion `", StringComparison.Ordinal) ? ProgramOutcome.WrongAnswer
        : ran.Errors.Contains("std::bad_alloc", StringComparison.Ordinal) ? ProgramOutcome.OutOfMemory
        : ProgramOutcome.RuntimeError;

    /// <summary>The last function, whose body the prompt opens.</summary>
    [GeneratedRegex(@"(?m)^[^\s/#][^;={}()\n]*?\b(\w+)\s*\([^;{}]*\)\s*\{\s*\z")]
    internal static partial Regex Signature();

    [GeneratedRegex(@"\bint\s+main\s*\(\s*(void)?\s*\)\s*\{")]
    private static partial Regex Main();

    // What g++ says of form, as against names and types.
    [GeneratedRegex(@"error: (expected|stray|unterminated|missing terminating|a function-definition is not allowed|extraneous|unable to find)")]
    private static partial Regex Syntax();
}
