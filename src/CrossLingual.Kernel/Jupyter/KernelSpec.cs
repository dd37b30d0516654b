using System.Text.Json;
using System.Text.Json.Nodes;
using CrossLingual.Runs;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>How Jupyter and VS Code find the kernel: a folder with <c>kernel.json</c> among their data.</summary>
public static class KernelSpec
{
    /// <summary>The kernel's name, which notebooks carry.</summary>
    public const string Name = "crosslingual-csharp";

    /// <summary>
    /// Settings of the runtime for the kernel's processes. Nearly all the time of a start and of a cell goes into code that
    /// was compiled ahead: measuring it on the way only slows it down, and so does guarding pages of code against writing,
    /// in a process whose purpose is to run what it is given.
    /// </summary>
    internal static readonly IReadOnlyDictionary<string, string> RuntimeSettings = new Dictionary<string, string>
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The user's own data folder of Jupyter.</summary>
    public static string UserFolder =>
        Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } set ? set
        : OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter")
        : OperatingSystem.IsMacOS() ? Path.Combine(Home, "Library", "Jupyter")
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data ? data : Path.Combine(Home, ".local", "share"), "jupyter");

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>The data folder below a prefix, such as <c>/usr/local</c> or an environment's.</summary>
    public static string FolderOf(string prefix) => Path.Combine(prefix, "share", "jupyter");

    /// <summary>Writes the specification.</summary>
    /// <param name="dataFolder">Jupyter's data folder.</param>
    /// <param name="program">The command that starts this program, without arguments.</param>
    /// <returns>The folder that was written.</returns>
    public static string Install(string dataFolder, IReadOnlyList<string> program)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataFolder, "kernels", Name)).FullName;
        var spec = new JsonObject
        {
            ["argv"] = new JsonArray([.. program.Append("kernel").Append("run").Append("{connection_file}").Select(a => (JsonNode)a)]),
            ["display_name"] = "C# (CrossLingual)",
            ["language"] = "C#",
            ["interrupt_mode"] = "message",
            ["env"] = new JsonObject([.. RuntimeSettings.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))]),
            ["metadata"] = new JsonObject { ["debugger"] = false },
        };
        AtomicFile.Write(Path.Combine(folder, "kernel.json"), file => file.Write(System.Text.Encoding.UTF8.GetBytes(spec.ToJsonString(Indented))));
        return folder;
    }

    /// <summary>Removes the specification.</summary>
    /// <returns>The folder that was removed; null when there was none.</returns>
    public static string? Uninstall(string dataFolder)
    {
        var folder = Path.Combine(dataFolder, "kernels", Name);
        if (!Directory.Exists(folder))
        {
            return null;
        }

        Directory.Delete(folder, recursive: true);
        return folder;
    }
}
