using System.Text.Json.Nodes;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Models;

[Collection(CountsTensors.Name)]
public class ModelFolderTests
{
    private const string Weights = "model.safetensors";

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    [InlineData("float16")]
    public void SavedModel_LoadsAndSavesToTheSameBytes(string type)
    {
        var storeAs = TensorTypes.FromConfigName(type)!.Value;
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"], storeAs);
        var opened = ModelFolder.Open(folder["a"]);
        Assert.Equal(type, opened.Config.StoredType);
        using var loaded = opened.Load(Compute.Exact);
        Assert.Equal(model.Weights.Keys.Order(), loaded.Weights.Keys.Order());
        Assert.All(model.Weights, w => Assert.Equal(Bytes(w.Value, storeAs), Bytes(loaded.Weights[w.Key])));

        opened.Save(loaded, folder["b"]);
        var files = Directory.GetFiles(folder["a"]).Select(Path.GetFileName).Order().ToList();
        Assert.Equal(["config.json", Weights, "tokenizer.model"], files);
        Assert.Equal(files, Directory.GetFiles(folder["b"]).Select(Path.GetFileName).Order());
        Assert.All(files, f => Assert.Equal(File.ReadAllBytes(folder[$"a/{f}"]), File.ReadAllBytes(folder[$"b/{f}"])));
    }

    [Fact]
    public void Shards_HoldEveryTensorOnce()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"], largestShard: 10_000);
        var index = JsonNode.Parse(File.ReadAllText(folder["a/model.safetensors.index.json"]))!;
        var places = index["weight_map"]!.AsObject().ToDictionary(p => p.Key, p => p.Value!.GetValue<string>());
        var shards = Directory.GetFiles(folder["a"], "model-*.safetensors").Select(f => Path.GetFileName(f)!).Order().ToList();
        Assert.True(shards.Count > 3, $"{shards.Count} shards");
        Assert.Equal($"model-00001-of-{shards.Count:00000}.safetensors", shards[0]);
        Assert.Equal(shards, places.Values.Distinct().Order());
        Assert.Equal(model.Weights.Sum(w => w.Value.numel() * 4), index["metadata"]!["total_size"]!.GetValue<long>());
        foreach (var shard in shards)
        {
            using var file = Safetensors.Open(folder[$"a/{shard}"]);
            Assert.Equal(places.Where(p => p.Value == shard).Select(p => p.Key).Order(), file.Entries.Keys.Order());
            Assert.True(file.Entries.Count == 1 || file.Entries.Values.Sum(e => e.Length) <= 10_000, shard);
        }

        using var loaded = ModelFolder.Open(folder["a"]).Load(Compute.Exact);
        Assert.All(model.Weights, w => Assert.Equal(Bytes(w.Value), Bytes(loaded.Weights[w.Key])));
        Save(loaded, folder["b"], largestShard: 10_000);
        Assert.All(Directory.GetFiles(folder["a"]), f => Assert.Equal(File.ReadAllBytes(f), File.ReadAllBytes(folder[$"b/{Path.GetFileName(f)}"])));
    }

    [Fact]
    public void StoreAs_IsTheLoadedType()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"], ScalarType.BFloat16);
        using var wide = ModelFolder.Open(folder["a"]).Load(Compute.Exact, ScalarType.Float32);
        Assert.All(wide.Weights.Values, w => Assert.Equal(ScalarType.Float32, w.dtype));
        Assert.All(model.Weights, w => Assert.Equal(Bytes(w.Value, ScalarType.BFloat16), Bytes(wide.Weights[w.Key], ScalarType.BFloat16)));
    }

    [Fact]
    public void WrongTensors_AreAllNamedAtOnce()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SaveChanged(folder["a"], t =>
        {
            t.Remove("model.norm.weight");
            t["lm_tail.weight"] = zeros(3);
            t["model.layers.0.mlp.up_proj.weight"] = zeros(48, 31);
            t["model.layers.1.mlp.up_proj.weight"] = zeros(48, 32, ScalarType.Int64);
        });
        var before = CountsTensors.Live();
        var error = Assert.Throws<UserException>(() => ModelFolder.Open(folder["a"]).Load(Compute.Exact));
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal("XL313", error.Id);
        var file = Path.Combine(folder["a"], Weights);
        Assert.Equal(
            [
                $"{file}: tensor 'lm_tail.weight' does not belong to a llama model of 2 layers",
                $"{file}: tensor 'model.layers.0.mlp.up_proj.weight' has shape [48, 31]; config.json asks for [48, 32]",
                $"{file}: tensor 'model.layers.1.mlp.up_proj.weight' has type I64; weights must be BF16, F16, F32 or F64",
                $"{folder["a"]}: tensor 'model.norm.weight' is missing",
                "The weights and config.json do not belong together; take both from the same download.",
            ],
            error.Message["XL313 ".Length..].Split('\n').Select(l => l.Trim()).Order(StringComparer.Ordinal).OrderBy(l => l.StartsWith(file, StringComparison.Ordinal) ? 0 : l.StartsWith('/') ? 1 : 2));
    }

    [Fact]
    public void ManyProblems_AreCounted()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SaveChanged(folder["a"], t => Assert.All(t.Keys.Where(k => k.Contains("layers")).ToList(), k => t.Remove(k)));
        var error = Assert.Throws<UserException>(() => ModelFolder.Open(folder["a"]).Load(Compute.Exact));
        Assert.Contains("and 8 more", error.Message);   // 18 tensors of two layers, 10 shown
    }

    [Fact]
    public void TensorInTwoShards_IsNamed()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"], largestShard: 10_000);
        var last = Directory.GetFiles(folder["a"], "model-*").Max()!;
        using (var file = Safetensors.Open(last))
        {
            var tensors = file.Entries.ToDictionary(e => e.Key, e => model.Weights[e.Key]);
            tensors["model.embed_tokens.weight"] = model.Weights["model.embed_tokens.weight"];
            file.Dispose();
            SafetensorsWriter.Write(last, tensors);
        }

        var error = Assert.Throws<UserException>(() => ModelFolder.Open(folder["a"]).Load(Compute.Exact));
        Assert.Equal("XL313", error.Id);
        Assert.Contains($"{last}: tensor 'model.embed_tokens.weight' stands in {folder["a/model-00001"]}", error.Message);
    }

    [Theory]
    [InlineData("""{"weight_map": {"model.norm.weight": "../elsewhere.safetensors"}}""", "'../elsewhere.safetensors', outside")]
    [InlineData("""{"weight_map": {"model.norm.weight": "/etc/passwd"}}""", "'/etc/passwd', outside")]
    [InlineData("""{"weight_map": {"model.norm.weight": null}}""", "'model.norm.weight' has no file")]
    [InlineData("""{"weight_map": {"model.norm.weight": 5}}""", "not a readable shard index")]
    [InlineData("""{"weight_map": ["a"]}""", "not a readable shard index")]
    [InlineData("""{"metadata": {}}""", "not a readable shard index")]
    [InlineData("[]", "not a readable shard index")]
    [InlineData("{", "not a readable shard index")]
    public void BadIndex_IsNamed(string json, string says)
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"]);
        var index = folder["a/model.safetensors.index.json"];
        File.WriteAllText(index, json);
        var error = Assert.Throws<UserException>(() => ModelFolder.Open(folder["a"]).Load(Compute.Exact));
        Assert.StartsWith("XL314 " + index, error.Message);
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void AbsentShard_IsNamed()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"], largestShard: 10_000);
        var lost = folder["a/model-00001-of-00009.safetensors"];
        lost = Directory.GetFiles(folder["a"], "model-*").Order().Skip(1).First();
        File.Delete(lost);
        var before = CountsTensors.Live();
        Assert.StartsWith("XL301 " + lost, Assert.Throws<UserException>(() => ModelFolder.Open(folder["a"]).Load(Compute.Exact)).Message);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Theory]
    [InlineData("pytorch_model.bin", "pytorch_model.bin, a PyTorch pickle")]
    [InlineData("consolidated.00.pth", "consolidated.00.pth, a PyTorch pickle")]
    [InlineData("notes.txt", "has no weights")]
    public void WeightsThatAreNotSafetensors_AreRefused(string other, string says)
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"]);
        File.Move(folder["a/" + Weights], folder["a/" + other]);
        var error = Assert.Throws<UserException>(() => ModelFolder.Open(folder["a"]).Load(Compute.Exact));
        Assert.Equal("XL314", error.Id);
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void TokenizerLargerThanTheVocabulary_IsNamed()
    {
        using var folder = new TemporaryFolder();
        using var model = Llama.Fresh(TinyModel.Config with { VocabularySize = 299 }, CrossLingual.Runs.Seed.For("tiny"), Compute.Exact);
        Save(model, folder["a"]);
        var error = Assert.Throws<UserException>(() => ModelFolder.Open(folder["a"]));
        Assert.Equal("XL311", error.Id);
        Assert.Contains("300 ids but the model only 299 embeddings", error.Message);
    }

    [Fact]
    public void AbsentFolder_IsNamed()
    {
        using var folder = new TemporaryFolder();
        Assert.StartsWith($"XL312 Model folder {folder["absent"]}", Assert.Throws<UserException>(() => ModelFolder.Open(folder["absent"])).Message);
    }

    [Fact]
    public void FailingSave_LeavesNoFolder()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"]);
        File.WriteAllText(folder["a/generation_config.json"], "{}");
        var opened = ModelFolder.Open(folder["a"]);
        File.Delete(folder["a/generation_config.json"]);
        Assert.Throws<FileNotFoundException>(() => opened.Save(model, folder["b"]));
        Assert.Equal([folder["a"]], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void SavingOverItself_KeepsEverything()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"]);
        File.WriteAllText(folder["a/chat_template.jinja"], "{{ x }}");
        var opened = ModelFolder.Open(folder["a"]);
        using var loaded = opened.Load(Compute.Exact);
        opened.Save(loaded, folder["a"] + "/");
        Assert.Equal("{{ x }}", File.ReadAllText(folder["a/chat_template.jinja"]));
        using var again = ModelFolder.Open(folder["a"]).Load(Compute.Exact);
        Assert.All(model.Weights, w => Assert.Equal(Bytes(w.Value), Bytes(again.Weights[w.Key])));
    }

    [Theory]
    [InlineData("""{"eos_token_id": 7}""", new[] { 7 })]
    [InlineData("""{"eos_token_id": [7, 8]}""", new[] { 7, 8 })]
    [InlineData("""{"eos_token_id": null}""", new[] { 2 })]
    [InlineData("{}", new[] { 2 })]
    public void GenerationConfig_NamesTheEnds(string json, int[] ends)
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"]);
        File.WriteAllText(folder["a/generation_config.json"], json);
        Assert.Equal(ends, ModelFolder.Open(folder["a"]).EosIds);
    }

    [Theory]
    [InlineData("""{"eos_token_id": "x"}""")]
    [InlineData("""{"eos_token_id": 1.5}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void BadGenerationConfig_IsNamed(string json)
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        Save(model, folder["a"]);
        File.WriteAllText(folder["a/generation_config.json"], json);
        Assert.StartsWith("XL315 " + folder["a/generation_config.json"], Assert.Throws<UserException>(() => ModelFolder.Open(folder["a"])).Message);
    }

    private static void Save(Llama model, string folder, ScalarType? storeAs = null, long largestShard = 5_000_000_000) =>
        ModelFolder.New(model.Config, TinyModel.Tokenizer).Save(model, folder, storeAs, largestShard);

    private static void SaveChanged(string folder, Action<Dictionary<string, Tensor>> change)
    {
        using var model = TinyModel.Fresh();
        Save(model, folder);
        var tensors = model.Weights.ToDictionary();
        change(tensors);
        SafetensorsWriter.Write(Path.Combine(folder, Weights), tensors);
    }

    private static byte[] Bytes(Tensor tensor, ScalarType? type = null)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(type ?? tensor.dtype).contiguous().bytes.ToArray();
    }
}
