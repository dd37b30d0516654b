using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Evaluation;

/// <summary>How programs are drawn from a model.</summary>
public sealed record CodeSamplerOptions
{
    /// <summary>The model's folder; <c>lab</c> is the embedded one.</summary>
    public required string Model { get; init; }

    /// <summary>A LoRA adapter's folder.</summary>
    public string? Adapter { get; init; }

    /// <summary>Another tokenizer file than the model's.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>How the prompt is framed; plain lets the model go on from the task's beginning.</summary>
    public ChatTemplate Template { get; init; } = ChatTemplate.Plain;

    /// <summary>With a template: what is asked, with <c>{prompt}</c>, and <c>{language}</c> for the programming language.</summary>
    public string Instruction { get; init; } = "Complete this {language} function. Answer with its code.\n\n{prompt}";

    /// <summary>n: programs of each task.</summary>
    public int Programs { get; init; } = 1;

    /// <summary>How tokens are chosen; with a temperature of 0 all programs of a task are the same.</summary>
    public GenerationOptions Generation { get; init; } = new() { MaxNewTokens = 512 };

    /// <summary>The run's folder.</summary>
    public required string Output { get; init; }
}

/// <summary>A program as it is written to a file of samples.</summary>
/// <param name="TaskId">task_id.</param>
/// <param name="Number">Its number among the task's programs, from 0.</param>
/// <param name="Completion">What follows the prompt; see <see cref="CodeAnswer"/>.</param>
/// <param name="Answer">All that the model wrote.</param>
public sealed record DrawnProgram(
    [property: System.Text.Json.Serialization.JsonPropertyName("task_id")] string TaskId, int Number, string Completion, string Answer);

/// <summary>
/// Draws programs for tasks of HumanEval's form, described in whatever language; <c>xling score code</c> runs them. Programs are
/// written as they come, and a killed run goes on where it stopped with the same programs.
/// </summary>
public static class CodeSampler
{
    /// <summary>Draws.</summary>
    /// <param name="options">How.</param>
    /// <param name="files">Files of tasks; each gets a file of samples of its own name.</param>
    /// <param name="command">The command line or call, for the manifest.</param>
    /// <param name="resume">Whether to keep programs that are there.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancel">Stops between tokens; whole batches are kept.</param>
    /// <returns>The files of samples, in the order of the files of tasks.</returns>
    /// <exception cref="UserException">XL613: two files of one name; XL683: an instruction without the prompt; XL663: the folder's programs belong to another run; what reading finds.</exception>
    public static IReadOnlyList<string> Run(
        CodeSamplerOptions options, IReadOnlyList<string> files, string command, bool resume = false, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        if (!options.Instruction.Contains("{prompt}", StringComparison.Ordinal))
        {
            throw new UserException("XL683", $"The instruction '{options.Instruction}' has no place for the task. Put {{prompt}} where the task's beginning is to stand.");
        }

        if (files.GroupBy(NameOf).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
        {
            throw new UserException("XL613", $"Two task files would write '{twice}'. Rename one, or draw into another folder.");
        }

        var compute = Compute.Default;
        var folder = ModelFolder.Open(ModelFolder.PathOf(options.Model), options.Tokenizer);
        var asked = files.SelectMany(f => CodeFiles.Problems(f).Select(p => (File: f, Problem: p, Ids: Encode(p, options, folder.Tokenizer)))).ToList();
        var run = new RunFolder(options.Output);
        RunFingerprint.Begin(
            run,
            RunFingerprint.Of(folder, options.Adapter, [$"{options with { Output = "" }}", .. asked.SelectMany(a => new[] { a.File, a.Problem.Id, a.Problem.Prompt })]),
            resume, "*.samples.jsonl", own: "");
        var written = files.ToDictionary(f => f, f => new GrowingLines<DrawnProgram>(run[NameOf(f)]));
        var there = files.SelectMany(f => written[f].Lines.Select(d => (f, d.TaskId, d.Number))).ToHashSet();

        // The batches are those of a run from the start, and each has its own dice: going on changes no program.
        var all = asked.SelectMany(a => Enumerable.Range(0, options.Programs).Select(n => (a.File, a.Problem, a.Ids, Number: n))).OrderBy(a => a.Ids.Length).ToList();
        if (all.Exists(Missing))
        {
            using var model = folder.Load(compute);
            using var adapter = options.Adapter is { } path ? AdapterFolder.Load(path, model) : null;
            model.Adapter = adapter;
            var generator = new Generator(model, folder.Tokenizer, folder.EosIds);
            foreach (var (number, batch) in all.Chunk(options.Generation.BatchSize).Index())
            {
                if (batch.Any(Missing))
                {
                    var answers = generator.Complete([.. batch.Select(b => b.Ids)], options.Generation with { Seed = options.Generation.Seed.And(number), Enough = (i, text) => CodeAnswer.IsWhole(batch[i].Problem, text, options.Template == ChatTemplate.Plain) }, null, cancel);
                    foreach (var group in batch.Zip(answers).Where(p => Missing(p.First)).GroupBy(p => p.First.File))
                    {
                        written[group.Key].Add([.. group.Select(p => new DrawnProgram(p.First.Problem.Id, p.First.Number, CodeAnswer.Completion(p.First.Problem, p.Second.Text), p.Second.Text))]);
                    }
                }

                progress?.Report(Math.Min(1, (number + 1.0) * options.Generation.BatchSize / all.Count));
            }
        }

        run.WriteManifest(new Manifest
        {
            Command = command,
            Seed = options.Generation.Seed.Value,
            Compute = compute.Name,
            Threads = TorchSharp.torch.get_num_threads(),
            Hashes = files.ToDictionary(Manifest.NameOf, Manifest.HashFile),
        });
        return [.. files.Select(f => run[NameOf(f)])];

        bool Missing((string File, CodeProblem Problem, int[] Ids, int Number) program) => !there.Contains((program.File, program.Problem.Id, program.Number));
    }

    private static int[] Encode(CodeProblem problem, CodeSamplerOptions options, Tokenizer tokenizer)
    {
        var text = options.Template == ChatTemplate.Plain
            ? problem.Prompt
            : options.Instruction.Replace("{language}", ProgrammingLanguage.Written(problem.Language), StringComparison.Ordinal).Replace("{prompt}", problem.Prompt, StringComparison.Ordinal);
        return TokenizedExample.EncodePrompt([new Turn(Role.User, text)], options.Template, tokenizer);
    }

    private static string NameOf(string file)
    {
        var name = Path.GetFileName(file);
        return name[..(name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? dot : name.Length)] + ".samples.jsonl";
    }
}
