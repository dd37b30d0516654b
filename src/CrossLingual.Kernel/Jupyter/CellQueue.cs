using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>Runs execute requests in their order, on a thread of its own.</summary>
/// <param name="started">The session, once it is there.</param>
/// <param name="history">Where cells are noted.</param>
/// <param name="publish">Shows something to all front ends.</param>
/// <param name="reply">Answers a request.</param>
/// <param name="ask">Asks the front end of a request for a line.</param>
/// <param name="running">Told the request of the cell that starts, and null when it has ended.</param>
internal sealed class CellQueue(
    Task<CellSession> started,
    CellHistory history,
    Action<JupyterMessage, string, JsonObject> publish,
    Action<JupyterMessage, JsonObject> reply,
    Action<JupyterMessage, JsonObject> ask,
    Action<JupyterMessage?> running)
{
    private readonly Channel<JupyterMessage> requests = Channel.CreateUnbounded<JupyterMessage>();
    private readonly Lock gate = new();
    private CancellationTokenSource? stop;
    private TaskCompletionSource<string>? question;
    private bool interrupted;
    private int count;

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
        new Thread(() =>
        {
            var session = started.GetAwaiter().GetResult();
            while (requests.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (requests.Reader.TryRead(out var request))
                {
                    Execute(session, request);
                    session.Prepare();
                }
            }
        })
        { IsBackground = true, Name = "cells" }.Start();
    }

    /// <summary>Adds a request.</summary>
    public void Add(JupyterMessage request) => requests.Writer.TryWrite(request);

    /// <summary>Asks the running cell to stop, or the next one where the first has not begun.</summary>
    public void Interrupt()
    {
        lock (gate)
        {
            interrupted = stop is null && requests.Reader.Count > 0;
            stop?.Cancel();
        }
    }

    /// <summary>The user's line for the cell that asked.</summary>
    public void Answered(string line) => question?.TrySetResult(line);

    /// <summary>Takes no more requests.</summary>
    public void Close()
    {
        requests.Writer.TryComplete();
        Interrupt();
    }

    private static JsonObject Said(CellError error) => new()
    {
        ["status"] = "error",
        ["ename"] = error.Name,
        ["evalue"] = error.Message,
        ["traceback"] = new JsonArray([.. error.Trace.Select(line => (JsonNode)line)]),
    };

    private void Execute(CellSession session, JupyterMessage request)
    {
        publish(request, "status", new JsonObject { ["execution_state"] = "busy" });
        running(request);
        var error = Run(session, request);
        running(null);
        publish(request, "status", new JsonObject { ["execution_state"] = "idle" });
        if (error is not null && request.Flag("stop_on_error", true))
        {
            while (requests.Reader.TryRead(out var waiting))
            {
                publish(waiting, "status", new JsonObject { ["execution_state"] = "busy" });
                reply(waiting, new JsonObject { ["status"] = "aborted", ["execution_count"] = count });
                publish(waiting, "status", new JsonObject { ["execution_state"] = "idle" });
            }
        }
    }

    private CellError? Run(CellSession session, JupyterMessage request)
    {
        var (code, silent) = (request.Text("code"), request.Flag("silent", false));
        if (!silent && request.Flag("store_history", true))
        {
            history.Add(++count, code);
        }

        var shown = silent ? (_, _) => { } : new Action<string, JsonObject>((type, content) => publish(request, type, content));
        shown("execute_input", new JsonObject { ["code"] = code, ["execution_count"] = count });
        var result = Run(session, request, code, shown);
        if (result.Error is { } error)
        {
            var said = Said(error);
            shown("error", (JsonObject)said.DeepClone());
            said["execution_count"] = count;
            reply(request, said);
            return error;
        }

        if (result.Value is { } value)
        {
            shown("execute_result", new JsonObject { ["data"] = value, ["metadata"] = new JsonObject(), ["execution_count"] = count });
        }

        reply(request, new JsonObject { ["status"] = "ok", ["execution_count"] = count, ["payload"] = new JsonArray(), ["user_expressions"] = Expressions(session, request) });
        return null;
    }

    private CellResult Run(CellSession session, JupyterMessage request, string code, Action<string, JsonObject> shown)
    {
        if (session.IsAbandoned)
        {
            const string Reason = "An earlier cell was interrupted, did not heed Cancel and still runs. Restart the kernel.";
            return new CellResult(null, new CellError("Interrupted", Reason, null, [Reason]), true, TimeSpan.Zero);
        }

        using var cancel = new CancellationTokenSource();
        lock (gate)
        {
            stop = cancel;
            if (interrupted)
            {
                interrupted = false;
                cancel.Cancel();
            }
        }

        using var streams = new StreamBatch((name, text) => shown("stream", new JsonObject { ["name"] = name, ["text"] = text }));
        session.Ask = () => AskUser(request, streams, cancel.Token);
        try
        {
            return session.RunAsync(code, $"cell {count}", output => Show(output, streams, shown), cancel: cancel.Token).GetAwaiter().GetResult();
        }
        finally
        {
            lock (gate)
            {
                stop = null;
            }
        }
    }

    private static void Show(CellOutput output, StreamBatch streams, Action<string, JsonObject> shown)
    {
        switch (output)
        {
            case StreamOutput written:
                streams.Add(written.Name, written.Text);
                break;
            case DisplayOutput display:
                streams.Flush();
                shown(display.Updates ? "update_display_data" : "display_data", new JsonObject
                {
                    ["data"] = display.Data,
                    ["metadata"] = new JsonObject(),
                    ["transient"] = new JsonObject { ["display_id"] = display.Id },
                });
                break;
            case ClearOutput clear:
                streams.Flush();
                shown("clear_output", new JsonObject { ["wait"] = clear.Wait });
                break;
        }
    }

    private string AskUser(JupyterMessage request, StreamBatch streams, CancellationToken cancel)
    {
        if (!request.Flag("allow_stdin", false))
        {
            throw new InvalidOperationException("This front end takes no input; set the value in the cell instead.");
        }

        streams.Flush();
        question = new TaskCompletionSource<string>();
        ask(request, new JsonObject { ["prompt"] = "", ["password"] = false });
        question.Task.Wait(cancel);
        return question.Task.Result;
    }

    private JsonObject Expressions(CellSession session, JupyterMessage request)
    {
        var values = new JsonObject();
        foreach (var (name, expression) in request.Content["user_expressions"] as JsonObject ?? [])
        {
            var result = Run(session, request, (string?)expression ?? "", (_, _) => { });
            values[name] = result.Error is { } error ? Said(error)
                : new JsonObject { ["status"] = "ok", ["data"] = result.Value ?? [], ["metadata"] = new JsonObject() };
        }

        return values;
    }
}
