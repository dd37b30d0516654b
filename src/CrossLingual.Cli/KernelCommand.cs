using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using CrossLingual.Kernel.Jupyter;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling kernel</c>: the C# kernel for Jupyter and VS Code.</summary>
internal static class KernelCommand
{
    public static Command Create() => new("kernel", "The C# kernel for Jupyter and VS Code.") { Install(), Uninstall(), Run() };

    private static Command Install()
    {
        var (user, sysPrefix, prefix, json) = (UserOption(), SysPrefixOption(), PrefixOption(), Options.Json());
        var command = new Command("install", "Tell Jupyter and VS Code about the kernel.") { user, sysPrefix, prefix, json };
        command.SetAction((result, _) =>
        {
            var folder = KernelSpec.Install(DataFolder(result.GetValue(sysPrefix), result.GetValue(prefix)), Program());
            new Screen(result.GetValue(json)).Result(new { folder, name = KernelSpec.Name }, console => console.WriteLine($"Installed {KernelSpec.Name} in {folder}. VS Code: Select Kernel, Jupyter Kernel, C# (CrossLingual)."));
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Uninstall()
    {
        var (user, sysPrefix, prefix, json) = (UserOption(), SysPrefixOption(), PrefixOption(), Options.Json());
        var command = new Command("uninstall", "Take the kernel away from Jupyter and VS Code.") { user, sysPrefix, prefix, json };
        command.SetAction((result, _) =>
        {
            var data = DataFolder(result.GetValue(sysPrefix), result.GetValue(prefix));
            var folder = KernelSpec.Uninstall(data);
            new Screen(result.GetValue(json)).Result(new { removed = folder }, console => console.WriteLine(folder is null ? $"No {KernelSpec.Name} in {data}." : $"Removed {folder}."));
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Run()
    {
        var file = new Argument<string>("CONNECTION_FILE") { Description = "The file that the front end wrote." };
        var command = new Command("run", "Serve a front end; front ends call this themselves.") { file };
        command.SetAction((result, _) =>
        {
            using var kernel = new JupyterKernel(ConnectionFile.Read(result.GetValue(file)!), Environment.CurrentDirectory, Console.Error.WriteLine);
            using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
            {
                context.Cancel = true;
                kernel.Interrupt();
            });
            using var watch = new Timer(_ => StopWithoutParent(kernel), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            kernel.Run();

            // A cell that heeds nothing must not keep the process alive.
            Environment.Exit(0);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Option<bool> UserOption() => new("--user") { Description = "For this user (the default)." };

    private static Option<bool> SysPrefixOption() => new("--sys-prefix") { Description = "For the active Python environment: VIRTUAL_ENV or CONDA_PREFIX." };

    private static Option<string?> PrefixOption() => new("--prefix") { Description = "Below this folder, in share/jupyter.", HelpName = "DIR" };

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

    private static void StopWithoutParent(JupyterKernel kernel)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("JPY_PARENT_PID"), CultureInfo.InvariantCulture, out var parent) && parent > 1)
        {
            try
            {
                using var process = Process.GetProcessById(parent);
                if (!process.HasExited)
                {
                    return;
                }
            }
            catch (ArgumentException)
            {
                // It is gone.
            }

            kernel.Stop();
        }
    }
}
