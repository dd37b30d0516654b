using BenchmarkDotNet.Attributes;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Models;
using CrossLingual.Text;

namespace CrossLingual.Benchmarks;

/// <summary>What the lab's main job does beside training: making examples, cutting them into tokens, asking the model.</summary>
public class LabBenchmarks
{
    private const int Count = 600;
    private Lab _lab = null!;
    private ModelFolder _folder = null!;
    private Llama _model = null!;
    private List<Conversation> _questions = null!;

    /// <summary>Loads the lab.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _lab = Lab.Load();
        _folder = ModelFolder.Open(ModelFolder.PathOf("lab"));
        _model = _folder.Load(Compute.Default);
        _questions = [.. _lab.Examples("en", LabSplit.Dev, Count).Select(Conversation.Of)];
    }

    /// <summary>Frees the model.</summary>
    [GlobalCleanup]
    public void Cleanup() => _model.Dispose();

    /// <summary>600 examples in Hindi.</summary>
    [Benchmark]
    public int Generate() => _lab.Examples("hi", LabSplit.Train, Count).Sum(e => e.Output.Length);

    /// <summary>600 conversations as tokens.</summary>
    [Benchmark]
    public int Encode() => _questions.Sum(q => TokenizedExample.Encode(q, ChatTemplate.AlpacaShort, _folder.Tokenizer, 512).Ids.Length);

    /// <summary>600 questions answered greedily, 64 at a time.</summary>
    [Benchmark]
    public int Ask() => Evaluator.Run(_model, _folder, _questions, ChatTemplate.AlpacaShort, new GenerationOptions { MaxNewTokens = 48 }).Samples.Count;
}
