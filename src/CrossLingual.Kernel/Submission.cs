using System.Reflection;
using CrossLingual.Kernel.Languages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CrossLingual.Kernel;

/// <summary>A cell that ran and declared something: a link of the chain that later cells see.</summary>
internal sealed class Submission
{
    private readonly Dictionary<string, string> declared = [];
    private readonly HashSet<string> hidden = [];
    private readonly bool extends;

    /// <summary>Makes a link.</summary>
    /// <param name="compilation">The cell, compiled.</param>
    /// <param name="assembly">Its code; null when it has none.</param>
    /// <param name="instance">The object that holds its variables; null when it has none.</param>
    /// <param name="known">Using directives that earlier cells brought.</param>
    public Submission(CSharpCompilation compilation, Assembly? assembly, object? instance, IReadOnlySet<string> known)
    {
        Compilation = compilation;
        Assembly = assembly;
        Instance = instance;
        HasPlace = HasCode(compilation);
        Names = CellNames.Of(compilation.SyntaxTrees);
        var root = (CompilationUnitSyntax)compilation.SyntaxTrees[^1].GetRoot();
        Usings = [.. root.Usings.Select(u => u.ToString()).Where(u => !known.Contains(u))];
        IsFixed = Names.MakesTypes || root.GetReferenceDirectives().Count > 0 || root.GetLoadDirectives().Count > 0;
        foreach (var member in compilation.ScriptClass!.GetMembers().Where(m => !m.IsImplicitlyDeclared))
        {
            extends |= member is IMethodSymbol { IsExtensionMethod: true };
            if (KeyOf(member) is { } key)
            {
                declared.TryAdd(key, member.Name);
            }
        }
    }

    /// <summary>The cell, compiled; after others left the chain, compiled again on those that stayed.</summary>
    public CSharpCompilation Compilation { get; set; }

    /// <summary>Its code; null when it has none.</summary>
    public Assembly? Assembly { get; }

    /// <summary>The object that holds its variables; null once all of them are hidden, and where it has none.</summary>
    public object? Instance { get; private set; }

    /// <summary>Whether it has a place among the instances.</summary>
    public bool HasPlace { get; }

    /// <summary>The names that its text uses.</summary>
    public CellNames Names { get; }

    /// <summary>Using directives that this cell brought.</summary>
    public IReadOnlyList<string> Usings { get; }

    /// <summary>Whether it cannot be compiled again, nor what is before it: files may have changed, and types that have no name are counted through.</summary>
    public bool IsFixed { get; }

    /// <summary>What it declares, by kind, name and signature, and the name alone.</summary>
    public IReadOnlyDictionary<string, string> Declared => declared;

    /// <summary>Variables that no later cell has declared again.</summary>
    public IEnumerable<CellVariable> Variables =>
        from pair in declared
        where pair.Key[0] == 'v' && !hidden.Contains(pair.Key)
        let place = Instance?.GetType().GetField(pair.Value, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        where place is not null
        select new CellVariable(pair.Value, place.FieldType, place.GetValue(Instance));

    /// <summary>Whether it has declared anything.</summary>
    public bool LeavesSomething => declared.Count > 0 || Usings.Count > 0;

    /// <summary>Whether later cells can see anything of it; extension methods are used without being named.</summary>
    public bool IsSeen => declared.Count > hidden.Count || Usings.Count > 0 || extends;

    /// <summary>Whether a cell has code to run, rather than directives alone.</summary>
    public static bool HasCode(CSharpCompilation cell) => cell.SyntaxTrees.Any(tree => ((CompilationUnitSyntax)tree.GetRoot()).Members.Count > 0);

    /// <summary>
    /// Notes what a later cell declares again. Nobody can name the old variable any more; where no function, lambda or
    /// type may still use it, it is emptied, so that what it held can be collected.
    /// </summary>
    /// <param name="later">The later cell.</param>
    /// <param name="between">All cells from this one on, the later one included.</param>
    public void Hide(Submission later, IReadOnlyList<Submission> between)
    {
        foreach (var (key, name) in declared.Where(pair => later.declared.ContainsKey(pair.Key) && hidden.Add(pair.Key)))
        {
            if (key[0] == 'v' && !between.Any(cell => cell.Names.UsedLater.Contains(name)))
            {
                Empty(name);
            }
        }

        // Functions and lambdas that still run hold the object themselves.
        if (declared.Count == hidden.Count)
        {
            Instance = null;
        }
    }

    // Only what is certain to hide: a variable a variable, a type one with as many parameters, a function one with the same.
    private static string? KeyOf(ISymbol member) => member switch
    {
        IFieldSymbol { Type.TypeKind: TypeKind.Delegate or TypeKind.Dynamic } => $"v() {member.Name}",
        IFieldSymbol => $"v {member.Name}",
        INamedTypeSymbol => $"t {member.MetadataName}",
        IMethodSymbol { MethodKind: MethodKind.Ordinary } method =>
            $"m {method.Name}`{method.Arity}({string.Join(',', method.Parameters.Select(p => $"{p.RefKind} {p.Type.ContainingAssembly?.Name} {p.Type.ToDisplayString()}"))})",
        IPropertySymbol or IEventSymbol => $"p {member.Name}",
        _ => null,
    };

    private void Empty(string name)
    {
        var field = Instance?.GetType().GetField(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        if (field is { IsInitOnly: false })
        {
            field.SetValue(Instance, null);
        }
    }
}
