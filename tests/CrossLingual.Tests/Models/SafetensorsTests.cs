using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Models;

public class SafetensorsTests
{
    [Fact]
    public void EveryTypeAndShape_RoundTrips()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensors = Samples();
        SafetensorsWriter.Write(folder["a"], tensors, new Dictionary<string, string> { ["format"] = "pt", ["ключ"] = "värde \"q\"" });
        using var file = Safetensors.Open(folder["a"]);
        Assert.Equal(tensors.Keys.Order(), file.Entries.Keys.Order());
        Assert.Equal("värde \"q\"", file.Metadata["ключ"]);
        Assert.All(tensors, t =>
        {
            var entry = file.Entries[t.Key];
            Assert.Equal(TensorTypes.NameOf(t.Value.dtype), entry.Type);
            Assert.Equal(t.Value.shape, entry.Shape);
            Assert.Equal(t.Value.contiguous().bytes.ToArray(), BytesOf(file, t.Key));
            Assert.True(TensorBytes.Read(file, t.Key).view(t.Value.shape).equal(t.Value).all().item<bool>(), t.Key);
        });
    }

    [Fact]
    public void WrittenAgain_HasTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensors = Samples();
        SafetensorsWriter.Write(folder["a"], tensors);
        SafetensorsWriter.Write(folder["b"], tensors.Reverse().ToDictionary());
        using (var file = Safetensors.Open(folder["a"]))
        {
            SafetensorsWriter.Write(folder["c"], file.Entries.ToDictionary(e => e.Key, e => TensorBytes.Read(file, e.Key).view([.. e.Value.Shape])));
        }

        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["c"]));
    }

    [Fact]
    public void Bytes_AreTheFormats()
    {
        // Written by hand from the format's description: 8-byte length, JSON padded with spaces to 8, data.
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder["a"], new Dictionary<string, Tensor> { ["t"] = tensor(new[] { 1f, -2f }) });
        const string Header = """{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  """;
        Assert.Equal(0, Header.Length % 8);
        byte[] expected = [(byte)Header.Length, 0, 0, 0, 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(Header), 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0];
        Assert.Equal(expected, File.ReadAllBytes(folder["a"]));
    }

    [Fact]
    public void Order_IsTheReferences()
    {
        // The reference sorts by its list of types, downwards, then by name: I64 F64 F32 I32 BF16 F16 I16 I8 U8 BOOL.
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        ScalarType[] types =
        [
            ScalarType.Int64, ScalarType.Float64, ScalarType.Float32, ScalarType.Int32, ScalarType.BFloat16,
            ScalarType.Float16, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        ];
        var tensors = types.SelectMany((type, i) => new[] { "a", "b" }.Select(n => ($"{n}{types.Length - i}", zeros(3, type)))).ToDictionary();
        SafetensorsWriter.Write(folder["a"], tensors);
        using var file = Safetensors.Open(folder["a"]);
        Assert.Equal(tensors.Keys, file.Entries.Values.OrderBy(e => e.Start).Select(e => e.Name));
    }

    [Fact]
    public void ViewsAndTransposes_AreWrittenInTheirOwnOrder()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var whole = arange(12, ScalarType.Float32).view(3, 4);
        SafetensorsWriter.Write(folder["a"], new Dictionary<string, Tensor> { ["part"] = whole.narrow(0, 1, 2), ["turned"] = whole.t() });
        using var file = Safetensors.Open(folder["a"]);
        Assert.Equal([4f, 5, 6, 7, 8, 9, 10, 11], TensorBytes.Read(file, "part").data<float>().ToArray());
        Assert.Equal([0f, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], TensorBytes.Read(file, "turned").data<float>().ToArray());
    }

    private static Dictionary<string, Tensor> Samples() => new()
    {
        ["f32"] = tensor(new[] { 1f, float.NegativeInfinity, -0f, float.Epsilon, 5, 6 }).view(2, 3),
        ["f16"] = tensor(new[] { 0.1f, 65504, -1 }).to(ScalarType.Float16),
        ["bf16"] = tensor(new[] { 0.1f, 3e38f, -1 }).to(ScalarType.BFloat16),
        ["i64"] = tensor(new[] { long.MinValue, 0, long.MaxValue }),
        ["bool"] = tensor(new[] { true, false, true }),
        ["scalar"] = tensor(7f),
        ["empty"] = zeros([0, 4]),
        ["名 \"quoted\""] = ones(1, 1, 1),
    };

    private static byte[] BytesOf(Safetensors file, string name)
    {
        byte[] all = [];
        file.Read(name, (bytes, _) => all = [.. all, .. bytes]);
        return all;
    }
}
