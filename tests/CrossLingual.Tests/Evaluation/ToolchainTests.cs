using System.Text.RegularExpressions;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Evaluation;

/// <summary>Programs in every language that is run, and the benchmarks' own solutions.</summary>
public sealed class ToolchainTests
{
    private static readonly Lazy<Sandbox> Box = new(() => new Sandbox());

    private static readonly Dictionary<string, CodeProblem> Problems = new()
    {
        ["cpp"] = new("t", "#include <vector>\n#include <cassert>\n#include <cstdlib>\nint twice(int x) {\n", "}\nint main() {\n    assert(twice(2) == 4);\n}\n", "twice", "cpp"),
        ["java"] = new("t", "import java.util.*;\n\nclass Problem {\n    public static int twice(int x) {\n", "\n    public static void main(String[] args) {\n        if (twice(2) != 4) throw new AssertionError(\"test 0 failed to pass\");\n    }\n}\n", "twice", "java"),
        ["csharp"] = new("t", "using System;\nusing System.Collections.Generic;\nusing KellermanSoftware.CompareNetObjects;\n\npublic class Program\n{\n    public static object Twice(int x)\n    {\n", """

                public static void Main(string[] args)
                {
                    var logic = new CompareLogic();
                    if (!logic.Compare(Twice(2), 4).AreEqual) { throw new Exception("test case 0 failed to pass"); }
                }
            }
            """, "Twice", "csharp"),
    };

    [Theory]
    [InlineData("cpp", "    return 2 * x;", ProgramOutcome.Passed)]
    [InlineData("cpp", "int twice(int x) {\n    return 2 * x;\n}", ProgramOutcome.Passed)]
    [InlineData("cpp", "int half(int x) {\n    return x / 2;\n}\nint twice(int y)\n{ return 4 * half(y); }", ProgramOutcome.Passed)]
    [InlineData("cpp", "    return x;", ProgramOutcome.WrongAnswer)]
    [InlineData("cpp", "    return 2 * x", ProgramOutcome.SyntaxError)]
    [InlineData("cpp", "    return 2 * y;", ProgramOutcome.CompileError)]
    [InlineData("cpp", "    std::exit(0);", ProgramOutcome.RuntimeError)]
    [InlineData("cpp", "    return *(int*)nullptr;", ProgramOutcome.RuntimeError)]
    [InlineData("cpp", "    for (volatile int i = 0;; i = i + 1) {} return 0;", ProgramOutcome.TimedOut)]
    [InlineData("cpp", "    std::vector<char*> v; for (;;) { v.push_back(new char[1 << 24]()); } return 0;", ProgramOutcome.OutOfMemory)]
    [InlineData("java", "        return 2 * x;\n    }", ProgramOutcome.Passed)]
    [InlineData("java", "        return x;\n    }", ProgramOutcome.WrongAnswer)]
    [InlineData("java", "        return 2 * x\n    }", ProgramOutcome.SyntaxError)]
    [InlineData("java", "        return 2 * y;\n    }", ProgramOutcome.CompileError)]
    [InlineData("java", "        System.exit(0); return 0;\n    }", ProgramOutcome.RuntimeError)]
    [InlineData("java", "        List<int[]> all = new ArrayList<>(); while (true) all.add(new int[1 << 22]);\n    }", ProgramOutcome.OutOfMemory)]
    [InlineData("csharp", "        return 2 * x;\n    }", ProgramOutcome.Passed)]
    [InlineData("csharp", "        return 2L * x;\n    }", ProgramOutcome.WrongAnswer)]
    [InlineData("csharp", "        return 2 * x\n    }", ProgramOutcome.SyntaxError)]
    [InlineData("csharp", "        return 2 * y;\n    }", ProgramOutcome.CompileError)]
    [InlineData("csharp", "        Environment.Exit(0); return 0;\n    }", ProgramOutcome.RuntimeError)]
    [InlineData("csharp", "        return Twice(x);\n    }", ProgramOutcome.RuntimeError)]
    [InlineData("csharp", "        var all = new List<int[]>(); while (true) { all.Add(new int[1 << 22]); }\n    }", ProgramOutcome.OutOfMemory)]
    public async Task Programs_EndAsTheyDeserve(string language, string completion, ProgramOutcome outcome)
    {
        var toolchain = Toolchain.Of(language, outcome == ProgramOutcome.TimedOut ? 2 : null);
        Assert.SkipUnless(toolchain.Missing.Length == 0, toolchain.Missing);
        var result = await toolchain.RunAsync(Box.Value, Problems[language], completion);
        Assert.True(outcome == result.Outcome, $"{result.Outcome}: {result.Detail}");
    }

    [Fact]
    public async Task CSharp_ComparesWholeObjects()
    {
        var toolchain = new CSharpToolchain();
        Assert.SkipUnless(toolchain.Missing.Length == 0, toolchain.Missing);
        var test = string.Join('\n', new[]
        {
            "S(new List<int> {1, 2}, new List<int> {1, 2}, true)", "S(new List<int> {1, 2}, new List<int> {2, 1}, false)", "S(new List<int> {1}, new[] {1}, false)", "S(1, 1L, false)",
            "S(null, null, true)", "S(null, 0, false)", "S(\"a\", \"A\", false)", "S(new List<object> {1, \"a\", null}, new List<object> {1, \"a\", null}, true)",
            "S(new List<List<int>> {new List<int> {1}}, new List<List<int>> {new List<int>()}, false)", "S(0.1 + 0.2, 0.3, false)", "S((1, \"a\"), (1, \"a\"), true)", "S((1, \"a\"), (1, \"b\"), false)",
            "S(new Dictionary<string, int> {[\"a\"] = 1, [\"b\"] = 2}, new Dictionary<string, int> {[\"b\"] = 2, [\"a\"] = 1}, true)",
            "S(new Dictionary<string, int> {[\"a\"] = 1}, new Dictionary<string, int> {[\"a\"] = 2}, false)", "S(new HashSet<int> {1, 2}, new HashSet<int> {2, 1}, true)",
        }.Select(c => $"{c};"));
        var problem = new CodeProblem("t", "using System;\nusing System.Collections.Generic;\nusing KellermanSoftware.CompareNetObjects;\nclass P {\n", $"static void S(object a, object b, bool same) {{ if (new CompareLogic().Compare(a, b).AreEqual != same) throw new Exception($\"{{a}} {{b}}\"); }}\nstatic void Main() {{\n{test}\n}} }}", "", "csharp");
        var result = await toolchain.RunAsync(Box.Value, problem, "");
        Assert.Equal((ProgramOutcome.Passed, ""), (result.Outcome, result.Detail));
    }

    // The whole files: docs/code-generation.md has the counts.
    [Theory]
    [InlineData("human-eval/HumanEval.jsonl.gz", 1)]
    [InlineData("humaneval-xl/python/English.jsonl", 8)]
    [InlineData("humaneval-xl/python/Spanish.jsonl", 8)]
    [InlineData("humaneval-xl/python/Vietnamese.jsonl", 8)]
    [InlineData("mhumaneval/vie_Latn-python.json", 8)]
    [InlineData("mhumaneval/vie_Latn-cpp.json", 60)]
    public async Task OwnSolutions_PassAndMutatedOnesFail(string file, int step)
    {
        var problems = CodeFiles.Problems(RealData.Path(file.Split('/'))).Where((p, i) => i % step == 0 || (step == 60 && p.Id == "HumanEval/125")).ToList();
        var toolchain = Toolchain.Of(problems[0].Language);
        Assert.SkipUnless(toolchain.Missing.Length == 0, toolchain.Missing);
        var gold = await CodeGold.CheckAsync(problems, toolchain, Box.Value);
        Assert.All(gold, g => Assert.True(g.State == Known(g.Id), $"{g.Id}: {g.State} {g.Reason}"));

        // Nothing is returned any more: every eighth is tried.
        var mutated = problems.Where((_, i) => i % 8 == 0).Select(p => p with { Gold = p.Gold!.Replace("return", toolchain is PythonToolchain ? "_ = 0," : "(void)", StringComparison.Ordinal) + (toolchain is PythonToolchain ? "\n    return '?'\n" : "") }).ToList();
        Assert.All(await CodeGold.CheckAsync(mutated, toolchain, Box.Value), g => Assert.True(g.State == GoldState.Unsound, $"{g.Id} passes still"));

        GoldState Known(string id) => (file, id) switch
        {
            ("mhumaneval/vie_Latn-python.json", "HumanEval/0") => GoldState.Repaired,
            ("mhumaneval/vie_Latn-cpp.json", "HumanEval/125") => GoldState.Repaired,
            ("mhumaneval/vie_Latn-cpp.json", "HumanEval/83" or "HumanEval/163") => GoldState.Unsound,
            _ => GoldState.Sound,
        };
    }

    [Theory]
    [InlineData("return operations.Count > 0 && Any(operations);\n        }\n        static bool Any(List<int> all) { var sum = 0; foreach (var one in all) { sum += one; if (sum < 0) return true; } return false; }", ProgramOutcome.Passed)]
    [InlineData("return false;\n        }", ProgramOutcome.WrongAnswer)]
    public async Task HumanEvalXl_CSharpTasksAreRun(string completion, ProgramOutcome outcome)
    {
        var problem = CodeFiles.Problems(RealData.Path("humaneval-xl", "csharp", "Vietnamese.jsonl"))[0];
        Assert.Equal(("BelowZero", "Vietnamese", null), (problem.EntryPoint, problem.NaturalLanguage, problem.Gold));
        var toolchain = Toolchain.Of(problem.Language);
        Assert.SkipUnless(toolchain.Missing.Length == 0, toolchain.Missing);
        var result = await toolchain.RunAsync(Box.Value, problem, completion);
        Assert.True(outcome == result.Outcome, $"{result.Outcome}: {result.Detail}");
        Assert.Equal(GoldState.Absent, (await CodeGold.CheckAsync([problem], toolchain, Box.Value))[0].State);
    }

    [Fact]
    public async Task Verdicts_AreTheSameWhenManyRunAtOnce()
    {
        Assert.SkipUnless(new PythonToolchain().Missing.Length == 0, new PythonToolchain().Missing);
        var problem = new CodeProblem("t", "def f(x):\n", "def check(f):\n    assert f(2) == 4\n", "f", "python");
        (string Completion, ProgramOutcome Outcome)[] kinds = [("    return 4", ProgramOutcome.Passed), ("    return 5", ProgramOutcome.WrongAnswer), ("    return (", ProgramOutcome.SyntaxError), ("    raise OSError", ProgramOutcome.RuntimeError)];
        var results = new ProgramOutcome[40];
        await Parallel.ForAsync(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => results[i] = (await new PythonToolchain().RunAsync(Box.Value, problem, kinds[i % 4].Completion)).Outcome);
        Assert.All(results.Index(), r => Assert.Equal(kinds[r.Index % 4].Outcome, r.Item));
    }

    [Fact]
    public async Task MissingToolchains_AreSkippedAndCountNeitherWay()
    {
        var (a, b) = (new CodeProblem("a", "", "", "f", "python"), new CodeProblem("b", "", "", "f", "cobol"));
        var result = await CodeResult.OfAsync([a, b], [new("a", "", null), new("b", "", null)], (p, _, _) => Task.FromResult(p.Id == "a" ? ProgramOutcome.Passed : ProgramOutcome.Skipped));
        Assert.Equal((100, 1, 1), (result.PassAt(1).Value, result.PassAt(1).N, result.Skipped));
        Assert.Equal("XL654", Assert.Throws<UserException>(() => Toolchain.Of("cobol")).Id);
    }

    [Fact]
    public void Gap_IsPairedOverTasks()
    {
        static CodeResult Result(params int[] passed) => new([.. passed.Select((c, i) => new CodeItem($"{i}", 1, c))], new Dictionary<ProgramOutcome, int>(), 0);
        var gap = CodeGap.Of(Result(1, 1, 1, 1, 0, 0), Result(1, 1, 0, 0, 0, 0), 1);
        Assert.Equal(-100.0 / 3, gap.Gap.Value, 1e-9);
        Assert.Equal((0.5, 6, 0.5), (gap.Retention.Value, gap.Gap.N, gap.P));
        Assert.Equal("XL656", Assert.Throws<UserException>(() => CodeGap.Of(Result(1), new([new CodeItem("z", 1, 1)], new Dictionary<ProgramOutcome, int>(), 0), 1)).Id);
        Assert.Equal("XL655", Assert.Throws<UserException>(() => CppToolchain.Compose(Problems["cpp"] with { Test = "}\nint main() { return 0; }" }, "", "w")).Id);
    }

    [Fact]
    public async Task LabPrograms_AreToldFromEachOther()
    {
        var python = new PythonToolchain();
        Assert.SkipUnless(python.Missing.Length == 0, python.Missing);

        // Of 60 tasks the own solution passes, and no other body with the same parameters does.
        var lab = Lab.Load(Path.Combine(RealData.RepositoryRoot, "data", "lab"));
        var tasks = Enumerable.Range(0, 60).Select(i => lab.Coding(i % 2 == 0 ? "vi" : "en", LabSplit.Dev, i).Problem).ToList();
        Assert.Equal(13, tasks.Select(t => Regex.Replace(Regex.Replace(Body(t), @"\b[a-z]\b", "_"), @"\d+", "#")).Distinct().Count());   // u * v and u * u are one form
        Assert.All(await CodeGold.CheckAsync(tasks, python, Box.Value), g => Assert.Equal(GoldState.Sound, g.State));
        var swapped = tasks.SelectMany(t => tasks.Where(o => Parameters(o) == Parameters(t) && Body(o) != Body(t)).Take(2).Select(o => t with { Id = $"{t.Id} {o.Id}", Gold = $"{t.Gold!.Split('\n')[0]}\n{Body(o)}" })).ToList();
        Assert.True(swapped.Count >= 10);
        Assert.All(await CodeGold.CheckAsync([.. swapped.Take(40)], python, Box.Value), g => Assert.Equal(GoldState.Unsound, g.State));

        static string Body(CodeProblem problem) => problem.Gold!.Split('\n')[1];

        static string Parameters(CodeProblem problem) => problem.Gold!.Split('(')[1].Split(')')[0];
    }
}
