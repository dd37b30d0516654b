using System.Diagnostics;
using System.Globalization;
using System.Net;
using CrossLingual.Merging;
using CrossLingual.Training;

namespace CrossLingual.Reporting;

/// <summary>
/// One bar that moves while a cell works, for whatever the library reports progress to; its last state stays.
/// <code>
/// Evaluator.Run(recipe, "notebook", progress("asking"), Cancel);
/// LabExperiment.Run(options, "notebook", report: progress("lab").Report, cancel: Cancel);
/// foreach (var file in progress("reading", files)) { … }
/// </code>
/// </summary>
public sealed class ProgressBar : IProgress<double>, IProgress<int>, IProgress<TrainingProgress>, IProgress<TaggerProgress>, IProgress<MergeProgress>
{
    /// <summary>A bar that moves more often only flickers.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly Lock gate = new();
    private readonly string title;
    private readonly int? total;
    private readonly Action show;
    private TimeSpan last;
    private double? share;
    private int count;
    private string status = "";
    private bool waits;

    /// <summary>Shows a bar.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="total">How many things there are, for progress that counts them.</param>
    /// <param name="show">Shows it; what it returns shows it again in the same place.</param>
    public ProgressBar(string title, int? total, Func<ProgressBar, Action> show)
    {
        (this.title, this.total) = (title, total);
        share = total is null ? null : 0;
        this.show = show(this);
    }

    /// <summary>Moves the bar.</summary>
    /// <param name="share">The share that is done, 0 to 1.</param>
    public void Report(double share) => Report(share, "");

    /// <summary>Moves the bar and says what is being done.</summary>
    /// <param name="share">The share that is done, 0 to 1.</param>
    /// <param name="status">A few words.</param>
    public void Report(double share, string status) => Move(Math.Clamp(share, 0, 1), 0, status);

    void IProgress<int>.Report(int value) => Move(total is > 0 ? Math.Clamp((double)value / total.Value, 0, 1) : null, value, "");

    void IProgress<TrainingProgress>.Report(TrainingProgress value) =>
        Report((double)value.Step / value.Steps, string.Create(CultureInfo.InvariantCulture, $"step {value.Step} of {value.Steps}, loss {value.Loss:0.000}"));

    void IProgress<TaggerProgress>.Report(TaggerProgress value) =>
        Report((double)value.Step / value.Steps, string.Create(CultureInfo.InvariantCulture, $"step {value.Step} of {value.Steps}, loss {value.Loss:0.000}"));

    void IProgress<MergeProgress>.Report(MergeProgress value) => Report(value.AllBytes == 0 ? 1 : (double)value.Bytes / value.AllBytes, value.Doing);

    /// <summary>The bar as HTML.</summary>
    public string ToHtml()
    {
        lock (gate)
        {
            var bar = share is { } value ? string.Create(CultureInfo.InvariantCulture, $"<progress max=\"1\" value=\"{value:0.###}\"></progress> ") : "";
            return $"<div>{bar}{WebUtility.HtmlEncode(ToString())}</div>";
        }
    }

    /// <summary>What the bar says, in words.</summary>
    public override string ToString()
    {
        lock (gate)
        {
            var done = share is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s * 100:0} %") : string.Create(CultureInfo.InvariantCulture, $"{count} done");
            return $"{title}: {done}{(status.Length > 0 ? ", " + status : "")}{Left()}";
        }
    }

    /// <summary>Shows what was held back.</summary>
    public void Flush()
    {
        if (waits)
        {
            waits = false;
            show();
        }
    }

    private void Move(double? share, int count, string status)
    {
        lock (gate)
        {
            (this.share, this.count, this.status) = (share, count, status);
            waits = share is null or < 1 && watch.Elapsed - last < Pause;
            if (waits)
            {
                return;
            }

            last = watch.Elapsed;
        }

        show();
    }

    // The last state says no time, so that a second run leaves the same.
    private string Left()
    {
        if (share is not (> 0.01 and < 1) || watch.Elapsed.TotalSeconds * (1 - share.Value) / share.Value is not (>= 1 and < 1e6 and var seconds))
        {
            return "";
        }

        return $", {TimeSpan.FromSeconds(seconds).ToString(seconds >= 3600 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture)} left";
    }
}
