using System.Text.Json.Nodes;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Models;

public class XlmRobertaTests
{
    [Fact]
    public void States_EqualPlainArithmetic()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Random();
        long[] ids = [0, 17, 45, 101, 45, 299, 2];
        var states = model.States(tensor(ids).view(1, -1), ones(1, ids.Length, ScalarType.Bool)).flatten(0, 1);
        var expected = PlainEncoder.States(model, ids);
        for (var i = 0; i < ids.Length; i++)
        {
            for (var j = 0; j < model.Width; j++)
            {
                Assert.Equal(expected[i][j], states[i, j].item<float>(), 2e-5);
            }
        }
    }

    [Fact]
    public void Positions_BeginBehindThePadding()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Random();
        var (ids, present) = (tensor([0L, 17, 2]).view(1, -1), ones(1, 3, ScalarType.Bool));
        var before = model.States(ids, present);
        var table = model.Weights["roberta.embeddings.position_embeddings.weight"];
        table.narrow(0, 0, 2).fill_(7);   // rows 0 and 1 are no text's
        Assert.True(before.equal(model.States(ids, present)).all().item<bool>());
        table.narrow(0, 4, 1).fill_(7);   // row 4 is the third piece's
        Assert.False(before.allclose(model.States(ids, present)));
    }

    [Fact]
    public void Padding_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Random();
        long[] ids = [0, 17, 45, 101, 2];
        var alone = model.States(tensor(ids).view(1, -1), ones(1, 5, ScalarType.Bool));
        var filled = tensor((long[])[.. ids, 1, 1, 1, 0, 5, 6, 7, 8, 9, 10, 2]).view(2, -1);
        var present = tensor((bool[])[true, true, true, true, true, false, false, false, true, true, true, true, true, true, true, true]).view(2, -1);
        Assert.True(alone.squeeze(0).allclose(model.States(filled, present)[0].narrow(0, 0, 5), rtol: 1e-5, atol: 1e-6));
    }

    [Fact]
    public void Dropout_IsThereInTrainingOnly()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Random();
        var (ids, present) = (tensor([0L, 17, 2]).view(1, -1), ones(1, 3, ScalarType.Bool));
        Assert.True(model.States(ids, present).equal(model.States(ids, present)).all().item<bool>());
        model.Training = true;
        Assert.False(model.States(ids, present).allclose(model.States(ids, present)));
    }

    [Fact]
    public void Config_IsWrittenAsItWasRead()
    {
        var json = JsonNode.Parse(TinyTagger.Config.ToJson())!.AsObject();
        json["vocab_comment"] = "kept";
        var read = XlmRobertaConfig.Parse(json, "c");
        Assert.Equal(TinyTagger.Config with { Source = read.Source }, read);
        Assert.Contains("\"vocab_comment\": \"kept\"", read.ToJson());
        Assert.Equal(512, (read with { MaxPositions = 514 }).LongestText);
    }

    [Fact]
    public void BadConfig_NamesAllProblems()
    {
        var json = JsonNode.Parse("""{"model_type": "bert", "hidden_act": "relu", "position_embedding_type": "relative_key", "vocab_size": 0, "hidden_size": 10, "num_attention_heads": 3, "num_hidden_layers": "two", "max_position_embeddings": 3, "hidden_dropout_prob": 1}""")!.AsObject();
        var message = Assert.Throws<UserException>(() => XlmRobertaConfig.Parse(json, "c.json")).Message;
        Assert.All(
            ["XL310 c.json", "'bert'", "'relu'", "relative_key", "vocab_size is 0", "intermediate_size is missing", "num_hidden_layers is \"two\"", "num_attention_heads 3", "max_position_embeddings 3", "hidden_dropout_prob is 1"],
            part => Assert.Contains(part, message));
    }

    /// <summary>An encoder whose norms and biases are not what they begin with.</summary>
    private static XlmRoberta Random()
    {
        var model = XlmRoberta.Fresh(TinyTagger.Config, Seed.For("tiny"), Compute.Exact);
        random.manual_seed(5);
        foreach (var (name, weight) in model.Weights)
        {
            using var noise = randn(weight.shape) * 0.3;
            weight.add_(noise);
        }

        return model;
    }
}
