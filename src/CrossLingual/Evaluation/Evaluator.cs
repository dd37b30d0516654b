using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Text;

namespace CrossLingual.Evaluation;

/// <summary>Asks a model and marks its answers; greedy, so that the same model gives the same marks.</summary>
public static class Evaluator
{
    /// <summary>Answers and marks conversations whose last turn is the reference answer.</summary>
    /// <param name="model">The model, with its adapter if any.</param>
    /// <param name="folder">Its tokenizer and end ids.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="template">How prompts are framed.</param>
    /// <param name="options">Length and batch; the temperature is 0 unless set.</param>
    /// <param name="progress">Told how many questions are answered.</param>
    /// <param name="cancel">Stops between tokens.</param>
    public static EvalResult Run(
        Llama model,
        ModelFolder folder,
        IReadOnlyList<Conversation> questions,
        ChatTemplate template,
        GenerationOptions options,
        IProgress<int>? progress = null,
        CancellationToken cancel = default)
    {
        var prompts = questions.Select(q => TokenizedExample.EncodePrompt([.. q.Turns.SkipLast(1)], template, folder.Tokenizer)).ToList();
        var answers = new Generator(model, folder.Tokenizer, folder.EosIds).Complete(prompts, options, progress, cancel);
        return new EvalResult([.. questions.Zip(answers, Mark)]);
    }

    /// <summary>Marks the answer to a conversation whose last turn is the reference.</summary>
    internal static EvalSample Mark(Conversation question, Sample answer)
    {
        var asked = question.Turns[^2];
        var (reference, text) = (question.Turns[^1].Text, answer.Text.Trim());
        return new EvalSample(
            question.Id,
            question.Language,
            question.Task,
            asked.Input.Length > 0 ? $"{asked.Text}\n{asked.Input}" : asked.Text,
            reference,
            text,
            answer.Stopped,
            TextMatch.Exact(text, reference),
            TextMatch.F1(text, reference));
    }

    /// <summary>Runs a recipe and writes <c>samples.jsonl</c> and <c>results.json</c> into its folder.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="command">The command line or call, for the manifest.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancel">Stops between tokens; nothing is written then.</param>
    /// <exception cref="UserException">Anything wrong with the model or the data.</exception>
    public static EvalResult Run(EvalRecipe recipe, string command, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var compute = Compute.Default;
        var folder = ModelFolder.Open(ModelFolder.PathOf(recipe.Model), recipe.Tokenizer);
        var lab = new Lazy<Lab>(() => Lab.Load());
        var questions = recipe.Data.SelectMany(s => s.Load(lab)).ToList();
        if (questions.Find(q => q.Turns.Count < 2) is { } text)
        {
            throw new UserException("XL501", $"'{text.Id}' is running text and asks nothing. Evaluate instructions: source lab or alpaca.");
        }

        using var model = folder.Load(compute);
        using var adapter = recipe.Adapter is { } path ? AdapterFolder.Load(path, model) : null;
        model.Adapter = adapter;
        var options = new GenerationOptions { MaxNewTokens = recipe.MaxNewTokens, BatchSize = recipe.BatchSize };
        var answers = recipe.TwoTurn ? 2 * questions.Count : questions.Count;
        var told = progress is null ? null : new Runs.Told<int>(n => progress.Report((double)n / answers));
        var result = recipe.TwoTurn
            ? TwoTurnInference.Run(model, folder, questions, recipe.Template, options with { MaxNewTokens = 4 * options.MaxNewTokens }, options, progress: told, cancel: cancel)
            : Run(model, folder, questions, recipe.Template, options, told, cancel);

        var run = new Runs.RunFolder(recipe.Output);
        run.WriteRecipe(recipe.Yaml);
        run.WriteManifest(new Runs.Manifest
        {
            Command = command,
            Seed = options.Seed.Value,
            Compute = compute.Name,
            Threads = TorchSharp.torch.get_num_threads(),
            Hashes = recipe.Data.SelectMany(s => s.Files()).Distinct().ToDictionary(Runs.Manifest.NameOf, Runs.Manifest.HashFile),
        });
        run.WriteLines("samples.jsonl", result.Samples);
        run.WriteJson("results.json", result.Scores);
        return result;
    }
}
