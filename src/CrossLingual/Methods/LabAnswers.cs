using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Text;

namespace CrossLingual.Methods;

/// <summary>What a model answers to questions of the lab, greedily.</summary>
internal static class LabAnswers
{
    /// <summary>Loads a model, with its adapter if any, and asks.</summary>
    /// <param name="model">The model.</param>
    /// <param name="questions">The questions; the last turn is the reference.</param>
    /// <param name="most">Most new tokens of an answer.</param>
    /// <param name="cancel">Stops between tokens.</param>
    public static IReadOnlyList<EvalSample> Of(ModelReference model, IEnumerable<Example> questions, int most, CancellationToken cancel)
    {
        var folder = ModelFolder.Open(model.Path);
        using var llama = folder.Load(Compute.Default);
        using var adapter = model.Adapter is { } path ? AdapterFolder.Load(path, llama) : null;
        llama.Adapter = adapter;
        return Evaluator.Run(llama, folder, [.. questions.Select(Conversation.Of)], ChatTemplate.AlpacaShort, new GenerationOptions { MaxNewTokens = most }, cancel: cancel).Samples;
    }
}
