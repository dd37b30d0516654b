using System.Buffers.Binary;
using System.Text;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using CsCheck;

namespace CrossLingual.Tests.Models;

/// <summary>Files that are not what they say: each is refused by name before anything is allocated for its tensors.</summary>
public class BadSafetensorsTests
{
    private const string Good = """{"__metadata__":{"format":"pt"},"first":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"second":{"dtype":"BF16","shape":[4],"data_offsets":[16,24]}}""";
    private const int LeastAllocation = 1 << 20;

    public static TheoryData<string, string, string> BadHeaders => new()
    {
        { "XL304", "this is not JSON", "not valid JSON" },
        { "XL304", "[1, 2]", "not valid JSON" },
        { "XL304", """{"__metadata__":3}""", "__metadata__" },
        { "XL304", """{"t":5}""", "'t'" },
        { "XL304", """{"t":{"shape":[4],"data_offsets":[0,24]}}""", "'t'" },
        { "XL304", """{"t":{"dtype":null,"shape":[6],"data_offsets":[0,24]}}""", "'t'" },
        { "XL304", """{"t":{"dtype":"F32","shape":6,"data_offsets":[0,24]}}""", "'t'" },
        { "XL304", """{"t":{"dtype":"F32","shape":[6.5],"data_offsets":[0,24]}}""", "'t'" },
        { "XL304", """{"t":{"dtype":"F32","shape":[6],"data_offsets":[0]}}""", "'t'" },
        { "XL304", """{"t":{"dtype":"F32","shape":[6],"data_offsets":[0,24,48]}}""", "'t'" },
        { "XL304", """{"t":{"dtype":"F32","shape":[6],"data_offsets":[0,99999999999999999999]}}""", "'t'" },
        { "XL304", """{"\ud800":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}}""", "not valid JSON" },
        { "XL305", """{"t":{"dtype":"F8_E4M3","shape":[24],"data_offsets":[0,24]}}""", "F8_E4M3" },
        { "XL305", """{"t":{"dtype":"f32","shape":[6],"data_offsets":[0,24]}}""", "F32" },
        { "XL306", """{"t":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"t":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}}""", "twice" },
        { "XL306", """{"t":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"u":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}}""", "'u' overlaps 't'" },
        { "XL306", """{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"u":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}}""", "4 bytes before tensor 'u'" },
        { "XL306", """{"t":{"dtype":"F32","shape":[5],"data_offsets":[4,24]}}""", "4 bytes before tensor 't'" },
        { "XL306", """{"t":{"dtype":"F32","shape":[5],"data_offsets":[0,20]}}""", "4 bytes at the end" },
        { "XL306", "{}", "24 bytes at the end" },
        { "XL307", """{"t":{"dtype":"F32","shape":[7],"data_offsets":[0,28]}}""", "bytes 0 to 28" },
        { "XL307", """{"t":{"dtype":"F32","shape":[6],"data_offsets":[24,0]}}""", "bytes 24 to 0" },
        { "XL307", """{"t":{"dtype":"F32","shape":[6],"data_offsets":[-24,0]}}""", "bytes -24 to 0" },
        { "XL307", """{"t":{"dtype":"F32","shape":[2305843009213693952],"data_offsets":[0,9223372036854775807]}}""", "9223372036854775807" },
        { "XL308", """{"t":{"dtype":"F32","shape":[5],"data_offsets":[0,24]}}""", "takes 20 bytes" },
        { "XL308", """{"t":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,24]}}""", "takes 12 bytes" },
        { "XL308", """{"t":{"dtype":"F32","shape":[-6],"data_offsets":[0,24]}}""", "[-6]" },
        { "XL308", """{"t":{"dtype":"F32","shape":[-2,-3],"data_offsets":[0,24]}}""", "[-2, -3]" },
        { "XL308", """{"t":{"dtype":"F32","shape":[0,-1],"data_offsets":[0,0]}}""", "[0, -1]" },
        { "XL308", """{"t":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,24]}}""", "[4611686018427387904, 8]" },
        { "XL308", """{"t":{"dtype":"F32","shape":[4294967296,4294967296,4294967296,4294967296],"data_offsets":[0,0]}}""", "impossible shape" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void BadHeader_IsNamed(string id, string header, string says)
    {
        using var folder = new TemporaryFolder();
        Write(folder["bad.safetensors"], header, 24);
        Refused(folder["bad.safetensors"], id, says);
    }

    [Fact]
    public void GoodHeader_IsRead()
    {
        using var folder = new TemporaryFolder();
        Write(folder["good.safetensors"], Good, 24);
        using var file = Safetensors.Open(folder["good.safetensors"]);
        Assert.Equal(["first", "second"], file.Entries.Keys);
        Assert.True(IsOpen(folder["good.safetensors"]), "a file in use must be seen as such, or no test here can fail");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void FileShorterThanItsLengthField_IsNamed(int length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["bad.safetensors"], new byte[length]);
        Refused(folder["bad.safetensors"], "XL302", $"{length} bytes");
    }

    [Theory]
    [InlineData(0UL, "XL304")]
    [InlineData(1000UL, "XL302")]
    [InlineData(2_000_000_000UL, "XL302")]
    [InlineData(1UL << 63, "XL302")]
    [InlineData(ulong.MaxValue, "XL302")]
    public void WrongHeaderLength_IsNamed(ulong length, string id)
    {
        using var folder = new TemporaryFolder();
        Write(folder["bad.safetensors"], Good, 24, length);
        Refused(folder["bad.safetensors"], id, id == "XL302" ? $"claims {length} bytes" : "not valid JSON");
    }

    [Fact]
    public void FileCutOffAnywhere_IsNamed()
    {
        using var folder = new TemporaryFolder();
        Write(folder["good"], Good, 24);
        var bytes = File.ReadAllBytes(folder["good"]);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(folder["cut"], bytes[..length]);
            var error = Assert.Throws<UserException>(() => Safetensors.Open(folder["cut"]));
            Assert.Equal(length < 8 + Good.Length ? "XL302" : "XL307", error.Id);
        }
    }

    [Fact]
    public void PickleUnderAnotherName_IsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["model.safetensors"], [.. "PK\u0003\u0004"u8, .. new byte[100]]);
        Refused(folder["model.safetensors"], "XL303", "pickle");
    }

    [Fact]
    public void AbsentFileOrFolder_IsNamed()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("XL301", Assert.Throws<UserException>(() => Safetensors.Open(folder["absent"])).Id);
        Assert.Equal("XL301", Assert.Throws<UserException>(() => Safetensors.Open(folder.Path)).Id);
    }

    [Fact]
    public void AnyByteOfTheHeader_MayBeDamaged()
    {
        using var folder = new TemporaryFolder();
        var good = Bytes(Good, 24);
        Gen.Select(Gen.Int[0, 7 + Good.Length], Gen.Byte).Sample(
            (place, value) =>
            {
                var bytes = good.ToArray();
                bytes[place] = value;
                var path = folder[$"{Environment.CurrentManagedThreadId}"];
                File.WriteAllBytes(path, bytes);
                try
                {
                    using var file = Safetensors.Open(path);
                    Assert.All(file.Entries.Keys, name => file.Read(name, (_, _) => { }));
                }
                catch (UserException e)
                {
                    Assert.StartsWith("XL30", e.Id);
                    Assert.Contains(path, e.Message);
                }
            },
            iter: 500,
            threads: 1);
    }

    private static void Refused(string path, string id, string says)
    {
        _ = Assert.Throws<UserException>(() => Safetensors.Open(path));   // once unmeasured, so that nothing is compiled below
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UserException>(() => Safetensors.Open(path));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < LeastAllocation, "nothing may be allocated for a bad file");
        Assert.Equal(id, error.Id);
        Assert.StartsWith(id + " " + path, error.Message);
        Assert.Contains(says, error.Message);
        Assert.Matches(@"download|again|anew|[Cc]onvert", error.Message);
        Assert.False(IsOpen(path), "the file must be let go");
    }

    private static bool IsOpen(string path)
    {
        try
        {
            using var alone = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static byte[] Bytes(string header, int data, ulong? length = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length ?? (ulong)json.Length);
        json.CopyTo(bytes, 8);
        return bytes;
    }

    private static void Write(string path, string header, int data, ulong? length = null) => File.WriteAllBytes(path, Bytes(header, data, length));
}
