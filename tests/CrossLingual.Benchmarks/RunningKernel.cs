using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrossLingual.Kernel.Jupyter;
using NetMQ;
using NetMQ.Sockets;

namespace CrossLingual.Benchmarks;

/// <summary>A kernel in a process of its own, asked over real sockets as a front end asks it.</summary>
internal sealed class RunningKernel : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly string file = Path.GetTempFileName();
    private readonly ConnectionFile connection;
    private readonly Process process;
    private readonly DealerSocket shell = new();
    private readonly SubscriberSocket iopub = new();

    /// <summary>Starts a kernel and waits for the result of its first cell.</summary>
    /// <param name="command">The program and its arguments; the connection file follows.</param>
    /// <param name="environment">What its kernel specification sets.</param>
    /// <param name="first">The cell.</param>
    public RunningKernel(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, string first)
    {
        var listeners = Enumerable.Range(0, 5).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        int[] ports = [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        listeners.ForEach(l => l.Stop());
        connection = new ConnectionFile("tcp", "127.0.0.1", ports[0], ports[1], ports[2], ports[3], ports[4], "a secret");
        File.WriteAllText(file, JsonSerializer.Serialize(connection, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower }));
        shell.Options.ReconnectInterval = TimeSpan.FromMilliseconds(10);
        shell.Connect(connection.Address(connection.ShellPort));
        var watch = Stopwatch.StartNew();
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), file]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment.TryAdd(name, value);
        }

        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        Ask("execute_request", Cell(first));
        Start = watch.Elapsed.TotalMilliseconds;
    }

    /// <summary>Milliseconds from the start of the process to the answer to the first cell.</summary>
    public double Start { get; }

    /// <summary>Resident megabytes of the process and its children; null where the system does not say.</summary>
    public double? Megabytes => OperatingSystem.IsLinux() ? Resident(process.Id) : null;

    /// <summary>Waits until what cells show is heard; a subscription takes effect some time after it is made.</summary>
    public void Listen()
    {
        iopub.Connect(connection.Address(connection.IopubPort));
        iopub.SubscribeToAnyTopic();
        var frames = new NetMQMessage();
        do
        {
            Ask("kernel_info_request", []);
        }
        while (!iopub.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(200), ref frames));
        Thread.Sleep(200);
        while (iopub.TryReceiveMultipartMessage(TimeSpan.Zero, ref frames))
        {
        }
    }

    /// <summary>Runs a cell.</summary>
    /// <returns>Milliseconds until it was answered and all that it showed had arrived.</returns>
    public double Run(string code)
    {
        var watch = Stopwatch.StartNew();
        var (id, answer) = Ask("execute_request", Cell(code));
        JupyterMessage message;
        do
        {
            message = Receive(iopub);
        }
        while ((string?)message.Parent["msg_id"] != id || message.Text("execution_state") != "idle");
        return (string?)answer["status"] == "ok" ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException(answer.ToJsonString());
    }

    /// <summary>Asks what could follow a text.</summary>
    /// <returns>Milliseconds until the answer.</returns>
    public double Complete(string code)
    {
        var watch = Stopwatch.StartNew();
        var (_, answer) = Ask("complete_request", new JsonObject { ["code"] = code, ["cursor_pos"] = code.Length });
        return answer["matches"]!.AsArray().Count > 0 ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException($"{code}: nothing to complete");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();

        // What it leaves to clean up must not slow the next one down.
        Thread.Sleep(300);
        process.Dispose();
        shell.Dispose();
        iopub.Dispose();
        File.Delete(file);
    }

    private static JsonObject Cell(string code) => new() { ["code"] = code, ["silent"] = false, ["store_history"] = true, ["allow_stdin"] = false, ["user_expressions"] = new JsonObject(), ["stop_on_error"] = true };

    private static double Resident(int id)
    {
        var kilobytes = File.ReadLines($"/proc/{id}/status").Where(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Sum(l => double.Parse(l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture));
        return (kilobytes / 1024) + Directory.EnumerateDirectories($"/proc/{id}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Sum(child => Resident(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture)));
    }

    private (string Id, JsonObject Answer) Ask(string type, JsonObject content)
    {
        var message = new JupyterMessage([], [], [], []).Answer(type, content, "benchmark") with { Parent = [] };
        shell.SendMultipartMessage(message.ToFrames(connection.Key));
        return ((string)message.Header["msg_id"]!, Receive(shell).Content);
    }

    private JupyterMessage Receive(NetMQSocket socket)
    {
        var frames = new NetMQMessage();
        return socket.TryReceiveMultipartMessage(Patience, ref frames) ? JupyterMessage.FromFrames(frames, connection.Key)
            : throw new TimeoutException("the kernel does not answer");
    }
}
