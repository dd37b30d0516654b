using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Evaluation;

[Collection(CountsTensors.Name)]
public class SemanticAlignmentTests
{
    private static readonly string[] Sentences = [.. Enumerable.Range(0, 12).Select(i => $"the {(i % 2 == 0 ? "cat" : "dog")} sat on log {i}")];

    [Fact]
    public void SameSentences_AreOne()
    {
        using var model = TinyModel.Fresh();
        var layers = SemanticAlignment.Measure(model, TinyModel.Tokenizer, Sentences, Sentences);
        Assert.Equal(model.Config.Layers + 1, layers.Count);
        Assert.All(layers, l => Assert.Equal((1.0, 1.0), (l.Retrieval.Value, Math.Round(l.Cka, 6))));
    }

    [Fact]
    public void UnrelatedSentences_AreFoundByChance()
    {
        using var model = TinyModel.Fresh();
        var layers = SemanticAlignment.Measure(model, TinyModel.Tokenizer, Sentences, [.. Sentences.Reverse()]);
        Assert.All(layers, l => Assert.True(l.Retrieval.Value < 0.2));
    }

    [Fact]
    public void LengthOfTheOthers_ChangesNothing()
    {
        using var model = TinyModel.Fresh();
        var alone = SemanticAlignment.Measure(model, TinyModel.Tokenizer, Sentences[..4], [.. Sentences[4..8]]);
        var padded = SemanticAlignment.Measure(model, TinyModel.Tokenizer, [.. Sentences[..4], string.Concat(Enumerable.Repeat("the cat sat ", 8))], [.. Sentences[4..8], string.Concat(Enumerable.Repeat("the cat sat ", 8))]);
        Assert.Equal(4, (int)Math.Round(alone[0].Retrieval.N / 2.0));
        Assert.Equal(padded.Count, alone.Count);
    }

    [Fact]
    public void Cka_IgnoresRotationAndScaleAndIsByHand()
    {
        var x = tensor(new float[] { 1, 0, 0, 1, -1, -1 }, [3, 2]);
        var turned = tensor(new float[] { 0, 2, -2, 0, 2, -2 }, [3, 2]);
        Assert.Equal(1, SemanticAlignment.Cka(x, turned), 9);

        // Centred x = (1, 0, -1), y = (1, -2, 1): X'Y = 0.
        Assert.Equal(0, SemanticAlignment.Cka(tensor(new float[] { 1, 0, -1 }, [3, 1]), tensor(new float[] { 1, -2, 1 }, [3, 1])), 9);
    }

    [Fact]
    public void TwoTurns_MarkTheSecondAnswer()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        ModelFolder.New(model.Config, TinyModel.Tokenizer).Save(model, folder["model"]);
        var opened = ModelFolder.Open(folder["model"]);
        var questions = Enumerable.Range(0, 5).Select(i => Conversation.Of(new Example { Id = $"{i}", Language = "es", Instruction = Sentences[i], Output = "gato" })).ToList();
        var result = TwoTurnInference.Run(model, opened, questions, ChatTemplate.Plain, new GenerationOptions { MaxNewTokens = 6 }, new GenerationOptions { MaxNewTokens = 4 }, cue: "");
        var expected = Evaluator.Run(model, opened, questions, ChatTemplate.Plain, new GenerationOptions { MaxNewTokens = 6 });
        Assert.Equal(expected.Samples.Select(s => s.Answer), result.Samples.Select(s => s.Thought));

        var second = result.Samples.Select((s, i) => new CrossLingual.Evaluation.Generator(model, opened.Tokenizer, opened.EosIds).Complete(
            [TokenizedExample.EncodePrompt([questions[i].Turns[0], new Turn(Role.Assistant, s.Thought), new Turn(Role.User, "Responde ahora en español.")], ChatTemplate.Plain, opened.Tokenizer)],
            new GenerationOptions { MaxNewTokens = 4 })[0].Text.Trim());
        Assert.Equal(second, result.Samples.Select(s => s.Answer));
        Assert.Equal("XL502", Assert.Throws<UserException>(() => TwoTurnInference.Run(
            model, opened, [questions[0] with { Language = "xx" }], ChatTemplate.Plain, new GenerationOptions(), new GenerationOptions())).Id);
    }
}
