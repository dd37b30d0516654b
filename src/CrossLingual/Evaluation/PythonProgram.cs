using System.ComponentModel;
using System.Diagnostics;
using CrossLingual.Data;

namespace CrossLingual.Evaluation;

/// <summary>How a program ended.</summary>
public enum ProgramOutcome
{
    /// <summary>All tests passed.</summary>
    Passed,

    /// <summary>A test failed, or it raised an error.</summary>
    Failed,

    /// <summary>It is not a program of the language.</summary>
    SyntaxError,

    /// <summary>It ran longer than allowed and was ended.</summary>
    TimedOut,
}

/// <summary>
/// Runs a Python program that a model wrote with its tests: prompt, completion, tests and a call of <c>check</c>, as HumanEval's
/// harness composes them. Each runs in a process of its own, in an empty folder that vanishes, without this process's environment,
/// for a limited time; its children end with it. That bounds accidents. It is no prison: who runs a model's code that may be
/// hostile does so in a container without network.
/// </summary>
public sealed class PythonProgram
{
    private readonly string _interpreter;

    /// <param name="interpreter">The interpreter's command; Python 3.</param>
    /// <exception cref="UserException">XL651: there is no such interpreter.</exception>
    public PythonProgram(string interpreter = "python3")
    {
        _interpreter = interpreter;
        try
        {
            using var process = Process.Start(Start("", "--version"))!;
            process.WaitForExit();
        }
        catch (Win32Exception e)
        {
            throw new UserException("XL651", $"There is no Python interpreter '{interpreter}' to run the programs: {e.Message} Install Python 3, or give programs that have 'passed' already.", e);
        }
    }

    /// <summary>Longest time of a program; HumanEval's harness gives 3 seconds.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Runs one program.</summary>
    /// <param name="problem">The task.</param>
    /// <param name="completion">What the model wrote after the prompt.</param>
    /// <param name="cancel">Ends the program and the wait.</param>
    public async Task<ProgramOutcome> RunAsync(CodeProblem problem, string completion, CancellationToken cancel = default)
    {
        var folder = Directory.CreateTempSubdirectory("xling-program-");
        try
        {
            var source = Path.Combine(folder.FullName, "program.py");
            await File.WriteAllTextAsync(source, $"{problem.Prompt}{completion}\n{problem.Test}\ncheck({problem.EntryPoint})\n", cancel);
            using var process = Process.Start(Start(folder.FullName, "-I", source))!;
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(Limit);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
                cancel.ThrowIfCancellationRequested();
                return ProgramOutcome.TimedOut;
            }

            _ = await output;
            return process.ExitCode == 0
                ? ProgramOutcome.Passed
                : IsSyntax(await errors) ? ProgramOutcome.SyntaxError : ProgramOutcome.Failed;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool IsSyntax(string errors) =>
        errors.TrimEnd().Split('\n')[^1] is var last && (last.StartsWith("SyntaxError", StringComparison.Ordinal) || last.StartsWith("IndentationError", StringComparison.Ordinal) || last.StartsWith("TabError", StringComparison.Ordinal));

    private ProcessStartInfo Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(_interpreter, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["PYTHONHASHSEED"] = "0";
        start.Environment["OMP_NUM_THREADS"] = "1";
        return start;
    }
}
