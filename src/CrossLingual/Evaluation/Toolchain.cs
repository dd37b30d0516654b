using CrossLingual.Data;

namespace CrossLingual.Evaluation;

/// <summary>How a program ended.</summary>
public enum ProgramOutcome
{
    /// <summary>All tests passed.</summary>
    Passed,

    /// <summary>It did not pass; of programs that somebody else ran no more is known.</summary>
    Failed,

    /// <summary>It is not a program of the language.</summary>
    SyntaxError,

    /// <summary>It is written as one, and its names and types do not fit together.</summary>
    CompileError,

    /// <summary>It gave another answer than a test wants.</summary>
    WrongAnswer,

    /// <summary>An error of its own ended it before its tests were through, or it ended itself.</summary>
    RuntimeError,

    /// <summary>It used up its time.</summary>
    TimedOut,

    /// <summary>It used up its memory.</summary>
    OutOfMemory,

    /// <summary>It wrote more than it may.</summary>
    TooMuchOutput,

    /// <summary>It was not run: the machine has no compiler or interpreter of its language.</summary>
    Skipped,
}

/// <summary>How a program went.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">The last of what it, its tests or the compiler complained about.</param>
public sealed record ProgramResult(ProgramOutcome Outcome, string Detail);

/// <summary>What turns a model's text into a process: composes the program with its tests, compiles it, runs it, and says how it ended.</summary>
/// <param name="limits">What a program may use.</param>
public abstract class Toolchain(SandboxLimits limits)
{
    /// <summary>Why the machine cannot run the language; empty where it can.</summary>
    public abstract string Missing { get; }

    /// <summary>What a program may use.</summary>
    public SandboxLimits Limits => limits;

    /// <summary>The toolchain of a language, as task files name it.</summary>
    /// <param name="language">python, cpp, java, csharp, or another spelling of these.</param>
    /// <param name="seconds">Processor time of a program; null for the usual.</param>
    /// <exception cref="UserException">XL654: there is none.</exception>
    public static Toolchain Of(string language, int? seconds = null) => ProgrammingLanguage.Of(language) switch
    {
        ProgrammingLanguage.Python => new PythonToolchain(SandboxLimits.Native.Within(seconds)),
        ProgrammingLanguage.Cpp => new CppToolchain(SandboxLimits.Native.Within(seconds)),
        ProgrammingLanguage.Java => new JavaToolchain(SandboxLimits.Managed.Within(seconds)),
        ProgrammingLanguage.CSharp => new CSharpToolchain(SandboxLimits.Managed.Within(seconds)),
        _ => throw new UserException("XL654", $"Programs in '{language}' are not run here; python, cpp, java and csharp are. Give programs with 'passed' for others."),
    };

    /// <summary>
    /// Runs one program with its tests. It passes where they were reached and went through: a program that ends itself
    /// with code 0 before does not, for the last line of its output must be a word that was made for this run.
    /// </summary>
    /// <param name="sandbox">Where.</param>
    /// <param name="problem">The task.</param>
    /// <param name="completion">What the model wrote after the prompt.</param>
    /// <param name="cancel">Ends the program.</param>
    public async Task<ProgramResult> RunAsync(Sandbox sandbox, CodeProblem problem, string completion, CancellationToken cancel = default)
    {
        if (Missing.Length > 0)
        {
            return new ProgramResult(ProgramOutcome.Skipped, Missing);
        }

        var folder = Directory.CreateTempSubdirectory("xling-program-").FullName;
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
            }

            var word = Guid.NewGuid().ToString("N");
            if (await Compile(sandbox, folder, problem, completion, word, cancel) is { } refused)
            {
                return refused;
            }

            var ran = await Run(sandbox, folder, cancel);
            var last = LastLine(ran.Errors);
            return new ProgramResult(
                ran.End switch
                {
                    SandboxEnd.OutOfTime => ProgramOutcome.TimedOut,
                    SandboxEnd.TooMuchOutput => ProgramOutcome.TooMuchOutput,
                    _ when ran.ExitCode == 0 && ran.Output.TrimEnd().EndsWith(word, StringComparison.Ordinal) => ProgramOutcome.Passed,
                    _ when ran.ExitCode == 0 => ProgramOutcome.RuntimeError,
                    _ => Classify(ran),
                },
                ran.ExitCode == 0 || last.Length > 0 ? last : FormattableString.Invariant($"ended with {ran.ExitCode}"));
        }
        finally
        {
            Sandbox.Remove(folder);
        }
    }

    /// <summary>Writes the program and compiles it.</summary>
    /// <returns>Null where it can be run; else how it ended.</returns>
    protected abstract Task<ProgramResult?> Compile(Sandbox sandbox, string folder, CodeProblem problem, string completion, string word, CancellationToken cancel);

    /// <summary>Runs what was compiled.</summary>
    protected abstract Task<SandboxResult> Run(Sandbox sandbox, string folder, CancellationToken cancel);

    /// <summary>How a program ended that did not end well.</summary>
    protected abstract ProgramOutcome Classify(SandboxResult ran);

    /// <summary>The outcome of a compiler that gave no program.</summary>
    /// <param name="compiled">What the compiler did.</param>
    /// <param name="message">Its first error.</param>
    /// <param name="isSyntax">Whether the error is one of form.</param>
    protected static ProgramResult Refused(SandboxResult compiled, string message, bool isSyntax) => new(
        compiled.End == SandboxEnd.OutOfTime ? ProgramOutcome.TimedOut : isSyntax ? ProgramOutcome.SyntaxError : ProgramOutcome.CompileError, message);

    /// <summary>From <c>error:</c> on, the first line in which a compiler has it; else the last line.</summary>
    protected static string FirstError(string errors)
    {
        var line = Array.Find(errors.Split('\n'), l => l.Contains("error:", StringComparison.Ordinal)) ?? LastLine(errors);
        return line[Math.Max(0, line.IndexOf("error:", StringComparison.Ordinal))..];
    }

    /// <summary>The first program of a name on the search path, links followed; null where there is none.</summary>
    protected static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(d => d.Length > 0).Select(d => Path.Combine(d, name)).Where(File.Exists)
        .Select(f => File.ResolveLinkTarget(f, returnFinalTarget: true)?.FullName ?? f).FirstOrDefault();

    /// <summary>A text's last line that says something; the shell's word for a signal says less than the line before.</summary>
    protected static string LastLine(string text) => text.Split('\n').Select(l => l.Trim()).LastOrDefault(l => l.Length > 0 && l is not ("Aborted" or "Killed" or "Segmentation fault" or "CPU time limit exceeded")) ?? "";
}
