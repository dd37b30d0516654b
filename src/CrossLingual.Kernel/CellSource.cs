using System.Text.RegularExpressions;
using CrossLingual.Kernel.Packages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CrossLingual.Kernel;

/// <summary>The text of a cell for the compiler: package references are taken out, every line keeps its number.</summary>
/// <param name="Code">The C#.</param>
/// <param name="Packages">Packages that it asks for.</param>
internal sealed partial record CellSource(string Code, IReadOnlyList<PackageName> Packages)
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

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
        var root = CSharpSyntaxTree.ParseText(text, Script).GetRoot();
        foreach (var match in special.Reverse())
        {
            // A line within a string or a comment is only text.
            if (IsWithin(root, match.Groups[1].Index))
            {
                continue;
            }

            packages.Insert(0, PackageName.Parse(match.Groups["nuget"].Value, LineOf(text, match)));
            text = text.Remove(match.Groups[1].Index, match.Groups[1].Length);
        }

        return new CellSource(text, packages);
    }

    private static bool IsWithin(SyntaxNode root, int place)
    {
        var token = root.FindToken(place);
        return token.Span.Contains(place)
            || root.FindTrivia(place).Kind() is SyntaxKind.MultiLineCommentTrivia or SyntaxKind.DisabledTextTrivia;
    }

    private static int LineOf(string text, Match match) => text.AsSpan(0, match.Groups[1].Index).Count('\n') + 1;

    [GeneratedRegex("""^[ \t]*(#r[ \t]+"nuget:(?<nuget>[^"\n]*)".*)$""", RegexOptions.Multiline)]
    private static partial Regex Special();
}
