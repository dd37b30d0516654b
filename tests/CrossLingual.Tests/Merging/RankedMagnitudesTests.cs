using CrossLingual.Merging;
using CsCheck;

namespace CrossLingual.Tests.Merging;

public class RankedMagnitudesTests
{
    // Few different values, zeros among them, so that ranks fall on ties.
    private static readonly Gen<float> Value = Gen.OneOf(Gen.Float[-1, 1], Gen.Const(0f), Gen.Const(0.25f), Gen.Const(-0.25f), Gen.Float.Special);

    [Fact]
    public void Rank_IsThatOfSorting() => Gen.Select(Value.Array[1, 60], Gen.Int[1, 60]).Sample((values, wanted) =>
    {
        values = [.. values.Where(v => !float.IsNaN(v))];
        var rank = Math.Min(wanted, values.Length);
        return values.Length == 0 || Find(values, rank, (0, RankedMagnitudes.Top)) == values.Select(MathF.Abs).OrderDescending().ElementAt(rank - 1);
    }, iter: 500);

    [Fact]
    public void BadGuess_CostsPassesAndNeverExactness() => Gen.Select(Value.Array[1, 60], Gen.UInt[0, 0x7FFF_FFFE], Gen.UInt[0, 0x7FFF_FFFE]).Sample((values, a, b) =>
    {
        values = [.. values.Where(v => !float.IsNaN(v))];
        var guess = (Math.Min(a, b), Math.Max(a, b) + 1);
        return values.Length == 0 || Find(values, values.Length, guess) == values.Min(MathF.Abs);
    }, iter: 500);

    [Fact]
    public void NumbersOfFewDigits_AreFoundInOnePass()
    {
        // Whole multiples of 2^-8: their last bits are empty, so that a bin of many patterns holds one of them.
        var values = Enumerable.Range(1, 255).Select(i => i / 256f).ToArray();
        var ranks = new RankedMagnitudes(0, RankedMagnitudes.Top);
        ranks.Add(values);
        var (low, high) = ranks.Find(100);
        Assert.Equal(low + 1, high);
        Assert.Equal(156 / 256f, RankedMagnitudes.Value(low));
    }

    [Fact]
    public void Guess_HoldsTheSharesOfTheSample() => Gen.Select(Value.Array[1, 60], Gen.Double[0, 1]).Sample((values, share) =>
    {
        var sorted = values.Select(v => BitConverter.SingleToUInt32Bits(v) & 0x7FFF_FFFF).Order().ToArray();
        var (low, high, likely) = RankedMagnitudes.Guess([.. values], share, 0.1);
        return low == At(1 - share - 0.1) && high == Math.Min(RankedMagnitudes.Top, At(1 - share + 0.1) + 1) && likely == At(1 - share);

        uint At(double part) => sorted[(int)Math.Clamp(part * sorted.Length, 0, sorted.Length - 1)];
    }, iter: 500);

    [Fact]
    public void CountsAddUp()
    {
        float[] values = [0.1f, 0.4f, -0.4f, 0.7f, 0.9f];
        var (low, high) = (BitConverter.SingleToUInt32Bits(0.35f), BitConverter.SingleToUInt32Bits(0.65f));
        var (one, other) = (new RankedMagnitudes(low, high), new RankedMagnitudes(low, high));
        one.Add(values.AsSpan(0, 2));
        other.Add(values.AsSpan(2));
        one.Add(other);
        Assert.True(one.Find(2).Low >= high);                                     // above
        Assert.InRange(BitConverter.SingleToUInt32Bits(0.4f), one.Find(3).Low, one.Find(3).High - 1);
        Assert.Equal(one.Find(3), one.Find(4));
        Assert.Equal((0u, low), one.Find(5));                                     // below
    }

    [Fact]
    public void Guess_HoldsTheShareOfItsSample()
    {
        var sample = Enumerable.Range(1, 1000).Select(i => i / 1000f).ToArray();
        var (low, high, _) = RankedMagnitudes.Guess(sample, 0.2, 0.01);
        Assert.InRange(0.8f, RankedMagnitudes.Value(low), RankedMagnitudes.Value(high));
        Assert.InRange(RankedMagnitudes.Value(high) - RankedMagnitudes.Value(low), 0, 0.03f);
    }

    private static float Find(float[] values, long rank, (uint Low, uint High) range)
    {
        for (var passes = 0; range.High - range.Low > 1 || passes == 0; passes++)
        {
            Assert.True(passes < 12, "the range must close");
            var counts = new RankedMagnitudes(range.Low, range.High, values.Length, BitConverter.SingleToUInt32Bits(MathF.Abs(values[0])));
            counts.Add(values);
            var next = counts.Find(rank);
            if (next == range)
            {
                break;
            }

            range = next;
        }

        return RankedMagnitudes.Value(range.Low);
    }
}
