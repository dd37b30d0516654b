using System.Diagnostics;
using System.Globalization;

namespace CrossLingual.Cli;

/// <summary>Progress for logs: a plain line every tenth of the way, and at least every half minute.</summary>
/// <param name="title">What is done.</param>
/// <param name="write">Writes a line.</param>
internal sealed class ProgressLines(string title, Action<string> write)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private double _next;
    private TimeSpan _last = TimeSpan.Zero;

    /// <summary>Reports a share done, 0 to 1.</summary>
    public void Report(double share, string status)
    {
        var now = _watch.Elapsed;
        if (share < _next && now - _last < TimeSpan.FromSeconds(30))
        {
            return;
        }

        var left = share > 0.01 ? TimeSpan.FromSeconds(now.TotalSeconds * (1 - share) / share) : (TimeSpan?)null;
        write($"{title}: {share * 100:0} %{(status.Length > 0 ? ", " + status : "")}{(left is { TotalSeconds: >= 1 } l ? $", {Left(l)} left" : "")}");
        _next = share + 0.1;
        _last = now;
    }

    private static string Left(TimeSpan left) => left.ToString(left.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
}
