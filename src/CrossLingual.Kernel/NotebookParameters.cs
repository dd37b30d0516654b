using System.Collections;
using System.Globalization;
using System.Text.Json;
using CrossLingual.Kernel.Languages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CrossLingual.Kernel;

/// <summary>
/// Parameters as papermill has them: a cell tagged <c>parameters</c> declares defaults, and a cell tagged
/// <c>injected-parameters</c> after it sets other values. Setting, not declaring again, keeps each one's type.
/// </summary>
internal static class NotebookParameters
{
    private const string Tag = "parameters";

    /// <summary>Tag of the cell that sets parameters.</summary>
    public const string InjectedTag = "injected-parameters";

    /// <summary>Puts the cell in, in the place of an earlier run's.</summary>
    /// <exception cref="UserException">XL706: a parameter that the notebook does not declare.</exception>
    public static void Inject(Notebook notebook, IReadOnlyDictionary<string, object?> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        foreach (var old in notebook.Cells.Where(cell => cell.Tags.Contains(InjectedTag)))
        {
            notebook.Remove(old);
        }

        var place = notebook.Cells.ToList().FindIndex(cell => cell.IsCode && cell.Tags.Contains(Tag));
        var declared = place < 0 ? [] : Declared(notebook.Cells[place].Source);
        var lines = values.Select(pair =>
        {
            if (place >= 0 && !declared.ContainsKey(pair.Key))
            {
                throw new UserException("XL706", $"The notebook has no parameter '{pair.Key}'. Its parameters cell declares: {string.Join(", ", declared.Keys)}.");
            }

            return declared.TryGetValue(pair.Key, out var type)
                ? $"{pair.Key} = {Literal(pair.Value, type)};"
                : $"var {Name(pair.Key)} = {Literal(pair.Value, null)};";
        });
        var cell = notebook.Insert(place + 1, "code", "// Parameters\n" + string.Join('\n', lines));
        cell.Metadata["tags"] = new System.Text.Json.Nodes.JsonArray(InjectedTag);
    }

    /// <summary>Names and types that a cell's top level declares; of <c>var x = 0.5</c> the type is the literal's.</summary>
    private static Dictionary<string, string?> Declared(string source)
    {
        var fields = CellPart.Of(source, CellLanguages.CSharp).Where(part => part.Language == CellLanguages.CSharp)
            .SelectMany(part => ((CompilationUnitSyntax)CellSyntax.Parse(CellSource.Of(part.Text).Code).GetRoot()).Members)
            .OfType<FieldDeclarationSyntax>();
        return fields
            .SelectMany(field => field.Declaration.Variables.Select(variable => (
                variable.Identifier.Text,
                Type: field.Declaration.Type.IsVar ? TypeOf(variable.Initializer?.Value) : field.Declaration.Type.ToString())))
            .ToDictionary(pair => pair.Text, pair => pair.Type);
    }

    private static string? TypeOf(ExpressionSyntax? value) => value switch
    {
        PrefixUnaryExpressionSyntax signed => TypeOf(signed.Operand),
        LiteralExpressionSyntax { Token.Value: { } literal } => literal switch
        {
            int => "int",
            long => "long",
            float => "float",
            decimal => "decimal",
            double => "double",
            bool => "bool",
            string => "string",
            _ => null,
        },
        InterpolatedStringExpressionSyntax => "string",
        _ => null,
    };

    private static string Name(string name) => SyntaxFacts.IsValidIdentifier(name)
        ? name
        : throw new UserException("XL706", $"'{name}' cannot name a parameter. Use letters, digits and underscores.");

    /// <summary>A value as C#; text from a command line becomes what the declared type asks for, or what it looks like.</summary>
    private static string Literal(object? value, string? type)
    {
        switch (value)
        {
            case null:
                return "null";
            case string text when type?.TrimEnd('?') is "string":
                return SymbolDisplay.FormatLiteral(text, quote: true);
            case string text:
                return Json(text) is { } json ? Literal(json, type) : SymbolDisplay.FormatLiteral(text, quote: true);
            case bool flag:
                return flag ? "true" : "false";
            case IEnumerable list:
                return $"[{string.Join(", ", list.Cast<object?>().Select(item => Literal(item, item is string ? "string" : null)))}]";
            case IFormattable number:
                var digits = number.ToString(null, CultureInfo.InvariantCulture);
                return type?.TrimEnd('?') is "float" or "decimal" or "double" or "long" or "int" ? $"({type})({digits})" : digits;
            default:
                throw new UserException("XL706", $"A parameter cannot be a {value.GetType().Name}. Give a text, a number, true, false or a list of these.");
        }
    }

    /// <summary>Reads <c>3</c>, <c>0.5</c>, <c>true</c> and <c>["a", "b"]</c>; null for anything else, which is text.</summary>
    private static object? Json(string text)
    {
        try
        {
            return Plain(JsonDocument.Parse(text).RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static object? Plain(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number when json.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Array => json.EnumerateArray().Select(Plain).ToList(),
        _ => null,
    };
}
