using CrossLingual.Data;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Text;

public class ChatTemplateTests
{
    // PROMPT_DICT of tatsu-lab/stanford_alpaca, train.py, with {instruction} and {input} filled in.
    private const string PromptInput =
        "Below is an instruction that describes a task, paired with an input that provides further context. "
        + "Write a response that appropriately completes the request.\n\n"
        + "### Instruction:\nName the capital.\n\n### Input:\nSpain\n\n### Response:";

    private const string PromptNoInput =
        "Below is an instruction that describes a task. "
        + "Write a response that appropriately completes the request.\n\n"
        + "### Instruction:\nName the capital.\n\n### Response:";

    private static readonly Conversation Talk = new()
    {
        Id = "talk",
        Turns =
        [
            new Turn(Role.User, "the cat"), new Turn(Role.Assistant, "sat on the mat"),
            new Turn(Role.User, "the dog"), new Turn(Role.Assistant, "sat on the log"),
        ],
    };

    private static Tokenizer Tokenizer => TinyModel.Tokenizer;

    [Fact]
    public void Alpaca_EqualsStanfordsPrompt()
    {
        Assert.Equal(PromptInput, Assert.Single(ChatTemplate.Alpaca.Render([new Turn(Role.User, "Name the capital.", "Spain")])).Text);
        Assert.Equal(PromptNoInput, Assert.Single(ChatTemplate.Alpaca.Render([new Turn(Role.User, "Name the capital.")])).Text);
    }

    [Fact]
    public void AlpacasAnswer_FollowsThePromptDirectly() => Assert.Equal(
        PromptNoInput + "Madrid",
        string.Concat(ChatTemplate.Alpaca.Render([new Turn(Role.User, "Name the capital."), new Turn(Role.Assistant, "Madrid")]).Select(s => s.Text)));

    [Fact]
    public void AlpacaShort_HasTheHeadingsAlone()
    {
        var turns = new[] { new Turn(Role.User, "Name the capital.", "Spain"), new Turn(Role.Assistant, "Madrid") };
        Assert.Equal("### Instruction: Name the capital.\n\n### Input: Spain\n\n### Response: Madrid", string.Concat(ChatTemplate.AlpacaShort.Render(turns).Select(s => s.Text)));
    }

    [Fact]
    public void Plain_AddsNothing()
    {
        Assert.Equal("a\nb", ChatTemplate.Plain.Render([new Turn(Role.User, "a", "b")]).Single().Text);
        Assert.Equal("a", ChatTemplate.Plain.Render([new Turn(Role.User, "a")]).Single().Text);
    }

    [Theory]
    [InlineData("alpaca")]
    [InlineData("alpaca-short")]
    [InlineData("plain")]
    public void Loss_FallsOnAnswersAndTheirEndsAlone(string name)
    {
        var template = ChatTemplate.Named(name);
        var example = TokenizedExample.Encode(Talk, template, Tokenizer, 10_000);
        Assert.Equal(example.Ids.Length, example.Learned.Length);
        Assert.Equal(Tokenizer.BosId, example.Ids[0]);
        Assert.False(example.Learned[0]);

        // Two stretches of learned tokens, each the answer and the end token; the rest are the prompts.
        var end = Tokenizer.EosId!.Value;
        Assert.Equal(2, example.Ids.Count(id => id == end));
        Assert.All(example.Ids.Zip(example.Learned), p => Assert.True(p.First != end || p.Second, "ends are learned"));
        var learned = example.Ids.Where((_, i) => example.Learned[i]).ToArray();
        var space = name == "alpaca-short" ? " " : "";
        Assert.Equal($"{space}sat on the mat{space}sat on the log", Tokenizer.Decode(learned, continuation: true));
        var first = Array.IndexOf(learned, end);
        Assert.Equal(space + "sat on the mat", Tokenizer.Decode(learned[..first], continuation: true));
        Assert.Equal(end, learned[^1]);
        Assert.Equal(string.Concat(template.Render(Talk.Turns).Select(s => s.Text)), Tokenizer.Decode(example.Ids));
    }

    [Fact]
    public void RunningText_IsLearnedButForItsFirstToken()
    {
        var example = TokenizedExample.Encode(Conversation.OfText("x", "en", "the cat sat"), ChatTemplate.Plain, Tokenizer, 100);
        Assert.False(example.Learned[0]);
        Assert.Equal(example.Ids.Length - 1, example.LearnedCount);
        Assert.Equal([Tokenizer.BosId!.Value, .. Tokenizer.Encode("the cat sat"), Tokenizer.EosId!.Value], example.Ids);
    }

    [Fact]
    public void LongExample_LosesItsEnd()
    {
        var whole = TokenizedExample.Encode(Talk, ChatTemplate.AlpacaShort, Tokenizer, 10_000);
        foreach (var length in new[] { 2, 10, whole.Ids.Length - 1, whole.Ids.Length })
        {
            var cut = TokenizedExample.Encode(Talk, ChatTemplate.AlpacaShort, Tokenizer, length);
            Assert.Equal(whole.Ids[..length], cut.Ids);
            Assert.Equal(whole.Learned[..length], cut.Learned);
            Assert.Equal(whole.Learned[..length].Count(l => l), cut.LearnedCount);
        }

        Assert.NotEqual(Tokenizer.EosId, TokenizedExample.Encode(Talk, ChatTemplate.AlpacaShort, Tokenizer, whole.Ids.Length - 1).Ids[^1]);
    }

    [Fact]
    public void Prompt_IsTheStartOfItsExample()
    {
        var prompt = TokenizedExample.EncodePrompt([.. Talk.Turns.SkipLast(1)], ChatTemplate.Alpaca, Tokenizer);
        var whole = TokenizedExample.Encode(Talk, ChatTemplate.Alpaca, Tokenizer, 10_000);
        Assert.Equal(whole.Ids[..prompt.Length], prompt);
        Assert.False(whole.Learned[prompt.Length - 1]);
        Assert.True(whole.Learned[prompt.Length]);
    }

    [Fact]
    public void UnknownTemplate_IsNamed()
    {
        Assert.All(ChatTemplate.All, t => Assert.Same(t, ChatTemplate.Named(t.Name)));
        Assert.Equal("XL220 'alpca' is not a template. Use one of: alpaca, alpaca-short, plain.", Assert.Throws<UserException>(() => ChatTemplate.Named("alpca")).Message);
        var recipe = RecipeFile.Parse("r.yaml", "template: alpca");
        Assert.Same(ChatTemplate.Alpaca, ChatTemplate.Read(recipe.Root));
        Assert.Contains("r.yaml:1: 'template' is 'alpca'; allowed: alpaca, alpaca-short, plain. Did you mean 'alpaca'?", Assert.Throws<UserException>(recipe.Check).Message);
    }
}
