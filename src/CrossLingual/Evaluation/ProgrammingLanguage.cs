namespace CrossLingual.Evaluation;

/// <summary>Programming languages as task files name them, each under one name.</summary>
internal static class ProgrammingLanguage
{
    public const string Python = "python";
    public const string Cpp = "cpp";
    public const string Java = "java";
    public const string CSharp = "csharp";

    /// <summary>The one name of a language; another language's own, in lower case.</summary>
    /// <param name="named">As a file names it.</param>
    public static string Of(string named) => named.ToLowerInvariant() switch
    {
        "py" => Python,
        "c++" => Cpp,
        "c#" or "cs" => CSharp,
        var name => name,
    };

    /// <summary>The language as people write it.</summary>
    /// <param name="named">As a file names it.</param>
    public static string Written(string named) => Of(named) switch
    {
        Python => "Python",
        Cpp => "C++",
        Java => "Java",
        CSharp => "C#",
        _ => named,
    };
}
