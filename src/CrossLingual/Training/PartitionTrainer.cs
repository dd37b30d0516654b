using System.Diagnostics;
using System.Globalization;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using static TorchSharp.torch;

namespace CrossLingual.Training;

/// <summary>
/// One model, several purposes, each in weights of its own: simultaneous partition training (a framework of Bandarkar and
/// Peng, arXiv 2505.18356; the steps as a public re-implementation has them):
/// <code>
/// repeat   batch of the task      forward, backward, step on the task's weights alone
///          batch of the language  forward, backward, step on the language's weights alone
/// </code>
/// Each set has an AdamW of its own, so that no moment and no weight decay leaks into weights whose turn it is not. With
/// a single set the rest is frozen: that is freeze-then-train. Works on the model's weights, or on the pairs of a LoRA
/// adapter whose modules lie in the set.
/// </summary>
public sealed class PartitionTrainer : IDisposable
{
    private readonly Llama _model;
    private readonly TrainingOptions _options;
    private readonly Seed _seed;
    private readonly OrderedDictionary<string, (FlatParameters Parameters, AdamW Optimizer)> _sets = [];

    /// <summary>Prepares the training of a model's weights.</summary>
    /// <param name="model">The model; the sets' weights are held in float32 from now on.</param>
    /// <param name="partition">The sets.</param>
    /// <param name="options">Settings of each set's training; steps, tokens or epochs count for each set.</param>
    /// <param name="seed">Order of the data and dropout.</param>
    public PartitionTrainer(Llama model, ParameterPartition partition, TrainingOptions options, Seed seed)
        : this(model, options, seed)
    {
        foreach (var (set, tensors) in partition.Sets)
        {
            Add(set, FlatParameters.OfModel(model, [.. tensors]));
        }
    }

    /// <summary>Prepares the training of an adapter, whose pairs go to the set of their module's weight.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="adapter">The adapter, which is applied from now on.</param>
    /// <param name="partition">The sets.</param>
    /// <param name="options">Settings of each set's training.</param>
    /// <param name="seed">Order of the data and dropout.</param>
    /// <exception cref="UserException">XL521: a set in which the adapter has no module.</exception>
    public PartitionTrainer(Llama model, LoraAdapter adapter, ParameterPartition partition, TrainingOptions options, Seed seed)
        : this(model, options, seed)
    {
        foreach (var (set, tensors) in partition.Sets)
        {
            var modules = adapter.Pairs.Keys.Where(m => tensors.Contains(m + ".weight")).ToHashSet();
            if (modules.Count == 0)
            {
                throw new UserException("XL521", $"The adapter has no module in the set '{set}' of partition '{partition.Name}'. Its target_modules are {string.Join(", ", adapter.Config.TargetModules)}; choose some that lie in the set.");
            }

            Add(set, FlatParameters.OfAdapter(adapter, model.Device, modules));
        }

        model.Adapter = adapter;
    }

    private PartitionTrainer(Llama model, TrainingOptions options, Seed seed) => (_model, _options, _seed) = (model, options, seed);

    /// <summary>Number of weights that each set trains.</summary>
    public IReadOnlyDictionary<string, long> TrainedCounts => _sets.ToDictionary(s => s.Key, s => s.Value.Parameters.Size);

    /// <summary>
    /// Trains the sets in turns, from a checkpoint if one is there; a set that has done its updates leaves the round. A
    /// checkpoint holds all sets after a whole round r, so that each stands at min(r, its updates).
    /// </summary>
    /// <param name="data">Encoded examples of each set, at most <see cref="TrainingOptions.Length"/> + 1 tokens each.</param>
    /// <param name="checkpoints">Where checkpoints are written, every <see cref="TrainingOptions.CheckpointEvery"/> rounds, and looked for; null for none.</param>
    /// <param name="progress">Told the set and where it stands after each update.</param>
    /// <param name="cancel">Stops before the next round; a checkpoint is written first where they are kept.</param>
    /// <returns>What was done, by set.</returns>
    /// <exception cref="UserException">XL410: a set has nothing to learn; XL411: a loss is not a number; XL41x: an unusable checkpoint; XL522: data for no set, or none for one.</exception>
    public IReadOnlyDictionary<string, TrainingResult> Run(
        IReadOnlyDictionary<string, IReadOnlyList<TokenizedExample>> data,
        CheckpointFolder? checkpoints = null,
        Action<string, TrainingProgress>? progress = null,
        CancellationToken cancel = default)
    {
        if (!data.Keys.ToHashSet().SetEquals(_sets.Keys))
        {
            throw new UserException("XL522", $"There is data for {string.Join(", ", data.Keys.Order(StringComparer.Ordinal))}; the partition's sets are {string.Join(", ", _sets.Keys)}. Give data for each of them.");
        }

        var trained = _sets.Select(s => new CheckpointFolder.Trained(s.Key + "/", s.Value.Parameters, s.Value.Optimizer)).ToList();
        var round = checkpoints?.Restore(trained) ?? 0;
        var turns = _sets.Select(s => new Turn(s.Key, s.Value.Parameters, s.Value.Optimizer, data[s.Key], _options, _seed, round)).ToList();
        var watch = Stopwatch.StartNew();
        _model.Training = true;
        try
        {
            for (var open = turns.FindAll(t => t.HasNext); open.Count > 0; open.RemoveAll(t => !t.HasNext))
            {
                if (cancel.IsCancellationRequested)
                {
                    checkpoints?.Save(trained, round);
                    cancel.ThrowIfCancellationRequested();
                }

                foreach (var turn in open)
                {
                    var done = Update(turn, watch);
                    progress?.Invoke(turn.Set, done);
                }

                round++;
                if (_options.CheckpointEvery > 0 && round % _options.CheckpointEvery == 0 && open.Exists(t => t.HasNext))
                {
                    checkpoints?.Save(trained, round);
                }
            }
        }
        finally
        {
            _model.Training = false;
            turns.ForEach(t => t.Dispose());
            foreach (var (parameters, _) in _sets.Values)
            {
                parameters.Learn(true);
            }
        }

        return turns.ToDictionary(t => t.Set, t => t.Result(watch.Elapsed.TotalSeconds));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (parameters, optimizer) in _sets.Values)
        {
            parameters.Dispose();
            optimizer.Dispose();
        }
    }

    private void Add(string set, FlatParameters parameters) =>
        _sets.Add(set, (parameters, new AdamW(parameters.Size, parameters.Decayed, _model.Device, _options)));

    private TrainingProgress Update(Turn turn, Stopwatch watch)
    {
        foreach (var (set, (parameters, _)) in _sets)
        {
            parameters.Learn(set == turn.Set);
        }

        using (no_grad())
        {
            turn.Parameters.Gradient.zero_();
        }

        var update = turn.Next();
        var (weight, loss) = (update.Sum(b => b.WeightSum), 0.0);
        for (var i = 0; i < update.Length; i++)
        {
            using var scope = NewDisposeScope();
            random.manual_seed((long)(_seed.And("dropout", turn.Set, turn.Done, i).Value & long.MaxValue));
            var part = Loss.Sum(_model, update[i]).Times(1 / weight);
            part.backward();
            loss += part.item<float>();
        }

        var norm = turn.Parameters.Clip(_options.ClipNorm);
        var rate = _options.RateAt(turn.Done, turn.Steps);
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            throw new UserException("XL411", string.Create(CultureInfo.InvariantCulture, $"Step {turn.Done + 1} of '{turn.Set}': the loss is {loss} and the gradient's norm {norm}. Lower the learning rate ({rate:g3}) or warm up longer; the last checkpoint is unharmed."));
        }

        turn.Optimizer.Step(turn.Parameters.Weights, turn.Parameters.Gradient, rate, turn.Done + 1);
        turn.Note(update, loss);
        return new TrainingProgress(turn.Done, turn.Steps, loss, rate, norm, turn.Tokens, watch.Elapsed.TotalSeconds);
    }

    /// <summary>One set's way through its data.</summary>
    private sealed class Turn : IDisposable
    {
        private readonly IEnumerator<PackedBatch[]> _updates;
        private readonly List<double> _losses = [];
        private long _learned;

        public Turn(string set, FlatParameters parameters, AdamW optimizer, IReadOnlyList<TokenizedExample> examples, TrainingOptions options, Seed seed, int round)
        {
            (Set, Parameters, Optimizer) = (set, parameters, optimizer);
            if (!examples.Any(e => e.LearnedCount > 0))
            {
                throw new UserException("XL410", $"No example of '{set}' has a token to learn. Check that the data has answers and that the length leaves room for them.");
            }

            var packer = new Packer(options.Rows, options.Length);
            var own = seed.And("set", set);
            var epoch = packer.Epoch(examples, own, 0).Chunk(options.Accumulate).ToList();
            var tokens = epoch.Sum(u => u.Sum(b => (long)b.TokenCount));
            Steps = options.Steps > 0 ? options.Steps
                : Math.Max(1, (int)Math.Round(options.Tokens > 0 ? (double)options.Tokens * epoch.Count / tokens : options.Epochs * epoch.Count));
            // What a checkpoint has seen is packed again and passed over.
            Done = Math.Min(round, Steps);
            _updates = Enumerable.Range(0, int.MaxValue).SelectMany(e => packer.Epoch(examples, own, e).Chunk(options.Accumulate)).Take(Steps).Skip(Done).GetEnumerator();
        }

        public string Set { get; }

        public FlatParameters Parameters { get; }

        public AdamW Optimizer { get; }

        public int Steps { get; }

        public int Done { get; private set; }

        public long Tokens { get; private set; }

        public bool HasNext => Done < Steps;

        public PackedBatch[] Next() => _updates.MoveNext() ? _updates.Current : throw new InvalidOperationException("all updates are done");

        public void Note(PackedBatch[] update, double loss)
        {
            Done++;
            _losses.Add(loss);
            Tokens += update.Sum(b => (long)b.TokenCount);
            _learned += update.Sum(b => (long)b.Targets.Length);
        }

        public TrainingResult Result(double seconds) => new(Steps, _losses.TakeLast(Math.Max(1, Steps / 10)).DefaultIfEmpty(double.NaN).Average(), Tokens, _learned, seconds);

        public void Dispose() => _updates.Dispose();
    }
}
