using System.Text.Json;
using CrossLingual.Evaluation;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Cli.Tests;

/// <summary>score, metrics, compare and judge as a user calls them.</summary>
public sealed class ScoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Qa_PrintsTheOfficialNumbersAndRemarksOnStandardError()
    {
        File.WriteAllText(_folder["gold.json"], """{"data":[{"paragraphs":[{"context":"die Katze","qas":[{"id":"1","question":"Wer?","answers":[{"text":"die Katze","answer_start":0}]},{"id":"2","question":"Was?","answers":[{"text":"Katze","answer_start":4}]}]}]}]}""");
        File.WriteAllText(_folder["p.json"], """{"1": "Katze!", "9": "x"}""");
        var command = Command.Succeed(_folder.Path, "score", "qa", "--gold", "gold.json", "--predictions", "p.json", "--language", "de", "--variant", "mlqa", "--json");
        Assert.Equal(50, command.Json.GetProperty("exact_match").GetProperty("value").GetDouble());
        Assert.Equal(["value", "n", "low", "high"], command.Json.GetProperty("f1").EnumerateObject().Select(p => p.Name));
        Assert.Contains("1 of 2 questions have no prediction and count as wrong: 2", command.Error);
        Assert.Contains("1 predictions are for questions that the file does not ask: 9", command.Error);
        var both = Command.Succeed(_folder.Path, "score", "qa", "--gold", "gold.json", "--predictions", "p.json", "--language", "de", "--json").Json;
        Assert.Equal((0, 50), (both.GetProperty("squad").GetProperty("exact_match").GetProperty("value").GetDouble(), both.GetProperty("language-aware").GetProperty("exact_match").GetProperty("value").GetDouble()));
        File.WriteAllText(_folder["p2.json"], """{"1": "x", "2": "Katze"}""");
        foreach (var (name, predictions) in new[] { ("run1", "p.json"), ("run2", "p2.json") })
        {
            Command.Succeed(_folder.Path, "score", "qa", "--gold", "gold.json", "--predictions", predictions, "--language", "de", "--variant", "mlqa", "--out", name);
        }

        var row = Command.Succeed(_folder.Path, "compare", "run1", "run2", "--out", "page", "--json").Json.GetProperty("rows")[0];
        Assert.Equal(("qa-mlqa_de", 0.0, 2), (row.GetProperty("task").GetString(), row.GetProperty("difference").GetProperty("value").GetDouble(), row.GetProperty("difference").GetProperty("n").GetInt32()));
        var bad = Command.Run(_folder.Path, "score", "qa", "--gold", "p.json", "--predictions", "p.json", "--language", "de");
        Assert.Equal(2, bad.ExitCode);
        Assert.StartsWith("XL612 p.json:1:", bad.Error);
    }

    [Fact]
    public void Text_HasBleuAndChrf()
    {
        File.WriteAllText(_folder["r"], "The dog bit the man.\nIt was not unexpected.\n");
        File.WriteAllText(_folder["h"], "The dog bit the man.\nIt was not unexpected.\n");
        var scores = Command.Succeed(_folder.Path, "score", "text", "--references", "r", "--hypotheses", "h", "--metrics", "bleu,chrf,chrf++", "--json").Json;
        Assert.All(["bleu", "chrf", "chrf++"], m => Assert.Equal(100, scores.GetProperty(m).GetProperty("value").GetDouble(), 1e-9));
        File.AppendAllText(_folder["h"], "more\n");
        Assert.Equal(2, Command.Run(_folder.Path, "score", "text", "--references", "r", "--hypotheses", "h").ExitCode);
    }

    [Fact]
    public void Code_CountsMarkedProgramsAndRunsNoneUnasked()
    {
        File.WriteAllText(_folder["t"], "{\"task_id\":\"a\",\"prompt\":\"def f(): pass\",\"test\":\"x\"}\n");
        File.WriteAllText(_folder["s"], "{\"task_id\":\"a\",\"passed\":true}\n{\"task_id\":\"a\",\"passed\":false}\n");
        var scores = Command.Succeed(_folder.Path, "score", "code", "--problems", "t", "--samples", "s", "--k", "1,2", "--json").Json;
        Assert.Equal((50, 100), (scores.GetProperty("pass@1").GetProperty("value").GetDouble(), scores.GetProperty("pass@2").GetProperty("value").GetDouble()));
        File.WriteAllText(_folder["s"], "{\"task_id\":\"a\",\"completion\":\"x\"}\n");
        Assert.StartsWith("XL652", Command.Run(_folder.Path, "score", "code", "--problems", "t", "--samples", "s").Error);
        Assert.StartsWith("XL100 --problems names 2 files and --samples 1", Command.Run(_folder.Path, "score", "code", "--problems", "t", "t", "--samples", "s").Error);
    }

    [Fact]
    public void Code_ComparesLanguagesOverTheSameTasks()
    {
        foreach (var (language, passed) in new[] { ("English", 4), ("Spanish", 2) })
        {
            File.WriteAllLines(_folder[$"{language}.jsonl"], Enumerable.Range(0, 6).Select(i => $"{{\"task_id\":\"{i}\",\"prompt\":\"def f():\",\"test\":\"\",\"natural_language\":\"{language}\"}}"));
            File.WriteAllLines(_folder[language], Enumerable.Range(0, 6).Select(i => $"{{\"task_id\":\"{i}\",\"passed\":{(i < passed ? "true" : "false")}}}"));
        }

        string[] line = ["score", "code", "--problems", "English.jsonl", "Spanish.jsonl", "--samples", "English", "Spanish"];
        var json = Command.Succeed(_folder.Path, [.. line, "--json"]).Json;
        var gap = json.GetProperty("gaps").GetProperty("Spanish").GetProperty("pass@1");
        Assert.Equal(-100.0 / 3, gap.GetProperty("gap").GetProperty("value").GetDouble(), 1e-9);
        Assert.Equal(0.5, gap.GetProperty("retention").GetProperty("value").GetDouble());
        Assert.Equal(4, json.GetProperty("languages")[1].GetProperty("outcomes").GetProperty("failed").GetInt32());
        var table = Command.Succeed(_folder.Path, line).Out;
        Assert.Contains("retention", table);
        Assert.Contains("Spanish: Passed 2, Failed 4", table);
    }

    [Fact]
    public void Code_LeavesOutTasksWhoseOwnSolutionFails()
    {
        Assert.SkipUnless(new PythonToolchain().Missing.Length == 0 && new Sandbox().Isolation == Isolation.Namespaces, "there is no Python, or namespaces are refused");
        const string test = "def check(f):\\n    assert f() == 4\\n";
        File.WriteAllLines(_folder["t"], new[] { ("sound", "    return 4"), ("flat", "return 4"), ("wrong", "    return 5") }.Select(p =>
            $"{{\"task_id\":\"{p.Item1}\",\"prompt\":\"def f():\\n\",\"test\":\"{test}\",\"entry_point\":\"f\",\"canonical_solution\":\"{p.Item2}\"}}"));
        File.WriteAllLines(_folder["s"], new[] { "sound", "flat", "wrong" }.Select(id => $"{{\"task_id\":\"{id}\",\"completion\":\"    return {(id == "flat" ? "5" : "4")}\"}}"));
        var sheet = Command.Succeed(_folder.Path, "score", "code", "--problems", "t", "--samples", "s", "--run", "--gold", "--json").Json.GetProperty("languages")[0];
        Assert.Equal(("wrong", "flat"), (sheet.GetProperty("excluded")[0].GetProperty("id").GetString(), sheet.GetProperty("repaired")[0].GetProperty("id").GetString()));
        Assert.Equal((50, 2), (sheet.GetProperty("scores").GetProperty("pass@1").GetProperty("value").GetDouble(), sheet.GetProperty("scores").GetProperty("pass@1").GetProperty("n").GetInt32()));
        Assert.Equal(1, sheet.GetProperty("outcomes").GetProperty("wrongAnswer").GetInt32());
        Assert.Contains("wrong: left out: WrongAnswer", Command.Succeed(_folder.Path, "score", "code", "--problems", "t", "--gold").Out);
    }

    [Fact]
    public void CodeData_IsMaskedAndPairedAgain()
    {
        File.WriteAllText(_folder["en.jsonl"], "{\"id\":\"a\",\"instruction\":\"Write `add`.\",\"output\":\"It adds.\\n```\\nadd = lambda a, b: a + b\\n```\"}\n{\"id\":\"b\",\"instruction\":\"Use max_value.\",\"output\":\"y\"}\n");
        Command.Succeed(_folder.Path, "data", "mask-code", "en.jsonl", "--out", "masked.jsonl");
        File.WriteAllText(_folder["es.jsonl"], File.ReadAllText(_folder["masked.jsonl"]).Replace("Write", "Escribe", StringComparison.Ordinal).Replace("It adds.", "Suma.", StringComparison.Ordinal).Replace("Use ⟦0⟧", "Usa el máximo", StringComparison.Ordinal));
        var command = Command.Succeed(_folder.Path, "data", "pair-code", "en.jsonl", "--translated", "es.jsonl", "--language", "es", "--out", "pairs.jsonl");
        Assert.Contains("left out: XL680 es.jsonl:2, 'instruction'", command.Error);
        Assert.Contains("1 of 2 records", command.Error);
        var pair = JsonDocument.Parse(File.ReadAllText(_folder["pairs.jsonl"])).RootElement;
        Assert.Equal(("Escribe `add`.", "Suma.\n```\nadd = lambda a, b: a + b\n```"), (pair.GetProperty("instruction").GetString(), pair.GetProperty("output").GetString()));
    }

    [Fact]
    public void CodeSwitch_PrintsCorpusAndSentencesAndDrawsASample()
    {
        File.WriteAllText(_folder["c.tsv"], string.Concat(Enumerable.Range(1, 20).Select(i => $"a\ten\n{(i % 2 == 0 ? "b\thi\n" : "")}c\ten\n\n")));
        var json = Command.Succeed(_folder.Path, "metrics", "codeswitch", "c.tsv", "--sample", "4", "--target", "1", "1", "--sample-out", "drawn.tsv", "--json").Json;
        Assert.Equal(20, json.GetProperty("sentences").GetArrayLength());
        Assert.Equal(0.5, json.GetProperty("corpus").GetProperty("mixed").GetProperty("value").GetDouble());
        Assert.Equal(Math.Tanh(1) * Math.Log(1.5), json.GetProperty("sentences")[1].GetProperty("sIndex").GetDouble(), 1e-12);
        Assert.Equal(2, File.ReadAllText(_folder["drawn.tsv"]).Split("b\thi").Length - 1);
        var authors = Command.Succeed(_folder.Path, "metrics", "codeswitch", "c.tsv", "--author-variant", "--json").Json;
        Assert.Equal(Math.Tanh(1) * Math.Log(2.5), authors.GetProperty("sentences")[1].GetProperty("sIndex").GetDouble(), 1e-12);
    }

    [Fact]
    public void Compare_TellsTheDifferenceAndWritesItsPage()
    {
        foreach (var (run, right) in new[] { ("a", 3), ("b", 9) })
        {
            Directory.CreateDirectory(_folder[run]);
            File.WriteAllLines(_folder[$"{run}/samples.jsonl"], Enumerable.Range(0, 12).Select(i => JsonSerializer.Serialize(new { id = $"{i}", task = "t", language = "vi", exact = i < right, f1 = i < right ? 1.0 : 0 })));
        }

        var row = Command.Succeed(_folder.Path, "compare", "a", "b", "--out", "page", "--json").Json.GetProperty("rows")[0];
        Assert.Equal((0.5, 12), (row.GetProperty("difference").GetProperty("value").GetDouble(), row.GetProperty("difference").GetProperty("n").GetInt32()));
        Assert.Equal(2 / 64.0, row.GetProperty("mcNemar").GetDouble(), 1e-12);
        Assert.True(new FileInfo(_folder["page/compare.html"]).Length > 1000 && new FileInfo(_folder["page/compare.png"]).Length > 1000);
        Assert.Contains("No difference is significant", Command.Succeed(_folder.Path, "compare", "a", "a", "--out", "page").Out);
    }

    [Fact]
    public void Judge_NamesWhatIsWrongWithItsRecipe()
    {
        File.WriteAllText(_folder["r.yaml"], "judge: {endpoint: nowhere, model: m}\nquestions: q\noutput: o\n");
        var command = Command.Run(_folder.Path, "judge", "r.yaml");
        Assert.Equal(2, command.ExitCode);
        Assert.Contains("'nowhere' is not an address", command.Error);
        Assert.Contains("'answers' must name a model", command.Error);
    }
}
