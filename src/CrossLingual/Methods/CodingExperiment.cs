using System.Collections.Concurrent;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Merging;
using CrossLingual.Runs;

namespace CrossLingual.Methods;

/// <summary>What to try with programs on the embedded lab.</summary>
public sealed record CodingOptions
{
    /// <summary>Languages that tasks are described in.</summary>
    public IReadOnlyList<string> Languages { get; init; } = ["vi"];

    /// <summary>The ways to try, of <see cref="CodingExperiment.Ways"/>; the English coder, which all are compared with, is always tried.</summary>
    public IReadOnlyList<string> Ways { get; init; } = CodingExperiment.Ways;

    /// <summary>Trainings of each kind, seeds 1 to N.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Coding tasks, the same in every language.</summary>
    public int Questions { get; init; } = 200;

    /// <summary>Where they come from; settings are chosen on the development split.</summary>
    public LabSplit Split { get; init; } = LabSplit.Test;

    /// <summary>Examples of each training.</summary>
    public int Examples { get; init; } = 3000;

    /// <summary>Input tokens of each training; the joint one gets twice as many.</summary>
    public long Tokens { get; init; } = 100_000;

    /// <summary>Instructions in the language, none about programs, that the model all start from was trained on; 0 starts from the lab's base.</summary>
    public int StartExamples { get; init; } = 600;

    /// <summary>Input tokens of that training.</summary>
    public long StartTokens { get; init; } = 150_000;

    /// <summary>Whether trainings that an earlier run of the same options completed are taken over.</summary>
    public bool Resume { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Output { get; init; }
}

/// <summary>
/// A task in Vietnamese, a right function in Python: a small model learns the lab's coding tasks in English; how many does it solve
/// when they are described in another language, before and after each method? Two questions in one:
/// <code>
/// start           a little of the language, no program
///   English coder  coding tasks in English                                     before
///     methods      from it, with pairs of all kinds in the language, programs among them
///   language expert  everything in the language but programs and mathematics
///     merges       English coder x language expert: no program was ever described in the language
/// </code>
/// What counts is what the programs do: each runs in a <see cref="Sandbox"/> with calls of its own.
/// </summary>
public static class CodingExperiment
{
    /// <summary>The model that learnt to program from English.</summary>
    public const string Coder = "English coder";

    private const int MaxNewTokens = 64;

    private static readonly string[] Merges = ["language expert", "soup", "task arithmetic", "ties", "slerp", "layer swap", "freeze", "revert", "joint", "sequential"];

    /// <summary>The ways, in the order of the tables.</summary>
    public static IReadOnlyList<string> Ways { get; } = ["base", Coder, .. LabExperiment.Methods, .. Merges];

    /// <summary>Trains, merges, asks, and runs what was answered; every model stays below the output.</summary>
    /// <param name="options">What to try.</param>
    /// <param name="sandbox">Where programs run.</param>
    /// <param name="command">The command line or call, for the manifests.</param>
    /// <param name="progress">Told the share of the whole, and what is being done.</param>
    /// <param name="cancel">Stops at the next step.</param>
    /// <exception cref="UserException">XL121: not a language of the lab; XL123: English as target; XL684: programs cannot be run here.</exception>
    public static CodingOutcome Run(CodingOptions options, Sandbox sandbox, string command, Action<double, string>? progress = null, CancellationToken cancel = default)
    {
        foreach (var language in options.Languages)
        {
            Lab.CheckTarget(language);
        }

        var python = new PythonToolchain();
        if (python.Missing.Length > 0)
        {
            throw new UserException("XL684", $"The lab's programs cannot be run: {python.Missing} Install it; nothing was trained.");
        }

        // Many models write the same program, which is run once.
        var ended = new ConcurrentDictionary<(string Id, string Program), Task<ProgramResult>>();
        var run = new RunFolder(options.Output);
        var lab = Lab.Load();
        var ways = Ways.Where(w => w == Coder || options.Ways.Contains(w)).ToList();
        var arms = new List<CodingArm>();
        var (done, all) = (0, options.Languages.Count * ways.Count * (options.Seeds + 1));
        foreach (var language in options.Languages)
        {
            var tasks = new[] { language, "en" }.Select(l => Enumerable.Range(0, options.Questions).Select(i => lab.Coding(l, options.Split, i)).DistinctBy(t => t.Problem.Id).ToList()).ToList();
            var programs = ways.ToDictionary(w => w, _ => tasks.ConvertAll(_ => new List<CodeSample>()));
            for (var seed = 1; seed <= options.Seeds; seed++)
            {
                var made = new Models(options, language, seed, command, cancel);
                foreach (var way in ways)
                {
                    progress?.Invoke((double)done++ / all, $"{way}, {language}, seed {seed}");
                    var answers = LabAnswers.Of(made.Model(way), tasks.SelectMany(t => t.Select(q => q.Example)), MaxNewTokens, cancel);
                    for (var i = 0; i < tasks.Count; i++)
                    {
                        programs[way][i].AddRange(answers.Skip(i * options.Questions).Take(options.Questions).Select(a => new CodeSample(a.Id, a.Answer, null)));
                    }
                }
            }

            foreach (var way in ways)
            {
                progress?.Invoke((double)done++ / all, $"run the programs of {way}, {language}");
                var results = tasks.Select((t, i) => Results([.. t.Select(q => q.Problem)], programs[way][i])).ToList();
                arms.Add(new CodingArm(way, language, results[0], results[1]));
                for (var i = 0; i < tasks.Count; i++)
                {
                    var asked = i == 0 ? language : "en";
                    run.WriteLines($"programs-{way.Replace(' ', '-')}-{language}-asked-{asked}.jsonl", programs[way][i].Select(p => new { task_id = p.Id, p.Completion, ended = ended[(p.Id, p.Completion)].Result.Outcome }));
                }
            }
        }

        return new CodingOutcome(arms, options.Seeds);

        CodeResult Results(IReadOnlyList<CodeProblem> problems, IReadOnlyList<CodeSample> samples) => CodeResult.OfAsync(
            problems, samples, async (problem, completion, _) => (await ended.GetOrAdd((problem.Id, completion), _ => python.RunAsync(sandbox, problem, completion, cancel))).Outcome, cancel: cancel).GetAwaiter().GetResult();
    }

    /// <summary>The methods start from the coder; everything else is made as in the experiment with experts.</summary>
    private sealed class Models(CodingOptions options, string language, int seed, string command, CancellationToken cancel)
    {
        private readonly ExpertModels _experts = new(
            new ExpertsOptions
            {
                Task = "code",
                StartTasks = [.. Lab.Tasks.Where(t => t != "code")],
                StartExamples = options.StartExamples,
                StartTokens = options.StartTokens,
                Examples = options.Examples,
                Tokens = options.Tokens,
                Resume = options.Resume,
                Output = options.Output,
            },
            language, seed, command, cancel);

        public ModelReference Model(string way) => way == Coder ? _experts.Model("task expert")
            : LabExperiment.Methods.Contains(way) ? Taught(way)
            : _experts.Model(way);

        private ModelReference Taught(string method)
        {
            var folder = Path.Combine(options.Output, FormattableString.Invariant($"{language}-seed{seed}"), method);
            var phases = LabExperiment.Build(method, new LabTraining(language, seed, options.Examples, options.Tokens, folder) { Start = Model(Coder).Folder }).Execute(command, options.Resume, cancel: cancel);
            return new ModelReference(phases[^1].Outcome.Model);
        }
    }
}
