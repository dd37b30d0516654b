using System.Text.Json.Nodes;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>
/// A kernel of Jupyter's protocol 5.4 on a <see cref="CellSession"/>. One thread owns the sockets, another runs the cells
/// in their order, so that interrupts, completions and heartbeats are answered while a cell runs.
/// </summary>
internal sealed class JupyterKernel : IDisposable
{
    private readonly string session = Guid.NewGuid().ToString("N");
    private readonly JupyterSockets sockets;
    private readonly CellQueue cells;
    private readonly Task<CellSession> runner;
    private readonly CellHistory history = new();
    private readonly Action<string> log;

    /// <summary>Binds the sockets.</summary>
    /// <param name="connection">Where the front end waits.</param>
    /// <param name="runner">Runs the cells; it may take a while to be there.</param>
    /// <param name="log">Told what was dropped and why.</param>
    /// <param name="running">Told the request of the cell that starts, and null when it has ended.</param>
    public JupyterKernel(ConnectionFile connection, Task<CellSession> runner, Action<string> log, Action<JupyterMessage?> running)
    {
        this.log = log;
        this.runner = runner;
        sockets = new JupyterSockets(connection, Received, reason => log($"A message was dropped. {reason}"));
        cells = new CellQueue(runner, history, Publish, Reply, (request, content) => sockets.Send(Port.Stdin, request.Answer("input_request", content, session)), running);
    }

    /// <summary>Serves until a front end asks for shutdown, or <see cref="Stop"/>.</summary>
    public void Run()
    {
        cells.Start();
        sockets.Run();
    }

    /// <summary>Asks the running cell to stop.</summary>
    public void Interrupt() => cells.Interrupt();

    /// <summary>Ends <see cref="Run"/>.</summary>
    public void Stop()
    {
        cells.Close();
        sockets.Stop();
    }

    /// <inheritdoc/>
    public void Dispose() => sockets.Dispose();

    private static JsonObject Information() => new()
    {
        ["status"] = "ok",
        ["protocol_version"] = JupyterMessage.Version,
        ["implementation"] = "crosslingual",
        ["implementation_version"] = typeof(JupyterKernel).Assembly.GetName().Version!.ToString(3),
        ["language_info"] = new JsonObject
        {
            ["name"] = "C#",
            ["version"] = "14.0",
            ["mimetype"] = "text/x-csharp",
            ["file_extension"] = ".cs",
            ["pygments_lexer"] = "csharp",
            ["codemirror_mode"] = "text/x-csharp",
        },
        ["banner"] = "C# notebooks with CrossLingual.Notebooks: the library and its usings are ready; 'Cancel' is the token of the running cell; '#!lsmagic' lists other languages and magics.",
        ["help_links"] = new JsonArray(),
        ["debugger"] = false,
    };

    private void Received(Port port, JupyterMessage request)
    {
        switch (request.Type)
        {
            case "execute_request":
                cells.Add(request);
                break;
            case "input_reply":
                cells.Answered(request.Text("value"));
                break;
            case "kernel_info_request":
                Answer(port, request, Information);
                break;
            case "interrupt_request":
                cells.Interrupt();
                Answer(port, request, () => new JsonObject { ["status"] = "ok" });
                break;
            case "shutdown_request":
                Answer(port, request, () => new JsonObject { ["status"] = "ok", ["restart"] = request.Flag("restart", false) });
                Stop();
                break;
            case "is_complete_request":
                Answer(port, request, () => CellSession.IsComplete(request.Text("code"))
                    ? new JsonObject { ["status"] = "complete" }
                    : new JsonObject { ["status"] = "incomplete", ["indent"] = "    " });
                break;
            case "complete_request":
                Task.Run(() => Answer(port, request, () => Complete(request)));
                break;
            case "inspect_request":
                Task.Run(() => Answer(port, request, () => Inspect(request)));
                break;
            case "history_request":
                Answer(port, request, () => history.Answer(request));
                break;
            case "comm_info_request":
                Answer(port, request, () => new JsonObject { ["status"] = "ok", ["comms"] = new JsonObject() });
                break;
            case "comm_open":
                // No target is known; the protocol asks to close at once.
                Publish(request, "comm_close", new JsonObject { ["comm_id"] = request.Text("comm_id"), ["data"] = new JsonObject() });
                break;
            case "comm_msg" or "comm_close":
                break;
            default:
                log($"A message was dropped. {port}: '{request.Type}' is not known.");
                break;
        }
    }

    private void Answer(Port port, JupyterMessage request, Func<JsonObject> content)
    {
        Publish(request, "status", new JsonObject { ["execution_state"] = "busy" });
        JsonObject answer;
        try
        {
            answer = content();
        }
        catch (Exception e)
        {
            answer = new JsonObject { ["status"] = "error", ["ename"] = e.GetType().Name, ["evalue"] = e.Message, ["traceback"] = new JsonArray() };
        }

        sockets.Send(port, request.Answer(request.Type.Replace("_request", "_reply", StringComparison.Ordinal), answer, session));
        Publish(request, "status", new JsonObject { ["execution_state"] = "idle" });
    }

    private void Publish(JupyterMessage request, string type, JsonObject content) =>
        sockets.Send(Port.Iopub, request.Answer(type, content, session, [System.Text.Encoding.ASCII.GetBytes(type)]));

    private void Reply(JupyterMessage request, JsonObject content) => sockets.Send(Port.Shell, request.Answer("execute_reply", content, session));

    private JsonObject Complete(JupyterMessage request)
    {
        var text = request.Text("code");
        var found = runner.GetAwaiter().GetResult().Complete(text, CodePoints.ToUtf16(text, request.Number("cursor_pos") ?? int.MaxValue));
        return new JsonObject
        {
            ["status"] = "ok",
            ["matches"] = new JsonArray([.. found.Matches.Select(m => (JsonNode)m)]),
            ["cursor_start"] = CodePoints.FromUtf16(text, found.Start),
            ["cursor_end"] = CodePoints.FromUtf16(text, found.End),
            ["metadata"] = new JsonObject(),
        };
    }

    private JsonObject Inspect(JupyterMessage request)
    {
        var text = request.Text("code");
        var found = runner.GetAwaiter().GetResult().Inspect(text, CodePoints.ToUtf16(text, request.Number("cursor_pos") ?? int.MaxValue));
        return new JsonObject
        {
            ["status"] = "ok",
            ["found"] = found is not null,
            ["data"] = found is null ? new JsonObject() : new JsonObject
            {
                ["text/plain"] = $"{found.Signature}\n{found.Documentation}".TrimEnd(),
                ["text/markdown"] = $"```csharp\n{found.Signature}\n```\n\n{found.Documentation.Replace("\n", "  \n", StringComparison.Ordinal)}".TrimEnd(),
            },
            ["metadata"] = new JsonObject(),
        };
    }
}
