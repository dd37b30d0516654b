using CrossLingual.Kernel.Languages;
using CrossLingual.Kernel.Packages;
using CrossLingual.Reporting;
using Microsoft.CodeAnalysis.CSharp;

namespace CrossLingual.Kernel;

/// <summary>
/// Runs C# cells one after another, each seeing what the earlier ones declared. A name may be declared again; the last
/// declaration counts. The session knows nothing of files and protocols: a notebook runner and a Jupyter kernel stand on it.
/// </summary>
public sealed class CSharpSession : ICellLanguage
{
    private readonly CellGuard guard = new();
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
    public bool IsAbandoned => guard.IsAbandoned;

    /// <summary>Cells that later ones can still name something of, and those that these stand on.</summary>
    public int KeptCells => chain.Count;

    /// <summary>What every cell can name without a prefix.</summary>
    internal CellGlobals Globals { get; } = new();

    /// <summary>Packages that cells have asked for.</summary>
    internal CellPackages Packages => packages;

    /// <inheritdoc/>
    string ICellLanguage.Name => CellLanguages.CSharp;

    /// <inheritdoc/>
    IReadOnlyList<CellVariable> ICellLanguage.Variables => chain.Variables;

    /// <summary>Asks the user for the line that a cell reads from the console; null leaves the real console's input.</summary>
    public Func<string>? Ask { get; set; }

    /// <summary>Runs a cell.</summary>
    /// <param name="code">Its text.</param>
    /// <param name="name">What errors call it, such as <c>cell 3</c>.</param>
    /// <param name="onOutput">Told what the cell writes and displays, one thing at a time, from any thread.</param>
    /// <param name="cancel">Asks the cell to stop; cells see it as <c>Cancel</c>.</param>
    /// <returns>How it ended; an error of the cell is a result, not an exception.</returns>
    public Task<CellResult> RunAsync(string code, string name, Action<CellOutput> onOutput, CancellationToken cancel = default) => guard.RunAsync(
        name,
        async show =>
        {
            Globals.Begin(show, cancel);
            var end = await RunAsync(code, name, cancel);
            Globals.End();
            return end;
        },
        onOutput,
        Ask,
        cancel);

    /// <inheritdoc/>
    Task<CellEnd> ICellLanguage.RunAsync(CellPart part, string name, CancellationToken cancel) => RunAsync(part.Code, name, cancel);

    /// <inheritdoc/>
    bool ICellLanguage.TryGet(string name, out object? value)
    {
        var found = chain.Variables.FirstOrDefault(v => v.Name == name);
        value = found?.Value;
        return found is not null;
    }

    /// <inheritdoc/>
    async Task ICellLanguage.SetAsync(string name, object? value, CancellationToken cancel)
    {
        if (!SyntaxFacts.IsValidIdentifier(name))
        {
            throw new UserException("XL743", $"'{name}' cannot name a variable of C#. Give another name: --as NAME.");
        }

        // A type that cells cannot name, such as an F# record of another cell, is found out while the code runs.
        var type = value is null ? "object" : TypeName.InCSharp(value.GetType());
        Globals.Shared = value;
        var end = await RunAsync($"{type ?? "dynamic"} {TypeName.Escape(name)} = {(type is null or "object" ? "" : $"({type})")}Shared!;", "shared", cancel);
        Globals.Shared = null;
        if (end.Error is { } error)
        {
            throw new UserException("XL743", $"'{name}' cannot be a variable of C#: {error.Message}");
        }
    }

    // The compiler and the cell's own code; what they do wrong is in the result.
    private async Task<CellEnd> RunAsync(string code, string name, CancellationToken cancel)
    {
        try
        {
            var source = CellSource.Of(code);
            if (source.Packages.Count > 0)
            {
                chain.AddReferences(await packages.AddAsync(source.Packages, note => Console.WriteLine(note), cancel));
            }

            var value = chain.RunAsync(chain.Compile(source.Code, name), Globals, out var problems, cancel);
            return problems.Count > 0
                ? new CellEnd(null, CellErrors.OfCompiler(problems, name))
                : new CellEnd(await value is { } shown and not (DisplayedValue or ProgressBar) ? MimeBundle.Of(shown) : null, null);
        }
        catch (Exception e)
        {
            // A package that is not found, a value that cannot be shown, an interrupt while compiling.
            return new CellEnd(null, CellErrors.OfException(e, name));
        }
    }

    /// <summary>Loads the compiler, so that the first cell need not wait for it.</summary>
    internal void WarmUp() => Kernel.WarmUp.Run(chain);

    /// <summary>Makes ready for the next cell, so that it need not wait for this.</summary>
    public void Prepare()
    {
        try
        {
            chain.Prepare();
        }
        catch (Exception)
        {
            // The next cell meets the same, and says so.
        }
    }

    /// <summary>Whether a text is whole: false while a bracket or a string is open.</summary>
    public static bool IsComplete(string code) =>
        SyntaxFactory.IsCompleteSubmission(CellSyntax.Parse(code));

    /// <summary>What could stand at a place, with what the cells so far declared.</summary>
    /// <param name="code">A cell.</param>
    /// <param name="at">Place in it, in UTF-16 units.</param>
    public Completion Complete(string code, int at) => CellInsight.Complete(chain.Compile(code, ""), code, at);

    /// <summary>What the name at a place means; null when it means nothing.</summary>
    /// <param name="code">A cell.</param>
    /// <param name="at">Place in it, in UTF-16 units.</param>
    public Inspection? Inspect(string code, int at) => CellInsight.Inspect(chain.Compile(code, ""), code, at);
}
