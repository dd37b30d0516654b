using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CrossLingual.Kernel.Export;

/// <summary>C# as HTML, coloured by what the compiler's own reader takes each word for.</summary>
internal static class CSharpColours
{
    /// <summary>Spans with classes <c>k</c> (keyword), <c>s</c> (text), <c>n</c> (number) and <c>c</c> (comment).</summary>
    public static string ToHtml(string code)
    {
        var html = new StringBuilder();
        foreach (var token in CellSyntax.Parse(code).GetRoot().DescendantTokens())
        {
            AppendTrivia(html, token.LeadingTrivia);
            Append(html, token.ToString(), ClassOf(token));
            AppendTrivia(html, token.TrailingTrivia);
        }

        return html.ToString();
    }

    private static string? ClassOf(SyntaxToken token) => token.Kind() switch
    {
        SyntaxKind.NumericLiteralToken => "n",
        SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
            or SyntaxKind.Utf8StringLiteralToken or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedStringEndToken
            or SyntaxKind.InterpolatedVerbatimStringStartToken or SyntaxKind.InterpolatedSingleLineRawStringStartToken or SyntaxKind.InterpolatedMultiLineRawStringStartToken
            or SyntaxKind.InterpolatedRawStringEndToken => "s",
        _ => token.IsKeyword() || token.IsContextualKeyword() || token is { RawKind: (int)SyntaxKind.IdentifierToken, Text: "var" } ? "k" : null,
    };

    private static void AppendTrivia(StringBuilder html, SyntaxTriviaList list)
    {
        foreach (var trivia in list)
        {
            Append(html, trivia.ToFullString(), trivia.IsKind(SyntaxKind.WhitespaceTrivia) || trivia.IsKind(SyntaxKind.EndOfLineTrivia) ? null
                : trivia.IsKind(SyntaxKind.SkippedTokensTrivia) ? null : "c");
        }
    }

    private static void Append(StringBuilder html, string text, string? kind)
    {
        var encoded = WebUtility.HtmlEncode(text);
        _ = kind is null || text.Length == 0 ? html.Append(encoded) : html.Append("<span class=\"").Append(kind).Append("\">").Append(encoded).Append("</span>");
    }
}
