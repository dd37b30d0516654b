using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using CrossLingual.Kernel.Jupyter;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling kernel</c>: the C# kernel for Jupyter and VS Code.</summary>
internal static class KernelCommand
{
    /// <summary>What the guard calls; nobody types it.</summary>
    public const string Work = "work";

    public static Command Create() => new("kernel", "The C# kernel for Jupyter and VS Code.") { Install(), Uninstall(), Run() };

    private static Command Install() => At("install", "Tell Jupyter and VS Code about the kernel.", (data, screen) =>
    {
        var folder = KernelSpec.Install(data, Program());
        screen.Result(new { folder, name = KernelSpec.Name }, console => console.WriteLine($"Installed {KernelSpec.Name} in {folder}. VS Code: Select Kernel, Jupyter Kernel, C# (CrossLingual)."));
    });

    private static Command Uninstall() => At("uninstall", "Take the kernel away from Jupyter and VS Code.", (data, screen) =>
    {
        var folder = KernelSpec.Uninstall(data);
        screen.Result(new { removed = folder }, console => console.WriteLine(folder is null ? $"No {KernelSpec.Name} in {data}." : $"Removed {folder}."));
    });

    // A command on one of Jupyter's data folders.
    private static Command At(string name, string description, Action<string, Screen> act)
    {
        var user = new Option<bool>("--user") { Description = "For this user (the default)." };
        var sysPrefix = new Option<bool>("--sys-prefix") { Description = "For the active Python environment: VIRTUAL_ENV or CONDA_PREFIX." };
        var prefix = new Option<string?>("--prefix") { Description = "Below this folder, in share/jupyter.", HelpName = "DIR" };
        var json = Options.Json();
        var command = new Command(name, description) { user, sysPrefix, prefix, json };
        command.SetAction((result, _) =>
        {
            act(DataFolder(result.GetValue(sysPrefix), result.GetValue(prefix)), new Screen(result.GetValue(json)));
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Run()
    {
        var file = new Argument<string>("CONNECTION_FILE") { Description = "The file that the front end wrote." };
        var command = new Command("run", "Serve a front end; front ends call this themselves.") { file };
        command.SetAction((result, _) => Task.FromResult(Guard(result.GetValue(file)!)));
        return command;
    }

    /// <summary>Runs the kernel in a process of its own, and outlives it.</summary>
    public static int Guard(string file) => new KernelGuard(file).Run([.. Program(), "kernel", Work, file], IsOrphan);

    /// <summary>Runs the kernel in this process.</summary>
    public static int Serve(string file, string pipe)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            KernelWorker.Run(file, pipe);
            return 0;
        }
        catch (UserException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
    }

    private static string DataFolder(bool sysPrefix, string? prefix)
    {
        if (!sysPrefix)
        {
            return prefix is null ? KernelSpec.UserFolder : KernelSpec.FolderOf(Path.GetFullPath(prefix));
        }

        var environment = new[] { "VIRTUAL_ENV", "CONDA_PREFIX" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => v is { Length: > 0 });
        return environment is not null ? KernelSpec.FolderOf(environment)
            : throw new UserException("XL711", "--sys-prefix: no Python environment is active (VIRTUAL_ENV and CONDA_PREFIX are not set). Activate one, or use --user or --prefix DIR.");
    }

    // As an executable of its own, or through dotnet.
    private static List<string> Program()
    {
        var process = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, typeof(KernelCommand).Assembly.Location] : [process];
    }

    // Jupyter says who wanted the kernel.
    private static bool IsOrphan()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("JPY_PARENT_PID"), CultureInfo.InvariantCulture, out var parent) || parent <= 1)
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(parent);
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }
}
