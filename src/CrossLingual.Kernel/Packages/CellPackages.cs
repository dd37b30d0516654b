using System.Reflection;
using Microsoft.CodeAnalysis;

namespace CrossLingual.Kernel.Packages;

/// <summary>The packages of a session: each cell may ask for more; all are restored together.</summary>
/// <param name="folder">Folder whose nuget.config counts.</param>
/// <param name="restore">Fetches them.</param>
internal sealed class CellPackages(string folder, PackageRestore restore)
{
    private readonly Dictionary<string, PackageName> wanted = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Fetches packages and makes their assemblies known to the process.</summary>
    /// <param name="packages">What a cell asks for.</param>
    /// <param name="tell">Told what the user should know: versions that were chosen, assemblies that are there already.</param>
    /// <param name="cancel">Ends the restore.</param>
    /// <returns>What the compiler reads.</returns>
    /// <exception cref="UserException">XL713 to XL717, from the restore; XL718: another version is loaded already.</exception>
    public async Task<IReadOnlyList<MetadataReference>> AddAsync(IReadOnlyList<PackageName> packages, Action<string> tell, CancellationToken cancel)
    {
        var all = new Dictionary<string, PackageName>(wanted, StringComparer.OrdinalIgnoreCase);
        foreach (var package in packages)
        {
            all[package.Id] = package.Version is null && all.TryGetValue(package.Id, out var before) ? before : package;
        }

        var found = await restore.RestoreAsync([.. all.Values], folder, cancel);
        var own = found.Runtime.Where(path => !IsOfProgram(path)).ToList();
        foreach (var path in own)
        {
            if (Libraries.PathOf(Path.GetFileNameWithoutExtension(path)) is { } other && other != path && Libraries.IsLoaded(path))
            {
                throw new UserException("XL718", $"{Path.GetFileName(path)} is loaded from {other}, and the cell asks for {path}. An assembly stays loaded as long as the kernel lives: restart the kernel, and ask for one version.");
            }
        }

        own.ForEach(path => Libraries.Add(path, withNeighbours: false));
        foreach (var path in found.Native)
        {
            Libraries.AddNative(path);
        }

        foreach (var package in packages)
        {
            wanted[package.Id] = all[package.Id];
            if (package.Version is null)
            {
                tell($"{package.Id} {found.Versions.GetValueOrDefault(package.Id)}");
            }
        }

        foreach (var path in found.Runtime.Where(IsOfProgram))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var (here, there) = (VersionOf(ScriptSurroundings.Loadable[name]), VersionOf(path));
            if (there > here || there != here && packages.Any(p => string.Equals(p.Id, name, StringComparison.OrdinalIgnoreCase)))
            {
                tell($"{name} is part of the kernel and stays at version {here}; {there} is not loaded.");
            }
        }

        return [.. found.Compile.Select(path => IsOfProgram(path) ? ScriptSurroundings.Loadable[Path.GetFileNameWithoutExtension(path)] : path)
            .Where(path => !ScriptSurroundings.IsReferenced(path)).Distinct().Select(ScriptSurroundings.Reference)];
    }

    private static bool IsOfProgram(string path) => ScriptSurroundings.Loadable.ContainsKey(Path.GetFileNameWithoutExtension(path));

    private static Version? VersionOf(string path) => AssemblyName.GetAssemblyName(path).Version;
}
