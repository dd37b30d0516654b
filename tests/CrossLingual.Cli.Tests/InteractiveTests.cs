using System.Text.Json.Nodes;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Cli.Tests;

/// <summary>The library in .NET Interactive itself, by <c>extension.dib</c>.</summary>
public sealed class InteractiveTests : IDisposable
{
    private static readonly string[] Cells =
    [
        "#!import extension.dib",
        "var table = new Table(\"Language\", \"Exact match\");\ntable.Add(\"vi\", \"0.5\");\ntable",
        "Figure.Bars(\"t\", [\"a\"], new BarSeries(\"s\", [new Estimate(1)]))",
        "using TorchSharp;\ntorch.ones(1, 2)",
        "new Estimate(0.5)",
        "foreach (var n in progress(\"counting\", new[] { 1, 2 })) Console.Write(n);",
        "Cancel.CanBeCanceled",
        "LanguageIdentifier.Of(\"en\", \"es\").Identify(\"the cat sat on the mat\")?.Language + Lab.Load().Languages.Count",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("xling-interactive-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Extension_BringsTheLibraryAndItsFormsToNetInteractive()
    {
        var root = RealData.RepositoryRoot;
        Directory.CreateDirectory(Path.Combine(folder, ".config"));
        File.Copy(Path.Combine(root, ".config", "dotnet-tools.json"), Path.Combine(folder, ".config", "dotnet-tools.json"));
        Assert.SkipUnless(Jupyter.Run(folder, "dotnet", "tool", "run", "dotnet-interactive", "--", "--version").Code == 0, ".NET Interactive is not installed: dotnet tool restore.");
        var python = Jupyter.Python("nbconvert");
        Assert.SkipWhen(python is null, "Python's nbconvert is not installed.");

        // As the extension has it: its own folder, and the library's beside that.
        var notebooks = Directory.CreateDirectory(Path.Combine(folder, "notebooks")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "artifacts"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "artifacts", "interactive"), AppContext.BaseDirectory);
        File.Copy(Path.Combine(root, "notebooks", "extension.dib"), Path.Combine(notebooks, "extension.dib"));
        var kernel = Directory.CreateDirectory(Path.Combine(folder, "env", "share", "jupyter", "kernels", "interactive")).FullName;
        File.WriteAllText(Path.Combine(kernel, "kernel.json"), """
            {"argv": ["dotnet", "tool", "run", "dotnet-interactive", "--", "jupyter", "--http-local-only", "{connection_file}"], "display_name": "C#", "language": "C#", "env": {"DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT": "1"}}
            """);
        var cells = new JsonArray([.. Cells.Select((code, i) => new JsonObject { ["cell_type"] = "code", ["execution_count"] = null, ["id"] = $"cell-{i}", ["metadata"] = new JsonObject(), ["outputs"] = new JsonArray(), ["source"] = code })]);
        File.WriteAllText(Path.Combine(notebooks, "n.ipynb"), new JsonObject
        {
            ["cells"] = cells,
            ["metadata"] = new JsonObject { ["kernelspec"] = new JsonObject { ["display_name"] = "C#", ["language"] = "C#", ["name"] = "interactive" } },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        }.ToJsonString());
        var (code, said) = Jupyter.Run(folder, python!, "-m", "nbconvert", "--to", "notebook", "--execute", "--output", "run", Path.Combine(notebooks, "n.ipynb"));
        Assert.True(code == 0, said);
        var shown = JsonNode.Parse(File.ReadAllText(Path.Combine(notebooks, "run.ipynb")))!["cells"]!.AsArray().Select(cell => cell!["outputs"]!.ToJsonString()).ToList();
        Assert.Contains("xl-table", shown[1]);
        Assert.Contains("svg role", shown[2]);
        Assert.Contains("[[1, 1]]", shown[3]);
        Assert.Contains("counting: ", shown[5]);
        Assert.Contains("12", shown[5]);
        Assert.Contains("True", shown[6]);
        Assert.Contains("en6", shown[7]);
    }
}
