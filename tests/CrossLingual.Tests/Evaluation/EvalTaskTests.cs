using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Evaluation;

public sealed class EvalTaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Mgsm_IsAskedInThreeWays()
    {
        File.WriteAllText(_folder["q.tsv"], "Wie viele?\t1,200\n");
        string Prompt(MgsmMode mode) => EvalTask.Of("mgsm", _folder["q.tsv"], "de", mode).Questions()[0].Prompt;
        Assert.Equal("Frage: Wie viele?\nAntwort:", Prompt(MgsmMode.Direct));
        Assert.Equal("Frage: Wie viele?\nStep-by-Step Answer:", Prompt(MgsmMode.EnglishCot));
        Assert.Equal("Frage: Wie viele?\nSchritt-für-Schritt-Antwort:", Prompt(MgsmMode.NativeCot));
        Assert.Equal("XL661", Assert.Throws<UserException>(() => EvalTask.Of("mgsm", _folder["q.tsv"], "it")).Id);
        Assert.Equal("XL500", Assert.Throws<UserException>(() => EvalTask.Of("gsm", _folder["q.tsv"], "de")).Id);
    }

    [Theory]
    [InlineData(" 600 + 600 = 1,200. The answer is 1,200.", true, "1200")]
    [InlineData(" 1200\n\nFrage: Und 7?\nAntwort: 7", true, "1200")]     // a model that runs on is cut
    [InlineData(" 1.200", false, "1.2")]
    [InlineData(" Ich weiß nicht.", false, "")]
    public void Mgsm_TakesTheLastNumberOfTheAnswer(string answer, bool right, string extracted)
    {
        var task = EvalTask.Of("mgsm", "q.tsv", "de", MgsmMode.NativeCot);
        var sample = task.MarkAnswer(new TaskQuestion("1", "p", ["1,200"]), answer, ended: false);
        Assert.Equal((right, extracted), (sample.Exact, sample.Extracted));
        Assert.Equal(right || answer.Contains("1.200", StringComparison.Ordinal), (task with { Reading = NumberReading.LanguageAware }).MarkAnswer(new TaskQuestion("1", "p", ["1,200"]), answer.Replace("1,200", "1200", StringComparison.Ordinal), false).Exact);
    }

    [Fact]
    public void ExtractionRate_IsReported()
    {
        var task = EvalTask.Of("mgsm", "q.tsv", "en");
        var result = new EvalResult([.. new[] { "18", "none", "about 19", "" }.Select((a, i) => task.MarkAnswer(new TaskQuestion($"{i}", "p", ["18"]), a, true))]);
        var score = result.Of("en", "mgsm-direct");
        Assert.Equal((0.25, 0.5, 4), (score.Exact.Value, score.Extracted!.Value.Value, score.Extracted.Value.N));
    }

    [Fact]
    public void Recipes_DescribeAnyFile()
    {
        File.WriteAllText(_folder["q.jsonl"], "{\"uid\":\"x\",\"land\":\"France\",\"cap\":[\"Paris\",\"Paname\"]}\n\n{\"uid\":\"y\",\"land\":\"Peru\",\"cap\":\"Lima\"}\n");
        File.WriteAllText(_folder["ex.jsonl"], "{\"land\":\"Italy\",\"cap\":\"Rome\"}\n{\"land\":\"Spain\",\"cap\":\"Madrid\"}\n");
        var task = Assert.Single(Recipe($$"""
            model: m
            output: o
            tasks:
              - {task: file, name: capitals, language: en, path: '{{_folder["q.jsonl"]}}', prompt: "Capital of {land}?", mark: text, fields: {id: uid, answer: cap}, exemplars: '{{_folder["ex.jsonl"]}}', shots: 2, stop: ["\n"]}
            """).Tasks);
        var questions = task.Questions();
        Assert.Equal(["x", "y"], questions.Select(q => q.Id));
        Assert.Equal("Capital of Italy? Rome\n\nCapital of Spain? Madrid\n\nCapital of Peru?", questions[1].Prompt);
        Assert.True(task.MarkAnswer(questions[0], " Paname\nCapital of", false) is { Exact: true, Ended: true });
        Assert.Single((task with { Limit = 1 }).Questions());
        Assert.Contains("asks for 'country'; the record has: uid, land, cap", Assert.Throws<UserException>(() => (task with { Prompt = "{country}", Exemplars = null }).Questions()).Message);
        Assert.Equal("XL662", Assert.Throws<UserException>(() => (task with { Shots = 3 }).Questions()).Id);
        Assert.Equal("XL662", Assert.Throws<UserException>(() => (task with { Records = task.Exemplars! }).Questions()).Id);
    }

    [Fact]
    public void Recipes_NameAllTheirMistakes()
    {
        var error = Assert.Throws<UserException>(() => Recipe("""
            model: m
            output: o
            tasks:
              - {task: mgsm, language: xx, path: q.tsv, mode: fast}
              - {task: mlqa, language: it, path: q.json}
              - {task: file, language: en, path: q.jsonl, shotz: 3}
            """));
        Assert.Equal("XL102", error.Id);
        Assert.All(["no words for mathematics in 'xx'", "'tasks[1].mode' is 'fast'", "MLQA has no rules for 'it'", "'tasks[3].prompt' is missing", "'tasks[3].shotz'"], part => Assert.Contains(part, error.Message));
    }

    [Theory]
    [InlineData("{\"question\":\"a\"}", "q:1: the text 'answer' is missing; the record has: question.")]
    [InlineData("{\"question\":\"a\",\"answer\":\"1\"}\n{\"question\":\"a\",\"anser\":\"1\"}", "q:2: the text 'answer' is missing; the record has: question, anser. Did you mean 'anser'?")]
    [InlineData("{", "q:1: not JSON")]
    [InlineData("[]", "q:1: found Array")]
    [InlineData("\n", "has no record")]
    public void BadRecords_AreNamedByLine(string content, string message)
    {
        File.WriteAllText(_folder["q"], content);
        var error = Assert.Throws<UserException>(() => new TaskRecords(_folder["q"], RecordForm.Jsonl, "en").Read());
        Assert.Equal("XL660", error.Id);
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void Tsv_NeedsEqualColumnsAndOwnIds()
    {
        File.WriteAllText(_folder["q"], "id\tanswer\na\t1\na\t2\n");
        var records = new TaskRecords(_folder["q"], RecordForm.Tsv, "en") { HasHeading = true, IdField = "id" };
        Assert.Contains("q:3: the id 'a' stands twice, first in line 2", Assert.Throws<UserException>(() => records.Read()).Message);
        File.WriteAllText(_folder["q"], "id\tanswer\na\t1\nb\n");
        Assert.Contains("q:3: the line has 1 columns, the first one 2", Assert.Throws<UserException>(() => records.Read()).Message);
    }

    [Fact]
    public void Xquad_IsAskedAndMarked()
    {
        var task = EvalTask.Of("xquad", RealData.Path("xquad", "xquad.hi.json"), "hi");
        var questions = task.Questions();
        Assert.Equal(1190, questions.Count);
        Assert.All(questions.Take(50), q => Assert.True(task.MarkAnswer(q, $" {q.References[0]}\nmore", false) is { Exact: true, F1: 1 }));
    }

    [Fact]
    public void KilledRuns_GoOnToTheSameFiles()
    {
        var recipe = TinyRecipe("whole");
        var whole = TaskEvaluator.Run(recipe, "test", Shard.Whole, resume: false);
        Assert.Equal(10, whole.Result!.Samples.Count);

        // Killed after seven answers, in the middle of the next line.
        var lines = File.ReadAllLines(_folder["whole/answers.jsonl"]);
        var killed = recipe with { Output = _folder["killed"] };
        Directory.CreateDirectory(killed.Output);
        File.Copy(_folder["whole/fingerprint.txt"], _folder["killed/fingerprint.txt"]);
        File.WriteAllText(_folder["killed/answers.jsonl"], string.Join('\n', lines.Take(7)) + "\n" + lines[7][..20]);
        var resumed = TaskEvaluator.Run(killed, "test", Shard.Whole, resume: true);
        Assert.Equal(7, resumed.Kept);
        foreach (var file in new[] { "samples.jsonl", "results.json", "lm-eval.json" })
        {
            Assert.Equal(File.ReadAllText(_folder[$"whole/{file}"]), File.ReadAllText(_folder[$"killed/{file}"]));
        }

        Assert.Equal("XL663", Assert.Throws<UserException>(() => TaskEvaluator.Run(killed with { MaxNewTokens = 3 }, "test", Shard.Whole, resume: true)).Id);
        Assert.Equal(0, TaskEvaluator.Run(killed with { MaxNewTokens = 3 }, "test", Shard.Whole, resume: false).Kept);
    }

    [Fact]
    public void Shards_TogetherAreTheWhole()
    {
        var recipe = TinyRecipe("shards");
        var first = TaskEvaluator.Run(recipe, "test", new Shard(2, 3), resume: false);
        Assert.Null(first.Result);
        Assert.Equal([new Shard(1, 3), new Shard(3, 3)], first.Missing);
        TaskEvaluator.Run(recipe, "test", new Shard(1, 3), resume: false);
        var all = TaskEvaluator.Run(recipe, "test", new Shard(3, 3), resume: true);
        Assert.Empty(all.Missing);
        Assert.Equal(10, all.Result!.Samples.Count);
        Assert.Equal(10, all.Result.Samples.Select(s => s.Id).Distinct().Count());
        Assert.Equal("XL100", Assert.Throws<UserException>(() => Shard.Parse("4/3")).Id);
        Assert.Equal(new Shard(2, 4), Shard.Parse("2/4"));
    }

    private EvalRecipe TinyRecipe(string output)
    {
        if (!Directory.Exists(_folder["model"]))
        {
            using var model = TinyModel.Fresh();
            ModelFolder.New(model.Config, TinyModel.Tokenizer).Save(model, _folder["model"]);
            File.WriteAllLines(_folder["q.tsv"], Enumerable.Range(1, 10).Select(i => $"the cat sat {new string('x', i % 4)} {i}\t{i}"));
        }

        return new EvalRecipe
        {
            Model = _folder["model"],
            Template = CrossLingual.Text.ChatTemplate.Plain,
            Tasks = [EvalTask.Of("mgsm", _folder["q.tsv"], "en")],
            MaxNewTokens = 4,
            BatchSize = 4,
            Output = _folder[output],
        };
    }

    private EvalRecipe Recipe(string yaml)
    {
        File.WriteAllText(_folder["r.yaml"], yaml);
        return EvalRecipe.Read(_folder["r.yaml"]);
    }
}
