using CrossLingual.Data;
using CrossLingual.Text;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>
/// Translated SFT, the baseline that every other method has to beat: fine-tune the English model on instructions
/// translated into the target language, loss on the answers only.
/// <code>
/// prompt: template(instruction, input) in the target language      no loss
/// answer: output in the target language, end of text               loss
/// </code>
/// </summary>
public sealed record TranslatedSft
{
    /// <summary>The target language.</summary>
    public required string Language { get; init; }

    /// <summary>Translated instructions to train on.</summary>
    public int Examples { get; init; } = 6000;

    /// <summary>Seed of the order.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Settings of the training. These defaults are ours, for the lab's small model, chosen without a search; Alpaca's for
    /// LLaMA-7B are batch 128, rate 2e-5, 3 epochs.
    /// </summary>
    public TrainingOptions Training { get; init; } = new() { Epochs = 2, Rows = 8, Length = 256, LearningRate = 5e-4, WarmUp = 0.05, FinalRate = 0.05 };

    /// <summary>The recipe that does it on the lab's base model and data.</summary>
    /// <param name="output">The run's folder.</param>
    public TrainRecipe OnLab(string output) => new()
    {
        Model = "lab",
        Seed = Seed,
        Template = ChatTemplate.AlpacaShort,
        Data = [new DataSource { Kind = "lab", Language = Lab.CheckLanguage(Language), Split = LabSplit.Train, Count = Examples }],
        HeldOut = [new DataSource { Kind = "lab", Language = Language, Split = LabSplit.Dev, Count = 300 }],
        Training = Training,
        Output = output,
    };
}
