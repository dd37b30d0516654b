using TorchSharp;
using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>
/// Arithmetic with numbers that outlive the native call. TorchSharp 0.107 turns a number into an object with a finalizer
/// and passes its handle on; a collection at that moment frees it under the call ("Expected false to be true", or a wrong
/// factor). Also <c>a + b</c> makes such an object, for its factor of 1. What runs in loops goes through here.
/// </summary>
internal static class KeptScalars
{
    private static readonly Scalar One = 1;
    private static readonly Scalar MinusOne = -1;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a - b.</summary>
    public static Tensor Minus(this Tensor a, Tensor b) => a.add(b, MinusOne);

    /// <summary>a · number.</summary>
    public static Tensor Times(this Tensor a, double number) => With(number, s => a.mul(s));

    /// <summary>a ← a · number.</summary>
    public static Tensor TimesInPlace(this Tensor a, double number) => With(number, s => a.mul_(s));

    /// <summary>a ← a + number.</summary>
    public static Tensor PlusInPlace(this Tensor a, double number) => With(number, s => a.add_(s));

    /// <summary>a ← a + factor · b.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b, double factor) => With(factor, s => a.add_(b, s));

    /// <summary>a ← a + factor · b · c.</summary>
    public static Tensor PlusProductInPlace(this Tensor a, Tensor b, Tensor c, double factor) => With(factor, s => a.addcmul_(b, c, s));

    /// <summary>a ← a + factor · b / c.</summary>
    public static Tensor PlusQuotientInPlace(this Tensor a, Tensor b, Tensor c, double factor) => With(factor, s => a.addcdiv_(b, c, s));

    /// <summary>a with the rows of b added to the rows that the index names.</summary>
    public static Tensor PlusRows(this Tensor a, Tensor index, Tensor b) => a.index_add(0, index, b, One);

    /// <summary>a ← number where the mask is true.</summary>
    public static Tensor FillInPlace(this Tensor a, Tensor mask, double number) => With(number, s => a.masked_fill_(mask, s));

    private static Tensor With(double number, Func<Scalar, Tensor> call)
    {
        Scalar scalar = number;
        var result = call(scalar);
        GC.KeepAlive(scalar);
        return result;
    }
}
