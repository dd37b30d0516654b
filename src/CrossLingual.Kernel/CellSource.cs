using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CrossLingual.Kernel;

/// <summary>Prepares the text of a cell for the compiler: takes magic lines out, keeping every line's number.</summary>
internal static partial class CellSource
{
    /// <summary>Magics that name the language that cells are in anyway.</summary>
    private static readonly string[] Known = ["#!csharp", "#!c#"];

    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>The C# of a cell.</summary>
    /// <exception cref="UserException">XL704: an unknown magic; XL705: a package reference.</exception>
    public static string ToCSharp(string source)
    {
        var text = source.ReplaceLineEndings("\n");
        var special = Special().Matches(text);
        if (special.Count == 0)
        {
            return text;
        }

        var root = CSharpSyntaxTree.ParseText(text, Script).GetRoot();
        foreach (var match in special.Reverse())
        {
            // A line within a string or a comment is only text.
            if (IsWithin(root, match.Groups[1].Index))
            {
                continue;
            }

            if (match.Groups["nuget"].Success)
            {
                throw new UserException("XL705", $"Line {LineOf(text, match)}: '{match.Groups[1].Value.Trim()}' asks for a NuGet package, which a notebook run cannot fetch yet. Reference the assembly by path, #r \"path/to/library.dll\"; the library and TorchSharp are there without a reference.");
            }

            var magic = match.Groups["magic"].Value;
            text = Known.Contains(magic, StringComparer.OrdinalIgnoreCase)
                ? text.Remove(match.Groups[1].Index, match.Groups[1].Length)
                : throw new UserException("XL704", $"Line {LineOf(text, match)}: '{magic}' is not known here. There is: #!csharp. Remove the line, or run the cell in a kernel that has it.");
        }

        return text;
    }

    private static bool IsWithin(SyntaxNode root, int place)
    {
        var token = root.FindToken(place);
        return token.Span.Contains(place)
            || root.FindTrivia(place).Kind() is SyntaxKind.MultiLineCommentTrivia or SyntaxKind.DisabledTextTrivia;
    }

    private static int LineOf(string text, Match match) => text.AsSpan(0, match.Groups[1].Index).Count('\n') + 1;

    [GeneratedRegex("""^[ \t]*((?<magic>#![^\s]*).*|#r[ \t]+"nuget:(?<nuget>[^"\n]*)".*)$""", RegexOptions.Multiline)]
    private static partial Regex Special();
}
