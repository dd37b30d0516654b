namespace CrossLingual.Training;

/// <summary>How the learning rate goes down after its warm-up.</summary>
public enum Decay
{
    /// <summary>Half a cosine (Loshchilov and Hutter, arXiv 1608.03983).</summary>
    Cosine,

    /// <summary>A straight line.</summary>
    Linear,

    /// <summary>Not at all.</summary>
    Constant,
}

/// <summary>Settings of supervised fine-tuning.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the data, above 0; counts when <see cref="Steps"/> is 0. Alpaca: 3.</summary>
    public double Epochs { get; init; } = 1;

    /// <summary>Updates of the weights; 0 follows <see cref="Tokens"/> or <see cref="Epochs"/>.</summary>
    public int Steps { get; init; }

    /// <summary>
    /// Budget of input tokens, met to within an update; 0 follows <see cref="Epochs"/>. Under one budget methods of different
    /// data can be compared.
    /// </summary>
    public long Tokens { get; init; }

    /// <summary>Rows of a forward pass, at least 1.</summary>
    public int Rows { get; init; } = 16;

    /// <summary>Tokens of a row, 2 to the model's context; longer examples lose their end. Alpaca: 512.</summary>
    public int Length { get; init; } = 256;

    /// <summary>Forward passes whose gradients make one update, at least 1.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Highest learning rate, above 0. Alpaca's full fine-tuning of LLaMA-7B: 2e-5.</summary>
    public double LearningRate { get; init; } = 2e-5;

    /// <summary>Share of the steps in which the rate rises from 0, 0 to 1. Alpaca: 0.03.</summary>
    public double WarmUp { get; init; } = 0.03;

    /// <summary>How the rate goes down.</summary>
    public Decay Decay { get; init; } = Decay.Cosine;

    /// <summary>Share of the highest rate at the end, 0 to 1.</summary>
    public double FinalRate { get; init; }

    /// <summary>Decoupled weight decay of matrices; norms and biases have none. Alpaca: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>AdamW's decay of the first moment, 0 up to but not 1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the second moment, 0 up to but not 1.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>AdamW's epsilon, above 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest norm of the gradient; 0 leaves it.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Steps between checkpoints; 0 for none.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Checkpoints kept, at least 1.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="steps">Steps in all.</param>
    public double RateAt(int step, int steps)
    {
        var warm = (int)Math.Ceiling(WarmUp * steps);
        if (step < warm)
        {
            return LearningRate * (step + 1) / warm;
        }

        var done = steps > warm ? (double)(step - warm) / (steps - warm) : 0;
        var share = Decay switch
        {
            Decay.Cosine => 0.5 * (1 + Math.Cos(Math.PI * done)),
            Decay.Linear => 1 - done,
            _ => 1,
        };
        return LearningRate * (FinalRate + ((1 - FinalRate) * share));
    }
}
