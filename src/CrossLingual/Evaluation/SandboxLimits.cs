namespace CrossLingual.Evaluation;

/// <summary>What a program may use; whatever goes beyond is refused or ends it.</summary>
public sealed record SandboxLimits
{
    /// <summary>Of Python and C++.</summary>
    public static SandboxLimits Native { get; } = new();

    /// <summary>Of .NET and Java, which take more threads and time to start, and bound their own heaps.</summary>
    public static SandboxLimits Managed { get; } = new() { BoundsAddresses = false, MemoryMiB = 1536, Processes = 96, CpuSeconds = 15, Wall = TimeSpan.FromSeconds(60) };

    /// <summary>Processor time, in whole seconds: what decides about slow programs, for it does not depend on what else the machine does.</summary>
    public int CpuSeconds { get; init; } = 10;

    /// <summary>Time by the clock, for programs that wait.</summary>
    public TimeSpan Wall { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Memory that a process writes to, in MiB; for what reserves no more than it uses, also its address space.</summary>
    public int MemoryMiB { get; init; } = 1024;

    /// <summary>Whether the address space is bounded too: not for .NET and Java, which reserve hundreds of GiB.</summary>
    public bool BoundsAddresses { get; init; } = true;

    /// <summary>Processes and threads together.</summary>
    public int Processes { get; init; } = 32;

    /// <summary>Largest file, in MiB; the private directory holds four times as much.</summary>
    public int FileMiB { get; init; } = 16;

    /// <summary>Standard output and error output, each, in KiB.</summary>
    public int OutputKiB { get; init; } = 256;

    /// <summary>The same with another processor time, and four times that by the clock.</summary>
    public SandboxLimits Within(int? seconds) => seconds is { } cpu ? this with { CpuSeconds = cpu, Wall = TimeSpan.FromSeconds(4 * cpu) } : this;
}

/// <summary>What holds a program.</summary>
public enum Isolation
{
    /// <summary>Limits of the kernel alone: network and files are as open as to this user.</summary>
    Limits,

    /// <summary>Limits and namespaces of its own: no network, no process but its own, no file to write outside its directory.</summary>
    Namespaces,
}

/// <summary>How a process in the sandbox came to its end.</summary>
public enum SandboxEnd
{
    /// <summary>By itself, or by an error or a signal.</summary>
    Exited,

    /// <summary>It used up its processor time, or its time by the clock.</summary>
    OutOfTime,

    /// <summary>It wrote more than it may.</summary>
    TooMuchOutput,
}

/// <summary>What became of a process in the sandbox.</summary>
/// <param name="End">How it ended.</param>
/// <param name="ExitCode">Its exit code; 128 and the signal's number where one ended it.</param>
/// <param name="Output">Standard output, as far as it may go.</param>
/// <param name="Errors">Error output, likewise.</param>
public sealed record SandboxResult(SandboxEnd End, int ExitCode, string Output, string Errors);
