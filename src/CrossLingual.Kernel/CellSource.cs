using System.Text.RegularExpressions;
using CrossLingual.Kernel.Packages;

namespace CrossLingual.Kernel;

/// <summary>The text of a cell for the compiler: package references are taken out, every line keeps its number.</summary>
/// <param name="Code">The C#.</param>
/// <param name="Packages">Packages that it asks for.</param>
internal sealed partial record CellSource(string Code, IReadOnlyList<PackageName> Packages)
{
    /// <summary>Reads a cell.</summary>
    /// <exception cref="UserException">XL712: a package reference that names none.</exception>
    public static CellSource Of(string source)
    {
        var text = source.ReplaceLineEndings("\n");
        var special = Special().Matches(text);
        if (special.Count == 0)
        {
            return new CellSource(text, []);
        }

        var packages = new List<PackageName>();
        var root = CellSyntax.Parse(text).GetRoot();
        foreach (var match in special.Reverse())
        {
            // A line within a string or a comment is only text.
            if (CellSyntax.IsText(root, match.Groups[1].Index))
            {
                continue;
            }

            packages.Insert(0, PackageName.Parse(match.Groups["nuget"].Value, CellSyntax.LineOf(text, match.Groups[1].Index)));
            text = text.Remove(match.Groups[1].Index, match.Groups[1].Length);
        }

        return new CellSource(text, packages);
    }

    [GeneratedRegex("""^[ \t]*(#r[ \t]+"nuget:(?<nuget>[^"\n]*)".*)$""", RegexOptions.Multiline)]
    private static partial Regex Special();
}
