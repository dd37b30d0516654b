using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CrossLingual.Kernel;

/// <summary>
/// The value of a cell that only looks at something: a constant, a variable, a field or property of it. Compiling, loading
/// and running such a cell takes many times as long as reading the value. The compiler still checks it; whatever is not
/// plain, or wrong, is left to the compiler.
/// </summary>
internal sealed class PlainValue
{
    private readonly Func<object?> read;
    private readonly int line;

    private PlainValue(Func<object?> read, int line) => (this.read, this.line) = (read, line);

    /// <summary>Finds what a cell looks at, without reading it.</summary>
    /// <param name="cell">The cell, compiled.</param>
    /// <param name="links">The cells before it.</param>
    /// <param name="globals">What it can name without a prefix.</param>
    /// <param name="cancel">Ends the compiling.</param>
    /// <returns>Null where the cell does something else, or is wrong.</returns>
    public static PlainValue? Of(CSharpCompilation cell, IReadOnlyList<Submission> links, CellGlobals globals, CancellationToken cancel)
    {
        var tree = cell.SyntaxTrees[^1];
        if (tree.GetRoot(cancel) is not CompilationUnitSyntax { Usings.Count: 0, Externs.Count: 0, ContainsDirectives: false, Members: [GlobalStatementSyntax { Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true, Expression: var shown } }] }
            || !IsPlain(shown))
        {
            return null;
        }

        var model = cell.GetSemanticModel(tree);
        var line = tree.GetLineSpan(shown.Span, cancel).StartLinePosition.Line + 1;
        return model.GetDiagnostics(cancellationToken: cancel).Any(d => d.Severity == DiagnosticSeverity.Error) ? null
            : new Finder(model, links, globals).Find(shown) is { } found ? new PlainValue(found.Read, line) : null;
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="PlainValueException">A property threw.</exception>
    public object? Read()
    {
        try
        {
            return read();
        }
        catch (Exception e)
        {
            throw new PlainValueException(line, e);
        }
    }

    // By its look alone; nearly all cells end here.
    private static bool IsPlain(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax or IdentifierNameSyntax => true,
        ParenthesizedExpressionSyntax inner => IsPlain(inner.Expression),
        PrefixUnaryExpressionSyntax sign => sign.Kind() is SyntaxKind.UnaryMinusExpression or SyntaxKind.UnaryPlusExpression or SyntaxKind.LogicalNotExpression or SyntaxKind.BitwiseNotExpression && IsPlain(sign.Operand),
        BinaryExpressionSyntax two => IsPlain(two.Left) && IsPlain(two.Right),
        MemberAccessExpressionSyntax { RawKind: (int)SyntaxKind.SimpleMemberAccessExpression, Name: IdentifierNameSyntax } member => IsPlain(member.Expression),
        _ => false,
    };

    /// <summary>A value on the way to the one that is shown.</summary>
    /// <param name="Type">The type that the compiler sees.</param>
    /// <param name="Read">Reads it; a property may throw.</param>
    private sealed record Part(Type Type, Func<object?> Read);

    private sealed class Finder(SemanticModel model, IReadOnlyList<Submission> links, CellGlobals globals)
    {
        public Part? Find(ExpressionSyntax expression)
        {
            if (model.GetConstantValue(expression) is { HasValue: true, Value: { } constant })
            {
                // An enumeration's constant is its number.
                return model.GetTypeInfo(expression).Type?.TypeKind == TypeKind.Enum ? null : new Part(constant.GetType(), () => constant);
            }

            return expression switch
            {
                ParenthesizedExpressionSyntax inner => Find(inner.Expression),
                IdentifierNameSyntax name => OfName(model.GetSymbolInfo(name).Symbol),
                MemberAccessExpressionSyntax member when Find(member.Expression) is { } owner => OfMember(owner, model.GetSymbolInfo(member).Symbol),
                _ => null,
            };
        }

        private Part? OfName(ISymbol? symbol) => symbol switch
        {
            IFieldSymbol { ContainingType.IsScriptClass: true } when links.FirstOrDefault(l => SymbolEqualityComparer.Default.Equals(l.Compilation.ScriptClass, symbol.ContainingType))?.Instance is { } instance =>
                OfMember(new Part(instance.GetType(), () => instance), symbol),
            IPropertySymbol => OfMember(new Part(typeof(CellGlobals), () => globals), symbol),
            _ => null,
        };

        private Part? OfMember(Part owner, ISymbol? symbol)
        {
            // A boxed copy would be asked instead of the structure itself.
            if (symbol is not ({ IsStatic: false } and (IFieldSymbol or IPropertySymbol)) || owner.Type.IsValueType)
            {
                return null;
            }

            // The compiler means the nearest of that name, unless something unusual is going on.
            var types = owner.Type.IsInterface ? [owner.Type, .. owner.Type.GetInterfaces()] : Bases(owner.Type);
            var found = types.SelectMany(type => type.GetMember(symbol.Name, MemberTypes.Field | MemberTypes.Property, BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public)).FirstOrDefault();
            return found?.DeclaringType is not { } declaring || !IsSame(declaring, symbol.ContainingType) ? null : found switch
            {
                FieldInfo field when IsShown(field.FieldType) => new Part(field.FieldType, () => field.GetValue(Existing(owner))),
                PropertyInfo { GetMethod: { IsPublic: true } get } when IsShown(get.ReturnType) && get.GetParameters().Length == 0 =>
                    new Part(get.ReturnType, () => get.Invoke(Existing(owner), BindingFlags.DoNotWrapExceptions, null, null, null)),
                _ => null,
            };
        }

        private static object Existing(Part owner) => owner.Read() ?? throw new NullReferenceException();

        private static bool IsSame(Type type, INamedTypeSymbol symbol) =>
            type.Name == symbol.MetadataName && (type.Namespace ?? "") == (symbol.ContainingNamespace.IsGlobalNamespace ? "" : symbol.ContainingNamespace.ToDisplayString());

        private static bool IsShown(Type type) => !type.IsByRef && !type.IsByRefLike && !type.IsPointer;

        private static IEnumerable<Type> Bases(Type? type)
        {
            for (; type is not null; type = type.BaseType)
            {
                yield return type;
            }
        }
    }
}
