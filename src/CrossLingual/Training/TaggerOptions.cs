namespace CrossLingual.Training;

/// <summary>Settings of a tagger's training.</summary>
public sealed record TaggerOptions
{
    /// <summary>Updates of the weights, at least 1. Absar: 100.</summary>
    public int Steps { get; init; } = 300;

    /// <summary>Words of an update, at least; a sentence is never cut for it. Absar: 128 sentences.</summary>
    public int BatchWords { get; init; } = 512;

    /// <summary>Highest learning rate, above 0. Absar, for XLM-R base: 1e-4.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Share of the steps in which the rate rises from 0, 0 to 1; then it falls along half a cosine.</summary>
    public double WarmUp { get; init; } = 0.1;

    /// <summary>Decoupled weight decay of matrices, at least 0.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Updates between looks at the development sentences, at least 1; the best state of all looks is kept.</summary>
    public int DevEvery { get; init; } = 50;

    internal TrainingOptions Optimizer => new() { Steps = Steps, LearningRate = LearningRate, WarmUp = WarmUp, WeightDecay = WeightDecay };
}
