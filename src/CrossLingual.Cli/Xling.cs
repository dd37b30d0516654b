using System.CommandLine;
using System.Globalization;

namespace CrossLingual.Cli;

/// <summary>The command line <c>xling</c>. Exit codes: 0 done, 1 failed, 2 bad input, 130 interrupted and resumable.</summary>
public static class Xling
{
    private const int Failed = 1;
    private const int BadInput = 2;
    private const int Interrupted = 130;

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        // Numbers are written the same in every locale.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var root = new RootCommand("Moves language models from English into other languages: train, merge, evaluate, compare.")
        {
            DoctorCommand.Create(),
            LabCommand.Create(),
            TokenizeCommand.Create(),
            GenerateCommand.Create(),
            DataCommand.Create(),
            TrainCommand.Create(),
            MergeCommand.Create(),
            DiffCommand.Create(),
            ExpertsCommand.Create(),
            CodingCommand.Create(),
            SwitchingCommand.Create(),
            EvalCommand.Create(),
            AdviseCommand.Create(),
            ScoreCommand.Create(),
            CompareCommand.Create(),
            JudgeCommand.Create(),
            MetricsCommand.Create(),
            TagCommand.Create(),
            NotebookCommand.Create(),
            KernelCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"XL100 {error.Message} 'xling --help' lists commands and options.");
            }

            return BadInput;
        }

        try
        {
            // A checkpoint may be written on the way out.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted. Where checkpoints are kept, the same command with --resume goes on.");
            return Interrupted;
        }
        catch (Exception e) when ((e as UserException ?? (e as AggregateException)?.InnerException as UserException) is { } user)
        {
            await Console.Error.WriteLineAsync(user.Message);
            return BadInput;
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync($"XL900 {e.Message}");
            return Failed;
        }
    }
}
