using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>
/// The process that a front end starts. It runs the kernel in a process of its own and outlives it: a stack overflow, an
/// exhausted memory or an exit ends the kernel at once, and nobody but its parent can still say so where the user looks.
/// </summary>
/// <param name="file">The connection file.</param>
public sealed class KernelGuard(string file)
{
    private readonly Lock gate = new();
    private string running = "";   // the request's header
    private bool serves;
    private bool finished;
    private string? reason;

    /// <summary>Runs the kernel until it ends.</summary>
    /// <param name="worker">The command that runs it; the name of a pipe follows, on which the kernel says what it does.</param>
    /// <param name="isOrphan">Whether the process that wanted the kernel is gone; asked every second.</param>
    /// <returns>The kernel's exit code.</returns>
    public int Run(IReadOnlyList<string> worker, Func<bool> isOrphan)
    {
        using var news = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        var start = new ProcessStartInfo(worker[0], [.. worker.Skip(1), news.GetClientHandleAsString()]) { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var (name, value) in KernelSpec.RuntimeSettings)
        {
            start.Environment.TryAdd(name, value);
        }

        using var process = Process.Start(start)!;
        news.DisposeLocalCopyOfClientHandle();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            Tell(process, KernelWorker.Interrupt);
        });
        using var watch = new Timer(
            _ =>
            {
                if (isOrphan())
                {
                    Tell(process, KernelWorker.End);
                }
            },
            null,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(1));
        var errors = Listen(process.StandardError, line =>
        {
            Console.Error.WriteLine(line);
            Notice(line);
        });
        using var reader = new StreamReader(news);
        var states = Listen(reader, Heard);
        process.WaitForExit();

        // Children of cells may still hold the pipes open.
        Task.WaitAll([errors, states], TimeSpan.FromSeconds(1));
        lock (gate)
        {
            if (serves && !finished)
            {
                SayEnd(process.ExitCode);
            }
        }

        return process.ExitCode;
    }

    private static Task Listen(TextReader reader, Action<string> heard) => Task.Factory.StartNew(
        () =>
        {
            while (reader.ReadLine() is { } line)
            {
                heard(line);
            }
        },
        TaskCreationOptions.LongRunning);

    private static void Tell(Process process, string word)
    {
        try
        {
            process.StandardInput.WriteLine(word);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has just ended.
        }
    }

    private void Heard(string line)
    {
        lock (gate)
        {
            serves = true;
            finished |= line == KernelWorker.Finished;
            running = line;
        }
    }

    // The runtime says on its way out what happened.
    private void Notice(string line)
    {
        lock (gate)
        {
            reason = line.StartsWith("Stack overflow", StringComparison.Ordinal) ? "its stack overflowed: a function calls itself without end"
                : line.StartsWith("Out of memory", StringComparison.Ordinal) ? "the memory was exhausted"
                : line.StartsWith("Unhandled exception. ", StringComparison.Ordinal) ? $"code beside the cells threw an exception that nobody caught: {line["Unhandled exception. ".Length..]}"
                : reason;
        }
    }

    private void SayEnd(int code)
    {
        const int Killed = 128 + 9;
        var why = reason ?? (code == Killed ? "it was killed from outside, most likely because the memory was exhausted" : $"exit code {code}");
        var text = "\n" + $"XL719 The kernel's process ended ({why}); its variables are gone. Start the kernel again.\n";
        Console.Error.WriteLine(text.Trim());
        var connection = ConnectionFile.Read(file);
        using var iopub = new XPublisherSocket();
        iopub.Options.Linger = TimeSpan.FromSeconds(1);
        iopub.Bind(connection.Address(connection.IopubPort));

        // Front ends connect again by themselves, and then say what they want to hear.
        if (!iopub.TryReceiveFrameBytes(TimeSpan.FromSeconds(3), out _))
        {
            return;
        }

        var request = new JupyterMessage([], running.StartsWith('{') ? JsonNode.Parse(running)!.AsObject() : [], [], []);
        var message = request.Answer("stream", new JsonObject { ["name"] = "stderr", ["text"] = text }, Guid.NewGuid().ToString("N"), ["stream"u8.ToArray()]);
        iopub.SendMultipartMessage(message.ToFrames(connection.Key));

        // Time to arrive, before the front end sees this process end.
        Thread.Sleep(300);
    }
}
