using CrossLingual.Tests.Tiny;

namespace CrossLingual.Cli.Tests;

/// <summary>The shipped recipe on a real pretrained model and real instruction pairs, where those stand beside the checkout.</summary>
public class RealInputTests
{
    [Fact]
    public void RealModelAndPairs_LowerTheHeldOutLossInBothLanguages()
    {
        RealData.Path("stories260K", "hf");
        RealData.Path("alpaca-en-zh");
        using var tiny = new TinyRecipe();
        var result = Command.Succeed(
            RealData.RepositoryRoot, "train", "recipes/stories260k-zh.yaml", "--set", "training.steps=20", "--out", tiny["run"], "--json").Json;
        var held = result.GetProperty("heldOut").EnumerateArray().ToList();
        Assert.Equal(["zh", "en"], held.Select(h => h.GetProperty("source").GetString()!.Split(' ')[^1]));
        Assert.All(held, h => Assert.True(Loss(h, "after") < Loss(h, "before"), h.GetRawText()));

        // The result is a model folder like the one that was given.
        var text = Command.Succeed(tiny.Folder, "generate", "--model", tiny["run/model"], "--prompt", "Once upon a time", "--max-new-tokens", "8", "--json").Json;
        Assert.Equal(8, text.GetProperty("ids").GetArrayLength());

    }

    [Theory]
    [InlineData("xcit-zh-real", "2-parameters/model", "principles.steps=12", "parameters.steps=12", "self_paced.rounds=1")]
    [InlineData("crossalpaca-fr-real", "adapter", "training.steps=12")]
    public void RealPairs_GoThroughTheMethods(string recipe, string result, params string[] changes)
    {
        foreach (var name in new[] { "stories260K", "alpaca-en-zh", "vigogne-fr", "laser-tatoeba" })
        {
            RealData.Path(name);
        }

        using var tiny = new TinyRecipe();
        var run = Command.Succeed(RealData.RepositoryRoot, ["train", $"recipes/{recipe}.yaml", .. changes.SelectMany(c => new[] { "--set", c }), "--out", tiny["run"], "--json"]).Json;
        Assert.All(run.GetProperty("heldOut").EnumerateArray(), h => Assert.True(Loss(h, "after") < Loss(h, "before"), h.GetRawText()));
        Assert.True(Directory.Exists(tiny[$"run/{result}"]));
    }

    private static double Loss(System.Text.Json.JsonElement held, string when) => held.GetProperty(when).GetProperty("loss").GetDouble();
}
