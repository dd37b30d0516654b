using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CrossLingual.Kernel;

/// <summary>
/// The names that a cell's text uses. It looks at the text alone and so may see too many uses, never too few: whoever
/// asks whether something is still needed errs on the side of keeping it.
/// </summary>
internal sealed class CellNames : CSharpSyntaxWalker
{
    private int depth;

    private CellNames(IEnumerable<SyntaxTree> trees)
    {
        foreach (var tree in trees)
        {
            Visit(tree.GetRoot());
        }
    }

    /// <summary>Every name that is used anywhere.</summary>
    public HashSet<string> Used { get; } = [];

    /// <summary>Names used in code that can run after the cell has ended: functions, lambdas, types, queries.</summary>
    public HashSet<string> UsedLater { get; } = [];

    /// <summary>Whether the compiler makes types for it that have no name, as for <c>new { … }</c>, and may share them with later cells.</summary>
    public bool MakesTypes { get; private set; }

    /// <summary>The names of a cell and of the files that it loads.</summary>
    public static CellNames Of(IEnumerable<SyntaxTree> trees) => new(trees);

    /// <summary>Whether every statement of a cell runs at most once: then there is nothing in it that is worth optimising.</summary>
    public static bool RunsOnce(SyntaxTree tree) => !tree.GetRoot().DescendantNodes().Any(node => RunsLater(node)
        || node is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax or GotoStatementSyntax);

    /// <inheritdoc/>
    public override void Visit(SyntaxNode? node)
    {
        var later = node is not null && RunsLater(node);
        MakesTypes |= node is AnonymousObjectCreationExpressionSyntax or QueryExpressionSyntax
            || node is ParameterSyntax { Parent.Parent: AnonymousFunctionExpressionSyntax } parameter && (parameter.Modifiers.Count > 0 || parameter.Default is not null);
        depth += later ? 1 : 0;
        base.Visit(node);
        depth -= later ? 1 : 0;
    }

    /// <inheritdoc/>
    public override void VisitIdentifierName(IdentifierNameSyntax node) => Add(node);

    /// <inheritdoc/>
    public override void VisitGenericName(GenericNameSyntax node)
    {
        Add(node);
        base.VisitGenericName(node);
    }

    private static bool RunsLater(SyntaxNode node) => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax
        or BasePropertyDeclarationSyntax or BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or QueryExpressionSyntax;

    private void Add(SimpleNameSyntax node)
    {
        Used.Add(node.Identifier.ValueText);
        if (depth > 0)
        {
            UsedLater.Add(node.Identifier.ValueText);
        }
    }
}
