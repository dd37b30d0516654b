using System.Text.Json.Nodes;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Models;

public class LlamaConfigTests
{
    private const string Small = """
        {
          "model_type": "llama", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
          "num_key_value_heads": 2, "vocab_size": 300, "max_position_embeddings": 128, "rms_norm_eps": 1e-05, "rope_theta": 500000.0,
          "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192},
          "tie_word_embeddings": true, "torch_dtype": "bfloat16", "bos_token_id": 1, "eos_token_id": [2, 7],
          "pretraining_tp": 1, "note": {"deep": [1, {"x": null}], "text": "Ünïcode 名"}, "pad_token_id": null
        }
        """;

    [Fact]
    public void UnknownKeys_SurviveARoundTrip()
    {
        var read = Parse(Small);
        var written = JsonNode.Parse(read.ToJson())!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(Small)!.AsObject())
        {
            Assert.True(written.ContainsKey(key), key);
            Assert.True(JsonNode.DeepEquals(value, written[key]) || key == "rope_theta", $"{key}: {value?.ToJsonString()} became {written[key]?.ToJsonString()}");
        }

        Assert.Equal(500000, written["rope_theta"]!.GetValue<double>());
        Assert.Equal(read.ToJson(), Parse(read.ToJson()).ToJson());
    }

    [Fact]
    public void UnknownKeys_SurviveInAModelFolder()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Fresh();
        ModelFolder.New(TinyModel.Config, TinyModel.Tokenizer).Save(model, folder["a"]);
        File.WriteAllText(folder["a/config.json"], Small);
        var opened = ModelFolder.Open(folder["a"]);
        using var loaded = opened.Load(Compute.Exact);
        opened.Save(loaded, folder["b"]);
        var written = JsonNode.Parse(File.ReadAllText(folder["b/config.json"]))!;
        Assert.Equal("Ünïcode 名", written["note"]!["text"]!.GetValue<string>());
        Assert.Equal("float32", written["torch_dtype"]!.GetValue<string>());   // the weights as they are, not as the file said
        Assert.Contains("Ünïcode 名", File.ReadAllText(folder["b/config.json"]));
    }

    [Fact]
    public void AllProblems_AreReportedAtOnce()
    {
        var error = Assert.Throws<UserException>(() => Parse("""
            {"model_type": "gpt2", "hidden_act": "gelu", "hidden_size": "32", "num_attention_heads": 4, "num_key_value_heads": 3, "vocab_size": 0,
             "num_hidden_layers": 20000, "rms_norm_eps": -1, "rope_theta": "big", "rope_scaling": {"type": "yarn"}, "tie_word_embeddings": 1,
             "bos_token_id": 1.5, "eos_token_id": [2, null], "torch_dtype": 16, "use_sliding_window": true}
            """));
        Assert.Equal("XL310", error.Id);
        Assert.StartsWith("XL310 the/config.json cannot be used: ", error.Message);
        string[] named =
        [
            "model_type is 'gpt2'; supported: llama, mistral, qwen2", "hidden_act is 'gelu'", "hidden_size is \"32\"", "vocab_size is 0",
            "num_key_value_heads 3 does not divide num_attention_heads 4", "intermediate_size is missing", "num_hidden_layers is 20000",
            "rms_norm_eps is -1", "rope_theta is \"big\"", "rope_scaling type is 'yarn'", "tie_word_embeddings is 1", "bos_token_id is 1.5",
            "eos_token_id is [2,null]", "torch_dtype is 16", "use_sliding_window is true",
        ];
        Assert.All(named, text => Assert.Equal((text, 1), (text, error.Message.Split(text).Length - 1)));
    }

    [Theory]
    [InlineData("num_key_value_heads", "\"two\"", "num_key_value_heads is \"two\"")]
    [InlineData("num_attention_heads", "5", "does not divide hidden_size 32")]
    [InlineData("head_dim", "7", "head size 7 is odd")]
    [InlineData("max_position_embeddings", "99999999999", "max_position_embeddings is 99999999999")]
    [InlineData("rope_scaling", """{"rope_type": "llama3", "factor": 8}""", "low_freq_factor is missing; it must be a number above 0")]
    [InlineData("rope_scaling", """{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1, "original_max_position_embeddings": 8192}""", "low_freq_factor 4 must be below high_freq_factor 1")]
    [InlineData("rope_scaling", """{"rope_type": "llama3", "factor": 0, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 8192.5}""", "factor is 0")]
    public void BadValue_IsNamed(string key, string value, string says)
    {
        var json = JsonNode.Parse(Small)!.AsObject();
        json[key] = JsonNode.Parse(value);
        var error = Assert.Throws<UserException>(() => Parse(json.ToJsonString()));
        Assert.Equal("XL310", error.Id);
        Assert.Contains(says, error.Message);
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("", "not a JSON object")]
    [InlineData("{", "not a JSON object")]
    [InlineData("[1]", "not a JSON object")]
    [InlineData("null", "not a JSON object")]
    [InlineData("""{"hidden_size": 8, "hidden_size": 16}""", "not a JSON object")]
    [InlineData("""{"model_type": "llama"}""", "vocab_size is missing")]
    public void BrokenFile_IsNamed(string? text, string says)
    {
        using var folder = new TemporaryFolder();
        if (text is not null)
        {
            File.WriteAllText(folder["config.json"], text);
        }

        var error = Assert.Throws<UserException>(() => ModelFolder.Open(folder.Path));
        Assert.StartsWith("XL310 " + folder["config.json"], error.Message);
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void NewerFiles_KeepTheirRotarySettings()
    {
        var json = JsonNode.Parse(Small)!.AsObject();
        var rope = json["rope_scaling"]!.DeepClone();
        rope["rope_theta"] = 500000;
        json.Remove("rope_theta");
        json.Remove("rope_scaling");
        json["rope_parameters"] = rope;
        json["dtype"] = "float16";
        json.Remove("torch_dtype");
        var config = Parse(json.ToJsonString());
        Assert.Equal((500000, Parse(Small).RopeScaling, "float16"), (config.RopeTheta, config.RopeScaling, config.StoredType));
        var written = JsonNode.Parse((config with { StoredType = "float32" }).ToJson())!.AsObject();
        Assert.Equal("float32", written["dtype"]!.GetValue<string>());
        Assert.False(written.ContainsKey("torch_dtype") || written.ContainsKey("rope_scaling"));
    }

    [Fact]
    public void ConfigMadeInCode_IsWrittenWhole()
    {
        var config = TinyModel.Config with
        {
            RopeScaling = new RopeScaling(8, 1, 4, 8192),
            AttentionBias = true,
            OutputBias = true,
            FeedForwardBias = true,
            HeadSize = 16,
            NormEpsilon = 1e-6,
        };
        var read = Parse(config.ToJson());
        Assert.Equal([2], read.EosIds);
        Assert.Equal(config, read with { EosIds = config.EosIds, Source = config.Source });   // records compare lists by reference
        Assert.Equal(config.TensorShapes().Select(t => (t.Key, string.Join(',', t.Value))), read.TensorShapes().Select(t => (t.Key, string.Join(',', t.Value))));
    }

    [Fact]
    public void Llama3Scaling_EqualsTheWorkedExample()
    {
        // Head of 8, theta 500000, so frequencies 500000^(-i/4); factor 8, low 1, high 4, original context 8192.
        //   i  frequency         wavelength 2 pi / f   below 8192/4 = 2048: as it is; above 8192/1: divided by 8; between: mixed
        //   0  1                      6.2832           1
        //   1  0.0376060309         167.0792           0.0376060309
        //   2  0.0014142136        4442.8829           s = (8192/4442.8829 - 1) / (4 - 1) = 0.2812826; (1 - s) f / 8 + s f = 0.0005248462
        //   3  0.0000531830      118142.8305           0.0000066479
        var config = Parse(Small) with { HeadSize = 8 };
        double[] expected = [1, 0.03760603093086393, 0.0005248461609929547, 6.647869871181235e-06];
        Assert.All(Rope.Frequencies(config).Zip(expected), p => Assert.Equal(1, p.First / p.Second, 1e-12));
        double[] unscaled = [1, 0.03760603093086393, 0.001414213562373095, 5.318295896944988e-05];
        Assert.All(Rope.Frequencies(config with { RopeScaling = null }).Zip(unscaled), p => Assert.Equal(1, p.First / p.Second, 1e-12));
    }

    [Fact]
    public void UntiedHead_IsItsOwnTensor()
    {
        using var folder = new TemporaryFolder();
        using var model = Llama.Fresh(TinyModel.Config with { TiedEmbeddings = false }, Seed.For("untied"), Compute.Exact);
        ModelFolder.New(model.Config, TinyModel.Tokenizer).Save(model, folder["a"]);
        using var loaded = ModelFolder.Open(folder["a"]).Load(Compute.Exact);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var hidden = randn(3, 32);
        var expected = hidden.matmul(model.Weights["lm_head.weight"].t());
        Assert.True((loaded.Logits(hidden) - expected).abs().max().item<float>() < 1e-6);
        Assert.False(loaded.Weights["lm_head.weight"].equal(loaded.Weights["model.embed_tokens.weight"]).all().item<bool>());
    }

    [Fact]
    public void Qwen2Biases_AreAppliedAndKept()
    {
        // Attention weights sum to 1, so a bias b on v adds W_o b to the attention's output: the same as that bias on o.
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var qwen = Llama.Fresh(TinyModel.Config with { ModelType = "qwen2", AttentionBias = true }, Seed.For("bias"), Compute.Exact);
        using var llama = Llama.Fresh(TinyModel.Config with { AttentionBias = true, OutputBias = true }, Seed.For("bias"), Compute.Exact);
        for (var i = 0; i < 2; i++)
        {
            var attention = $"model.layers.{i}.self_attn.";
            var bias = randn(16);   // two value heads of 8, each for two query heads
            qwen.Weights[attention + "v_proj.bias"].copy_(bias);
            var spread = bias.view(2, 1, 8).expand(2, 2, 8).reshape(32);
            llama.Weights[attention + "o_proj.bias"].copy_(llama.Weights[attention + "o_proj.weight"].matmul(spread));
        }

        ModelFolder.New(qwen.Config, TinyModel.Tokenizer).Save(qwen, folder["a"]);
        var opened = ModelFolder.Open(folder["a"]);
        Assert.Equal("Qwen2ForCausalLM", JsonNode.Parse(File.ReadAllText(folder["a/config.json"]))!["architectures"]![0]!.GetValue<string>());
        Assert.True(opened.Config.AttentionBias && !opened.Config.OutputBias);
        using var loaded = opened.Load(Compute.Exact);
        var expected = Hidden(llama);
        Assert.True((Hidden(loaded) - expected).abs().max().item<float>() < 1e-5);
        using var plain = Llama.Fresh(TinyModel.Config, Seed.For("bias"), Compute.Exact);
        Assert.True((Hidden(plain) - expected).abs().max().item<float>() > 1e-3, "the bias must matter");
    }

    private static Tensor Hidden(Llama model)
    {
        var ids = tensor(new long[] { 1, 7, 30, 200, 5, 90 }).unsqueeze(0);
        return model.Hidden(ids, arange(6).unsqueeze(0), AttentionMask.LeftPadded(zeros(1, ScalarType.Int64), 0, 6, ScalarType.Float32));
    }

    private static LlamaConfig Parse(string json) => LlamaConfig.Parse(JsonNode.Parse(json)!.AsObject(), "the/config.json");
}
