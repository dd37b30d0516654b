using System.Diagnostics;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Training;

/// <summary>Counts tensors of the whole process, so nothing may run beside it.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    [Fact]
    public void Training_IsFlatOver200Steps()
    {
        using var model = TinyModel.Fresh();
        using var trainer = new Trainer(model, [.. model.Weights.Keys], new TrainingOptions { Rows = 2, Length = 40, LearningRate = 1e-2, Steps = 220 }, Seed.For("memory"));
        var tensors = new List<long>();
        var resident = new List<long>();
        trainer.Run(TinyModel.Examples(40), progress: new Each(p =>
        {
            if (p.Step is 20 or 220)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                tensors.Add(Tensor.TotalCount);
                using var process = Process.GetCurrentProcess();
                resident.Add(process.WorkingSet64);
            }
        }));
        Assert.Equal(tensors[0], tensors[1]);
        Assert.True(resident[1] - resident[0] < 64 << 20, $"resident memory grew by {(resident[1] - resident[0]) >> 20} MiB");
    }

    private sealed class Each(Action<TrainingProgress> act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => act(value);
    }
}
