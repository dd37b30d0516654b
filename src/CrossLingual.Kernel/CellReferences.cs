using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace CrossLingual.Kernel;

/// <summary>
/// Finds the library that a cell references by its path, and those that it stands on: what this program can load, or else
/// what lies beside it. What cells see from the start is whole and is not searched; a search there reads file after file.
/// </summary>
/// <param name="folder">Where relative paths start.</param>
internal sealed class CellReferences(string folder) : MetadataReferenceResolver
{
    private readonly Lazy<ScriptMetadataResolver> paths = new(() => ScriptMetadataResolver.Default.WithBaseDirectory(folder));

    /// <inheritdoc/>
    public override bool ResolveMissingAssemblies => true;

    /// <inheritdoc/>
    public override ImmutableArray<PortableExecutableReference> ResolveReference(string reference, string? baseFilePath, MetadataReferenceProperties properties) =>
        paths.Value.ResolveReference(reference, baseFilePath, properties);

    /// <inheritdoc/>
    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity)
    {
        if (definition is not PortableExecutableReference { FilePath: { } library })
        {
            return null;
        }

        var path = ScriptSurroundings.Loadable.GetValueOrDefault(referenceIdentity.Name) ?? Path.Combine(Path.GetDirectoryName(library)!, referenceIdentity.Name + ".dll");
        return File.Exists(path) ? AssemblyMetadata.CreateFromFile(path).GetReference(filePath: path, display: path) : null;
    }

    /// <inheritdoc/>
    public override bool Equals(object? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
