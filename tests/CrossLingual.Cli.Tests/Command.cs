using System.Diagnostics;
using System.Text.Json;

namespace CrossLingual.Cli.Tests;

/// <summary>A finished or running <c>xling</c>, started as a user would start it.</summary>
public sealed class Command : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _out;
    private readonly Task<string> _error;

    private Command(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "xling.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _out = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int ExitCode => _process.ExitCode;

    public string Out => _out.Result;

    public string Error => _error.Result;

    public bool HasEnded => _process.HasExited;

    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public static Command Start(string folder, params string[] arguments) => new(folder, arguments);

    /// <summary>Runs to the end.</summary>
    public static Command Run(string folder, params string[] arguments)
    {
        var command = new Command(folder, arguments);
        command._process.WaitForExit();
        return command;
    }

    /// <summary>Runs to the end, which must be good.</summary>
    public static Command Succeed(string folder, params string[] arguments)
    {
        var command = Run(folder, arguments);
        Assert.True(command.ExitCode == 0, $"exit {command.ExitCode}\n{command.Error}\n{command.Out}");
        return command;
    }

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
