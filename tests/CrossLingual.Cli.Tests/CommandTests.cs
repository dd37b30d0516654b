using CrossLingual.Data;

namespace CrossLingual.Cli.Tests;

public class CommandTests
{
    private static readonly string Here = AppContext.BaseDirectory;

    [Fact]
    public void Doctor_SaysWhatIsThere()
    {
        var findings = Command.Succeed(Here, "doctor", "--json").Json;
        var found = findings.EnumerateArray().ToDictionary(f => f.GetProperty("what").GetString()!, f => f.GetProperty("found").GetString()!);
        Assert.StartsWith("2.10", found["libtorch"]);
        Assert.Equal("0.107.0", found["TorchSharp"]);
        Assert.All(new[] { ".NET SDK", "device", "bfloat16", "threads", "memory", "the lab" }, what => Assert.NotEmpty(found[what]));
    }

    [Fact]
    public void Generate_GivesIdsTextAndSpeed()
    {
        var result = Command.Succeed(Here, "generate", "--model", "lab", "--template", "alpaca-short", "--prompt", "What is the capital of France?", "--json").Json;
        Assert.Equal("Paris", result.GetProperty("text").GetString()!.Trim());
        Assert.NotEmpty(result.GetProperty("promptIds").EnumerateArray());
        Assert.NotEmpty(result.GetProperty("ids").EnumerateArray());
        Assert.True(result.GetProperty("tokensPerSecond").GetDouble() > 0);
    }

    [Fact]
    public void Tokenize_AndBack()
    {
        const string Text = "Xin chào, hola, नमस्ते 42";
        var ids = Command.Succeed(Here, "tokenize", "--model", "lab", Text, "--json").Json.GetProperty("ids").EnumerateArray().Select(i => i.GetRawText()).ToArray();
        var back = Command.Succeed(Here, ["tokenize", "--model", "lab", "--decode", .. ids, "--json"]).Json;
        Assert.Equal(Text, back.GetProperty("text").GetString());
    }

    [Fact]
    public void DataPreview_MarksWhatIsLearned()
    {
        var examples = Command.Succeed(Here, "data", "preview", "lab", "--language", "vi", "--template", "alpaca-short", "--limit", "2", "--json").Json;
        Assert.Equal(2, examples.GetArrayLength());
        foreach (var example in examples.EnumerateArray())
        {
            var pieces = example.GetProperty("pieces").EnumerateArray().Select(p => p.GetString()!);
            var learned = example.GetProperty("learned").EnumerateArray().Select(l => l.GetBoolean()).ToList();
            var text = string.Concat(pieces.Where((_, i) => learned[i])).Replace('\u2581', ' ');
            var index = int.Parse(example.GetProperty("id").GetString()!.Split('-')[^1], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal($" {Lab.Load().Example("vi", LabSplit.Train, index).Output}</s>", text);
        }
    }

    [Theory]
    [InlineData("XL100", "train")]
    [InlineData("XL100", "no-such-command")]
    [InlineData("XL101", "train", "absent.yaml")]
    [InlineData("XL312", "generate", "--model", "absent", "--prompt", "x")]
    [InlineData("XL500", "eval", "--task", "poems", "--model", "lab")]
    [InlineData("XL121", "lab", "--languages", "fr")]
    [InlineData("XL123", "lab", "--languages", "en")]
    [InlineData("XL124", "lab", "--methods", "magic")]
    public void BadInput_IsNamedAndExitsWith2(string id, params string[] arguments)
    {
        var result = Command.Run(Here, arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(id, result.Error);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.Empty(result.Out);
    }

    [Fact]
    public void Notebook_RunsAndAFailureNamesItsCell()
    {
        using var tiny = new TinyRecipe();
        const string Head = "{\"cells\":[{\"cell_type\":\"code\",\"execution_count\":null,\"id\":\"a\",\"metadata\":{},\"outputs\":[],\"source\":[\"";
        const string Tail = "\"]}],\"metadata\":{\"language_info\":{\"name\":\"csharp\"}},\"nbformat\":4,\"nbformat_minor\":5}";
        File.WriteAllText(tiny["good.ipynb"], Head + "Lab.AllLanguages.Count * 7" + Tail);
        Command.Succeed(tiny.Folder, "notebook", "run", "good.ipynb", "-o", "out.ipynb");
        Assert.Contains("\"42\"", File.ReadAllText(tiny["out.ipynb"]));

        File.WriteAllText(tiny["bad.ipynb"], Head + "int.Parse(\\\"x\\\")" + Tail);
        var bad = Command.Run(tiny.Folder, "notebook", "run", "bad.ipynb", "-o", "bad-out.ipynb");
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("cell 1", bad.Out);
        Assert.Contains("FormatException", File.ReadAllText(tiny["bad-out.ipynb"]));
    }
}
