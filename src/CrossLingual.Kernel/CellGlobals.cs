namespace CrossLingual.Kernel;

/// <summary>What every cell can name without a prefix.</summary>
public sealed class CellGlobals
{
    private volatile Action<CellOutput> output = _ => { };

    /// <summary>Asks the running cell to stop; pass it to whatever takes a token.</summary>
    public CancellationToken Cancel { get; internal set; }

    internal Action<CellOutput> Output
    {
        set => output = value;
    }

    /// <summary>Shows a value: a figure, a table, a text, a number or any object.</summary>
    public void display(object? value) => output(new DisplayOutput(MimeBundle.Of(value)));
}
