namespace CrossLingual.Tests.Tiny;

/// <summary>Test classes that count live tensors; the count is the process's, so they run one after another and alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountsTensors
{
    public const string Name = "counts live tensors";

    /// <summary>Tensors alive once other tests' leavings are collected; what a test itself leaves is counted without.</summary>
    public static long Live()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return TorchSharp.torch.Tensor.TotalCount;
    }
}
