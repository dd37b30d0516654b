using System.Reflection;
using System.Runtime.Loader;

namespace CrossLingual.Kernel;

/// <summary>
/// Holds one cell's code. It is collectible: a cell whose declarations nobody can reach any more leaves memory.
/// </summary>
internal sealed class CellContext() : AssemblyLoadContext("cell", isCollectible: true)
{
    private Dictionary<string, Assembly> earlier = [];

    /// <summary>Loads a cell's code.</summary>
    /// <param name="code">The assembly.</param>
    /// <param name="symbols">Its symbols, for the lines of errors.</param>
    /// <param name="find">The assembly of an earlier cell, by name; those that this one stands on are kept with it.</param>
    public static Assembly Load(Stream code, Stream symbols, Func<string, Assembly?> find)
    {
        var context = new CellContext();
        var assembly = context.LoadFromStream(code, symbols);
        context.earlier = assembly.GetReferencedAssemblies().Select(name => find(name.Name!)).OfType<Assembly>().ToDictionary(a => a.GetName().Name!);
        return assembly;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) => earlier.GetValueOrDefault(assemblyName.Name!) ?? Libraries.Load(assemblyName);
}
