using CrossLingual.Runs;

namespace CrossLingual.Training;

/// <summary>One training of a method that may have several.</summary>
/// <param name="Name">Its name; part of its folder's name.</param>
/// <param name="Recipe">What to train; a later phase starts from the model or adapter of the one before.</param>
public sealed record Phase(string Name, TrainRecipe Recipe);

/// <summary>What a phase led to.</summary>
/// <param name="Name">The phase.</param>
/// <param name="Outcome">What its training left.</param>
public sealed record PhaseOutcome(string Name, TrainingOutcome Outcome);

/// <summary>
/// A method as phases that are trained one after the other. Each phase has its own run folder with its own checkpoints; a
/// resumed pipeline takes finished phases as they are and goes on in the middle of the one that was stopped.
/// </summary>
public sealed record Pipeline
{
    /// <summary>The method's name; <c>train</c> for a plain training recipe.</summary>
    public required string Method { get; init; }

    /// <summary>The phases in order, at least one.</summary>
    public required IReadOnlyList<Phase> Phases { get; init; }

    /// <summary>Names the phases' folders: the output itself for one phase, <c>1-principles</c> and so on below it for several.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="output">The run's folder.</param>
    /// <param name="phases">The phases.</param>
    public static Pipeline Of(string method, string output, params IReadOnlyList<Phase> phases) => new()
    {
        Method = method,
        Phases = phases.Count == 1
            ? [phases[0] with { Recipe = phases[0].Recipe with { Output = output } }]
            : [.. phases.Select((p, i) => p with { Recipe = p.Recipe with { Output = Path.Combine(output, $"{i + 1}-{p.Name}") } })],
    };

    /// <summary>The same with the recipe's text in every phase's run folder.</summary>
    public Pipeline WithYaml(string yaml) => this with { Phases = [.. Phases.Select(p => p with { Recipe = p.Recipe with { Yaml = yaml } })] };

    /// <summary>What each phase amounts to; later ones are planned on the first one's model, which has the same shape.</summary>
    public IReadOnlyList<(string Name, TrainingPlan Plan)> Plan() => [.. Phases.Select(phase =>
    {
        using var run = new TrainingRun(phase.Recipe);
        return (phase.Name, run.Plan);
    })];

    /// <summary>Trains the phases.</summary>
    /// <param name="command">The command line or call, for the manifests.</param>
    /// <param name="resume">Goes on where a stopped pipeline was.</param>
    /// <param name="progress">Told the phase's number, from 0, and where it stands.</param>
    /// <param name="cancel">Stops; a checkpoint is written first where they are kept.</param>
    /// <param name="planned">Told what each phase amounts to, before it is trained.</param>
    public IReadOnlyList<PhaseOutcome> Execute(
        string command, bool resume = false, Action<int, TrainingProgress>? progress = null, CancellationToken cancel = default, Action<string, TrainingPlan>? planned = null)
    {
        var outcomes = new List<PhaseOutcome>();
        for (var i = 0; i < Phases.Count; i++)
        {
            var recipe = Phases[i].Recipe;
            if (i > 0)
            {
                var before = outcomes[^1].Outcome.Model;
                recipe = recipe.Lora is null ? recipe with { Model = before } : recipe with { Adapter = before };
            }

            using var run = new TrainingRun(recipe);
            planned?.Invoke(Phases[i].Name, run.Plan);
            outcomes.Add(new PhaseOutcome(Phases[i].Name, run.Execute(command, resume, progress is null ? null : new Told<TrainingProgress>(Tell(i)), cancel)));
        }

        return outcomes;

        Action<TrainingProgress> Tell(int phase) => p => progress!(phase, p);
    }
}
