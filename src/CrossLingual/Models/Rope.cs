using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>
/// Rotary positions (Su et al., arXiv 2104.09864) in Hugging Face's layout: the first half of a head pairs with the
/// second. Frequencies may be stretched as Llama 3.1 does.
/// </summary>
public static class Rope
{
    /// <summary>The angle that a pair turns per position: theta^(-2i/d), stretched if asked.</summary>
    /// <returns>headSize / 2 frequencies in radians per token.</returns>
    public static double[] Frequencies(LlamaConfig config)
    {
        var frequencies = new double[config.HeadSize / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var frequency = Math.Pow(config.RopeTheta, -2.0 * i / config.HeadSize);
            frequencies[i] = config.RopeScaling is { } scaling ? Stretch(frequency, scaling) : frequency;
        }

        return frequencies;
    }

    /// <summary>Cosines and sines for positions, to be used by every layer of one forward pass.</summary>
    /// <param name="positions">[batch, time], int64.</param>
    /// <param name="frequencies">[headSize / 2], float32.</param>
    /// <param name="type">Element type of the result.</param>
    /// <returns>Each [batch, time, 1, headSize / 2].</returns>
    public static (Tensor Cos, Tensor Sin) Angles(Tensor positions, Tensor frequencies, ScalarType type)
    {
        var angles = (positions.to(ScalarType.Float32).unsqueeze(-1) * frequencies).unsqueeze(2);   // [batch, time, 1, half]
        return (angles.cos().to(type), angles.sin().to(type));
    }

    /// <summary>Turns queries or keys by their positions.</summary>
    /// <param name="x">[batch, time, heads, headSize].</param>
    /// <param name="cos">[batch, time, 1, headSize / 2].</param>
    /// <param name="sin">[batch, time, 1, headSize / 2].</param>
    public static Tensor Turn(Tensor x, Tensor cos, Tensor sin)
    {
        var halves = x.chunk(2, -1);   // 2 x [batch, time, heads, half]
        return cat([(halves[0] * cos).Minus(halves[1] * sin), (halves[1] * cos).Plus(halves[0] * sin)], -1);
    }

    private static double Stretch(double frequency, RopeScaling scaling)
    {
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength > scaling.OriginalContext / scaling.LowFrequencyFactor)
        {
            return frequency / scaling.Factor;
        }

        if (wavelength < scaling.OriginalContext / scaling.HighFrequencyFactor)
        {
            return frequency;
        }

        var smooth = ((scaling.OriginalContext / wavelength) - scaling.LowFrequencyFactor)
            / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return ((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency);
    }
}
