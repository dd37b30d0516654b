using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CrossLingual.Kernel;

/// <summary>How code ended: with a value in each form, with an error, or with neither.</summary>
/// <param name="Value">The value by MIME type, or null.</param>
/// <param name="Error">Why it failed, or null.</param>
internal readonly record struct CellEnd(JsonObject? Value, CellError? Error);

/// <summary>
/// Runs cells so that they can be stopped from outside: a cell's outputs come one at a time and none after its end, its
/// console is its own, and a cell that does not heed its token is left behind.
/// </summary>
internal sealed class CellGuard
{
    /// <summary>How long a cell may take to heed its token before it is left behind.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Whether a cell was left behind; no more cells are taken then.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Runs a cell.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="cell">The work; told where to show things.</param>
    /// <param name="onOutput">Told what the cell shows.</param>
    /// <param name="ask">Asks the user for a line; null leaves the real console's input.</param>
    /// <param name="cancel">Asks the cell to stop.</param>
    public async Task<CellResult> RunAsync(
        string name, Func<Action<CellOutput>, Task<CellEnd>> cell, Action<CellOutput> onOutput, Func<string>? ask, CancellationToken cancel)
    {
        if (IsAbandoned)
        {
            throw new InvalidOperationException("An earlier cell was interrupted and did not stop; start a new session.");
        }

        var watch = Stopwatch.StartNew();
        var gate = new Gate(onOutput);
        var run = Task.Run(
            () =>
            {
                ConsoleCapture.Begin(gate.Show, ask);
                return cell(gate.Show);
            },
            CancellationToken.None);
        if (!run.IsCompleted && cancel.CanBeCanceled)
        {
            var stop = new TaskCompletionSource();
            await using var registration = cancel.Register(stop.SetResult);
            if (await Task.WhenAny(run, stop.Task) != run && await Task.WhenAny(run, Task.Delay(Patience, CancellationToken.None)) != run)
            {
                IsAbandoned = true;
                gate.Close();
                var message = $"Interrupted; {name} did not heed Cancel and runs on until the program ends.";
                return new CellResult(null, new CellError("Interrupted", message, null, [message]), true, watch.Elapsed);
            }
        }

        var (value, error) = await run;
        gate.Close();
        return new CellResult(value, error, error is not null && cancel.IsCancellationRequested, watch.Elapsed);
    }

    /// <summary>Lets outputs through one at a time, and none after the cell has ended.</summary>
    private sealed class Gate(Action<CellOutput> onOutput)
    {
        private readonly Lock gate = new();
        private bool closed;

        public void Show(CellOutput output)
        {
            lock (gate)
            {
                if (!closed)
                {
                    ConsoleCapture.Aside(() => onOutput(output));
                }
            }
        }

        public void Close()
        {
            lock (gate)
            {
                closed = true;
            }
        }
    }
}
