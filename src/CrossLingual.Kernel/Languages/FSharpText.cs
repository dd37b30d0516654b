using Microsoft.FSharp.Core;
using Microsoft.FSharp.Reflection;

namespace CrossLingual.Kernel.Languages;

/// <summary>F#'s own kinds of values, as F# prints them.</summary>
internal static class FSharpText
{
    /// <summary>Whether a value is a list, an option, a tuple, a record, a union or another thing of F#'s own.</summary>
    public static bool IsOfFSharp(object value)
    {
        var type = value.GetType();
        return type.Assembly.GetName().Name == "FSharp.Core"
            || type.FullName?.StartsWith("System.Tuple`", StringComparison.Ordinal) == true

            // Types that cells declared lie in no file.
            || type.Assembly is { IsDynamic: true } or { Location: "" } && IsDeclared(type);
    }

    /// <summary>The value as <c>%A</c> writes it.</summary>
    public static string Of(object value) => ExtraTopLevelOperators
        .PrintFormatToString(new PrintfFormat<FSharpFunc<object, string>, Unit, string, string, object>("%A")).Invoke(value);

    // A method of its own: F#'s library is loaded when it is first asked for.
    private static bool IsDeclared(Type type) => FSharpType.IsRecord(type, null) || FSharpType.IsUnion(type, null);
}
