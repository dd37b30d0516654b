using BenchmarkDotNet.Attributes;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using CrossLingual.Training;
using static TorchSharp.torch;

namespace CrossLingual.Benchmarks;

/// <summary>
/// A training step of the lab's model on the lab's data, beside the matrix product that bounds it: 2,048 tokens a step,
/// 6 floating-point operations a weight and token.
/// </summary>
public class TrainingBenchmarks
{
    private Llama _model = null!;
    private Trainer _trainer = null!;
    private List<TokenizedExample> _examples = null!;
    private Tensor _a = null!;
    private Tensor _b = null!;

    /// <summary>Type of the products.</summary>
    [Params(ScalarType.BFloat16, ScalarType.Float32)]
    public ScalarType Type { get; set; }

    /// <summary>Loads the lab.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var folder = ModelFolder.Open(ModelFolder.PathOf("lab"));
        _model = folder.Load(Compute.Choose(null, Type));
        _trainer = new Trainer(_model, [.. _model.Weights.Keys], new TrainingOptions { Rows = 8, Length = 256, Steps = 1 }, Seed.For("benchmark"));
        _examples = [.. Lab.Load().Examples("es", LabSplit.Train, 60).Select(e => TokenizedExample.Encode(Conversation.Of(e), ChatTemplate.AlpacaShort, folder.Tokenizer, 257))];
        _a = randn([2048, 2048], Type);
        _b = randn([2048, 2048], Type);
    }

    /// <summary>Frees the model.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _trainer.Dispose();
        _model.Dispose();
        _a.Dispose();
        _b.Dispose();
    }

    /// <summary>17.2 billion operations at the speed of the machine.</summary>
    [Benchmark(Baseline = true)]
    public void MatrixProduct2048()
    {
        using var product = _a.matmul(_b);
    }

    /// <summary>Forward, backward, clipping, AdamW.</summary>
    [Benchmark]
    public TrainingResult Step() => _trainer.Run(_examples);
}
