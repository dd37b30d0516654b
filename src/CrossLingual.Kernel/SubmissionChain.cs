using System.Reflection;
using CrossLingual.Kernel.Languages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Scripting;

namespace CrossLingual.Kernel;

/// <summary>
/// The cells that later cells see, each compiled on the one before. Roslyn's own script chain would do, but it binds all
/// references and usings anew for every cell and keeps every cell for ever. Here a compilation without text stands ready
/// for the next cell, references and usings belong to the first link, cells that declare nothing are not kept, and cells
/// whose declarations are all hidden leave.
/// </summary>
/// <param name="folder">Where <c>#r</c> and <c>#load</c> look for relative paths.</param>
/// <param name="references">What cells see, without any using directive; null for the usual surroundings.</param>
internal sealed class SubmissionChain(string folder, IReadOnlyList<MetadataReference>? references = null)
{
    /// <summary>Cells that must be able to leave before the chain is compiled again without them.</summary>
    private const int Worthwhile = 24;

    private static readonly EmitOptions WithLines = new(debugInformationFormat: DebugInformationFormat.PortablePdb);

    private readonly CSharpCompilationOptions options = new(
        OutputKind.DynamicallyLinkedLibrary,
        optimizationLevel: OptimizationLevel.Release,
        allowUnsafe: true,
        concurrentBuild: false,
        assemblyIdentityComparer: DesktopAssemblyIdentityComparer.Default,
        metadataReferenceResolver: new CellReferences(folder),
        sourceReferenceResolver: ScriptSourceResolver.Default.WithBaseDirectory(folder));

    private readonly Lock gate = new();
    private readonly List<MetadataReference> added = [];
    private volatile List<Submission> links = [];
    private CSharpCompilation? first;
    private CSharpCompilation? ready;
    private int number;
    private int unseenBefore;

    /// <summary>Cells that are kept.</summary>
    public int Count => links.Count;

    /// <summary>Variables that cells see, the newest first.</summary>
    public IReadOnlyList<CellVariable> Variables => [.. links.AsEnumerable().Reverse().SelectMany(link => link.Variables).DistinctBy(v => v.Name)];

    /// <summary>A cell's text, compiled on what the cells so far declared; nothing is checked yet. From any thread.</summary>
    /// <param name="code">The text.</param>
    /// <param name="name">What errors call it.</param>
    public CSharpCompilation Compile(string code, string name)
    {
        var tree = CellSyntax.Parse(code, name);
        return Ready().AddSyntaxTrees(tree);
    }

    /// <summary>Makes ready for the next cell, so that it need not wait for this. From any thread.</summary>
    public void Prepare() => Ready();

    /// <summary>Makes libraries known to all later cells.</summary>
    /// <param name="references">What the compiler reads.</param>
    public void AddReferences(IEnumerable<MetadataReference> references)
    {
        lock (gate)
        {
            var before = added.Count;
            added.AddRange(references.Except(added));
            ready = added.Count == before ? ready : null;
        }
    }

    /// <summary>Runs a compiled cell; what it declared is then there for later cells, also where it threw.</summary>
    /// <param name="cell">The cell, from <see cref="Compile"/>.</param>
    /// <param name="globals">What it can name without a prefix.</param>
    /// <param name="problems">What the compiler refused; empty when the cell ran.</param>
    /// <param name="cancel">Ends the compiling.</param>
    /// <returns>The value of its last expression.</returns>
    public Task<object?> RunAsync(CSharpCompilation cell, CellGlobals globals, out IReadOnlyList<Diagnostic> problems, CancellationToken cancel)
    {
        if (!Submission.HasCode(cell))
        {
            problems = Errors(cell.GetDiagnostics(cancel));
            if (problems.Count == 0)
            {
                Keep(cell, null, null);
            }

            return Task.FromResult<object?>(null);
        }

        var before = links;
        if (Look(cell, globals, cancel) is { } plain)
        {
            problems = [];
            return Task.FromResult(plain.Read());
        }

        // Machine code for one run is made faster than optimised.
        cell = CellNames.RunsOnce(cell.SyntaxTrees[^1]) ? cell.WithOptions(cell.Options.WithOptimizationLevel(OptimizationLevel.Debug)) : cell;
        using var code = new MemoryStream();
        using var symbols = new MemoryStream();
        problems = Errors(cell.Emit(code, symbols, options: WithLines, cancellationToken: cancel).Diagnostics);
        if (problems.Count > 0)
        {
            return Task.FromResult<object?>(null);
        }

        code.Position = symbols.Position = 0;
        foreach (var path in cell.DirectiveReferences.OfType<PortableExecutableReference>().Select(r => r.FilePath).OfType<string>())
        {
            Libraries.Add(path, withNeighbours: true);
        }

        var assembly = CellContext.Load(code, symbols, name => before.Find(link => link.Compilation.AssemblyName == name)?.Assembly);
        return Start(cell, assembly, [globals, .. before.Where(link => link.HasPlace).Select(link => link.Instance), null]);
    }

    /// <summary>What a compiled cell only looks at; null where it does anything else.</summary>
    public PlainValue? Look(CSharpCompilation cell, CellGlobals globals, CancellationToken cancel) => PlainValue.Of(cell, links, globals, cancel);

    private static List<Diagnostic> Errors(IEnumerable<Diagnostic> diagnostics) => [.. diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)];

    // A compiled cell puts the object that holds its variables into its place among those of the cells before it.
    private async Task<object?> Start(CSharpCompilation cell, Assembly assembly, object?[] instances)
    {
        var entry = cell.GetEntryPoint(CancellationToken.None)!;
        var start = assembly.GetType(entry.ContainingType.MetadataName)!
            .GetMethod(entry.MetadataName, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .CreateDelegate<Func<object?[], Task<object?>>>();
        try
        {
            return await start(instances);
        }
        finally
        {
            Keep(cell, assembly, instances[^1]);
        }
    }

    // The compilation without text on which the next cell is compiled. Asking for its assembly binds its references, which
    // cells that declare nothing then share.
    private CSharpCompilation Ready()
    {
        lock (gate)
        {
            first ??= CSharpCompilation.CreateScriptCompilation(
                "Surroundings",
                CellSyntax.Parse(""),
                references ?? ScriptSurroundings.References,
                options.WithScriptClassName("Surroundings").WithUsings(references is null ? ScriptSurroundings.Usings : []),
                previousScriptCompilation: null,
                typeof(object),
                typeof(CellGlobals));
            if (ready is null)
            {
                ready = After(links.Count == 0 ? first : links[^1].Compilation, $"Cell{++number}", null);
                _ = ready.Assembly;
            }

            return ready;
        }
    }

    private void Keep(CSharpCompilation cell, Assembly? assembly, object? instance)
    {
        AddReferences(cell.DirectiveReferences);
        var link = new Submission(cell, assembly, instance, links.SelectMany(l => l.Usings).ToHashSet());
        if (!link.LeavesSomething)
        {
            return;
        }

        lock (gate)
        {
            List<Submission> now = [.. links, link];
            for (var i = 0; i < links.Count; i++)
            {
                links[i].Hide(link, now[i..]);
            }

            links = Shortened(now);
            ready = null;
        }
    }

    // The chain without cells that nobody sees and nobody that stays refers to; what followed them is compiled on what is
    // left, for its declarations alone: its code is loaded and stays as it is.
    private List<Submission> Shortened(List<Submission> all)
    {
        if (all.Count(link => !link.IsSeen) < unseenBefore + Worthwhile)
        {
            return all;
        }

        var kept = new List<Submission>();
        var used = new HashSet<string>();
        var met = new Dictionary<string, string>();   // declarations that later cells' uses have found
        var start = all.FindLastIndex(link => link.IsFixed) + 1;
        foreach (var link in all.Skip(start).Reverse().Where(link => link.IsSeen || link.Declared.Any(d => used.Contains(d.Value) && !met.ContainsKey(d.Key))))
        {
            foreach (var (key, name) in link.Declared)
            {
                met[key] = name;
            }

            // What this cell uses and does not declare itself was declared before it.
            foreach (var (key, _) in met.Where(d => link.Names.Used.Contains(d.Value) && !link.Declared.ContainsKey(d.Key)).ToList())
            {
                met.Remove(key);
            }

            used.UnionWith(link.Names.Used);
            kept.Insert(0, link);
        }

        kept.InsertRange(0, all.Take(start));
        unseenBefore = kept.Count(link => !link.IsSeen);
        for (var i = kept.Zip(all).TakeWhile(pair => pair.First == pair.Second).Count(); i < kept.Count; i++)
        {
            var old = kept[i].Compilation;
            kept[i].Compilation = After(i == 0 ? first! : kept[i - 1].Compilation, old.AssemblyName!, old.SyntaxTrees[^1]);
        }

        return kept;
    }

    // Roslyn's factory would check all of the cell before once more; that one has been checked when it ran.
    private CSharpCompilation After(CSharpCompilation previous, string name, SyntaxTree? tree)
    {
        var alone = CSharpCompilation.CreateScriptCompilation(name, tree, added, options.WithScriptClassName($"Submission{name}"), null, typeof(object), typeof(CellGlobals));
        return alone.WithScriptCompilationInfo(alone.ScriptCompilationInfo!.WithPreviousScriptCompilation(previous));
    }
}
