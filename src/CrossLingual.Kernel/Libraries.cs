using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace CrossLingual.Kernel;

/// <summary>
/// Libraries that cells reference with <c>#r</c>, and the native files that come with them. An assembly stays loaded as
/// long as the process lives, so this is the process's, whatever the number of sessions.
/// </summary>
internal static class Libraries
{
    private static readonly ConcurrentDictionary<string, string> Files = new(StringComparer.OrdinalIgnoreCase);
    private static readonly ConcurrentDictionary<string, string> Natives = new(StringComparer.OrdinalIgnoreCase);
    private static readonly ConcurrentDictionary<string, byte> Folders = new();

    static Libraries()
    {
        AssemblyLoadContext.Default.Resolving += (_, name) => Find(name);
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => FindNative(name);
    }

    /// <summary>Makes an assembly known; it is loaded when code first needs it. What lies beside it can be found too.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="withNeighbours">Whether assemblies in its folder are its dependencies, as with a reference by path.</param>
    public static void Add(string path, bool withNeighbours)
    {
        Files[Path.GetFileNameWithoutExtension(path)] = path;
        if (withNeighbours)
        {
            Folders.TryAdd(Path.GetDirectoryName(path)!, 0);
        }
    }

    /// <summary>The file that is known under an assembly's name.</summary>
    public static string? PathOf(string name) => Files.GetValueOrDefault(name);

    /// <summary>Whether an assembly of a file's name is loaded already.</summary>
    public static bool IsLoaded(string path) =>
        AssemblyLoadContext.Default.Assemblies.Any(a => string.Equals(a.GetName().Name, Path.GetFileNameWithoutExtension(path), StringComparison.OrdinalIgnoreCase));

    /// <summary>Makes a native library known, under its own name.</summary>
    public static void AddNative(string path) => Natives[Path.GetFileName(path)] = path;

    /// <summary>The assembly of a name, loaded now where it was only known; null where it is neither.</summary>
    public static Assembly? Load(AssemblyName name) => Files.ContainsKey(name.Name!) && !ScriptSurroundings.Loadable.ContainsKey(name.Name!) ? Find(name) : null;

    private static Assembly? Find(AssemblyName name)
    {
        var path = Files.GetValueOrDefault(name.Name!)
            ?? Folders.Keys.Select(folder => Path.Combine(folder, name.Name + ".dll")).FirstOrDefault(File.Exists);
        return path is null ? null
            : AssemblyLoadContext.Default.Assemblies.FirstOrDefault(a => a.GetName().Name == name.Name) ?? AssemblyLoadContext.Default.LoadFromAssemblyPath(path);
    }

    private static IntPtr FindNative(string name)
    {
        foreach (var candidate in new[] { name, $"{name}.dll", $"lib{name}.so", $"{name}.so", $"lib{name}.dylib", $"{name}.dylib" })
        {
            if (Natives.TryGetValue(candidate, out var path) && NativeLibrary.TryLoad(path, out var handle))
            {
                return handle;
            }
        }

        return IntPtr.Zero;
    }
}
