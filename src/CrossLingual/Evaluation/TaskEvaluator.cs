using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Evaluation;

/// <summary>Which part of the questions a process answers: several machines share a long evaluation.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Of">How many parts there are.</param>
public readonly record struct Shard(int Number, int Of)
{
    /// <summary>The whole.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>Its file of answers.</summary>
    public string File => Of == 1 ? "answers.jsonl" : FormattableString.Invariant($"answers-{Number}-of-{Of}.jsonl");

    /// <summary>Reads <c>2/4</c>.</summary>
    /// <exception cref="UserException">XL100: not a part.</exception>
    public static Shard Parse(string text) =>
        text.Split('/') is [var first, var second] && int.TryParse(first, out var number) && int.TryParse(second, out var of) && number >= 1 && number <= of
            ? new Shard(number, of)
            : throw new UserException("XL100", $"--shard takes a part as 2/4, the second of four; found '{text}'.");
}

/// <summary>How far a run is.</summary>
/// <param name="Result">The marks; null while other shards are missing.</param>
/// <param name="Kept">Answers that were there already.</param>
/// <param name="Missing">Shards without all their answers.</param>
public sealed record TaskRun(EvalResult? Result, int Kept, IReadOnlyList<Shard> Missing);

/// <summary>
/// Asks a model the questions of tasks from files. Answers are written as they come, a batch at a time and prompts of like
/// length together, so that a killed run goes on where it stopped and gives the same files as one that was not. A run's folder holds
/// the answers of each shard, and once all are there <c>samples.jsonl</c>, <c>results.json</c> and
/// <c>lm-eval.json</c>, which other tools read.
/// </summary>
public static class TaskEvaluator
{
    /// <summary>Runs a recipe's tasks.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="command">The command line or call, for the manifest.</param>
    /// <param name="shard">The part to answer.</param>
    /// <param name="resume">Whether to keep answers that are there.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancel">Stops between tokens; whole batches are kept.</param>
    /// <exception cref="UserException">XL663: the folder's answers belong to another run; anything wrong with the model or the data.</exception>
    public static TaskRun Run(
        EvalRecipe recipe, string command, Shard shard, bool resume, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var compute = Compute.Default;
        var folder = ModelFolder.Open(ModelFolder.PathOf(recipe.Model), recipe.Tokenizer);
        var tasks = recipe.Tasks.Select(t => (Task: t, Questions: t.Questions())).ToList();
        var all = tasks.SelectMany(t => t.Questions.Select(q => (t.Task, Question: q))).ToList();
        CheckNames(recipe.Tasks);

        var run = new RunFolder(recipe.Output);
        RunFingerprint.Begin(run, Fingerprint(recipe, folder, all), resume, "answers*.jsonl", shard.File);
        var answers = new AnswerFile(run[shard.File]);
        var mine = all.Where((_, i) => i % shard.Of == shard.Number - 1).ToList();
        var kept = answers.Answers.Count;
        if (mine.Exists(m => !answers.Answers.ContainsKey(KeyOf(m))))
        {
            using var model = folder.Load(compute);
            using var adapter = recipe.Adapter is { } path ? AdapterFolder.Load(path, model) : null;
            model.Adapter = adapter;
            Ask(model, folder, recipe, mine, answers, progress, cancel);
        }

        run.WriteRecipe(recipe.Yaml);
        run.WriteManifest(new Manifest
        {
            Command = command,
            Seed = 0,
            Compute = compute.Name,
            Threads = TorchSharp.torch.get_num_threads(),
            Hashes = recipe.Tasks.SelectMany(t => new[] { t.Records.Path, t.Exemplars?.Path }).OfType<string>().Distinct().ToDictionary(Manifest.NameOf, Manifest.HashFile),
        });
        return Finish(run, recipe, all, shard.Of, kept);
    }

    private static void Ask(
        Llama model, ModelFolder folder, EvalRecipe recipe, List<(EvalTask Task, TaskQuestion Question)> mine, AnswerFile answers, IProgress<double>? progress, CancellationToken cancel)
    {
        var generator = new Generator(model, folder.Tokenizer, folder.EosIds);
        var options = new GenerationOptions { MaxNewTokens = recipe.MaxNewTokens, BatchSize = recipe.BatchSize };
        var encoded = mine.Select(m => TokenizedExample.EncodePrompt([new Turn(Role.User, m.Question.Prompt)], recipe.Template, folder.Tokenizer)).ToList();

        // The batches are those of a run from the start, so that going on changes no answer: a batch's padding can change one.
        foreach (var batch in Enumerable.Range(0, mine.Count).OrderBy(i => encoded[i].Length).ThenBy(i => i).Chunk(recipe.BatchSize))
        {
            if (batch.Any(i => !answers.Answers.ContainsKey(KeyOf(mine[i]))))
            {
                var written = generator.Complete([.. batch.Select(i => encoded[i])], options, null, cancel);
                answers.Add([.. batch.Select((i, row) => new Answer(mine[i].Task.Name, mine[i].Task.Language, mine[i].Question.Id, written[row].Text, written[row].Stopped))]);
            }

            progress?.Report((double)answers.Answers.Count / mine.Count);
        }
    }

    private static TaskRun Finish(RunFolder run, EvalRecipe recipe, List<(EvalTask Task, TaskQuestion Question)> all, int shards, int kept)
    {
        var given = new Dictionary<(string, string, string), Answer>();
        var missing = new List<Shard>();
        for (var number = 1; number <= shards; number++)
        {
            var shard = new Shard(number, shards);
            var answers = File.Exists(run[shard.File]) ? new AnswerFile(run[shard.File]).Answers : new Dictionary<(string, string, string), Answer>();
            if (all.Where((_, i) => i % shards == number - 1).Any(m => !answers.ContainsKey(KeyOf(m))))
            {
                missing.Add(shard);
            }

            foreach (var (key, answer) in answers)
            {
                given[key] = answer;
            }
        }

        if (missing.Count > 0)
        {
            return new TaskRun(null, kept, missing);
        }

        var result = new EvalResult([.. all.Select(m => m.Task.MarkAnswer(m.Question, given[KeyOf(m)].Text, given[KeyOf(m)].Ended))]);
        run.WriteLines("samples.jsonl", result.Samples);
        run.WriteJson("results.json", result.Scores);
        AtomicFile.WriteText(run["lm-eval.json"], HarnessResults.Write(result, recipe.Model, recipe.Tasks));
        return new TaskRun(result, kept, []);
    }

    private static void CheckNames(IReadOnlyList<EvalTask> tasks)
    {
        if (tasks.GroupBy(t => (t.Name, t.Language)).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
        {
            throw new UserException("XL613", $"Two tasks are named '{twice.Name}' in '{twice.Language}'. Give each a 'name' of its own.");
        }
    }

    private static string Fingerprint(EvalRecipe recipe, ModelFolder folder, List<(EvalTask Task, TaskQuestion Question)> all) => RunFingerprint.Of(
        folder,
        recipe.Adapter,
        [
            FormattableString.Invariant($"{recipe.Template.Name} {recipe.MaxNewTokens} {recipe.BatchSize} {recipe.Tokenizer}"),
            .. all.SelectMany(m => new[] { m.Task.Name, m.Task.Language, m.Question.Id, m.Question.Prompt }),
        ]);

    private static (string Task, string Language, string Id) KeyOf((EvalTask Task, TaskQuestion Question) asked) => (asked.Task.Name, asked.Task.Language, asked.Question.Id);

    private sealed record Answer(string Task, string Language, string Id, string Text, bool Ended);

    /// <summary>Answers on disk, by question.</summary>
    private sealed class AnswerFile
    {
        private readonly GrowingLines<Answer> _lines;

        public AnswerFile(string path)
        {
            _lines = new GrowingLines<Answer>(path);
            Keep(_lines.Lines);
        }

        public Dictionary<(string Task, string Language, string Id), Answer> Answers { get; } = [];

        public void Add(IReadOnlyList<Answer> answers)
        {
            _lines.Add(answers);
            Keep(answers);
        }

        private void Keep(IReadOnlyList<Answer> answers)
        {
            foreach (var answer in answers)
            {
                Answers[(answer.Task, answer.Language, answer.Id)] = answer;
            }
        }
    }
}
