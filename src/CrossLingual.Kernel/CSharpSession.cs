using System.Diagnostics;
using System.Text.Json.Nodes;
using CrossLingual.Kernel.Packages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CrossLingual.Kernel;

/// <summary>
/// Runs C# cells one after another, each seeing what the earlier ones declared. A name may be declared again; the last
/// declaration counts. The session knows nothing of files and protocols: a notebook runner and a Jupyter kernel stand on it.
/// </summary>
public sealed class CSharpSession
{
    /// <summary>How long a cell may take to heed its token before it is left behind.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CellGlobals globals = new();
    private readonly SubmissionChain chain;
    private readonly CellPackages packages;

    /// <summary>Starts with nothing declared.</summary>
    /// <param name="folder">Where <c>#r</c> and <c>#load</c> look for relative paths, and NuGet for a nuget.config.</param>
    public CSharpSession(string folder)
        : this(folder, PackageRestore.OfUser)
    {
    }

    /// <summary>Starts with nothing declared, and packages of a place of one's own.</summary>
    internal CSharpSession(string folder, PackageRestore restore) => (chain, packages) = (new SubmissionChain(folder), new CellPackages(folder, restore));

    /// <summary>Whether a cell did not heed its token and runs on; the session then takes no more cells.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Cells that later ones can still name something of, and those that these stand on.</summary>
    public int KeptCells => chain.Count;

    /// <summary>Asks the user for the line that a cell reads from the console; null leaves the real console's input.</summary>
    public Func<string>? Ask { get; set; }

    /// <summary>Runs a cell.</summary>
    /// <param name="code">Its text.</param>
    /// <param name="name">What errors call it, such as <c>cell 3</c>.</param>
    /// <param name="onOutput">Told what the cell writes and displays, one thing at a time, from any thread.</param>
    /// <param name="cancel">Asks the cell to stop; cells see it as <c>Cancel</c>.</param>
    /// <returns>How it ended; an error of the cell is a result, not an exception.</returns>
    public async Task<CellResult> RunAsync(string code, string name, Action<CellOutput> onOutput, CancellationToken cancel = default)
    {
        if (IsAbandoned)
        {
            throw new InvalidOperationException("An earlier cell was interrupted and did not stop; start a new session.");
        }

        var watch = Stopwatch.StartNew();
        var gate = new CellGate(onOutput);
        var run = Task.Run(() => Run(code, name, gate.Show, cancel), CancellationToken.None);
        if (!run.IsCompleted && cancel.CanBeCanceled)
        {
            var stop = new TaskCompletionSource();
            await using var registration = cancel.Register(stop.SetResult);
            if (await Task.WhenAny(run, stop.Task) != run && await Task.WhenAny(run, Task.Delay(Patience, CancellationToken.None)) != run)
            {
                IsAbandoned = true;
                gate.Close();
                var message = $"Interrupted; {name} did not heed Cancel and runs on until the program ends.";
                return new CellResult(null, new CellError("Interrupted", message, null, [message]), true, watch.Elapsed);
            }
        }

        var (value, error) = await run;
        gate.Close();
        return new CellResult(value, error, error is not null && cancel.IsCancellationRequested, watch.Elapsed);
    }

    private async Task<(JsonObject? Value, CellError? Error)> Run(string code, string name, Action<CellOutput> show, CancellationToken cancel)
    {
        ConsoleCapture.Begin(show, Ask);
        globals.Cancel = cancel;
        globals.Output = show;
        try
        {
            var source = CellSource.Of(code);
            if (source.Packages.Count > 0)
            {
                chain.AddReferences(await packages.AddAsync(source.Packages, note => show(new StreamOutput("stdout", note + "\n")), cancel));
            }

            var value = chain.RunAsync(chain.Compile(source.Code, name), globals, out var problems, cancel);
            return problems.Count > 0
                ? (null, CellErrors.OfCompiler(problems, name))
                : (await value is { } shown and not DisplayedValue ? MimeBundle.Of(shown) : null, null);
        }
        catch (Exception e)
        {
            // A magic that is not known, a value that cannot be shown, an interrupt while compiling.
            return (null, CellErrors.OfException(e, name));
        }
    }

    /// <summary>Runs something small that leaves nothing behind, so that the first cell need not wait for the compiler to load.</summary>
    public void WarmUp() => MimeBundle.Of(chain.RunAsync(chain.Compile("1 + 1", ""), globals, out _, CancellationToken.None).Result);

    /// <summary>Whether a text is whole: false while a bracket or a string is open.</summary>
    public static bool IsComplete(string code) =>
        SyntaxFactory.IsCompleteSubmission(CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script)));

    /// <summary>What could stand at a place, with what the cells so far declared.</summary>
    /// <param name="code">A cell.</param>
    /// <param name="at">Place in it, in UTF-16 units.</param>
    public Completion Complete(string code, int at) => CellInsight.Complete(chain.Compile(code, ""), code, at);

    /// <summary>What the name at a place means; null when it means nothing.</summary>
    /// <param name="code">A cell.</param>
    /// <param name="at">Place in it, in UTF-16 units.</param>
    public Inspection? Inspect(string code, int at) => CellInsight.Inspect(chain.Compile(code, ""), code, at);

    /// <summary>Lets outputs through one at a time, and none after the cell has ended.</summary>
    private sealed class CellGate(Action<CellOutput> onOutput)
    {
        private readonly Lock gate = new();
        private bool closed;

        public void Show(CellOutput output)
        {
            lock (gate)
            {
                if (!closed)
                {
                    ConsoleCapture.Aside(() => onOutput(output));
                }
            }
        }

        public void Close()
        {
            lock (gate)
            {
                closed = true;
            }
        }
    }
}
