using System.Text.Json;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary>What commands print: results on standard output, progress on standard error, JSON alone when asked.</summary>
internal sealed class Screen(bool json)
{
    /// <summary>Whether the result is to be one JSON document.</summary>
    public bool Json => json;

    /// <summary>The result for people.</summary>
    public IAnsiConsole Out { get; } = AnsiConsole.Console;

    /// <summary>Progress and remarks.</summary>
    public IAnsiConsole Error { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Prints a remark.</summary>
    public void Note(string text) => Error.WriteLine(text);

    /// <summary>Prints the result: as JSON, or for people.</summary>
    public void Result<T>(T value, Action<IAnsiConsole> forPeople)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonText.Indented));
        }
        else
        {
            forPeople(Out);
        }
    }

    /// <summary>Runs work under a progress bar; where standard error is no terminal, a line now and then.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="work">Gets a function to call with the share done (0 to 1) and a short status.</param>
    public T Progress<T>(string title, Func<Action<double, string>, T> work)
    {
        if (Console.IsErrorRedirected)
        {
            var lines = new ProgressLines(title, Note);
            return work(lines.Report);
        }

        return Error.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: 1);
                var result = work((share, status) =>
                {
                    task.Value = share;
                    task.Description = Markup.Escape(status.Length > 0 ? $"{title}  {status}" : title);
                });
                task.Value = 1;
                return result;
            });
    }
}
