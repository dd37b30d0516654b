using CrossLingual.Data;
using CrossLingual.Merging;
using CrossLingual.Metrics;

namespace CrossLingual.Methods;

/// <summary>What to ask in two languages at once.</summary>
public sealed record SwitchingOptions
{
    /// <summary>The language that the models were made for; a language of the lab.</summary>
    public required string Language { get; init; }

    /// <summary>The language mixed into it.</summary>
    public string Other { get; init; } = "en";

    /// <summary>Models by name; several of one name, of different seeds, say, count together.</summary>
    public required IReadOnlyList<(string Name, ModelReference Model)> Models { get; init; }

    /// <summary>Tasks, of <see cref="LabMixedInstructions.Tasks"/>.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = LabMixedInstructions.Tasks;

    /// <summary>S-index levels to aim at, above 0; two languages stay below ln 2 = 0.693.</summary>
    public IReadOnlyList<double> Levels { get; init; } = [0.15, 0.3, 0.45, 0.6];

    /// <summary>Questions of each task, the same at every level.</summary>
    public int Questions { get; init; } = 100;

    /// <summary>Where they come from.</summary>
    public LabSplit Split { get; init; } = LabSplit.Test;
}

/// <summary>
/// How well are instructions followed that switch languages in the middle? The same questions are asked in the language, in the
/// other one, and mixed at levels of the S-index (METHODS: Absar 2025); an answer in either language counts.
/// </summary>
public static class SwitchingExperiment
{
    private const int MaxNewTokens = 64;

    /// <summary>Asks every model everything.</summary>
    /// <param name="options">What to ask.</param>
    /// <param name="progress">Told the share of the whole, and what is being done.</param>
    /// <param name="cancel">Stops between tokens.</param>
    /// <exception cref="UserException">XL121, XL122, XL687; what is wrong with a model.</exception>
    public static SwitchingOutcome Run(SwitchingOptions options, Action<double, string>? progress = null, CancellationToken cancel = default)
    {
        var made = new LabMixedInstructions(Lab.Load(), SIndexBins.SIndexOf);
        var numbers = options.Tasks.SelectMany(t => Enumerable.Range(0, options.Questions).Select(i => (Task: t, Index: i))).ToList();
        var asked = new List<(double? Level, List<MixedInstruction> Instructions)>
        {
            (0, numbers.ConvertAll(q => made.Instruction(options.Language, options.Other, options.Split, q.Index, q.Task, 0))),
            (null, numbers.ConvertAll(q => made.Instruction(options.Other, options.Language, options.Split, q.Index, q.Task, 0))),
        };
        asked.AddRange(options.Levels.Select(l => ((double?)l, numbers.ConvertAll(q => made.Instruction(options.Language, options.Other, options.Split, q.Index, q.Task, l)))));

        var cells = new List<SwitchedCell>();
        var done = 0;
        foreach (var group in options.Models.GroupBy(m => m.Name))
        {
            var right = asked.ConvertAll(a => new double[a.Instructions.Count]);
            foreach (var (name, reference) in group)
            {
                progress?.Invoke((double)done++ / options.Models.Count, $"ask {name}");
                var all = asked.SelectMany(a => a.Instructions).ToList();
                var answers = LabAnswers.Of(reference, all.Select(i => i.Example), MaxNewTokens, cancel);
                for (var i = 0; i < all.Count; i++)
                {
                    right[i / numbers.Count][i % numbers.Count] += all[i].Answers.Any(a => TextMatch.Exact(answers[i].Answer, a)) ? 1.0 / group.Count() : 0;
                }
            }

            cells.AddRange(asked.Select((a, level) => new SwitchedCell(group.Key, a.Level, [.. a.Instructions.Select((q, i) => new SwitchedAnswer(q.Example.Id, q.Example.Task, q.Measure, right[level][i]))])));
        }

        return new SwitchingOutcome(options.Language, options.Other, cells);
    }
}
