using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Models;

public class TokenClassifierTests
{
    private static readonly string[] Sentence = ["the", "cat", "sang", "zebras", "on", "mats"];

    public static TheoryData<string> Kinds => ["xlm-roberta", "causal", "bidirectional"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Scores_AreTheHeadOfTheMeanOfAWordsPieces(string kind)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var tagger = Tagger(kind);
        var row = Assert.Single(tagger.Rows(Sentence));
        Assert.Contains(row.Words, w => w.Count > 1);
        var states = tagger.Encoder.States(tensor(row.Ids, ScalarType.Int64).view(1, -1), ones(1, row.Ids.Length, ScalarType.Bool))[0];
        var head = TokenClassifier.HeadOf(tagger.Encoder);
        var scores = tagger.Scores([row]);
        for (var w = 0; w < Sentence.Length; w++)
        {
            var vector = states.narrow(0, row.Words[w].Start, row.Words[w].Count).mean([0]);
            var expected = tagger.Weights[head + ".weight"].mv(vector) + tagger.Weights[head + ".bias"];
            Assert.True(expected.allclose(scores[w], rtol: 1e-4, atol: 1e-6));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tags_DoNotDependOnWhatElseIsTagged(string kind)
    {
        using var tagger = Tagger(kind);
        string[][] sentences = [Sentence, ["dog"], [.. Sentence.Reverse()], [.. Sentence, .. Sentence]];
        var together = tagger.Tag(sentences);
        Assert.Equal(sentences.Select(s => tagger.Tag([s])[0]), together);
        Assert.Equal(together, tagger.Tag(sentences, pieces: 1));
    }

    [Fact]
    public void Sight_DecidesWhetherLaterWordsMatter()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var causal = Tagger("causal");
        using var both = Tagger("bidirectional");
        string[] other = [.. Sentence[..^1], "log"];
        Assert.True(First(causal, Sentence).allclose(First(causal, other), rtol: 1e-5, atol: 1e-6));
        Assert.False(First(both, Sentence).allclose(First(both, other), rtol: 1e-3, atol: 1e-5));

        static Tensor First(TokenClassifier tagger, string[] words) => tagger.Scores(tagger.Rows(words))[0];
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void LongSentences_AreCutBetweenWords(string kind)
    {
        using var tagger = Tagger(kind);
        string[] words = [.. Enumerable.Repeat(Sentence, 20).SelectMany(s => s), new string('z', 300)];
        var rows = tagger.Rows(words);
        Assert.True(rows.Count > 1);
        Assert.All(rows, r => Assert.InRange(r.Ids.Length, 2, tagger.Encoder.LongestText));
        Assert.Equal(Enumerable.Range(0, words.Length), rows.SelectMany(r => r.Words.Select((_, i) => r.First + i)));
        Assert.All(rows, r => Assert.Equal(tagger.Tokenizer.BosId, r.Ids[0]));
        Assert.Equal(words.Length, tagger.Tag([words])[0].Length);
        Assert.Empty(tagger.Rows([]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Folder_GivesBackTheSameTagger(string kind)
    {
        using var folder = new TemporaryFolder();
        using var tagger = Tagger(kind);
        TokenClassifierFolder.Save(tagger, folder["a"]);
        using var again = TokenClassifierFolder.Load(folder["a"], Compute.Exact);
        Assert.Equal(tagger.Tags, again.Tags);
        Assert.Equal(tagger.Dropout, again.Dropout);
        Assert.Equal((tagger.Encoder as LlamaEncoder)?.Sight, (again.Encoder as LlamaEncoder)?.Sight);
        Assert.All(tagger.Weights, w => Assert.Equal(w.Value.data<float>().ToArray(), again.Weights[w.Key].data<float>().ToArray()));
        Assert.Equal(tagger.Tag([Sentence]), again.Tag([Sentence]));
        TokenClassifierFolder.Save(again, folder["b"]);
        Assert.All(Directory.GetFiles(folder["a"]), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace("/a/", "/b/"))));
    }

    [Fact]
    public void XlmRoberta_IsReadWithAndWithoutPrefix_AndOtherHeadsArePassedOver()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var tagger = TinyTagger.OnXlmRoberta();
        TokenClassifierFolder.Save(tagger, folder["a"]);
        var file = folder["a/model.safetensors"];
        var names = tagger.Weights.Keys.ToList();
        Assert.Contains("roberta.encoder.layer.1.attention.output.LayerNorm.bias", names);
        Assert.Contains("classifier.weight", names);

        var weights = tagger.Weights.ToDictionary(w => w.Key.Replace("roberta.", "", StringComparison.Ordinal), w => w.Value);
        weights["embeddings.position_ids"] = arange(34, ScalarType.Int64).unsqueeze(0);
        weights["pooler.dense.weight"] = zeros(16, 16);
        weights["lm_head.bias"] = zeros(302);
        SafetensorsWriter.Write(file, weights);
        using var bare = TokenClassifierFolder.Load(folder["a"], Compute.Exact);
        Assert.Equal(tagger.Tag([Sentence]), bare.Tag([Sentence]));

        weights.Remove("classifier.weight");
        SafetensorsWriter.Write(file, weights);
        Assert.Contains("'classifier.weight' is missing", Assert.Throws<UserException>(() => TokenClassifierFolder.Load(folder["a"], Compute.Exact)).Message);
        using var started = TokenClassifierFolder.Start(folder["a"], ["X", "Y"], Sight.Causal, Seed.For(1), Compute.Exact);
        Assert.Equal([2L, 16], started.Weights["classifier.weight"].shape);

        weights.Remove("encoder.layer.0.output.dense.bias");
        weights["encoder.layer.2.output.dense.bias"] = zeros(16);
        SafetensorsWriter.Write(file, weights);
        var error = Assert.Throws<UserException>(() => TokenClassifierFolder.Start(folder["a"], ["X", "Y"], Sight.Causal, Seed.For(1), Compute.Exact));
        Assert.Equal("XL313", error.Id);
        Assert.Contains("'roberta.encoder.layer.0.output.dense.bias' is missing", error.Message);
        Assert.Contains("'encoder.layer.2.output.dense.bias' does not belong to an xlm-roberta encoder of 2 layers", error.Message);
    }

    [Fact]
    public void LanguageModel_BecomesATaggerWithoutItsHead()
    {
        using var folder = new TemporaryFolder();
        using var model = Llama.Fresh(TinyModel.Config with { TiedEmbeddings = false }, Seed.For("untied"), Compute.Exact);
        ModelFolder.New(model.Config, TinyModel.Tokenizer).Save(model, folder["lm"]);
        using var tagger = TokenClassifierFolder.Start(folder["lm"], TinyTagger.Tags, Sight.Bidirectional, Seed.For(1), Compute.Exact);
        TokenClassifierFolder.Save(tagger, folder["tagger"]);
        using var again = TokenClassifierFolder.Load(folder["tagger"], Compute.Exact);
        Assert.Equal(tagger.Tag([Sentence]), again.Tag([Sentence]));
        Assert.Equal("XL686", Assert.Throws<UserException>(() => TokenClassifierFolder.Load(folder["lm"], Compute.Exact)).Id);
        Assert.Contains("'score.weight' does not belong", Assert.Throws<UserException>(() => ModelFolder.Open(folder["tagger"]).Load(Compute.Exact)).Message);
    }

    [Theory]
    [InlineData("\"1\": \"VERB\"", "\"1\": \"NOUN\"", "XL686")]
    [InlineData("\"1\": \"VERB\"", "\"7\": \"VERB\"", "XL686")]
    [InlineData("\"bidirectional\"", "\"inward\"", "XL310")]
    public void BadTags_AreNamed(string from, string to, string id)
    {
        using var folder = new TemporaryFolder();
        using var tagger = TinyTagger.OnLlama(Sight.Bidirectional);
        TokenClassifierFolder.Save(tagger, folder["a"]);
        var config = folder["a/config.json"];
        File.WriteAllText(config, File.ReadAllText(config).Replace(from, to, StringComparison.Ordinal));
        Assert.Equal(id, Assert.Throws<UserException>(() => TokenClassifierFolder.Load(folder["a"], Compute.Exact)).Id);
        Assert.Equal("XL312", Assert.Throws<UserException>(() => TokenClassifierFolder.Load(folder["b"], Compute.Exact)).Id);
    }

    private static TokenClassifier Tagger(string kind) => kind == "xlm-roberta" ? TinyTagger.OnXlmRoberta() : TinyTagger.OnLlama(Enum.Parse<Sight>(kind, ignoreCase: true));
}
