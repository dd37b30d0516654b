using CrossLingual.Merging;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Merging;

public class ShippedRecipeTests
{
    [Theory]
    [InlineData("layer-swap-sw.yaml", MergeMethod.LayerSwap, 2)]
    [InlineData("ties-mergekit.yaml", MergeMethod.Ties, 3)]
    public void Recipe_HasNoMistake(string name, MergeMethod method, int models)
    {
        var recipe = MergeRecipe.Read(Path.Combine(RealData.RepositoryRoot, "recipes", name));
        Assert.Empty(recipe.Problems);
        Assert.Equal(method, recipe.Method);
        Assert.Equal(models, recipe.Models.Count);
    }
}
