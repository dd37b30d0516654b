using System.Text.Json;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Cli.Tests;

public sealed class JudgeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void KilledAndStartedAgain_LosesNothingAndPaysForNothingTwice()
    {
        using var fourth = new ManualResetEventSlim();
        var killed = false;
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        using var server = new JudgeServer((prompt, _) =>
        {
            seen.TryAdd(prompt, 0);
            if (killed || seen.Count < 4)
            {
                return "ok";
            }

            fourth.Set();
            return "hang";   // in the middle of a request, which is not answered
        });
        File.WriteAllLines(_folder["q.jsonl"], Enumerable.Range(1, 8).Select(i => JsonSerializer.Serialize(new { question_id = i, turns = new[] { $"question {i}?" } })));
        File.WriteAllLines(_folder["a.jsonl"], Enumerable.Range(1, 8).Select(i => JsonSerializer.Serialize(new { question_id = i, turns = new[] { $"answer {i}" } })));
        File.WriteAllText(_folder["r.yaml"], $$"""
            judge: {endpoint: '{{server.Endpoint}}', model: m, key_variable: XLING_TEST_NO_KEY, concurrency: 1, timeout_seconds: 60}
            questions: q.jsonl
            answers: [{name: one, path: a.jsonl}]
            cache: cache
            output: run
            """);
        using (var first = Command.Start(_folder.Path, "judge", "r.yaml"))
        {
            Assert.True(fourth.Wait(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken));
            first.Kill();
        }

        Assert.Equal(3, server.Paid.Count);
        killed = true;
        using var second = Command.Succeed(_folder.Path, "judge", "r.yaml", "--json");
        var spending = second.Json.GetProperty("spending");
        Assert.Equal((5, 3), (spending.GetProperty("requests").GetInt32(), spending.GetProperty("cached").GetInt32()));
        Assert.Equal(8, server.Paid.Count);
        Assert.All(server.Paid.Values, n => Assert.Equal(1, n));
        Assert.Equal(8, File.ReadAllLines(_folder["run/judgments.jsonl"]).Length);
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder["cache"], "*", SearchOption.AllDirectories), f => !f.EndsWith(".json", StringComparison.Ordinal));
    }

    [Fact]
    public void ACellThatFails_IsNamedReadably()
    {
        File.WriteAllText(_folder["n.ipynb"], """
            {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "crosslingual-csharp", "display_name": "C#", "language": "C#"}},
             "cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": ["var x = 1;\n", "throw new ArgumentException(\"too odd\");"], "outputs": [], "execution_count": null}]}
            """);
        using var run = Command.Run(_folder.Path, "notebook", "run", "n.ipynb");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Failed at cell 1, line 2 (ArgumentException):", run.Out);
        Assert.Contains("too odd", run.Out);
        Assert.DoesNotContain("CellError {", run.Out);
    }
}
