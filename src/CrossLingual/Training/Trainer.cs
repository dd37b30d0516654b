using System.Diagnostics;
using System.Globalization;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using static TorchSharp.torch;

namespace CrossLingual.Training;

/// <summary>Where a training stands after an update.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Steps">Updates in all.</param>
/// <param name="Loss">Mean loss of the update's learned tokens, in nats.</param>
/// <param name="LearningRate">The rate used.</param>
/// <param name="GradientNorm">Norm before clipping.</param>
/// <param name="Tokens">Input tokens since the start of this process.</param>
/// <param name="Seconds">Time since then.</param>
public sealed record TrainingProgress(int Step, int Steps, double Loss, double LearningRate, double GradientNorm, long Tokens, double Seconds)
{
    /// <summary>Input tokens a second.</summary>
    public double TokensPerSecond => Seconds > 0 ? Tokens / Seconds : 0;
}

/// <summary>What a training did.</summary>
/// <param name="Steps">Updates.</param>
/// <param name="FinalLoss">Mean loss of the last tenth of the updates.</param>
/// <param name="Tokens">Input tokens of this process.</param>
/// <param name="LearnedTokens">Tokens of this process on which loss fell.</param>
/// <param name="Seconds">Duration of this process's part.</param>
public sealed record TrainingResult(int Steps, double FinalLoss, long Tokens, long LearnedTokens, double Seconds);

/// <summary>
/// Supervised fine-tuning: packed batches, loss on answers, accumulated gradients, clipping, AdamW in float32 whatever
/// type the model computes in. The same seed, data and machine give the same weights, also across a resume.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly Llama _model;
    private readonly TrainingOptions _options;
    private readonly Seed _seed;
    private readonly FlatParameters _parameters;
    private readonly AdamW _optimizer;

    /// <summary>Prepares the training of a model's chosen weights.</summary>
    /// <param name="model">The model; the chosen weights are held in float32 from now on.</param>
    /// <param name="trained">Names of the trained weights.</param>
    /// <param name="options">The settings.</param>
    /// <param name="seed">Order of the data and dropout.</param>
    public Trainer(Llama model, IReadOnlyCollection<string> trained, TrainingOptions options, Seed seed)
        : this(model, FlatParameters.OfModel(model, trained), options, seed)
    {
    }

    /// <summary>Prepares the training of an adapter; the model itself stays as it is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="adapter">The adapter, which is applied from now on.</param>
    /// <param name="options">The settings.</param>
    /// <param name="seed">Order of the data and dropout.</param>
    /// <param name="modules">The modules whose pairs are trained; null for all. The others' pairs stay as they are.</param>
    public Trainer(Llama model, LoraAdapter adapter, TrainingOptions options, Seed seed, IReadOnlyCollection<string>? modules = null)
        : this(model, FlatParameters.OfAdapter(adapter, model.Device, modules), options, seed)
    {
        model.Adapter = adapter;
    }

    private Trainer(Llama model, FlatParameters parameters, TrainingOptions options, Seed seed)
    {
        (_model, _parameters, _options, _seed) = (model, parameters, options, seed);
        _optimizer = new AdamW(parameters.Size, parameters.Decayed, model.Device, options);
    }

    /// <summary>Self-paced learning; null trains on everything from the start.</summary>
    public SelfPacedSchedule? SelfPaced { get; init; }

    /// <summary>Number of weights that are trained.</summary>
    public long TrainedCount => _parameters.Size;

    /// <summary>Updates of a whole training on this data.</summary>
    public int StepsFor(IReadOnlyList<TokenizedExample> examples)
    {
        if (_options.Steps > 0)
        {
            return _options.Steps;
        }

        var (steps, tokens) = Epoch(examples);
        return Math.Max(1, (int)Math.Round(_options.Tokens > 0 ? (double)_options.Tokens * steps / tokens : _options.Epochs * steps));
    }

    /// <summary>Trains to the end, from a checkpoint if one is there.</summary>
    /// <param name="examples">Encoded examples of at most <see cref="TrainingOptions.Length"/> + 1 tokens.</param>
    /// <param name="checkpoints">Where checkpoints are written and looked for; null for none.</param>
    /// <param name="progress">Told after each update.</param>
    /// <param name="cancel">Stops before the next update; a checkpoint is written first where they are kept.</param>
    /// <exception cref="UserException">XL410: nothing to learn; XL411: the loss is not a number; XL41x: an unusable checkpoint.</exception>
    public TrainingResult Run(
        IReadOnlyList<TokenizedExample> examples,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancel = default)
    {
        if (!examples.Any(e => e.LearnedCount > 0))
        {
            throw new UserException("XL410", "No example has a token to learn. Check that the data has answers and that the length leaves room for them.");
        }

        var steps = StepsFor(examples);
        var start = checkpoints?.Restore(_parameters, _optimizer, SelfPaced) ?? 0;
        var watch = Stopwatch.StartNew();
        var (tokens, learned) = (0L, 0L);
        var lastLosses = new Queue<double>();
        var step = start;
        _model.Training = true;
        try
        {
            foreach (var update in Updates(examples, start, steps, cancel))
            {
                cancel.ThrowIfCancellationRequested();
                var rate = _options.RateAt(step, steps);
                var (loss, norm) = Update(update, step, rate);
                step++;
                tokens += update.Sum(b => (long)b.TokenCount);
                learned += update.Sum(b => (long)b.Targets.Length);
                lastLosses.Enqueue(loss);
                if (lastLosses.Count > Math.Max(1, steps / 10))
                {
                    lastLosses.Dequeue();
                }

                progress?.Report(new TrainingProgress(step, steps, loss, rate, norm, tokens, watch.Elapsed.TotalSeconds));
                if (_options.CheckpointEvery > 0 && step % _options.CheckpointEvery == 0 && step < steps)
                {
                    checkpoints?.Save(_parameters, _optimizer, step, SelfPaced);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Between updates, or while a round was scored: the weights are those of `step` either way.
            checkpoints?.Save(_parameters, _optimizer, step, SelfPaced);
            throw;
        }
        finally
        {
            _model.Training = false;
        }

        return new TrainingResult(steps, lastLosses.Count > 0 ? lastLosses.Average() : double.NaN, tokens, learned, watch.Elapsed.TotalSeconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
    }

    /// <summary>Loss of one update and the gradient that it leaves, before clipping; for tests of packing and accumulation.</summary>
    internal (double Loss, Tensor Gradient) Gradient(IReadOnlyList<PackedBatch> update)
    {
        var loss = Accumulate(update, 0);
        return (loss, _parameters.Gradient);
    }

    private (double Loss, double Norm) Update(IReadOnlyList<PackedBatch> update, int step, double rate)
    {
        var loss = Accumulate(update, step);
        var norm = _parameters.Clip(_options.ClipNorm);
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            throw new UserException("XL411", string.Create(CultureInfo.InvariantCulture, $"Step {step + 1}: the loss is {loss} and the gradient's norm {norm}. Lower the learning rate ({rate:g3}) or warm up longer; the last checkpoint is unharmed."));
        }

        _optimizer.Step(_parameters.Weights, _parameters.Gradient, rate, step + 1);
        return (loss, norm);
    }

    // The divisor is the whole update's, so that accumulated passes equal one large batch.
    private double Accumulate(IReadOnlyList<PackedBatch> update, int step)
    {
        using (no_grad())
        {
            _parameters.Gradient.zero_();
        }

        var learned = update.Sum(b => b.WeightSum);
        var total = 0.0;
        for (var i = 0; i < update.Count; i++)
        {
            using var scope = NewDisposeScope();
            random.manual_seed((long)(_seed.And("dropout", step, i).Value & long.MaxValue));
            var loss = Loss.Sum(_model, update[i]).Times(1 / learned);
            loss.backward();
            total += loss.item<float>();
        }

        return total;
    }

    // Round after round; without self-paced learning there is one.
    private IEnumerable<PackedBatch[]> Updates(IReadOnlyList<TokenizedExample> examples, int start, int steps, CancellationToken cancel)
    {
        if (SelfPaced is null)
        {
            return Epochs(examples, _seed, 0, steps, start);
        }

        return Rounds();

        IEnumerable<PackedBatch[]> Rounds()
        {
            var rounds = Math.Min(SelfPaced.Options.Rounds, steps);
            for (var round = 0; round < rounds; round++)
            {
                var (from, to) = ((int)((long)steps * round / rounds), (int)((long)steps * (round + 1) / rounds));
                if (to <= start)
                {
                    continue;   // a checkpoint has passed it
                }

                var admitted = SelfPaced.Admit(_model, examples, round, from, cancel);
                foreach (var update in Epochs(admitted, _seed.And("round", round), from, to, start))
                {
                    yield return update;
                }
            }
        }
    }

    // Epoch after epoch, in groups of batches; what a checkpoint has seen is packed again and passed over.
    private IEnumerable<PackedBatch[]> Epochs(IReadOnlyList<TokenizedExample> examples, Seed seed, int from, int to, int start)
    {
        var packer = new Packer(_options.Rows, _options.Length);
        var step = from;
        for (var epoch = 0; step < to; epoch++)
        {
            foreach (var update in packer.Epoch(examples, seed, epoch).Chunk(_options.Accumulate))
            {
                if (step == to)
                {
                    yield break;
                }

                if (step++ >= start)
                {
                    yield return update;
                }
            }
        }
    }

    private (int Steps, long Tokens) Epoch(IReadOnlyList<TokenizedExample> examples)
    {
        var (steps, tokens) = (0, 0L);
        foreach (var update in new Packer(_options.Rows, _options.Length).Epoch(examples, _seed, 0).Chunk(_options.Accumulate))
        {
            steps++;
            tokens += update.Sum(b => (long)b.TokenCount);
        }

        return (steps, tokens);
    }
}
