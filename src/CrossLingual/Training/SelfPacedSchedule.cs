using System.Diagnostics;
using CrossLingual.Data;
using CrossLingual.Models;

namespace CrossLingual.Training;

/// <summary>What a round admitted of one source and task.</summary>
/// <param name="Source">The source.</param>
/// <param name="Task">The task.</param>
/// <param name="Examples">Examples of it.</param>
/// <param name="Admitted">Those with a weight above 0.</param>
/// <param name="Weight">Sum of the weights.</param>
/// <param name="Difficulty">Mean difficulty of all of them under the model at the round's start.</param>
/// <param name="LearnedTokens">Mean learned tokens of all of them.</param>
/// <param name="AdmittedTokens">Mean learned tokens of the admitted ones; 0 if none is.</param>
public sealed record Admission(string Source, string Task, int Examples, int Admitted, double Weight, double Difficulty, double LearnedTokens, double AdmittedTokens);

/// <summary>One round of self-paced learning.</summary>
/// <param name="Round">From 0.</param>
/// <param name="Step">Updates done before it.</param>
/// <param name="Thresholds">λ of each source; of all together under <c>all</c>.</param>
/// <param name="TokensScored">Tokens that the difficulty pass read.</param>
/// <param name="Seconds">Its duration; 0 for a round that a resumed run took from its checkpoint.</param>
/// <param name="Admissions">What was admitted.</param>
public sealed record SelfPacedRound(int Round, int Step, IReadOnlyDictionary<string, double> Thresholds, long TokensScored, double Seconds, IReadOnlyList<Admission> Admissions)
{
    /// <summary>Share of all examples that was admitted.</summary>
    public double Share => (double)Admissions.Sum(a => a.Admitted) / Admissions.Sum(a => a.Examples);
}

/// <summary>What must be kept to go on in the middle of a round.</summary>
/// <param name="Weights">The examples' weights.</param>
/// <param name="Rounds">The rounds so far; the last one is under way.</param>
/// <param name="FirstThresholds">λ0 of each group.</param>
internal sealed record SelfPacedState(float[] Weights, IReadOnlyList<SelfPacedRound> Rounds, IReadOnlyDictionary<string, double> FirstThresholds);

/// <summary>Scores the examples at the start of each round and admits the easy ones.</summary>
/// <param name="options">The settings.</param>
public sealed class SelfPacedSchedule(SelfPacedOptions options)
{
    private SelfPacedState _state = new([], [], new Dictionary<string, double>());

    /// <summary>The settings.</summary>
    public SelfPacedOptions Options => options;

    /// <summary>The rounds so far.</summary>
    public IReadOnlyList<SelfPacedRound> Rounds => _state.Rounds;

    /// <summary>What a checkpoint keeps.</summary>
    internal SelfPacedState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>The examples of a round with their weights; those of weight 0 are left out.</summary>
    /// <param name="model">The model, as it is at the round's start.</param>
    /// <param name="examples">All examples.</param>
    /// <param name="round">From 0.</param>
    /// <param name="step">Updates done.</param>
    /// <param name="cancel">Stops between batches.</param>
    internal IReadOnlyList<TokenizedExample> Admit(Llama model, IReadOnlyList<TokenizedExample> examples, int round, int step, CancellationToken cancel)
    {
        // A restored round is under way already; the model has moved on since it was scored.
        if (_state.Rounds.Count != round + 1)
        {
            Score(model, examples, round, step, cancel);
        }

        var weights = _state.Weights;
        return [.. examples.Select((e, i) => e with { Weight = weights[i] }).Where(e => e.Weight > 0)];
    }

    private void Score(Llama model, IReadOnlyList<TokenizedExample> examples, int round, int step, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var losses = Loss.ByExample(model, examples, cancel: cancel);
        var difficulties = losses.Select((loss, i) => options.Difficulty == Difficulty.Loss ? loss : loss / Math.Max(1, examples[i].LearnedCount)).ToArray();
        var weights = new float[examples.Count];
        var thresholds = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var first = new Dictionary<string, double>(_state.FirstThresholds);
        foreach (var group in Enumerable.Range(0, examples.Count).Where(i => examples[i].LearnedCount > 0).GroupBy(i => options.PerSource ? examples[i].Source : "all"))
        {
            var members = group.ToList();
            var own = members.Select(i => difficulties[i]).ToList();
            first.TryAdd(group.Key, SelfPaced.Threshold(own, options.Start));
            var threshold = options.Growth == Growth.Threshold
                ? first[group.Key] * Math.Pow(options.Factor, round)
                : SelfPaced.Threshold(own, SelfPaced.Share(round, options));
            threshold = Math.Max(threshold, options.MinimumShare > 0 ? SelfPaced.Threshold(own, options.MinimumShare) : double.Epsilon);
            thresholds[group.Key] = threshold;
            var found = SelfPaced.Weights(own, threshold, options);
            for (var k = 0; k < members.Count; k++)
            {
                weights[members[k]] = (float)found[k];
            }
        }

        var admissions = Enumerable.Range(0, examples.Count).Where(i => examples[i].LearnedCount > 0)
            .GroupBy(i => (examples[i].Source, examples[i].Task))
            .OrderBy(g => g.Key.Source, StringComparer.Ordinal).ThenBy(g => g.Key.Task, StringComparer.Ordinal)
            .Select(g => Count(g.Key.Source, g.Key.Task, [.. g], examples, weights, difficulties)).ToList();
        var done = new SelfPacedRound(round, step, thresholds, examples.Sum(e => (long)e.Ids.Length), watch.Elapsed.TotalSeconds, admissions);
        _state = new SelfPacedState(weights, [.. _state.Rounds, done], first);
    }

    private static Admission Count(string source, string task, List<int> members, IReadOnlyList<TokenizedExample> examples, float[] weights, double[] difficulties)
    {
        var admitted = members.Where(i => weights[i] > 0).ToList();
        return new Admission(
            source,
            task,
            members.Count,
            admitted.Count,
            members.Sum(i => (double)weights[i]),
            members.Average(i => difficulties[i]),
            members.Average(i => examples[i].LearnedCount),
            admitted.Count > 0 ? admitted.Average(i => examples[i].LearnedCount) : 0);
    }
}
