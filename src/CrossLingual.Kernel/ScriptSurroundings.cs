using System.Reflection;
using CrossLingual.Reporting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace CrossLingual.Kernel;

/// <summary>What cells find around them: assemblies and namespaces.</summary>
internal static class ScriptSurroundings
{
    private static readonly Lazy<IReadOnlyList<Assembly>> Known = new(() => Closure(
        typeof(UserException).Assembly,
        typeof(Figure).Assembly,
        typeof(CellGlobals).Assembly));

    private static readonly Lazy<IReadOnlyList<MetadataReference>> Platform = new(() =>
    {
        var folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return [.. ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => Path.GetDirectoryName(path) == folder)
            .Select(path => MetadataReference.CreateFromFile(path))];
    });

    /// <summary>Assemblies of this project and all that they stand on, beside the platform's own.</summary>
    public static IReadOnlyList<Assembly> Assemblies => Known.Value;

    /// <summary>Namespaces that cells need not name: the usual ones, and every public one of the library.</summary>
    public static IReadOnlyList<string> Usings { get; } =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks",
        .. new[] { typeof(UserException), typeof(Figure) }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .Select(type => type.Namespace!)
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Options for cells of a notebook in a folder.</summary>
    public static ScriptOptions Options(string folder) => ScriptOptions.Default
        .WithReferences(Platform.Value)
        .AddReferences(Assemblies)
        .WithImports(Usings)
        .WithMetadataResolver(ScriptMetadataResolver.Default.WithBaseDirectory(folder))
        .WithSourceResolver(ScriptSourceResolver.Default.WithBaseDirectory(folder))
        .WithOptimizationLevel(OptimizationLevel.Release)
        .WithEmitDebugInformation(true)
        .WithFileEncoding(System.Text.Encoding.UTF8);

    private static List<Assembly> Closure(params Assembly[] roots)
    {
        var platform = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var found = new Dictionary<string, Assembly>(StringComparer.OrdinalIgnoreCase);
        var waiting = new Queue<Assembly>(roots);
        while (waiting.TryDequeue(out var assembly))
        {
            if (Path.GetDirectoryName(assembly.Location) == platform || !found.TryAdd(assembly.FullName!, assembly))
            {
                continue;
            }

            foreach (var name in assembly.GetReferencedAssemblies())
            {
                if (TryLoad(name) is { } reference)
                {
                    waiting.Enqueue(reference);
                }
            }
        }

        return [.. found.Values];
    }

    /// <summary>Some packages name assemblies that they need only on other platforms.</summary>
    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            return null;
        }
    }
}
