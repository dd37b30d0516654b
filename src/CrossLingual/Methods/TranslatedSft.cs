using CrossLingual.Data;
using CrossLingual.Runs;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>
/// Translated SFT, the baseline that every other method has to beat: fine-tune the English model on instructions
/// translated into the target language (or into several), loss on the answers only.
/// <code>
/// prompt: template(instruction, input) in the target language      no loss
/// answer: output in the target language, end of text               loss
/// </code>
/// Several languages are weighted by <c>n^(1/T)</c>; a share of English can be replayed against forgetting.
/// </summary>
public sealed record TranslatedSft
{
    /// <summary>Name of the method in recipes and on the command line.</summary>
    public const string Name = "translated-sft";

    /// <summary>Model, template, seed, adapter, output.</summary>
    public required TrainRecipe Shared { get; init; }

    /// <summary>Translated instructions, in one language or several.</summary>
    public required IReadOnlyList<DataSource> Instructions { get; init; }

    /// <summary>English instructions for replay.</summary>
    public IReadOnlyList<DataSource> English { get; init; } = [];

    /// <summary>Share of English among all examples, 0 to below 1. The default is ours.</summary>
    public double EnglishShare { get; init; }

    /// <summary>T of temperature-weighted sampling over the languages, at least 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Examples in all; 0 for as many as there are.</summary>
    public int Total { get; init; }

    /// <summary>Settings of the training. The defaults are Alpaca's for LLaMA-7B.</summary>
    public TrainingOptions Training { get; init; } = new() { Epochs = 3, Length = 512 };

    /// <summary>Reads a recipe whose <c>method</c> is <c>translated-sft</c>.</summary>
    public static TranslatedSft Read(RecipeSection root) => new()
    {
        Shared = TrainRecipe.ReadShared(root),
        Instructions = MethodRecipe.Sources(root, "instructions"),
        English = [.. root.Sections("english").Select(DataSource.Read)],
        EnglishShare = root.Number("english_share", 0, 0, 0.99),
        Temperature = root.Number("temperature", 1, 1, 1000),
        Total = root.Integer("total", 0, least: 0),
        Training = TrainRecipe.ReadTraining(root.Section("training"), new TrainingOptions { Epochs = 3, Length = 512 }),
    };

    /// <summary>The method on the embedded lab.</summary>
    public static TranslatedSft OnLab(LabTraining lab) => new()
    {
        Shared = lab.Shared,
        Instructions = [lab.Instructions],
        Training = lab.Options,
    };

    /// <summary>The one training that it is.</summary>
    public Pipeline Build() => Pipeline.Of(Name, Shared.Output, new Phase("sft", Shared with
    {
        Data = EnglishShare > 0 ? [.. Instructions, .. English] : Instructions,
        Mixture = new MixtureOptions { Temperature = Temperature, EnglishShare = EnglishShare > 0 ? EnglishShare : null, Total = Total },
        Training = Training,
    }));
}
