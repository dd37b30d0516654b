namespace CrossLingual.Kernel.Languages;

/// <summary>What languages are called in magics, in notebooks' metadata and by their files.</summary>
internal static class CellLanguages
{
    /// <summary>C#, the language of cells that name none.</summary>
    public const string CSharp = "csharp";

    /// <summary>F#.</summary>
    public const string FSharp = "fsharp";

    /// <summary>SQL over DuckDB.</summary>
    public const string Sql = "sql";

    /// <summary>HTML, which is shown.</summary>
    public const string Html = "html";

    /// <summary>JavaScript, which runs in the reader's browser.</summary>
    public const string JavaScript = "javascript";

    /// <summary>Mermaid's diagrams, which the front end draws.</summary>
    public const string Mermaid = "mermaid";

    /// <summary>Markdown, which is shown.</summary>
    public const string Markdown = "markdown";

    private static readonly Dictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        [CSharp] = CSharp,
        ["c#"] = CSharp,
        [FSharp] = FSharp,
        ["f#"] = FSharp,
        [Sql] = Sql,
        [Html] = Html,
        [JavaScript] = JavaScript,
        ["js"] = JavaScript,
        [Mermaid] = Mermaid,
        [Markdown] = Markdown,
        ["md"] = Markdown,
    };

    private static readonly Dictionary<string, string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        [".cs"] = CSharp,
        [".csx"] = CSharp,
        [".fs"] = FSharp,
        [".fsx"] = FSharp,
        [".sql"] = Sql,
        [".html"] = Html,
        [".htm"] = Html,
        [".js"] = JavaScript,
        [".mmd"] = Mermaid,
        [".md"] = Markdown,
    };

    /// <summary>What follows <c>#!</c>, long and short forms.</summary>
    public static IReadOnlyCollection<string> Magics => Known.Keys;

    /// <summary>Endings of files that hold code of one language.</summary>
    public static IReadOnlyCollection<string> FileEndings => Extensions.Keys;

    /// <summary>The language of a name as people and editors write it; null for none of these.</summary>
    public static string? Find(string name) => Known.GetValueOrDefault(name.StartsWith("dotnet-interactive.", StringComparison.Ordinal) ? name["dotnet-interactive.".Length..] : name);

    /// <summary>The language of a file; null for none of these.</summary>
    public static string? OfFile(string path) => Extensions.GetValueOrDefault(Path.GetExtension(path));
}
