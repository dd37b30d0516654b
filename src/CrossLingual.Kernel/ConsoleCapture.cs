using System.Text;

namespace CrossLingual.Kernel;

/// <summary>
/// Routes what a cell writes to the console to that cell, and what everything else writes to the real console. The route
/// follows the flow of execution: through awaits, tasks and threads that the cell starts.
/// </summary>
internal static class ConsoleCapture
{
    private static readonly AsyncLocal<Action<CellOutput>?> Target = new();
    private static readonly AsyncLocal<Func<string>?> Question = new();
    private static readonly Lock Gate = new();
    private static bool installed;

    /// <summary>From here on in this flow of execution, the console writes to <paramref name="target"/>.</summary>
    /// <param name="target">Told what is written.</param>
    /// <param name="ask">Asks the user for a line; null leaves the real console's input.</param>
    public static void Begin(Action<CellOutput> target, Func<string>? ask = null)
    {
        lock (Gate)
        {
            if (!installed)
            {
                Console.SetOut(new Router("stdout", Console.Out));
                Console.SetError(new Router("stderr", Console.Error));
                Console.SetIn(new Asker(Console.In));
                installed = true;
            }
        }

        Target.Value = target;
        Question.Value = ask;
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

    private sealed class Asker(TextReader real) : TextReader
    {
        public override string? ReadLine() => Question.Value is { } ask ? ask() : real.ReadLine();

        public override int Read() => Question.Value is null ? real.Read()
            : throw new NotSupportedException("A cell reads whole lines: Console.ReadLine().");

        public override int Peek() => Question.Value is null ? real.Peek() : -1;
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
