using System.Text.RegularExpressions;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests;

/// <summary>The shape of the sources: rooms depend one way, and errors are listed.</summary>
public partial class ArchitectureTests
{
    private static readonly string Sources = Path.Combine(RealData.RepositoryRoot, "src");
    private static readonly string Core = Path.Combine(Sources, "CrossLingual");

    // A room and those below it that it may use.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Runs"] = [],
        ["Text"] = ["Runs"],
        ["Data"] = ["Text", "Runs"],
        ["Models"] = ["Data", "Text", "Runs"],
        ["Training"] = ["Models", "Data", "Text", "Runs"],
        ["Merging"] = ["Models", "Data", "Text", "Runs"],
        ["Metrics"] = ["Text", "Runs"],
        ["Evaluation"] = ["Metrics", "Models", "Data", "Text", "Runs"],
        ["Methods"] = ["Evaluation", "Metrics", "Merging", "Training", "Models", "Data", "Text", "Runs"],
    };

    private static readonly Dictionary<string, (string Room, string Text)> Files = CodeOf(Core)
        .Where(f => Path.GetDirectoryName(Path.GetRelativePath(Core, f.Key)) != "")
        .ToDictionary(f => f.Key, f => (Path.GetRelativePath(Core, f.Key).Split(Path.DirectorySeparatorChar)[0], f.Value));

    public static TheoryData<string> Rooms => [.. Directory.EnumerateDirectories(Core).Select(d => Path.GetFileName(d)!).Where(d => d is not ("bin" or "obj")).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Rooms_DependOneWay(string room)
    {
        Assert.True(Allowed.ContainsKey(room), $"'{room}' is a new room: say here what it may use.");
        var wrong =
            from file in Files
            where file.Value.Room == room
            from used in Used(room, file.Value.Text)
            where used != room && !Allowed[room].Contains(used)
            select $"{Path.GetRelativePath(Sources, file.Key)} uses {used}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Uses_AreFoundByUsingAndByName()
    {
        // What the rule reads, or it could not be broken.
        Assert.Equal(["Evaluation"], Used("Text", "using CrossLingual.Evaluation;"));
        Assert.Equal(["Models"], Used("Text", "using static CrossLingual.Models.TensorTypes;"));
        Assert.Equal(["Models"], Used("Text", "using Folder = CrossLingual.Models.ModelFolder;"));
        Assert.Equal(["Training"], Used("Text", "var t = new CrossLingual.Training.Trainer();"));
        Assert.Equal(["Data"], Used("Models", "=> Path.Combine(Data.Lab.Folder);"));
        Assert.Empty(Used("Data", "Data.Select(d => d.Text.Length) + Training.Length + example.Text.Tokenizer"));
        Assert.Contains(Files, f => Used(f.Value.Room, f.Value.Text).Contains("Runs"));
    }

    [Fact]
    public void Namespaces_AreFolders() => Assert.All(Files, f => Assert.Contains($"namespace CrossLingual.{f.Value.Room};", f.Value.Text));

    [Fact]
    public void Errors_AreAllListedAndNothingElse()
    {
        var listed = File.ReadLines(Path.Combine(RealData.RepositoryRoot, "docs", "errors.md"))
            .Select(l => ListedError().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value).ToList();
        var thrown = CodeOf(Sources).Values.SelectMany(text => Error().Matches(text)).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(thrown, listed);   // once each, in order

        var mentioned = SourceFiles(Sources).SelectMany(f => Error().Matches(File.ReadAllText(f))).Select(m => m.Value).Distinct();
        Assert.Empty(mentioned.Except(listed));
    }

    [Fact]
    public void Files_AreShort() => Assert.All(
        SourceFiles(Sources).Concat(SourceFiles(Path.Combine(RealData.RepositoryRoot, "tests"))),
        file => Assert.True(File.ReadLines(file).Count() <= 400, $"{file} has more than 400 lines"));

    private static IEnumerable<string> Used(string room, string text)
    {
        var named = QualifiedName().Matches(text).Select(m => m.Groups[1].Value);
        var partly = Allowed.Keys.Where(other => other != room && Types(other) is { Count: > 0 } types
            && Regex.Matches(text, $@"(?<![\w.]){other}\.(\w+)").Any(m => types.Contains(m.Groups[1].Value)));
        return named.Concat(partly).Where(Allowed.ContainsKey).Distinct();
    }

    private static HashSet<string> Types(string room) =>
        [.. Files.Values.Where(f => f.Room == room).SelectMany(f => TypeName().Matches(f.Text)).Select(m => m.Groups[1].Value)];

    /// <summary>Sources without their comments.</summary>
    private static Dictionary<string, string> CodeOf(string folder) =>
        SourceFiles(folder).ToDictionary(f => f, f => Comment().Replace(File.ReadAllText(f), ""));

    private static IEnumerable<string> SourceFiles(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(f => !Path.GetRelativePath(folder, f).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [GeneratedRegex(@"(?<![\w.])CrossLingual\.(\w+)")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"\b(?:class|record(?: struct)?|struct|enum|interface|delegate \w+) (\w+)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bXL\d{3}\b")]
    private static partial Regex Error();

    [GeneratedRegex(@"^\| (XL\d{3}) \| [^|]+ \| [^|]+ \|$")]
    private static partial Regex ListedError();
}
