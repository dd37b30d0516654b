using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using CrossLingual.Kernel.Jupyter;
using NetMQ;
using NetMQ.Sockets;

namespace CrossLingual.Kernel.Tests.Jupyter;

/// <summary>A small front end: it speaks the protocol to a kernel of this process, over real sockets.</summary>
internal sealed class FrontEnd : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ConnectionFile connection;
    private readonly JupyterKernel kernel;
    private readonly Thread thread;
    private readonly DealerSocket shell = new();
    private readonly DealerSocket control = new();
    private readonly DealerSocket stdin = new();
    private readonly SubscriberSocket iopub = new();

    public FrontEnd()
    {
        var ports = Ports(5);
        connection = new ConnectionFile("tcp", "127.0.0.1", ports[0], ports[1], ports[2], ports[3], ports[4], "a secret");
        kernel = new JupyterKernel(connection, Task.FromResult(new CellSession(Environment.CurrentDirectory)), reason =>
        {
            lock (Log)
            {
                Log.Add(reason);
            }
        }, _ => { });
        thread = new Thread(kernel.Run);
        thread.Start();
        var identity = Guid.NewGuid().ToByteArray();
        identity[0] = 1;   // a leading zero is reserved
        foreach (var (socket, port) in new (NetMQSocket, int)[] { (shell, connection.ShellPort), (control, connection.ControlPort), (stdin, connection.StdinPort), (iopub, connection.IopubPort) })
        {
            socket.Options.Identity = identity;
            socket.Connect(connection.Address(port));
        }

        iopub.SubscribeToAnyTopic();

        // A subscription takes effect some time after it is made: ask until something is heard.
        for (var i = 0; ; i++)
        {
            Send(shell, "kernel_info_request", []);
            Receive(shell);
            var frames = new NetMQMessage();
            if (iopub.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(200), ref frames))
            {
                break;
            }

            Assert.True(i < 50);
        }

        Thread.Sleep(100);
        var rest = new NetMQMessage();
        while (iopub.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(50), ref rest))
        {
        }
    }

    public List<string> Log { get; } = [];

    /// <summary>Sends a request without waiting.</summary>
    public string Post(string type, JsonObject content) => Send(type is "interrupt_request" or "shutdown_request" ? control : shell, type, content);

    /// <summary>The next answer to a request.</summary>
    public JupyterMessage Answer(bool fromControl = false) => Receive(fromControl ? control : shell);

    /// <summary>Asks and takes the answer.</summary>
    public JsonObject Ask(string type, JsonObject content)
    {
        var id = Post(type, content);
        var answer = Answer(type is "interrupt_request" or "shutdown_request");
        Assert.Equal(id, (string?)answer.Parent["msg_id"]);
        Assert.Equal(type.Replace("_request", "_reply", StringComparison.Ordinal), answer.Type);
        Shown(id);
        return answer.Content;
    }

    /// <summary>Runs a cell: what was shown and the answer.</summary>
    public (List<JupyterMessage> Shown, JsonObject Answer) Run(string code, Action<JsonObject>? more = null)
    {
        var content = new JsonObject { ["code"] = code };
        more?.Invoke(content);
        var id = Post("execute_request", content);
        return (Shown(id), Answer().Content);
    }

    /// <summary>Everything shown for a request, up to its idle.</summary>
    public List<JupyterMessage> Shown(string id)
    {
        var all = new List<JupyterMessage>();
        while (true)
        {
            var message = Receive(iopub);
            if ((string?)message.Parent["msg_id"] != id)
            {
                continue;
            }

            if (message.Type == "status" && message.Text("execution_state") == "idle")
            {
                return all;
            }

            all.Add(message);
        }
    }

    /// <summary>Waits until something of a kind is shown for a request.</summary>
    public void Wait(string id, string type)
    {
        JupyterMessage message;
        do
        {
            message = Receive(iopub);
        }
        while ((string?)message.Parent["msg_id"] != id || message.Type != type);
    }

    /// <summary>Answers the next question of a cell.</summary>
    public void Tell(string line)
    {
        Assert.Equal("input_request", Receive(stdin).Type);
        Send(stdin, "input_reply", new JsonObject { ["value"] = line });
    }

    /// <summary>Sends frames as they are.</summary>
    public void SendRaw(params byte[][] frames) => shell.SendMultipartMessage(new NetMQMessage([.. frames.Select(f => new NetMQFrame(f))]));

    public bool HasEnded() => thread.Join(TimeSpan.FromSeconds(10));

    public void Dispose()
    {
        kernel.Stop();
        Assert.True(HasEnded());
        kernel.Dispose();
        shell.Dispose();
        control.Dispose();
        stdin.Dispose();
        iopub.Dispose();
    }

    private static int[] Ports(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        int[] ports = [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        listeners.ForEach(l => l.Stop());
        return ports;
    }

    private string Send(NetMQSocket socket, string type, JsonObject content)
    {
        var message = new JupyterMessage([], [], [], []).Answer(type, content, "front end") with { Parent = [] };
        socket.SendMultipartMessage(message.ToFrames(connection.Key));
        return (string)message.Header["msg_id"]!;
    }

    private JupyterMessage Receive(NetMQSocket socket)
    {
        var frames = new NetMQMessage();
        Assert.True(socket.TryReceiveMultipartMessage(Patience, ref frames), "the kernel did not answer");
        return JupyterMessage.FromFrames(frames, connection.Key);
    }
}
