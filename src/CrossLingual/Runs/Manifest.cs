using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace CrossLingual.Runs;

/// <summary>What a run was made with, so that it can be repeated and its numbers believed.</summary>
public sealed record Manifest
{
    /// <summary>The command line or call.</summary>
    public required string Command { get; init; }

    /// <summary>The run's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Start, UTC.</summary>
    public DateTime Started { get; init; } = DateTime.UtcNow;

    /// <summary>This project's version.</summary>
    public string Version { get; init; } = typeof(Manifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>.NET version.</summary>
    public string Runtime { get; init; } = RuntimeInformation.FrameworkDescription;

    /// <summary>Operating system.</summary>
    public string System { get; init; } = RuntimeInformation.OSDescription;

    /// <summary>Processor name, where the system tells it.</summary>
    public string Processor { get; init; } = ProcessorName();

    /// <summary>Device and element type of the computation.</summary>
    public string Compute { get; init; } = "";

    /// <summary>Threads of the tensor library.</summary>
    public int Threads { get; init; }

    /// <summary>SHA-256 of inputs by name.</summary>
    public IReadOnlyDictionary<string, string> Hashes { get; init; } = new Dictionary<string, string>();

    /// <summary>SHA-256 of a file, lower-case hexadecimal.</summary>
    public static string HashFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Name of a file in <see cref="Hashes"/>: its path from the working folder, as equal file names may stand in several.</summary>
    public static string NameOf(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path).Replace('\\', '/');

    private static string ProcessorName()
    {
        const string Linux = "/proc/cpuinfo";
        var line = File.Exists(Linux) ? File.ReadLines(Linux).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        var name = line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        return $"{name}, {Environment.ProcessorCount} cores";
    }
}
