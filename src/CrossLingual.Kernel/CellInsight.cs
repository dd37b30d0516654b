using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CrossLingual.Kernel;

/// <summary>What could be typed at a place.</summary>
/// <param name="Matches">Names, best first.</param>
/// <param name="Start">Where the word begins that they would replace.</param>
/// <param name="End">Where it ends.</param>
public sealed record Completion(IReadOnlyList<string> Matches, int Start, int End);

/// <summary>What a name means.</summary>
/// <param name="Signature">Its declaration.</param>
/// <param name="Documentation">What its author wrote about it; empty when nothing is known.</param>
public sealed record Inspection(string Signature, string Documentation);

/// <summary>Answers an editor's questions about a cell from the compiler's knowledge of it.</summary>
internal static class CellInsight
{
    private static readonly SymbolDisplayFormat Signature = SymbolDisplayFormat.CSharpErrorMessageFormat
        .AddParameterOptions(SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeDefaultValue)
        .AddMemberOptions(SymbolDisplayMemberOptions.IncludeType)
        .WithKindOptions(SymbolDisplayKindOptions.IncludeTypeKeyword | SymbolDisplayKindOptions.IncludeNamespaceKeyword)
        .WithLocalOptions(SymbolDisplayLocalOptions.IncludeType);

    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, XElement>> Documents = new();

    public static Completion Complete(Compilation compilation, string code, int at)
    {
        at = Math.Clamp(at, 0, code.Length);
        var start = at;
        while (start > 0 && SyntaxFacts.IsIdentifierPartCharacter(code[start - 1]))
        {
            start--;
        }

        var word = code[start..at];
        var tree = compilation.SyntaxTrees.Last();
        var names = LeftOfDot(tree.GetRoot(), start) is { } container
            ? Members(compilation.GetSemanticModel(tree), container, start)
            : compilation.GetSemanticModel(tree).LookupSymbols(start).Select(s => s.Name)
                .Concat(word.Length > 0 ? SyntaxFacts.GetKeywordKinds().Select(SyntaxFacts.GetText) : []);
        return new Completion(
            [.. names.Where(n => n.StartsWith(word, StringComparison.OrdinalIgnoreCase) && SyntaxFacts.IsValidIdentifier(n)).Distinct()
                .OrderByDescending(n => n.StartsWith(word, StringComparison.Ordinal)).ThenBy(n => n, StringComparer.OrdinalIgnoreCase)],
            start,
            at);
    }

    public static Inspection? Inspect(Compilation compilation, string code, int at)
    {
        var tree = compilation.SyntaxTrees.Last();
        var root = tree.GetRoot();
        at = Math.Clamp(at, 0, code.Length);

        // Behind a name or its opening bracket the name itself is meant.
        while (at > 0 && (at == code.Length || !SyntaxFacts.IsIdentifierPartCharacter(code[at])))
        {
            at--;
        }

        if (root.FindToken(at) is not { Parent: { } node } token || !token.IsKind(SyntaxKind.IdentifierToken) && !SyntaxFacts.IsPredefinedType(token.Kind()))
        {
            return null;
        }

        var model = compilation.GetSemanticModel(tree);
        var info = model.GetSymbolInfo(node);
        var symbols = info.Symbol is { } one ? [one] : info.CandidateSymbols is { IsEmpty: false } several ? several : model.GetDeclaredSymbol(node) is { } declared ? [declared] : [];
        return symbols.IsEmpty ? null : new Inspection(
            string.Join('\n', symbols.Select(s => s.ToDisplayString(Signature))),
            symbols.Select(DocumentationOf).FirstOrDefault(d => d.Length > 0, ""));
    }

    private static ExpressionSyntax? LeftOfDot(SyntaxNode root, int start)
    {
        var before = root.FindToken(Math.Max(0, start - 1));
        return before.Parent switch
        {
            MemberAccessExpressionSyntax access when before == access.OperatorToken => access.Expression,
            QualifiedNameSyntax name when before == name.DotToken => name.Left,
            MemberBindingExpressionSyntax binding when before == binding.OperatorToken => binding.Ancestors().OfType<ConditionalAccessExpressionSyntax>().FirstOrDefault()?.Expression,
            _ => null,
        };
    }

    private static IEnumerable<string> Members(SemanticModel model, ExpressionSyntax container, int at)
    {
        if (model.GetSymbolInfo(container).Symbol is INamespaceOrTypeSymbol place)
        {
            return model.LookupSymbols(at, place).Where(s => s.IsStatic || s is INamespaceOrTypeSymbol || place is INamespaceSymbol).Select(s => s.Name);
        }

        return model.GetTypeInfo(container).Type is { } type
            ? model.LookupSymbols(at, type, includeReducedExtensionMethods: true).Where(s => !s.IsStatic && s is not ITypeSymbol).Select(s => s.Name)
            : [];
    }

    private static string DocumentationOf(ISymbol symbol)
    {
        symbol = symbol.OriginalDefinition is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol.OriginalDefinition;
        if (symbol.ContainingAssembly is not { } assembly || symbol.GetDocumentationCommentId() is not { } id
            || !Documents.GetOrAdd(assembly.Name, Read).TryGetValue(id, out var written))
        {
            return "";
        }

        var lines = new List<string> { Plain(written.Element("summary")) };
        lines.AddRange(written.Elements("param").Select(p => $"{(string?)p.Attribute("name")}: {Plain(p)}"));
        lines.AddRange(written.Elements("returns").Select(r => $"returns: {Plain(r)}"));
        lines.AddRange(written.Elements("exception").Select(e => $"{((string?)e.Attribute("cref"))?.Split('.')[^1]}: {Plain(e)}"));
        return string.Join('\n', lines.Where(l => l.Length > 0));
    }

    // The compiler writes an assembly's comments beside it; the platform's own are not installed with it.
    private static IReadOnlyDictionary<string, XElement> Read(string assembly)
    {
        var path = Path.Combine(AppContext.BaseDirectory, assembly + ".xml");
        return File.Exists(path)
            ? XDocument.Load(path).Descendants("member").Where(m => m.Attribute("name") is not null).ToDictionary(m => (string)m.Attribute("name")!)
            : new Dictionary<string, XElement>();
    }

    private static string Plain(XElement? element) => element is null ? ""
        : string.Join(' ', string.Concat(element.DescendantNodes().Select(n => n switch
        {
            XText text => text.Value,
            XElement { IsEmpty: true } item => ((string?)item.Attribute("cref") ?? (string?)item.Attribute("name"))?.Split('.', ':')[^1] ?? "",
            _ => "",
        })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
