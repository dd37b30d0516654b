using CrossLingual.Tests.Tiny;

namespace CrossLingual.Cli.Tests;

public class CodingTests
{
    [Fact]
    public void EveryWay_IsTrainedAskedAndRun()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["coding", "--languages", "vi", "--seeds", "2", "--questions", "3", "--examples", "8", "--tokens", "500", "--start-examples", "8", "--start-tokens", "500", "--out", "run", "--json", "--weak-isolation"];
        var first = Command.Run(folder[""], command);
        Assert.SkipWhen(first.ExitCode == 2 && first.Error.Contains("XL684", StringComparison.Ordinal), first.Error);
        Assert.True(first.ExitCode == 0, first.Error);
        var scores = first.Json.GetProperty("scores").EnumerateArray().ToList();
        Assert.Equal(
            ["base", "English coder", "translated-sft", "xcit", "xcit-unpaced", "crossalpaca", "language expert", "soup", "task arithmetic", "ties", "slerp", "layer swap", "freeze", "revert", "joint", "sequential"],
            scores.Select(s => s.GetProperty("way").GetString()));
        Assert.All(scores, s => Assert.Equal(6, s.GetProperty("outcomes").EnumerateObject().Sum(o => o.Value.GetInt32())));
        Assert.True(File.Exists(folder["run/vi-seed2/start-8-500/model/model.safetensors"]));
        Assert.Contains("described in Vietnamese", File.ReadAllText(folder["run/report.html"]));
        Assert.Equal(first.Json.GetProperty("scores").GetRawText(), Command.Succeed(folder[""], [.. command, "--resume"]).Json.GetProperty("scores").GetRawText());
    }

    [Fact]
    public void Ways_AreChecked() => Assert.Contains("'magic' is not a way", Command.Run(Path.GetTempPath(), "coding", "--ways", "magic").Error);

    [Fact]
    public void Programs_AreDrawnAndGoOnAfterAStop()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vi.jsonl"], string.Concat(Enumerable.Range(0, 5).Select(i =>
            $$"""{"task_id":"t/{{i}}","prompt":"Hãy viết một hàm Python f{{i}} trả về tổng của a và b.","test":"assert f{{i}}(1, 2) == 3","entry_point":"f{{i}}","language":"python","natural_language":"Vietnamese"}""" + "\n")));
        string[] command = ["generate", "code", "--problems", "vi.jsonl", "--model", "lab", "--template", "alpaca-short", "--programs", "3", "--temperature", "0.8", "--max-new-tokens", "24", "--batch", "4", "--json"];
        string[] asked = [.. command, "--instruction", "{prompt}"];
        Command.Succeed(folder[""], [.. asked, "--out", "whole"]);
        var whole = File.ReadAllText(folder["whole/vi.samples.jsonl"]);
        Assert.Equal(15, whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.True(whole.Split('\n').Distinct().Count() > 10, "programs of a task differ");

        // A run that was killed in the middle of a line.
        Command.Succeed(folder[""], [.. asked, "--out", "cut"]);
        File.WriteAllText(folder["cut/vi.samples.jsonl"], whole[..(whole.Length * 2 / 3)]);
        Command.Succeed(folder[""], [.. asked, "--out", "cut", "--resume"]);
        Assert.Equal(whole, File.ReadAllText(folder["cut/vi.samples.jsonl"]));
        Assert.Contains("XL663", Command.Run(folder[""], [.. asked, "--out", "cut", "--resume", "--seed", "2"]).Error);
        Assert.Contains("XL683", Command.Run(folder[""], [.. command, "--instruction", "write", "--out", "x"]).Error);
        Assert.Contains("pass@1", Command.Succeed(folder[""], "score", "code", "--problems", "vi.jsonl", "--samples", "whole/vi.samples.jsonl", "--run", "--weak-isolation").Out);
    }
}
