using CrossLingual.Data;
using CrossLingual.Text;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>What all methods have in common when they are tried on the embedded lab: the same pairs, the same budget of tokens.</summary>
/// <param name="Language">The target language.</param>
/// <param name="Seed">Seed of the order.</param>
/// <param name="Examples">Instructions that exist in the target language and in English.</param>
/// <param name="Tokens">Input tokens of each training.</param>
/// <param name="Output">The run's folder.</param>
public sealed record LabTraining(string Language, int Seed, int Examples, long Tokens, string Output)
{
    /// <summary>The model to start from; the embedded base model unless another is named.</summary>
    public string Start { get; init; } = "lab";

    /// <summary>Model, template, seed and what the loss is measured on.</summary>
    public TrainRecipe Shared => new()
    {
        Model = Start,
        Seed = Seed,
        Template = ChatTemplate.AlpacaShort,
        HeldOut = [new DataSource { Kind = "lab", Language = Lab.CheckLanguage(Language), Split = LabSplit.Dev, Count = 300 }],
        Output = Output,
    };

    /// <summary>The translated instructions.</summary>
    public DataSource Instructions => new() { Kind = "lab", Language = Lab.CheckLanguage(Language), Split = LabSplit.Train, Count = Examples };

    /// <summary>Settings of the training: ours, for the lab's small model, chosen without a search.</summary>
    public TrainingOptions Options => OptionsFor(Tokens);

    /// <summary>The same settings for any budget.</summary>
    /// <param name="tokens">Input tokens.</param>
    public static TrainingOptions OptionsFor(long tokens) => new() { Tokens = tokens, Rows = 8, Length = 256, LearningRate = 5e-4, WarmUp = 0.05, FinalRate = 0.05 };
}
