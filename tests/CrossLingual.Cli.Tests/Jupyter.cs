using System.Diagnostics;

namespace CrossLingual.Cli.Tests;

/// <summary>Jupyter's own programs, with their kernels and settings in a test's folder.</summary>
internal static class Jupyter
{
    /// <summary>A Python that has a module and Jupyter; null where there is none.</summary>
    public static string? Python(string module = "jupyter_client") => new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(p =>
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(p, ["-c", $"import {module}, jupyter_core"]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    /// <summary>Runs a program to its end; kernels are those below <c>env</c>.</summary>
    public static (int Code, string Text) Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["JUPYTER_PATH"] = Path.Combine(folder, "env", "share", "jupyter");
        start.Environment["JUPYTER_CONFIG_DIR"] = folder;
        using var process = Process.Start(start)!;
        var (text, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        return (process.ExitCode, text.Result + error.Result);
    }
}
