using CrossLingual.Merging;
using CrossLingual.Models;
using CsCheck;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Merging;

public class StoredNumbersTests
{
    public static TheoryData<ScalarType> Types => [ScalarType.BFloat16, ScalarType.Float16, ScalarType.Float32];

    [Theory]
    [MemberData(nameof(Types))]
    public void Numbers_AreRoundedAsTheTensorLibraryRounds(ScalarType type) => Gen.Float.Array[1, 80].Sample(numbers =>
    {
        numbers = [.. numbers.Where(n => !float.IsNaN(n))];
        using var scope = NewDisposeScope();
        var expected = tensor(numbers).to(type);
        var stored = new byte[numbers.Length * Safetensors.ElementSize(TensorTypes.NameOf(type))];
        StoredNumbers.Narrow(numbers, TensorTypes.NameOf(type), stored);
        var back = new float[numbers.Length];
        StoredNumbers.Widen(stored, TensorTypes.NameOf(type), back);
        return stored.AsSpan().SequenceEqual(expected.bytes) && back.AsSpan().SequenceEqual(expected.to(ScalarType.Float32).data<float>().ToArray());
    }, iter: 300);

    [Fact]
    public void NaN_StaysNaN()
    {
        // One in the lanes and one in the rest; a payload whose upper half is zero would round to infinity.
        var numbers = Enumerable.Repeat(BitConverter.UInt32BitsToSingle(0x7F80_0001), 33).ToArray();
        foreach (var type in new[] { "BF16", "F16", "F32", "F64" })
        {
            var stored = new byte[33 * Safetensors.ElementSize(type)];
            StoredNumbers.Narrow(numbers, type, stored);
            var back = new float[33];
            StoredNumbers.Widen(stored, type, back);
            Assert.All(back, b => Assert.True(float.IsNaN(b), type));
        }
    }
}
