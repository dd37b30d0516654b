using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Evaluation;

public sealed class CodeTests : IDisposable
{
    private static readonly CodeProblem Double = new("t/0", "def double(x):\n", "def check(f):\n    assert f(2) == 4\n", "double", "python");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task MarkedPrograms_AreCountedWithoutRunning()
    {
        var other = Double with { Id = "t/1" };
        CodeSample[] samples = [new("t/0", "", true), new("t/0", "", false), new("t/9", "", true), new("t/1", "", false), new("t/1", "", false)];
        var result = await CodeResult.OfAsync([Double, other, Double with { Id = "t/2" }], samples, null);
        Assert.Equal([new CodeItem("t/0", 2, 1), new CodeItem("t/1", 2, 0), new CodeItem("t/2", 0, 0)], result.Items);
        Assert.Equal(1, result.Unknown);
        Assert.Equal(100.0 / 6, result.PassAt(1).Value, 1e-9);
        Assert.Equal(100.0 / 3, result.PassAt(2).Value, 1e-9);
        Assert.Equal("XL642", Assert.Throws<UserException>(() => result.PassAt(3)).Id);
        Assert.Equal("XL652", (await Assert.ThrowsAsync<UserException>(() => CodeResult.OfAsync([Double], [new("t/0", "x", null)], null))).Id);
        Assert.Equal("XL615", (await Assert.ThrowsAsync<UserException>(() => CodeResult.OfAsync([Double], [new("t/9", "x", true)], null))).Id);
    }

    [Fact]
    public void Files_AreReadWithTheirOddities()
    {
        File.WriteAllText(_folder["p"], "{\"task_id\":\"a\",\"prompt\":\"def f(x):\\n  def g(): pass\\n def h\",\"test\":\"say \\\": NaN,\\\"\",\"canonical_solution\": NaN, \"language\":\"Python\"}\n\n");
        var problem = Assert.Single(CodeFiles.Problems(_folder["p"]));
        Assert.Equal(("python", "h", "say \": NaN,\""), (problem.Language, problem.EntryPoint, problem.Test));
        File.WriteAllText(_folder["l"], "[\n{\"task_id\":\"a\",\"prompt\":\"p\",\"test\":\"t\",\"pl\":\"cpp\",\"nl\":\"vie_Latn\",\"canonical_solutions\":\"c\"},\n{\"task_id\":\"b\",\"prompt\":\"p\",\"test\":\"t\",\"canonical_solution\":\"nan\"}\n]");
        Assert.Equal([("cpp", "vie_Latn", "c"), ("", "", null)], CodeFiles.Problems(_folder["l"]).Select(p => (p.Language, p.NaturalLanguage, p.Gold)));
        File.WriteAllText(_folder["l"], "[\n{\"task_id\":\"a\",\"prompt\":\"p\",\"test\":\"t\"},\n{\"task_id\":\"b\"}]");
        Assert.Contains("l, record 2: the text 'prompt' is missing", Assert.Throws<UserException>(() => CodeFiles.Problems(_folder["l"])).Message);
        File.WriteAllText(_folder["l"], "[\n{\"task_id\":\"a\",\n}]");
        Assert.StartsWith($"XL650 {_folder["l"]}:3: not JSON:", Assert.Throws<UserException>(() => CodeFiles.Problems(_folder["l"])).Message);
        File.WriteAllText(_folder["s"], "{\"task_id\":\"a\",\"completion\":\"x\"}\n{\"task_id\":\"a\",\"passed\":true}\n{\"task_id\":\"a\"}");
        Assert.Contains("s:3: neither", Assert.Throws<UserException>(() => CodeFiles.Samples(_folder["s"])).Message);
        File.WriteAllText(_folder["s"], "{\"task_id\":\"a\",\"completion\":\"x\"}\n{\"completion\":\"x\"}");
        Assert.Contains("s:2: the text 'task_id' is missing", Assert.Throws<UserException>(() => CodeFiles.Samples(_folder["s"])).Message);
        File.WriteAllText(_folder["s"], "{\"task_id\":\n");
        Assert.Equal("XL650", Assert.Throws<UserException>(() => CodeFiles.Samples(_folder["s"])).Id);
        File.AppendAllText(_folder["p"], File.ReadAllText(_folder["p"]));
        Assert.Contains("XL613", Assert.Throws<UserException>(() => CodeFiles.Problems(_folder["p"])).Message);
    }

    [Theory]
    [InlineData("humaneval-xl/csharp/Vietnamese.jsonl", 80, "csharp")]
    [InlineData("humaneval-xl/python/Spanish.jsonl", 80, "python")]
    [InlineData("human-eval/HumanEval.jsonl.gz", 164, "python")]
    [InlineData("mhumaneval/vie_Latn-cpp.json", 161, "cpp")]
    [InlineData("mhumaneval/vie_Latn-python.json", 164, "python")]
    public void PublicFiles_AreRead(string file, int count, string language)
    {
        var problems = CodeFiles.Problems(RealData.Path(file.Split('/')));
        Assert.Equal(count, problems.Count);
        Assert.All(problems, p => Assert.True(p.Language == language && p.Test.Length > 0 && (language != "python" || p.EntryPoint.Length > 0)));
    }
}
