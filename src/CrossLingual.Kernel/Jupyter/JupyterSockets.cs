using NetMQ;
using NetMQ.Sockets;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>Where a message comes from or goes to.</summary>
internal enum Port
{
    /// <summary>Requests.</summary>
    Shell,

    /// <summary>Requests that do not wait.</summary>
    Control,

    /// <summary>Questions to the user.</summary>
    Stdin,

    /// <summary>What all front ends see.</summary>
    Iopub,
}

/// <summary>The five sockets. One thread owns them all; others hand their messages to a queue.</summary>
internal sealed class JupyterSockets : IDisposable
{
    private readonly ConnectionFile connection;
    private readonly Dictionary<Port, NetMQSocket> sockets;
    private readonly ResponseSocket heartbeat = new();
    private readonly NetMQQueue<(Port Port, JupyterMessage Message)> outbox = new();
    private readonly NetMQPoller poller;

    /// <summary>Binds to the addresses of the connection file, and no other.</summary>
    /// <param name="connection">The connection file.</param>
    /// <param name="received">Told each message whose signature is right.</param>
    /// <param name="dropped">Told why a message was dropped.</param>
    public JupyterSockets(ConnectionFile connection, Action<Port, JupyterMessage> received, Action<string> dropped)
    {
        this.connection = connection;
        sockets = new()
        {
            [Port.Shell] = new RouterSocket(),
            [Port.Control] = new RouterSocket(),
            [Port.Stdin] = new RouterSocket(),
            [Port.Iopub] = new PublisherSocket(),
        };
        poller = [heartbeat, outbox];
        foreach (var (port, number) in new[] { (Port.Shell, connection.ShellPort), (Port.Control, connection.ControlPort), (Port.Stdin, connection.StdinPort), (Port.Iopub, connection.IopubPort) })
        {
            var socket = sockets[port];
            socket.Options.Linger = TimeSpan.FromSeconds(1);
            socket.Options.SendHighWatermark = 0;
            socket.Bind(connection.Address(number));
            if (port != Port.Iopub)
            {
                socket.ReceiveReady += (_, e) => Receive(port, e.Socket, received, dropped);
                poller.Add(socket);
            }
        }

        heartbeat.Bind(connection.Address(connection.HbPort));
        heartbeat.ReceiveReady += (_, e) => e.Socket.SendMultipartMessage(e.Socket.ReceiveMultipartMessage());
        outbox.ReceiveReady += (_, e) =>
        {
            while (e.Queue.TryDequeue(out var next, TimeSpan.Zero))
            {
                sockets[next.Port].SendMultipartMessage(next.Message.ToFrames(connection.Key));
            }
        };
    }

    /// <summary>Sends a message, from any thread.</summary>
    public void Send(Port port, JupyterMessage message) => outbox.Enqueue((port, message));

    /// <summary>Serves until <see cref="Stop"/>; on this thread.</summary>
    public void Run() => poller.Run();

    /// <summary>Ends <see cref="Run"/> once what was sent before is out.</summary>
    public void Stop()
    {
        var timer = new NetMQTimer(TimeSpan.FromMilliseconds(50));
        timer.Elapsed += (_, _) => poller.StopAsync();
        poller.Add(timer);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        poller.Dispose();
        outbox.Dispose();
        heartbeat.Dispose();
        foreach (var socket in sockets.Values)
        {
            socket.Dispose();
        }
    }

    private void Receive(Port port, NetMQSocket socket, Action<Port, JupyterMessage> received, Action<string> dropped)
    {
        var frames = socket.ReceiveMultipartMessage();
        try
        {
            received(port, JupyterMessage.FromFrames(frames, connection.Key));
        }
        catch (FormatException e)
        {
            dropped($"{port}: {e.Message}");
        }
    }
}
