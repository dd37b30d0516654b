using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CrossLingual.Kernel;

/// <summary>The text of a C# cell as the compiler reads it.</summary>
internal static class CellSyntax
{
    /// <summary>How cells are read. Those that also run elsewhere can ask which kernel runs them: <c>#if CROSSLINGUAL</c>.</summary>
    public static CSharpParseOptions Options { get; } = new(LanguageVersion.Latest, kind: SourceCodeKind.Script, preprocessorSymbols: ["CROSSLINGUAL"]);

    /// <summary>Reads a cell.</summary>
    /// <param name="code">Its text.</param>
    /// <param name="name">What errors call it.</param>
    public static SyntaxTree Parse(string code, string name = "") => CSharpSyntaxTree.ParseText(code, Options, name, Encoding.UTF8);

    /// <summary>Whether a place is within a string or a comment, where a line is only text.</summary>
    public static bool IsText(SyntaxNode root, int place) => root.FindToken(place).Span.Contains(place)
        || root.FindTrivia(place).Kind() is SyntaxKind.MultiLineCommentTrivia or SyntaxKind.DisabledTextTrivia;

    /// <summary>The line of a place, counted from 1.</summary>
    public static int LineOf(string text, int place) => text.AsSpan(0, place).Count('\n') + 1;
}
