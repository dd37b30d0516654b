using System.Text.Json;
using CrossLingual.Evaluation;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Evaluation;

public sealed class RunComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Runs_ArePairedByQuestion()
    {
        Own("a", Enumerable.Range(0, 40).Select(i => Sample($"{i}", i % 4 == 0)));
        Own("b", Enumerable.Range(0, 40).Reverse().Select(i => Sample($"{i}", i % 4 == 0 || i % 5 == 1)).Append(Sample("extra", true)));
        var compared = RunComparison.Of(ScoredRun.Read(_folder["a"]), ScoredRun.Read(_folder["b"]));
        var row = compared.Rows.Single(r => r.Metric == "exact_match");
        Assert.Equal(("t_vi", true, 40), (row.Task, row.Paired, row.Difference.N));
        Assert.Equal(0.25, row.First.Value);
        Assert.Equal(6.0 / 40, row.Difference.Value, 1e-12);              // 1, 6, 11, 21, 26, 31; 16 and 36 are right already
        Assert.Equal(2 / 64.0, row.McNemar!.Value, 1e-12);                // six to none
        Assert.Equal(row.McNemar.Value, row.P, 1e-12);
        Assert.True(row.AdjustedP >= row.P && row.Detectable > 0);
        Assert.Contains("0 questions are in the first run alone, 1 in the second; 40 are compared", compared.Remarks[0]);
    }

    [Fact]
    public void HarnessFiles_AreReadWithAndWithoutSamples()
    {
        Harness("h1", 0.5, 0.05);
        Harness("h2", 0.7, 0.05);
        var row = Assert.Single(RunComparison.Of(ScoredRun.Read(_folder["h1"]), ScoredRun.Read(_folder["h2/results_2026-01-01.json"])).Rows);
        Assert.Equal(("arc", "acc", false), (row.Task, row.Metric, row.Paired));
        Assert.Equal(0.2, row.Difference.Value, 1e-12);
        Assert.Equal(0.2 - (1.959964 * Math.Sqrt(0.005)), row.Difference.Low, 1e-6);
        Assert.Equal(0.0046777, row.P, 1e-6);                             // z = 0.2 / sqrt(0.005) = 2.828427
        Assert.True(double.IsNaN(row.Detectable));

        File.WriteAllLines(_folder["h1/samples_arc_2026-01-01.jsonl"], Enumerable.Range(0, 20).Select(i => $"{{\"doc_id\":{i},\"acc\":{(i % 2 == 0 ? "1.0" : "0.0")},\"filter\":\"none\"}}"));
        File.WriteAllLines(_folder["h2/samples_arc_2026-01-01.jsonl"], Enumerable.Range(0, 20).Select(i => $"{{\"doc_id\":{i},\"acc\":{(i % 2 == 0 || i > 9 ? 1 : 0)}}}"));
        row = Assert.Single(RunComparison.Of(ScoredRun.Read(_folder["h1"]), ScoredRun.Read(_folder["h2"])).Rows);
        Assert.Equal((true, 20, 0.25), (row.Paired, row.Difference.N, row.Difference.Value));
    }

    [Fact]
    public void OwnResults_AreReadBackFromTheHarnessForm()
    {
        var result = new EvalResult([.. Enumerable.Range(0, 8).Select(i => Sample($"{i}", i < 2) with { Extracted = i < 4 ? "1" : "" })]);
        File.WriteAllText(_folder["r.json"], HarnessResults.Write(result, "m", []));
        var scores = HarnessResults.Read(_folder["r.json"]).ToDictionary(s => s.Metric);
        Assert.Equal(["exact_match", "extracted", "f1"], scores.Keys.Order());
        Assert.Equal((0.25, 8), (scores["exact_match"].Value, scores["exact_match"].N));
        Assert.Equal(Math.Sqrt(((2 * 0.5625) + (6 * 0.0625)) / 7 / 8), scores["exact_match"].Deviation!.Value, 1e-12);
        Assert.Equal(0.5, scores["extracted"].Value);
    }

    [Fact]
    public void ManyTests_AreCorrected()
    {
        Own("a", Enumerable.Range(0, 12).SelectMany(i => new[] { Sample($"{i}", false), Sample($"{i}", false) with { Task = "u" } }));
        Own("b", Enumerable.Range(0, 12).SelectMany(i => new[] { Sample($"{i}", i < 6), Sample($"{i}", false) with { Task = "u" } }));
        var rows = RunComparison.Of(ScoredRun.Read(_folder["a"]), ScoredRun.Read(_folder["b"])).Rows;
        Assert.Equal(4, rows.Count);
        Assert.All(rows.Where(r => r.Task == "t_vi"), r => Assert.Equal(Math.Min(1, r.P * 4), r.AdjustedP, 1e-12));
        Assert.All(rows.Where(r => r.Task == "u_vi"), r => Assert.Equal(1, r.AdjustedP));
    }

    [Theory]
    [InlineData("{\"id\":\"1\",\"task\":\"t\",\"language\":\"vi\",\"exact\":true,\"f1\":1}\n{\"id\":\"1\",\"task\":\"t\",\"language\":\"vi\",\"exact\":true,\"f1\":1}", "XL613", ":2: the question '1' of t_vi stands twice")]
    [InlineData("{\"id\":\"1\",\"task\":\"t\",\"language\":\"vi\",\"exact\":true,\"f1\":\"NaN\"}", "XL666", ":1: the score of '1' is not a finite number")]
    [InlineData("\n{\"id\":\"1\",\"task\":\"t\",\"language\":\"vi\",\"exact\":3,\"f1\":1}", "XL666", ":2: 'exact' is missing or of another kind")]
    [InlineData("{", "XL666", ":1: not JSON")]
    public void BadSamples_AreNamedByLine(string content, string id, string message)
    {
        Directory.CreateDirectory(_folder["bad"]);
        File.WriteAllText(_folder["bad/samples.jsonl"], content);
        var error = Assert.Throws<UserException>(() => ScoredRun.Read(_folder["bad"]));
        Assert.Equal(id, error.Id);
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void WhatIsNoRun_IsNamed()
    {
        Assert.Equal("XL665", Assert.Throws<UserException>(() => ScoredRun.Read(_folder["nothing"])).Id);
        File.WriteAllText(_folder["x.json"], "{\"a\":1}");
        Assert.Contains("has no 'results', but a", Assert.Throws<UserException>(() => ScoredRun.Read(_folder["x.json"])).Message);
        File.WriteAllText(_folder["x.json"], "not JSON");
        Assert.Equal("XL664", Assert.Throws<UserException>(() => ScoredRun.Read(_folder["x.json"])).Id);
        Own("a", [Sample("1", true)]);
        Own("b", [Sample("1", true) with { Task = "u" }]);
        Assert.Equal("XL667", Assert.Throws<UserException>(() => RunComparison.Of(ScoredRun.Read(_folder["a"]), ScoredRun.Read(_folder["b"]))).Id);
    }

    private static EvalSample Sample(string id, bool exact) => new(id, "vi", "t", "p", "r", "a", true, exact, exact ? 1 : 0.5);

    private void Own(string name, IEnumerable<EvalSample> samples) => new RunFolder(_folder[name]).WriteLines("samples.jsonl", samples);

    private void Harness(string name, double value, double deviation)
    {
        Directory.CreateDirectory(_folder[name]);
        File.WriteAllText(_folder[$"{name}/results_2026-01-01.json"], JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["results"] = new Dictionary<string, object> { ["arc"] = new Dictionary<string, object> { ["alias"] = "arc", ["acc,none"] = value, ["acc_stderr,none"] = deviation } },
            ["n-samples"] = new { arc = new { original = 100, effective = 100 } },
        }));
    }
}
