using System.Text;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>
/// Gathers what a cell writes, so that ten thousand small writes become a few messages, and cuts output without end:
/// a front end must stay usable.
/// </summary>
/// <param name="send">Told the stream's name and a stretch of its text.</param>
internal sealed class StreamBatch(Action<string, string> send) : IDisposable
{
    /// <summary>Characters of a cell that are shown; the rest is counted.</summary>
    public const int Most = 4_000_000;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(40);
    private readonly Lock gate = new();
    private readonly StringBuilder text = new();
    private Timer? timer;
    private string stream = "";
    private long shown;
    private long cut;

    /// <summary>Adds text; it is sent within 40 ms.</summary>
    public void Add(string name, string written)
    {
        lock (gate)
        {
            if (name != stream)
            {
                Send();
                stream = name;
            }

            var room = (int)Math.Min(written.Length, Math.Max(0, Most - shown));
            text.Append(written, 0, room);
            shown += room;
            cut += written.Length - room;
            timer ??= new Timer(_ => Flush(), null, Every, Every);
        }
    }

    /// <summary>Sends what has gathered.</summary>
    public void Flush()
    {
        lock (gate)
        {
            Send();
        }
    }

    /// <summary>Sends the rest, and says what was cut.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            timer?.Dispose();
            Send();
            if (cut > 0)
            {
                send("stderr", $"\n[{cut:N0} more characters were written and are not shown; a cell shows {Most:N0}.]\n");
                cut = 0;
            }
        }
    }

    private void Send()
    {
        if (text.Length > 0)
        {
            send(stream, text.ToString());
            text.Clear();
        }
    }
}
