using System.CommandLine;
using System.Globalization;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Runs;

namespace CrossLingual.Cli;

/// <summary><c>xling score code --problems FILE… --samples FILE… [--k 1,10] [--run] [--gold]</c>.</summary>
internal static class ScoreCodeCommand
{
    public static Command Create()
    {
        var problems = new Option<string[]>("--problems") { Description = "Tasks of HumanEval's form; a file for each language that they are described in.", Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        var samples = new Option<string[]>("--samples") { Description = "Programs, JSONL with task_id and completion, or passed; one file for each of --problems, in the same order.", AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        var ks = new Option<string>("--k") { Description = "Which pass@k, with commas between.", DefaultValueFactory = _ => "1" };
        var run = new Option<bool>("--run") { Description = "Run the programs (Python, C++, Java, C#), each in a sandbox. They are a model's code." };
        var gold = new Option<bool>("--gold") { Description = "Run the files' own solutions first, and leave out tasks whose solution fails; without --samples that is all." };
        var weak = new Option<bool>("--weak-isolation") { Description = "Run them where the machine refuses namespaces too: they then reach the network and your files." };
        var seconds = new Option<int?>("--timeout") { Description = "Seconds of processor time a program may take.", HelpName = "N" };
        var json = Options.Json();
        var command = new Command("code", "pass@k of programs, by the language that tasks are described in.") { problems, samples, ks, run, gold, weak, seconds, json };
        command.SetAction(async (result, cancel) =>
        {
            var screen = new Screen(result.GetValue(json));
            var wanted = result.GetValue(ks)!.Split(',').Select(k => int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw new UserException("XL100", $"--k takes whole numbers from 1 with commas between; found '{k}'.")).ToList();
            if (result.GetValue(seconds) is not (null or (> 0 and < 86400)))
            {
                throw new UserException("XL100", "--timeout takes whole seconds above 0, at most a day.");
            }

            var (tasks, programs) = (result.GetValue(problems)!, result.GetValue(samples) ?? []);
            if (programs.Length != tasks.Length && !(programs.Length == 0 && result.GetValue(gold)))
            {
                throw new UserException("XL100", $"--problems names {tasks.Length} files and --samples {programs.Length}: give one of programs for each of tasks, in the same order; or none with --gold.");
            }

            var runs = result.GetValue(run) || result.GetValue(gold);
            var sandbox = runs ? new Sandbox(result.GetValue(weak) ? null : Isolation.Namespaces) : null;
            if (sandbox is { Isolation: Isolation.Limits })
            {
                screen.Note($"WEAK ISOLATION: {sandbox.Refusal} The programs can reach the network and this user's files.");
            }

            var sheets = new List<CodeSheet>();
            for (var i = 0; i < tasks.Length; i++)
            {
                sheets.Add(await Score(screen, tasks[i], programs.Length > 0 ? programs[i] : null, sandbox, result.GetValue(gold), result.GetValue(run), result.GetValue(seconds), cancel));
            }

            CodeSheet.Print(screen, sheets, wanted, sandbox?.Isolation);
            return 0;
        });
        return command;
    }

    private static async Task<CodeSheet> Score(Screen screen, string file, string? programs, Sandbox? sandbox, bool checks, bool runs, int? seconds, CancellationToken cancel)
    {
        var problems = CodeFiles.Problems(file);
        var language = problems[0].NaturalLanguage is { Length: > 0 } named ? named : Path.GetFileName(file).Split('.')[0];
        var toolchains = sandbox is null ? [] : problems.Select(p => p.Language).Distinct().ToDictionary(l => l, l => Toolchain.Of(l, seconds));
        foreach (var (_, missing) in toolchains.Where(t => t.Value.Missing.Length > 0))
        {
            screen.Note($"{file}: {missing.Missing} Its programs are skipped, and count neither way.");
        }

        IReadOnlyList<CodeGold> gold = [];
        if (checks)
        {
            if (toolchains.Values.FirstOrDefault(t => t.Missing.Length > 0) is { } absent)
            {
                throw new UserException("XL651", $"The solutions in {file} cannot be run: {absent.Missing} Install it, or leave --gold out.");
            }

            var lines = new ProgressLines($"solutions {language}", screen.Note);
            var groups = new List<CodeGold>();
            foreach (var group in problems.GroupBy(p => p.Language))
            {
                groups.AddRange(await CodeGold.CheckAsync([.. group], toolchains[group.Key], sandbox!, new Told<double>(share => lines.Report(share, "")), cancel));
            }

            gold = groups;
            var unsound = gold.Where(g => g.State == GoldState.Unsound).Select(g => g.Id).ToHashSet();
            problems = [.. problems.Where(p => !unsound.Contains(p.Id))];
            if (problems.Count == 0)
            {
                throw new UserException("XL657", $"No task of {file} is sound: the first solution fails with {gold[0].Reason} Correct the file, or leave --gold out.");
            }
        }

        if (programs is null)
        {
            return new CodeSheet(language, file, gold, null);
        }

        var left = gold.Where(g => g.State == GoldState.Unsound).Select(g => g.Id).ToHashSet();
        var tries = CodeFiles.Samples(programs).Where(s => !left.Contains(s.Id)).ToList();
        var progress = runs ? new ProgressLines($"programs {language}", screen.Note) : null;
        var scored = await CodeResult.OfAsync(
            problems, tries,
            runs ? async (problem, completion, stop) => (await toolchains[problem.Language].RunAsync(sandbox!, problem, completion, stop)).Outcome : null,
            progress is null ? null : new Told<double>(share => progress.Report(share, "")), cancel);
        if (scored.Items.Count == 0)
        {
            throw new UserException("XL651", $"All {scored.Skipped} programs of {programs} were skipped: {toolchains.Values.First(t => t.Missing.Length > 0).Missing} Install it, or give programs with 'passed'.");
        }

        if (scored.Unknown > 0)
        {
            screen.Note($"{scored.Unknown} programs of {programs} are for tasks that {file} does not have.");
        }

        if (scored.Items.Count(i => i.Programs == 0) is var without and > 0)
        {
            screen.Note($"{without} of {scored.Items.Count} tasks of {file} have no program and count as not solved.");
        }

        return new CodeSheet(language, file, gold, scored);
    }
}
