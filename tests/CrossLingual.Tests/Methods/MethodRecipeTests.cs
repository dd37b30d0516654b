using CrossLingual.Data;
using CrossLingual.Methods;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Methods;

[Collection(CountsTensors.Name)]
public class MethodRecipeTests
{
    private const string XCitRecipe = """
        method: xcit
        model: lab
        english: [{source: lab, language: en, count: 10}]
        pairs: [{source: lab, language: vi, count: 10}]
        output: runs/x
        """;

    [Fact]
    public void XCit_HasTwoPhases()
    {
        var pipeline = Read(XCitRecipe);
        Assert.Equal(["principles", "parameters"], pipeline.Phases.Select(p => p.Name));
        Assert.Equal([Path.Combine("runs/x", "1-principles"), Path.Combine("runs/x", "2-parameters")], pipeline.Phases.Select(p => p.Recipe.Output));
        Assert.Equal("en", Assert.Single(pipeline.Phases[0].Recipe.Data).Language);
        Assert.Null(pipeline.Phases[0].Recipe.SelfPaced);
        Assert.Equal([DataForm.Instruction, DataForm.Chat], pipeline.Phases[1].Recipe.Data.Select(d => d.Form));
        Assert.NotNull(pipeline.Phases[1].Recipe.SelfPaced);
    }

    [Theory]
    [InlineData("data: chat-only", "principles: Instruction; parameters: Chat")]
    [InlineData("data: translation-only", "principles: Instruction; parameters: Instruction")]
    [InlineData("data: sequential", "principles: Instruction; parameters-translated: Instruction; parameters-chat: Chat")]
    [InlineData("stages: joint", "parameters: Instruction Chat Instruction")]
    [InlineData("english: []", "parameters: Instruction Chat")]
    public void XCit_Ablations(string change, string expected)
    {
        var pipeline = Read(XCitRecipe.Replace("english: [{source: lab, language: en, count: 10}]", change.StartsWith("english", StringComparison.Ordinal) ? "seed: 1" : "english: [{source: lab, language: en, count: 10}]\n" + change));
        Assert.Equal(expected, string.Join("; ", pipeline.Phases.Select(p => $"{p.Name}: {string.Join(' ', p.Recipe.Data.Select(d => d.Form))}")));
    }

    [Fact]
    public void ChatShare_IsKept()
    {
        var recipe = Read(XCitRecipe + "\nchat_share: 0.25\ntotal: 8").Phases[1].Recipe;
        Assert.Equal([6, 2], Mixture.Counts([(10, "vi"), (10, "vi")], recipe.Mixture!));
    }

    [Fact]
    public void CrossAlpaca_TrainsAnAdapterUnlessTold()
    {
        const string Text = """
            method: crossalpaca
            model: lab
            instructions: [{source: lab, language: vi, count: 10}]
            translations: [{source: lab-translation, language: vi, count: 10}]
            translation_share: 0.25
            output: runs/x
            """;
        var recipe = Assert.Single(Read(Text).Phases).Recipe;
        Assert.Equal((8, 16.0), (recipe.Lora!.Rank, recipe.Lora.Alpha));
        Assert.Equal([0.75, 0.25], Mixture.Shares([(10, "vi"), (10, "vi")], recipe.Mixture!));
        Assert.Null(Assert.Single(Read(Text + "\ntune: full").Phases).Recipe.Lora);
        Assert.Contains("'lab' has no translations", Problems(Text.Replace("lab-translation", "lab")));
    }

    [Theory]
    [InlineData("method: xcit", "method: xict", "'method' is 'xict'; allowed: translated-sft, xcit, crossalpaca. Did you mean 'xcit'?")]
    [InlineData("pairs: [{source: lab, language: vi, count: 10}]", "stages: joint", "'pairs' is missing")]
    [InlineData("pairs: [{source: lab, language: vi, count: 10}]", "pairs: [{source: text, language: vi, path: x}]", "'text' has no instructions")]
    [InlineData("pairs: [{source: lab, language: vi, count: 10}]", "pairs: [{source: alpaca, language: vi, path: x}]", "x has no English side")]
    [InlineData("method: xcit", "method: xcit\nself_paced: {growth: fast}", "'self_paced.growth' is 'fast'; allowed: linear, root, geometric, threshold")]
    [InlineData("english: [{source: lab, language: en, count: 10}]", "stages: joint", "'english' is missing")]
    public void WhatIsWrong_IsNamed(string part, string by, string says) => Assert.Contains(says, Problems(XCitRecipe.Replace(part, by)));

    [Fact]
    public void ChatWithoutASecondTurn_IsNamed()
    {
        const string Text = """
            model: lab
            data: [{source: alpaca, language: xx, path: a.json, form: chat, english: {path: b.json}}]
            output: x
            """;
        Assert.Contains("no second turn is known for 'xx'", Problems(Text));
        Assert.NotNull(Read(Text.Replace("form: chat", "form: chat, follow_up: Go on.")));
    }

    [Theory]
    [InlineData(false, 0, 3)]
    [InlineData(false, 1, 2)]
    [InlineData(true, 1, 2)]
    public void StoppedInEitherPhase_ResumesToTheSameBytes(bool adapter, int phase, int step)
    {
        using var folder = new TemporaryFolder();
        var whole = Tiny(folder, folder["whole"], adapter);
        var outcomes = whole.Execute("test");
        Assert.Equal(2, outcomes.Count);

        var stopped = Tiny(folder, folder["stopped"], adapter);
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(() => stopped.Execute("test", progress: (at, p) =>
            {
                if ((at, p.Step) == (phase, step))
                {
                    stop.Cancel();
                }
            }, cancel: stop.Token));
        }

        var seen = new List<(int Phase, int Step)>();
        var resumed = stopped.Execute("test", resume: true, (at, p) => seen.Add((at, p.Step)));
        Assert.Equal((phase, step + 1), seen[0]);
        var name = adapter ? "adapter_model.safetensors" : "model.safetensors";
        Assert.Equal(File.ReadAllBytes(Path.Combine(outcomes[1].Outcome.Model, name)), File.ReadAllBytes(Path.Combine(resumed[1].Outcome.Model, name)));
    }

    [Fact]
    public void FinishedPipeline_IsNotTrainedAgain()
    {
        using var folder = new TemporaryFolder();
        var pipeline = Tiny(folder, folder["run"], adapter: false);
        var first = pipeline.Execute("test");
        var again = pipeline.Execute("test", resume: true, (_, _) => Assert.Fail("trained again"));
        Assert.Equal(first.Select(p => p.Outcome.Result), again.Select(p => p.Outcome.Result));
        Assert.Equal(first[1].Outcome.SelfPaced.Select(r => r.Share), again[1].Outcome.SelfPaced.Select(r => r.Share));
        Assert.Equal(first[1].Outcome.Model, again[1].Outcome.Model);
    }

    // Two phases, the second self-paced, on the tiny model with exact arithmetic.
    private static Pipeline Tiny(TemporaryFolder folder, string output, bool adapter)
    {
        if (!Directory.Exists(folder["model"]))
        {
            using var model = TinyModel.Fresh();
            ModelFolder.New(model.Config, TinyModel.Tokenizer).Save(model, folder["model"]);
            File.WriteAllLines(folder["pairs.jsonl"], Enumerable.Range(0, 24).Select(i =>
                $$"""{"instruction": "el gato {{i}}", "output": "un {{i}}", "en_instruction": "the cat {{i}}", "en_output": "a {{i}}"}"""));
        }

        var english = new AlpacaFields("en_instruction", "input", "en_output");
        var pairs = new DataSource { Kind = "alpaca", Language = "es", Path = folder["pairs.jsonl"], English = new EnglishSide("", english, 1) };
        var training = new TrainingOptions { Rows = 4, Length = 100, Steps = 4, LearningRate = 2e-3, CheckpointEvery = 100 };
        return new XCit
        {
            Shared = new TrainRecipe
            {
                Model = folder["model"],
                Template = CrossLingual.Text.ChatTemplate.Plain,
                Device = "cpu",
                Precision = ScalarType.Float32,
                Lora = adapter ? new LoraConfig { Rank = 2, Dropout = 0.1 } : null,
                Output = output,
            },
            English = [new DataSource { Kind = "alpaca", Language = "en", Path = folder["pairs.jsonl"], Fields = english }],
            Pairs = [pairs],
            Principles = training,
            Parameters = training,
            SelfPaced = new SelfPacedOptions { Rounds = 2, GrowRounds = 1 },
        }.Build();
    }

    private static Pipeline Read(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["r.yaml"], text);
        return MethodRecipe.Read(folder["r.yaml"]);
    }

    private static string Problems(string text)
    {
        var error = Assert.Throws<UserException>(() => Read(text));
        Assert.StartsWith("XL102 ", error.Message);
        return error.Message;
    }
}
