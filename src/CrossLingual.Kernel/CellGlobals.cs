using System.Collections.Concurrent;
using CrossLingual.Reporting;

namespace CrossLingual.Kernel;

/// <summary>What every cell can name without a prefix.</summary>
public sealed class CellGlobals
{
    private volatile Action<CellOutput> output = _ => { };
    private readonly ConcurrentQueue<ProgressBar> bars = [];
    private int displays;

    /// <summary>Asks the running cell to stop; pass it to whatever takes a token.</summary>
    public CancellationToken Cancel { get; internal set; }

    /// <summary>A value on its way from another language; empty but for the moment of sharing.</summary>
    public object? Shared { get; internal set; }

    /// <summary>Shows a bar for a share, or for the library's own reports of progress.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="total">How many things there are, for progress that counts them.</param>
    public ProgressBar progress(string title, int? total = null)
    {
        var bar = new ProgressBar(title, total, bar =>
        {
            var shown = display(bar);
            return () => shown.Update(bar);
        });
        bars.Enqueue(bar);
        return bar;
    }

    /// <summary>Goes through a list under a bar.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="items">The list.</param>
    public IEnumerable<T> progress<T>(string title, IReadOnlyCollection<T> items)
    {
        IProgress<int> bar = progress(title, items.Count);
        var done = 0;
        foreach (var item in items)
        {
            Cancel.ThrowIfCancellationRequested();
            yield return item;
            bar.Report(++done);
        }
    }

    /// <summary>A cell begins.</summary>
    /// <param name="show">Told what it shows.</param>
    /// <param name="cancel">Asks it to stop.</param>
    internal void Begin(Action<CellOutput> show, CancellationToken cancel) => (output, Cancel) = (show, cancel);

    /// <summary>A cell ends: its bars show how far they came.</summary>
    internal void End()
    {
        while (bars.TryDequeue(out var bar))
        {
            bar.Flush();
        }
    }

    /// <summary>Shows a value: a figure, a table, a text, a number or any object.</summary>
    /// <returns>What was shown; another value can take its place.</returns>
    public DisplayedValue display(object? value) => Show(MimeBundle.Of(value));

    /// <summary>Shows a value that is in its forms already.</summary>
    internal DisplayedValue Show(System.Text.Json.Nodes.JsonObject forms)
    {
        var id = $"display-{Interlocked.Increment(ref displays)}";
        output(new DisplayOutput(forms, id));
        return new DisplayedValue(later => output(new DisplayOutput(MimeBundle.Of(later), id, Updates: true)));
    }

    /// <summary>Takes away what the cell has shown so far.</summary>
    /// <param name="wait">Whether it stays until the next output comes, so that nothing flickers.</param>
    public void clear_output(bool wait = false) => output(new ClearOutput(wait));
}

/// <summary>A value that a cell shows.</summary>
public sealed class DisplayedValue
{
    private readonly Action<object?> update;

    internal DisplayedValue(Action<object?> update) => this.update = update;

    /// <summary>Shows another value in its place, also from a later cell.</summary>
    public void Update(object? value) => update(value);
}
