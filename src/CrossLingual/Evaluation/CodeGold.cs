using CrossLingual.Data;

namespace CrossLingual.Evaluation;

/// <summary>Whether a task can be solved at all: what its own solution does.</summary>
public enum GoldState
{
    /// <summary>It passes its tests.</summary>
    Sound,

    /// <summary>It passes after a repair that the reason names.</summary>
    Repaired,

    /// <summary>It does not pass.</summary>
    Unsound,

    /// <summary>The file has none.</summary>
    Absent,
}

/// <summary>A task's own solution.</summary>
/// <param name="Id">The task.</param>
/// <param name="State">What it does.</param>
/// <param name="Reason">How it was repaired, or why it fails.</param>
public sealed record CodeGold(string Id, GoldState State, string Reason)
{
    /// <summary>Runs every task's own solution: a task whose solution fails says nothing about a model, and is left out by name.</summary>
    /// <param name="problems">The tasks, of one language.</param>
    /// <param name="toolchain">The language's.</param>
    /// <param name="sandbox">Where they run.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>Task by task, in the file's order.</returns>
    public static async Task<IReadOnlyList<CodeGold>> CheckAsync(
        IReadOnlyList<CodeProblem> problems, Toolchain toolchain, Sandbox sandbox, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var found = new CodeGold[problems.Count];
        var done = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, found.Length), cancel, async (i, stop) =>
        {
            found[i] = await Check(problems[i], toolchain, sandbox, stop);
            progress?.Report((double)Interlocked.Increment(ref done) / found.Length);
        });
        return found;
    }

    private static async Task<CodeGold> Check(CodeProblem problem, Toolchain toolchain, Sandbox sandbox, CancellationToken cancel)
    {
        if (problem.Gold is not { } gold)
        {
            return new CodeGold(problem.Id, GoldState.Absent, "the file has no solution of it");
        }

        var first = await toolchain.RunAsync(sandbox, problem, gold, cancel);
        if (first.Outcome == ProgramOutcome.Passed)
        {
            return new CodeGold(problem.Id, GoldState.Sound, "");
        }

        foreach (var (task, repaired, how) in Repairs(problem, gold))
        {
            if ((await toolchain.RunAsync(sandbox, task, repaired, cancel)).Outcome == ProgramOutcome.Passed)
            {
                return new CodeGold(problem.Id, GoldState.Repaired, how);
            }
        }

        return new CodeGold(problem.Id, GoldState.Unsound, $"{first.Outcome}: {first.Detail}");
    }

    // A body that lost its indentation, of all lines or of the first; a whole file that declares again what the prompt does.
    private static IEnumerable<(CodeProblem Task, string Program, string How)> Repairs(CodeProblem problem, string gold)
    {
        if (problem.Language == "python" && gold.Length > 0 && !char.IsWhiteSpace(gold[0]))
        {
            yield return (problem, "\n" + string.Join('\n', gold.Split('\n').Select(l => l.Length > 0 ? "    " + l : l)), "its body is indented");
            yield return (problem, "\n    " + gold, "its first line is indented");
        }

        if (problem.Language == "cpp" && gold.TrimStart().StartsWith('#'))
        {
            yield return (problem with { Prompt = CppToolchain.Signature().Match(problem.Prompt).Value }, gold, "it is a whole file, and the prompt's declarations are left out");
        }
    }
}
