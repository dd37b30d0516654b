using System.Text.Json;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using Microsoft.Extensions.Time.Testing;

namespace CrossLingual.Tests.Evaluation;

public sealed class JudgeTests : IDisposable
{
    private const string KeyName = "XLING_TEST_JUDGE_KEY";
    private const string Secret = "sk-very-secret-4711";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Good. Rating: [[8]]", 8.0, false)]
    [InlineData("[[7.5]] and [[3]]", 7.5, false)]                 // the first, as FastChat reads
    [InlineData("I give it [6].", 6.0, false)]
    [InlineData("评分：【【８】】", 8.0, true)]
    [InlineData("रेटिंग: [[७]]", 7.0, true)]
    [InlineData("[[ 9 / 10 ]]", 9.0, true)]
    [InlineData("[[Rating: 4]]", 4.0, true)]
    [InlineData("[[50]]", null, false)]
    [InlineData("[[rating]]", null, false)]
    [InlineData("no mark 7", null, false)]
    public void Ratings_AreReadAndRepaired(string reply, double? rating, bool repaired) => Assert.Equal((rating, repaired), JudgeVerdict.Rating(reply));

    [Theory]
    [InlineData("[[A]]", Vote.First, false)]
    [InlineData("B says [[A]], but [[B]]", Vote.First, false)]    // FastChat looks for A before B
    [InlineData("[[C]]", Vote.Tie, false)]
    [InlineData("【【B】】", Vote.Second, true)]
    [InlineData("[[tie]]", Vote.Tie, true)]
    [InlineData("A is better", null, false)]
    public void Verdicts_AreReadAndRepaired(string reply, Vote? vote, bool repaired)
    {
        Assert.Equal((vote, repaired), JudgeVerdict.Pair(reply));
        Assert.Equal(Vote.Second, JudgeVerdict.Pair("B says [[A]], but [[B]]", VerdictReading.Last).Vote);
        Assert.Equal(3, JudgeVerdict.Rating("[[7]] or [[3]]", VerdictReading.Last).Rating);
    }

    [Fact]
    public async Task Single_RatesEveryTurnAndCountsWhatHasNoMark()
    {
        var recipe = Recipe("mode: single", models: 2);
        var judge = new ScriptedJudge(p => p.Contains("a1-q3", StringComparison.Ordinal) ? "no idea" : p.Contains("a1-", StringComparison.Ordinal) ? "[[8]]" : "[[4]]");
        var result = await Judge.RunAsync(recipe, judge, "test");
        Assert.Equal((16, 2, 0, 0, 0), (result.Asked, result.Unmarked, result.Failed, result.Unreached, result.Unanswered));
        Assert.Equal([8.0, 4.0], result.Scores.Select(s => s.Rating.Value));
        Assert.Equal([6, 8], result.Scores.Select(s => s.Rating.N));
        Assert.Equal(["even", "odd"], result.Scores[1].Categories.Keys);
        Assert.Equal(2, result.Scores[0].Turns.Count);
        Assert.All(judge.Asked.Values, n => Assert.Equal(1, n));
        Assert.Contains(judge.Asked.Keys, p => p.Contains("[Second answer]\na1-q2-t2", StringComparison.Ordinal) && p.Contains("a1-q2-t1", StringComparison.Ordinal));

        // Again: nothing is asked, everything is the same.
        var before = File.ReadAllText(_folder["run/judgments.jsonl"]);
        var second = new ScriptedJudge(_ => throw new InvalidOperationException("asked again"));
        var again = await Judge.RunAsync(recipe, second, "test");
        Assert.Empty(second.Asked);
        Assert.Equal((0, 16), (again.Spending.Requests, again.Spending.Cached));
        Assert.Equal(before, File.ReadAllText(_folder["run/judgments.jsonl"]));
    }

    [Fact]
    public async Task Pairwise_AFirstPlaceLoverGivesOnlyTies()
    {
        var result = await Judge.RunAsync(Recipe("mode: pairwise", models: 2), new ScriptedJudge(_ => "[[A]]"), "test");
        var pair = Assert.Single(result.Pairs);
        Assert.Equal((0, 0, 8, 50.0, 0.0, 1.0), (pair.Wins, pair.Losses, pair.Ties, pair.WinRate.Value, pair.Bias.Consistency.Value, pair.Bias.FirstPlaceBias));
    }

    [Fact]
    public async Task Pairwise_AFairJudgeIsConsistentAndAgreesWithPeople()
    {
        File.WriteAllLines(_folder["votes.jsonl"],
        [
            """{"question_id": 1, "turn": 1, "model_a": "m1", "model_b": "m2", "winner": "model_a"}""",
            """{"question_id": 2, "turn": 1, "model_a": "m2", "model_b": "m1", "winner": "model_b"}""",
            """{"question_id": 2, "turn": 1, "model_a": "m1", "model_b": "m2", "winner": "tie (bothbad)"}""",
            """{"question_id": 99, "turn": 1, "model_a": "m1", "model_b": "m2", "winner": "model_a"}""",
        ]);
        var recipe = Recipe($"mode: pairwise\nvotes: '{_folder["votes.jsonl"]}'", models: 2);
        var result = await Judge.RunAsync(recipe, new ScriptedJudge(Fair), "test");
        var pair = Assert.Single(result.Pairs);
        Assert.Equal((8, 0, 0, 100.0, 1.0, 0.0), (pair.Wins, pair.Losses, pair.Ties, pair.WinRate.Value, pair.Bias.Consistency.Value, pair.Bias.FirstPlaceBias));
        var agreement = Assert.Single(result.Agreements).Agreement;
        Assert.Equal((2.0 / 3, 3, 1.0, 2), (agreement.All.Value, agreement.All.N, agreement.WithoutTies.Value, agreement.WithoutTies.N));

        // The votes it writes are of the same form.
        Assert.Equal(8, File.ReadAllLines(_folder["run/votes.jsonl"]).Length);
        var self = await Judge.RunAsync(recipe with { Votes = [_folder["run/votes.jsonl"]] }, new ScriptedJudge(Fair), "test");
        Assert.Equal(1, self.Agreements[0].Agreement.All.Value);

        static string Fair(string prompt)
        {
            var (a, b) = (prompt.IndexOf("a1-", StringComparison.Ordinal), prompt.IndexOf("a2-", StringComparison.Ordinal));
            return a < b ? "[[A]]" : "[[B]]";
        }
    }

    [Fact]
    public void Kappa_IsTheTextbooks()
    {
        // 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: p_o = 0.7, p_e = 0.5, kappa 0.4.
        List<(Vote A, Vote B)> votes = [.. Enumerable.Repeat((Vote.First, Vote.First), 20), .. Enumerable.Repeat((Vote.First, Vote.Second), 5), .. Enumerable.Repeat((Vote.Second, Vote.First), 10), .. Enumerable.Repeat((Vote.Second, Vote.Second), 15)];
        var agreement = Agreement.Of([.. votes.Select(v => v.A)], [.. votes.Select(v => v.B)], Seed.For("kappa"));
        Assert.Equal(0.7, agreement.All.Value, 1e-12);
        Assert.Equal(0.4, agreement.Kappa.Value, 1e-12);
        Assert.True(agreement.Kappa.Low < 0.4 && agreement.Kappa.High > 0.4);
        Assert.True(double.IsNaN(Agreement.Of([Vote.First], [Vote.First], Seed.For("kappa")).Kappa.Value));
    }

    [Fact]
    public async Task Budget_IsNeverOverspentAndALargerOneGoesOn()
    {
        var recipe = Recipe("mode: single", models: 1);
        var small = recipe with { Concurrency = 3, Options = recipe.Options with { TokenBudget = 700, MaxTokens = 20 } };
        var first = await Judge.RunAsync(small, new ScriptedJudge(_ => "[[5]]"), "test");
        Assert.True(first.Unreached > 0 && first.Spending.Requests > 0, $"{first.Spending}");
        Assert.True(first.Spending.InputTokens + first.Spending.OutputTokens <= 700);
        var second = await Judge.RunAsync(small with { Options = small.Options with { TokenBudget = 0 } }, new ScriptedJudge(_ => "[[5]]"), "test");
        Assert.Equal((0, 8, first.Spending.Requests), (second.Unreached, second.Spending.Requests + second.Spending.Cached, second.Spending.Cached));
    }

    [Fact]
    public async Task ServersThatFail_LoseNothingAndArePaidOnce()
    {
        string[] mischief = ["429", "500", "hang", "cut", "evil", "empty", "reset", "429"];
        var kinds = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        using var server = new JudgeServer((prompt, tries) => tries == 0 ? mischief[kinds.GetOrAdd(prompt, _ => kinds.Count) % mischief.Length] : tries == 1 ? "500" : "ok");
        var recipe = Recipe("mode: single", models: 1, server.Endpoint);
        var result = await Judge.RunAsync(recipe, recipe.Connect(), "test");
        Assert.Equal((8, 0, 0), (result.Asked, result.Failed, result.Unmarked));
        Assert.Equal((7.0, 8), (result.Scores[0].Rating.Value, result.Scores[0].Rating.N));
        Assert.Equal(8, server.Paid.Count);
        Assert.All(server.Paid.Values, n => Assert.Equal(1, n));
        Assert.Equal((8, 400L, 40L), (result.Spending.Requests, result.Spending.InputTokens, result.Spending.OutputTokens));

        await Judge.RunAsync(recipe, recipe.Connect(), "test");
        Assert.All(server.Paid.Values, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task WhatFailsForGood_IsCountedAndAskedNextTime()
    {
        var broken = true;
        using var server = new JudgeServer((prompt, _) => broken && prompt.Contains("a1-q2", StringComparison.Ordinal) ? "500" : "ok");
        var recipe = Recipe("mode: single", models: 1, server.Endpoint);
        var first = await Judge.RunAsync(recipe, recipe.Connect(), "test");
        Assert.Equal((2, 6), (first.Failed, first.Scores[0].Rating.N));
        broken = false;
        var second = await Judge.RunAsync(recipe, recipe.Connect(), "test");
        Assert.Equal((0, 8, 2), (second.Failed, second.Scores[0].Rating.N, second.Spending.Requests));
        Assert.All(server.Paid.Values, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task Keys_GoToTheServerAndNowhereElse()
    {
        Environment.SetEnvironmentVariable(KeyName, Secret);
        using var server = new JudgeServer((_, _) => "401");
        var recipe = Recipe("mode: single", models: 1, server.Endpoint);
        var error = await Assert.ThrowsAsync<UserException>(() => Judge.RunAsync(recipe, recipe.Connect(), "test"));
        Assert.StartsWith("XL671 The judge's server refuses the request with status 401.", error.Message);
        Assert.DoesNotContain(Secret, error.Message);
        Assert.All(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories), f => Assert.DoesNotContain(Secret, File.ReadAllText(f)));
        Environment.SetEnvironmentVariable(KeyName, null);
        Assert.Equal("XL670", Assert.Throws<UserException>(() => (recipe with { Endpoint = new Uri("https://judge.example/v1") }).Connect()).Id);
    }

    [Fact]
    public void Recipes_NameAllTheirMistakes()
    {
        File.WriteAllText(_folder["r.yaml"], "judge: {endpoint: 'https://me:key@host', model: m, api_key: sk, cost_budget: 3}\nmode: pairwise\nquestions: q\nanswers: [{name: a, path: p}]\noutput: o\n");
        var error = Assert.Throws<UserException>(() => JudgeRecipe.Read(_folder["r.yaml"]));
        Assert.All(["is not an address", "'judge.api_key' is not a key here", "'cost_budget' needs", "must name two models"], part => Assert.Contains(part, error.Message));
    }

    [Fact]
    public void FastChatsPrompts_AreReadAsTheyAre()
    {
        var prompts = JudgePrompts.Read(RealData.Path("fastchat", "judge_prompts.jsonl"));
        var (system, user) = prompts.Fill("single-v1", new Dictionary<string, string> { ["question"] = "Q {answer}", ["answer"] = "A" });
        Assert.Contains("Q {answer}", user);
        Assert.Contains("[[rating]]", system + user);
        Assert.Contains("Vietnamese", JudgePrompts.For("vi").Fill("pair-v2", new Dictionary<string, string>()).System);
        Assert.DoesNotContain("should be in", JudgePrompts.For("en").Fill("pair-v2", new Dictionary<string, string>()).System);
    }

    [Fact]
    public async Task Rate_IsKeptOverTime()
    {
        var clock = new FakeTimeProvider();
        var judge = new ScriptedJudge(_ => "[[5]]");
        using var client = new JudgeClient(judge, new JudgeOptions { Model = "m", RequestsPerMinute = 30 }, _folder["cache"], clock);
        var asked = Enumerable.Range(0, 5).Select(i => client.AskAsync("", $"{i}", TestContext.Current.CancellationToken)).ToList();
        for (var sent = 1; sent <= 5; sent++)
        {
            Assert.True(SpinWait.SpinUntil(() => judge.Asked.Count == sent && asked.Count(t => t.IsCompleted) == sent, TimeSpan.FromSeconds(30)), $"{judge.Asked.Count} of {sent}");
            clock.Advance(TimeSpan.FromSeconds(1.99));
            Assert.Equal((sent, sent), (judge.Asked.Count, asked.Count(t => t.IsCompleted)));
            clock.Advance(TimeSpan.FromSeconds(0.01));
        }

        await Task.WhenAll(asked);
        await client.AskAsync("", "0", TestContext.Current.CancellationToken);   // a kept reply waits for nothing
        Assert.Equal(5, judge.Asked.Count);
    }

    [Theory]
    [InlineData("es", "español", "[Pregunta]")]
    [InlineData("de", "Deutsch", "[Frage]")]
    [InlineData("hi", "हिन्दी", "[प्रश्न]")]
    [InlineData("vi", "tiếng Việt", "[Câu hỏi]")]
    [InlineData("sw", "Kiswahili", "[Swali]")]
    public void OwnPrompts_SpeakTheLanguageAndHoldTheSameParts(string language, string named, string label)
    {
        var (own, english) = (JudgePrompts.For(language, own: true), JudgePrompts.For(language));
        string[] parts = ["question", "answer", "answer_a", "answer_b", "question_1", "question_2", "answer_1", "answer_2", "answer_a_1", "answer_a_2", "answer_b_1", "answer_b_2", "ref_answer_1", "ref_answer_2"];
        var values = parts.ToDictionary(p => p, p => $"<{p}>");
        foreach (var name in new[] { "single-v1", "single-math-v1", "pair-v2", "pair-math-v1" }.SelectMany(n => new[] { n, n + "-multi-turn" }))
        {
            var (mine, theirs) = (own.Fill(name, values), english.Fill(name, values));
            Assert.Equal(parts.Where(p => theirs.User.Contains($"<{p}>", StringComparison.Ordinal)), parts.Where(p => mine.User.Contains($"<{p}>", StringComparison.Ordinal)));
            Assert.Contains(named, mine.System);
            Assert.Contains(name.StartsWith("pair", StringComparison.Ordinal) ? "[[C]]" : "[[5]]", mine.System);
            Assert.DoesNotContain("{0}", mine.User);
        }

        Assert.StartsWith(label, own.Fill("single-v1", values).User);
        Assert.Equal("XL676", Assert.Throws<UserException>(() => JudgePrompts.For("ja", own: true)).Id);
    }

    [Fact]
    public async Task PromptsOfAFile_MayNameTheirLanguage()
    {
        var names = new[] { "single-v1", "single-math-v1", "pair-v2", "pair-math-v1" }.SelectMany(n => new[] { n, n + "-multi-turn" });
        string Record(string name, string? language, string text) => JsonSerializer.Serialize(new { name, language, prompt_template = text });
        File.WriteAllLines(_folder["p.jsonl"], names.Select(n => Record(n, null, "common {answer}{answer_2}")).Append(Record("single-v1", "sw", "jibu {answer}")).Append(Record("single-v1", "vi", "trả lời {answer}")));
        var judge = new ScriptedJudge(_ => "[[5]]");
        await Judge.RunAsync(Recipe($"mode: single\nlanguage: sw\nprompts: '{_folder["p.jsonl"]}'", models: 1), judge, "test");
        Assert.Contains("jibu a1-q1-t1", judge.Asked.Keys);
        Assert.Contains("common a1-q1-t1a1-q1-t2", judge.Asked.Keys);
        Assert.DoesNotContain(judge.Asked.Keys, k => k.StartsWith("trả", StringComparison.Ordinal));
        File.AppendAllText(_folder["p.jsonl"], Record("single-v1", "sw", "x") + "\n");
        Assert.StartsWith($"XL613 {_folder["p.jsonl"]}:11:", Assert.Throws<UserException>(() => JudgePrompts.Read(_folder["p.jsonl"], "sw")).Message);
        var own = new ScriptedJudge(_ => "[[5]]");
        await Judge.RunAsync(Recipe("mode: single\nlanguage: sw\nprompt_language: own", models: 1), own, "test");
        Assert.All(own.Asked.Keys, k => Assert.Contains("[Swali", k));
        Assert.Contains("no built-in prompts in 'ja'", Assert.Throws<UserException>(() => Recipe("mode: single\nlanguage: ja\nprompt_language: own", models: 1)).Message);
    }

    private JudgeRecipe Recipe(string more, int models, Uri? endpoint = null)
    {
        File.WriteAllLines(_folder["q.jsonl"], Enumerable.Range(1, 4).Select(i => JsonSerializer.Serialize(new { question_id = i, category = i % 2 == 0 ? "even" : "odd", turns = new[] { $"first {i}?", $"second {i}?" } })));
        for (var m = 1; m <= models; m++)
        {
            File.WriteAllLines(_folder[$"a{m}.jsonl"], Enumerable.Range(1, 4).Select(i => JsonSerializer.Serialize(new { question_id = i, choices = new[] { new { turns = new[] { $"a{m}-q{i}-t1", $"a{m}-q{i}-t2" } } } })));
        }

        File.WriteAllText(_folder["r.yaml"], $$"""
            judge: {endpoint: '{{endpoint ?? new Uri("http://localhost:1/v1")}}', model: m, key_variable: {{KeyName}}, wait_seconds: 0.005, timeout_seconds: 1.5, retries: 4}
            questions: '{{_folder["q.jsonl"]}}'
            answers: [{{string.Join(", ", Enumerable.Range(1, models).Select(m => $"{{name: m{m}, path: '{_folder[$"a{m}.jsonl"]}'}}"))}}]
            cache: '{{_folder["cache"]}}'
            output: '{{_folder["run"]}}'
            {{more}}
            """);
        return JudgeRecipe.Read(_folder["r.yaml"]);
    }
}
