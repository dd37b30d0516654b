using Microsoft.CodeAnalysis.CSharp;

namespace CrossLingual.Kernel.Languages;

/// <summary>How languages write a type of a running program.</summary>
internal static class TypeName
{
    /// <summary>The type in C#; null where cells cannot name it.</summary>
    public static string? InCSharp(Type type) => Of(type, "global::", Escape);

    /// <summary>The type in F#; null where cells cannot name it.</summary>
    public static string? InFSharp(Type type) => Of(type, "global.", name => $"``{name}``");

    /// <summary>A name in C#, marked where it is a word of the language.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    private static string? Of(Type type, string root, Func<string, string> escape)
    {
        if (type.IsArray)
        {
            return Of(type.GetElementType()!, root, escape) is { } element ? $"{element}[{new string(',', type.GetArrayRank() - 1)}]" : null;
        }

        if (!type.IsVisible || type.IsPointer || type.IsByRef || type.Assembly.IsDynamic || !ScriptSurroundings.IsReferenced(type.Assembly.Location))
        {
            return null;
        }

        var arguments = type.GetGenericArguments().Select(t => Of(t, root, escape)).ToList();
        if (arguments.Contains(null))
        {
            return null;
        }

        // Arguments of an outer type come first: Outer<int>.Inner<string>.
        var used = 0;
        var outers = new Stack<Type>();
        for (var t = type; t is not null; t = t.DeclaringType)
        {
            outers.Push(t);
        }

        var names = outers.Select(t =>
        {
            var mark = t.Name.IndexOf('`', StringComparison.Ordinal);
            var name = escape(mark < 0 ? t.Name : t.Name[..mark]);
            var own = t.GetGenericArguments().Length - used;
            var written = own == 0 ? name : $"{name}<{string.Join(", ", arguments.Skip(used).Take(own))}>";
            used += own;
            return written;
        }).ToList();
        var space = type.Namespace is { Length: > 0 } ns ? string.Join('.', ns.Split('.').Select(escape)) + "." : "";
        return $"{root}{space}{string.Join('.', names)}";
    }
}
