using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using CrossLingual.Evaluation;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;
using Generator = CrossLingual.Evaluation.Generator;

namespace CrossLingual.Tests.Models;

/// <summary>A real pretrained Llama against logits and text that another implementation computed.</summary>
public class Stories260KTests
{
    private static ModelFolder Folder() =>
        ModelFolder.Open(RealData.Path("stories260K", "hf"), RealData.Path("stories260K", "tok512.model"));

    private static string Reference(string name) => RealData.Path("stories260K", "reference", name);

    private static int[] Ids(string prompt, string list)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Reference(prompt + ".json")));
        return [.. json.RootElement.GetProperty(list).EnumerateArray().Select(e => e.GetInt32())];
    }

    [Theory]
    [InlineData("p1")]
    [InlineData("p2")]
    public void Logits_AreWithin1e4OfTheReference(string prompt)
    {
        using var model = Folder().Load(Compute.Exact);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var sequence = Ids(prompt, "sequence")[..40];
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Reference(prompt + ".logits.f32"))).ToArray();

        var ids = tensor(sequence.Select(i => (long)i).ToArray()).unsqueeze(0);
        var positions = arange(sequence.Length).unsqueeze(0);
        var mask = AttentionMask.LeftPadded(zeros(1, ScalarType.Int64), 0, sequence.Length, ScalarType.Float32);
        var logits = model.Logits(model.Hidden(ids, positions, mask)).data<float>().ToArray();

        Assert.Equal(expected.Length, logits.Length);
        var worst = logits.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst < 1e-4, $"largest difference {worst}");
    }

    [Theory]
    [InlineData("p1", true)]
    [InlineData("p1", false)]
    [InlineData("p2", true)]
    [InlineData("p2", false)]
    public void GreedyText_EqualsTheReference(string prompt, bool cache)
    {
        var folder = Folder();
        using var model = folder.Load(Compute.Exact);
        var text = File.ReadAllText(Reference(prompt + ".prompt.txt"));
        var ids = folder.Tokenizer.Encode(text, addBos: true);
        Assert.Equal(Ids(prompt, "prompt_tokens"), ids);

        // The reference ran 128 positions: the begin token and 128 more.
        var options = new GenerationOptions { MaxNewTokens = 129 - ids.Length, UseCache = cache };
        var sample = new Generator(model, folder.Tokenizer, [1, 2]).Complete([ids], options).Single();
        Assert.Equal(File.ReadAllText(Reference(prompt + ".greedy128.txt")).TrimEnd('\n'), text + sample.Text);
    }

    [Fact]
    public void LeftPaddedBatch_EqualsOneByOne()
    {
        var folder = Folder();
        using var model = folder.Load(Compute.Exact);
        int[][] prompts = [.. new[] { "Once upon a time", "Lily and Tom went to the park. They saw a", "The", "One day, a big dog" }
            .Select(p => folder.Tokenizer.Encode(p, addBos: true))];
        var generator = new Generator(model, folder.Tokenizer, [1, 2]);
        var options = new GenerationOptions { MaxNewTokens = 60 };
        var together = generator.Complete(prompts, options).Select(s => s.Text);
        Assert.Equal(prompts.Select(p => generator.Complete([p], options).Single().Text), together);

        var sampling = options with { Temperature = 0.9, TopP = 0.9, TopK = 50 };
        Assert.Equal(generator.Complete(prompts, sampling).Select(s => s.Text), generator.Complete(prompts, sampling with { BatchSize = 2 }).Select(s => s.Text));
    }

    [Fact]
    public void WriteThenRead_KeepsEveryByte()
    {
        var folder = Folder();
        using var temporary = new TemporaryFolder();
        using var model = folder.Load(Compute.Exact);
        folder.Save(model, temporary["copy"]);
        var copy = Path.Combine(temporary["copy"], "model.safetensors");
        Assert.Equal(BytesByName(RealData.Path("stories260K", "hf", "model.safetensors")), BytesByName(copy));

        var again = ModelFolder.Open(temporary["copy"]);
        using var reread = again.Load(Compute.Exact);
        again.Save(reread, temporary["sharded"], largestShard: 200_000);
        Assert.True(Directory.GetFiles(temporary["sharded"], "model-*.safetensors").Length > 3);
        using var sharded = ModelFolder.Open(temporary["sharded"]).Load(Compute.Exact);
        Assert.All(model.Weights, w => Assert.True(w.Value.bytes.SequenceEqual(sharded.Weights[w.Key].bytes), w.Key));
        again.Save(sharded, temporary["again"]);
        Assert.Equal(File.ReadAllBytes(copy), File.ReadAllBytes(Path.Combine(temporary["again"], "model.safetensors")));
    }

    private static Dictionary<string, string> BytesByName(string path)
    {
        using var file = Safetensors.Open(path);
        var hashes = new Dictionary<string, string>();
        foreach (var name in file.Entries.Keys)
        {
            file.Read(name, (bytes, _) => hashes[name] = Convert.ToHexString(SHA256.HashData(bytes)));
        }

        return hashes;
    }
}
