using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Evaluation;

/// <summary>A task's programs.</summary>
/// <param name="Id">task_id.</param>
/// <param name="Programs">n: programs.</param>
/// <param name="Passed">c: those that pass.</param>
public sealed record CodeItem(string Id, int Programs, int Passed);

/// <summary>Programs against their tasks' tests.</summary>
/// <param name="Items">Task by task, in the file's order; without those whose programs could not be run.</param>
/// <param name="Outcomes">Programs by how they ended.</param>
/// <param name="Unknown">Programs for tasks that the file does not have.</param>
public sealed record CodeResult(IReadOnlyList<CodeItem> Items, IReadOnlyDictionary<ProgramOutcome, int> Outcomes, int Unknown)
{
    /// <summary>Programs that were not run because the machine lacks their language; their tasks count neither way.</summary>
    public int Skipped => Outcomes.GetValueOrDefault(ProgramOutcome.Skipped);

    /// <summary>Each task's pass@k, 0 to 1; 0 where it has no program.</summary>
    /// <exception cref="UserException">XL642: a task with fewer programs than k.</exception>
    public IReadOnlyDictionary<string, double> EachAt(int k) => Items.ToDictionary(i => i.Id, i => i.Programs == 0 ? 0 : PassAtK.Of(i.Programs, i.Passed, k));

    /// <summary>pass@k in percent over the tasks with programs; a task without any counts as not solved.</summary>
    /// <exception cref="UserException">XL642: a task with fewer programs than k.</exception>
    public Score PassAt(int k) => PassAtK.Mean([.. Items.Select(i => i.Programs == 0 ? (k, 0) : (i.Programs, i.Passed))], k, Seed.For("pass", k)).ToPercent();

    /// <summary>Runs the programs that do not say whether they pass.</summary>
    /// <param name="problems">The tasks.</param>
    /// <param name="samples">The programs.</param>
    /// <param name="run">Runs one program; null where all must say themselves.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancel">Stops between programs and ends the one that runs.</param>
    /// <exception cref="UserException">XL652: a program would have to be run and may not; XL615: no program is for a task of the file.</exception>
    public static async Task<CodeResult> OfAsync(
        IReadOnlyList<CodeProblem> problems,
        IReadOnlyList<CodeSample> samples,
        Func<CodeProblem, string, CancellationToken, Task<ProgramOutcome>>? run,
        IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        var tasks = problems.ToDictionary(p => p.Id);
        var known = samples.Where(s => tasks.ContainsKey(s.Id)).ToList();
        if (known.Count == 0)
        {
            throw new UserException("XL615", $"None of the {samples.Count} programs is for one of the {problems.Count} tasks: the first task is '{problems[0].Id}', the first program's '{samples.FirstOrDefault()?.Id}'. Give the programs of this task file.");
        }

        if (run is null && known.Find(s => s.Passed is null) is { } unmarked)
        {
            throw new UserException("XL652", $"The program of '{unmarked.Id}' does not say whether it passed. Running a model's code can do harm: allow it with --run, on a machine where that does not matter.");
        }

        var ended = new ProgramOutcome[known.Count];
        var done = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, known.Count), cancel, async (i, stop) =>
        {
            ended[i] = known[i].Passed is { } passed
                ? passed ? ProgramOutcome.Passed : ProgramOutcome.Failed
                : await run!(tasks[known[i].Id], known[i].Completion, stop);
            progress?.Report((double)Interlocked.Increment(ref done) / known.Count);
        });
        var byTask = known.Zip(ended).ToLookup(p => p.First.Id, p => p.Second);
        return new CodeResult(
            [.. problems.Where(p => !byTask[p.Id].Contains(ProgramOutcome.Skipped)).Select(p => new CodeItem(p.Id, byTask[p.Id].Count(), byTask[p.Id].Count(o => o == ProgramOutcome.Passed)))],
            ended.CountBy(o => o).ToDictionary(),
            samples.Count - known.Count);
    }
}
