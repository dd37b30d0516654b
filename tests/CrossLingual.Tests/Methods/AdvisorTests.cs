using CrossLingual.Methods;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;
using CrossLingual.Training;

namespace CrossLingual.Tests.Methods;

public class AdvisorTests
{
    [Theory]
    [InlineData(0, 0, 52_000, AdaptationPath.XCit)]
    [InlineData(1_000_000, 5_000, 6_000, AdaptationPath.XCit)]
    [InlineData(0, 200_000, 6_000, AdaptationPath.CrossAlpaca)]      // translations are the larger treasure
    [InlineData(0, 20_000, 2_000, AdaptationPath.CrossAlpaca)]
    [InlineData(0, 2_000, 2_000, AdaptationPath.GatherData)]
    [InlineData(50_000, 0, 100, AdaptationPath.Modular)]
    [InlineData(0, 50_000, 0, AdaptationPath.Modular)]
    [InlineData(10, 10, 10, AdaptationPath.GatherData)]
    public void Path_FollowsWhatOneHas(long monolingual, long parallel, long instructions, AdaptationPath expected)
    {
        var advice = Advisor.Weigh(new Resources("sw", monolingual, parallel, instructions, 2.1));
        Assert.Equal(expected, advice.Recommended.Path);
        Assert.True(advice.Recommended.Fits);
        Assert.All(advice.Options, o => Assert.Equal(6.0 * 7e9 * o.Tokens, o.Flops, 6e9 * 7));
    }

    [Fact]
    public void Cost_GrowsWithFertility()
    {
        var (cheap, dear) = (Advisor.Weigh(new Resources("vi", 0, 0, 10_000, 1)), Advisor.Weigh(new Resources("vi", 0, 0, 10_000, 4)));
        Assert.True(dear.Recommended.Tokens > 2 * cheap.Recommended.Tokens);
        Assert.Contains(dear.Warnings, w => w.Contains("4.0 times the tokens", StringComparison.Ordinal));
        Assert.Contains(Advisor.Weigh(new Resources("vi", 0, 0, 10_000)).Warnings, w => w.Contains("was not measured", StringComparison.Ordinal));
        Assert.Contains(Advisor.Weigh(new Resources("ig", 0, 0, 10_000, 1)).Warnings, w => w.Contains("follow_up", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 0, 52_000)]
    [InlineData(0, 20_000, 2_000)]
    [InlineData(50_000, 0, 0)]
    public void Recipes_AreValid(long monolingual, long parallel, long instructions)
    {
        using var folder = new TemporaryFolder();
        var advice = Advisor.Weigh(new Resources("vi", monolingual, parallel, instructions, 1.5));
        Assert.NotEmpty(advice.Recipes);
        foreach (var (name, text) in advice.Recipes.Where(r => !r.Key.StartsWith("layer-swap", StringComparison.Ordinal)))
        {
            File.WriteAllText(folder[name], text);
            Pipeline pipeline = MethodRecipe.Read(folder[name]);
            Assert.NotEmpty(pipeline.Phases);
        }
    }

    [Fact]
    public void Fertility_IsOneForEnglish()
    {
        var tokenizer = Tokenizer.Load(Path.Combine(RealData.RepositoryRoot, "data", "lab", "model"));
        Assert.Equal(1, Fertility.Of(tokenizer, "en"));
        Assert.True(Fertility.Of(tokenizer, "hi") > 1);
        Assert.Null(Fertility.Of(tokenizer, "xx"));
    }
}
