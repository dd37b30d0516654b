namespace CrossLingual.Cli.Tests;

/// <summary><c>xling notebook</c> beyond a plain run.</summary>
public sealed class NotebookCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("xling-notebook-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Dib_IsRunCheckedAndExported()
    {
        Write("n.dib", "#!markdown\n\n# A title\n\n#!csharp\n\nvar x = 1.5;\nx\n\n#!sql\n\n#!share --from csharp x\nSELECT value * 2 AS twice FROM x\n");
        Command.Succeed(folder, "notebook", "run", "n.dib");
        var text = Read("n.ipynb");
        Assert.Contains("\"kernelName\": \"sql\"", text);
        Assert.Equal("Same", Command.Succeed(folder, "notebook", "check", "n.ipynb", "--json").Json.GetProperty("outcome").GetString());

        Write("n.ipynb", text.Replace("\"1.5\"", "\"1.6\"", StringComparison.Ordinal));
        var check = Command.Run(folder, "notebook", "check", "n.ipynb", "--json");
        Assert.Equal(1, check.ExitCode);
        var difference = check.Json.GetProperty("notebooks")[0].GetProperty("differences")[0];
        Assert.Equal((2, "1.6 in '1.6'", "1.5 in '1.5'"), (difference.GetProperty("cell").GetInt32(), difference.GetProperty("committed").GetString(), difference.GetProperty("fresh").GetString()));
        Assert.Contains("1 of 2 cells differ", Command.Run(folder, "notebook", "run", "n.ipynb", "--check", "--tolerance", "0.01").Out);
        Assert.Contains("1.6", Read("n.ipynb"));
        Command.Succeed(folder, "notebook", "run", "n.ipynb", "--check", "--tolerance", "0.1", "-o", "out/fresh.ipynb");
        Assert.DoesNotContain("1.6", Read("out/fresh.ipynb"));

        Command.Succeed(folder, "notebook", "export", "n.ipynb", "--to", "html");
        Assert.Contains("<title>A title</title>", Read("n.html"));
        Command.Succeed(folder, "notebook", "export", "n.ipynb", "--to", "md", "-o", "out/m.md");
        Assert.StartsWith("# A title\n\n```csharp\nvar x = 1.5;", Read("out/m.md"));
    }

    [Fact]
    public void BadCalls_AreSaid()
    {
        Write("n.dib", "1");
        Assert.Contains("XL750", Command.Run(folder, "notebook", "check", "n.dib", "--tolerance", "2").Error);
        Assert.Contains("XL701", Command.Run(folder, "notebook", "check", "n.dib", "none.ipynb").Error);
        Assert.Equal(2, Command.Run(folder, "notebook", "export", "n.dib", "--to", "pdf").ExitCode);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text);

    private string Read(string name) => File.ReadAllText(Path.Combine(folder, name));
}
