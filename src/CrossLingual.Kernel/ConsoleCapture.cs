using System.Text;

namespace CrossLingual.Kernel;

/// <summary>
/// Routes what a cell writes to the console to that cell, and what everything else writes to the real console. The route
/// follows the flow of execution: through awaits, tasks and threads that the cell starts.
/// </summary>
internal static class ConsoleCapture
{
    private static readonly AsyncLocal<Action<CellOutput>?> Target = new();
    private static readonly Lock Gate = new();
    private static bool installed;

    /// <summary>From here on in this flow of execution, the console writes to <paramref name="target"/>.</summary>
    public static void Begin(Action<CellOutput> target)
    {
        lock (Gate)
        {
            if (!installed)
            {
                Console.SetOut(new Router("stdout", Console.Out));
                Console.SetError(new Router("stderr", Console.Error));
                installed = true;
            }
        }

        Target.Value = target;
    }

    /// <summary>Does something whose own writing goes to the real console: a listener that prints what it hears.</summary>
    public static void Aside(Action action)
    {
        var target = Target.Value;
        Target.Value = null;
        try
        {
            action();
        }
        finally
        {
            Target.Value = target;
        }
    }

    private sealed class Router(string name, TextWriter real) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write(value.ToString());

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

        public override void Write(string? value)
        {
            if (string.IsNullOrEmpty(value))
            {
                return;
            }

            if (Target.Value is { } target)
            {
                target(new StreamOutput(name, value));
            }
            else
            {
                real.Write(value);
            }
        }

        public override void WriteLine(string? value) => Write(value + "\n");

        public override void WriteLine() => Write("\n");

        public override void Flush() => real.Flush();
    }
}
