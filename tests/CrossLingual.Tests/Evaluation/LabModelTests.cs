using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Models;
using CrossLingual.Text;

namespace CrossLingual.Tests.Evaluation;

/// <summary>The shipped model is what its card says: English works far better than the languages it was never instructed in.</summary>
public class LabModelTests
{
    private const long MostBytes = 12_000_000;

    [Fact]
    public void Model_IsSmallAndBfloat16()
    {
        var folder = ModelFolder.Open(ModelFolder.PathOf("lab"));
        Assert.True(new FileInfo(Path.Combine(folder.Path, "model.safetensors")).Length <= MostBytes);
        Assert.Equal("bfloat16", folder.Config.StoredType);
        Assert.Equal(4000, folder.Tokenizer.VocabularySize);
    }

    [Fact]
    public void English_IsFollowedAndTheOthersAreNot()
    {
        var folder = ModelFolder.Open(ModelFolder.PathOf("lab"));
        var lab = Lab.Load();
        using var model = folder.Load(Compute.Default);
        var questions = Lab.AllLanguages.SelectMany(l => lab.Examples(l, LabSplit.Dev, 90)).Select(Conversation.Of).ToList();
        var result = Evaluator.Run(model, folder, questions, ChatTemplate.AlpacaShort, new GenerationOptions { MaxNewTokens = 48 });
        Assert.True(result.Of("en").Exact.Value > 0.6, $"English: {result.Of("en").Exact}");
        Assert.All(Lab.AllLanguages.Where(l => l != "en"), l => Assert.True(result.Of(l).Exact.High < result.Of("en").Exact.Low, $"{l}: {result.Of(l).Exact}"));
    }
}
