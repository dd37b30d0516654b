using System.Reflection;
using CrossLingual.Reporting;
using Microsoft.CodeAnalysis;
using Microsoft.DotNet.Interactive.Formatting;

namespace CrossLingual.Kernel;

/// <summary>
/// What cells find around them: assemblies and namespaces. It is read from the files' metadata; nothing is loaded for it,
/// because a kernel should be ready before anybody has blinked.
/// </summary>
internal static class ScriptSurroundings
{
    private static readonly Lazy<(IReadOnlyList<MetadataReference> References, IReadOnlyList<string> Usings)> Known = new(Read);

    /// <summary>The platform, this project's assemblies and all that they stand on.</summary>
    public static IReadOnlyList<MetadataReference> References => Known.Value.References;

    /// <summary>As little as a cell can be compiled on.</summary>
    public static IReadOnlyList<MetadataReference> Least =>
        [.. new[] { Path.Combine(Platform, "System.Private.CoreLib.dll"), Path.Combine(Platform, "System.Runtime.dll"), typeof(CellGlobals).Assembly.Location }.Select(Reference)];

    /// <summary>Files of the references that are not the platform's.</summary>
    public static IEnumerable<string> OwnPaths =>
        References.Select(reference => reference.Display!).Where(path => Path.GetDirectoryName(path) != Platform);

    /// <summary>Namespaces that cells need not name: the usual ones, and every public one of the library.</summary>
    public static IReadOnlyList<string> Usings => Known.Value.Usings;

    /// <summary>Assemblies that this program can load, by name: its own and the platform's.</summary>
    public static IReadOnlyDictionary<string, string> Loadable { get; } =
        ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .DistinctBy(Path.GetFileNameWithoutExtension, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), StringComparer.OrdinalIgnoreCase);

    private static string Platform { get; } = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>Whether cells see an assembly from the start.</summary>
    public static bool IsReferenced(string path) => References.Any(reference => reference.Display == path);

    /// <summary>A reference without its path: the compiler writes a hash of every file that it has a path for into each cell's symbols.</summary>
    public static MetadataReference Reference(string path) => AssemblyMetadata.CreateFromFile(path).GetReference(display: path);

    private static (IReadOnlyList<MetadataReference> References, IReadOnlyList<string> Usings) Read()
    {
        var found = Loadable.Values.Where(path => Path.GetDirectoryName(path) == Platform).ToDictionary(path => path, AssemblyMetadata.CreateFromFile);
        var library = new[] { typeof(UserException), typeof(Figure) }.Select(type => type.Assembly.Location).ToList();
        var usings = new SortedSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<string>([.. library, typeof(Formatter).Assembly.Location]);
        while (waiting.TryDequeue(out var path))
        {
            if (found.ContainsKey(path))
            {
                continue;
            }

            found.Add(path, AssemblyMetadata.CreateFromFile(path));
            var reader = found[path].GetModules()[0].GetMetadataReader();
            foreach (var name in reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name)))
            {
                // Some packages name assemblies that they need only on other platforms.
                if (Loadable.TryGetValue(name, out var next))
                {
                    waiting.Enqueue(next);
                }
            }

            if (library.Contains(path))
            {
                usings.UnionWith(reader.TypeDefinitions.Select(reader.GetTypeDefinition)
                    .Where(type => type.Attributes.HasFlag(TypeAttributes.Public) && !type.Namespace.IsNil)
                    .Select(type => reader.GetString(type.Namespace)));
            }
        }

        found.TryAdd(typeof(CellGlobals).Assembly.Location, AssemblyMetadata.CreateFromFile(typeof(CellGlobals).Assembly.Location));
        return (
            [.. found.Select(pair => pair.Value.GetReference(display: pair.Key))],
            ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks", .. usings]);
    }
}
