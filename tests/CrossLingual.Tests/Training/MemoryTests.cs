using System.Diagnostics;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;
using CrossLingual.Training;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Training;

/// <summary>Counts tensors of the whole process, so nothing may run beside it.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    private const long Allowed = 64 << 20;

    [Fact]
    public void Training_IsFlatOver200Steps()
    {
        using var model = TinyModel.Fresh();
        IsFlat(model, TinyModel.Examples(40), new TrainingOptions { Rows = 2, Length = 40, Steps = 240 });
    }

    [Fact]
    public void Training_OfTheLabsModelIsFlatThoughEveryBatchDiffers()
    {
        var folder = ModelFolder.Open(ModelFolder.PathOf("lab"));
        using var model = folder.Load(Compute.Default);
        var examples = Lab.Load().Examples("es", LabSplit.Train, 4000)
            .Select(e => TokenizedExample.Encode(Conversation.Of(e), ChatTemplate.AlpacaShort, folder.Tokenizer, 257)).ToList();
        IsFlat(model, examples, new TrainingOptions { Rows = 4, Length = 256, Steps = 240 });
    }

    [Fact]
    public void TaggersTraining_IsFlatOver200Steps()
    {
        using var tagger = TinyTagger.OnXlmRoberta();
        using var trainer = new TaggerTrainer(tagger, new TaggerOptions { Steps = 240, BatchWords = 60, DevEvery = 20 }, Seed.For("memory"));
        var tensors = new List<long>();
        trainer.Run(TaggerTrainerTests.Sentences(300, 1), TaggerTrainerTests.Sentences(20, 2), new Told<TaggerProgress>(p =>
        {
            if (p.Step is 45 or 239)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                tensors.Add(Tensor.TotalCount);
            }
        }));
        Assert.Equal(tensors[0], tensors[1]);
    }

    private static void IsFlat(Llama model, List<TokenizedExample> examples, TrainingOptions options)
    {
        using var trainer = new Trainer(model, [.. model.Weights.Keys], options, Seed.For("memory"));
        var tensors = new List<long>();
        var resident = new List<long>();
        trainer.Run(examples, progress: new Each(p =>
        {
            if (p.Step is 40 or 240)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                tensors.Add(Tensor.TotalCount);
                using var process = Process.GetCurrentProcess();
                resident.Add(process.WorkingSet64);
            }
        }));
        Assert.Equal(tensors[0], tensors[1]);
        Assert.True(resident[1] - resident[0] < Allowed, $"resident memory grew by {(resident[1] - resident[0]) >> 20} MiB");
    }

    private sealed class Each(Action<TrainingProgress> act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => act(value);
    }
}
