using System.Diagnostics;
using System.Globalization;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CrossLingual.Training;

/// <summary>Where a tagger's training stands after an update.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Steps">Updates in all.</param>
/// <param name="Loss">Mean loss of the update's words, in nats.</param>
/// <param name="DevAccuracy">Share of development words tagged right, where it was looked at; else null.</param>
public sealed record TaggerProgress(int Step, int Steps, double Loss, double? DevAccuracy);

/// <summary>What a tagger's training did.</summary>
/// <param name="Steps">Updates.</param>
/// <param name="BestStep">The update whose state was kept.</param>
/// <param name="DevAccuracy">Its share of development words tagged right; NaN without development sentences.</param>
/// <param name="FinalLoss">Mean loss of the last tenth of the updates, in nats a word.</param>
/// <param name="Words">Words seen, repetitions included.</param>
/// <param name="Seconds">Duration.</param>
public sealed record TaggerResult(int Steps, int BestStep, double DevAccuracy, double FinalLoss, long Words, double Seconds);

/// <summary>
/// Trains all weights of a tagger: <c>loss = -1/W Σ_w log p(gold tag of w)</c> over the W words of an update (Absar 2025),
/// AdamW in float32. The state with the best accuracy on the development sentences is kept. The same seed, data and machine
/// give the same weights.
/// </summary>
public sealed class TaggerTrainer : IDisposable
{
    private const long Ignored = -100;

    // Sentences sorted by length together, so that rows of a batch are alike and batches of an epoch are not.
    private const int Neighbours = 256;

    private readonly TokenClassifier _tagger;
    private readonly TaggerOptions _options;
    private readonly TrainingOptions _rates;
    private readonly Seed _seed;
    private readonly FlatParameters _parameters;
    private readonly AdamW _optimizer;

    /// <summary>Prepares the training.</summary>
    /// <param name="tagger">The tagger; its weights are held in float32 from now on.</param>
    /// <param name="options">The settings.</param>
    /// <param name="seed">Order of the data and dropout.</param>
    public TaggerTrainer(TokenClassifier tagger, TaggerOptions options, Seed seed)
    {
        (_tagger, _options, _rates, _seed) = (tagger, options, options.Optimizer, seed);
        _parameters = FlatParameters.OfClassifier(tagger);
        _optimizer = new AdamW(_parameters.Size, _parameters.Decayed, tagger.Encoder.Device, _rates);
    }

    /// <summary>Trains to the end.</summary>
    /// <param name="train">Sentences to learn.</param>
    /// <param name="dev">Sentences to choose the best state by; none keeps the last.</param>
    /// <param name="progress">Told after each update.</param>
    /// <param name="cancel">Stops before the next update.</param>
    /// <exception cref="UserException">XL690: a tag that the tagger does not have, or nothing to learn; XL691: the loss is not a number.</exception>
    public TaggerResult Run(IReadOnlyList<TaggedWords> train, IReadOnlyList<TaggedWords> dev, IProgress<TaggerProgress>? progress = null, CancellationToken cancel = default)
    {
        var rows = Targets(train);
        var watch = Stopwatch.StartNew();
        var (words, best, bestStep) = (0L, double.NaN, _options.Steps);
        var losses = new Queue<double>();
        Tensor? kept = null;
        _tagger.Encoder.Training = true;
        try
        {
            var step = 0;
            foreach (var batch in Batches(rows).Take(_options.Steps))
            {
                cancel.ThrowIfCancellationRequested();
                var loss = Update(batch, step++);
                words += batch.Sum(r => r.Targets.Length);
                losses.Enqueue(loss);
                if (losses.Count > Math.Max(1, _options.Steps / 10))
                {
                    losses.Dequeue();
                }

                double? accuracy = dev.Count > 0 && (step % _options.DevEvery == 0 || step == _options.Steps) ? Accuracy(dev, cancel) : null;
                if (accuracy is { } share && !(share <= best))
                {
                    (best, bestStep) = (share, step);
                    kept?.Dispose();
                    kept = _parameters.Weights.clone().DetachFromDisposeScope();
                }

                progress?.Report(new TaggerProgress(step, _options.Steps, loss, accuracy));
            }

            if (kept is not null)
            {
                using var _ = no_grad();
                _parameters.Weights.copy_(kept);
            }
        }
        finally
        {
            _tagger.Encoder.Training = false;
            kept?.Dispose();
        }

        return new TaggerResult(_options.Steps, bestStep, best, losses.Average(), words, watch.Elapsed.TotalSeconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
    }

    private List<(WordRow Row, long[] Targets)> Targets(IReadOnlyList<TaggedWords> train)
    {
        var numbers = _tagger.Tags.Select((tag, i) => (tag, i)).ToDictionary(t => t.tag, t => (long)t.i);
        var unknown = train.SelectMany(s => s.Tags).FirstOrDefault(t => !numbers.ContainsKey(t));
        if (unknown is not null || train.All(s => s.Words.Count == 0))
        {
            throw new UserException("XL690", unknown is null
                ? "There is no tagged word to learn. Give a file with sentences."
                : $"The training sentences have the tag '{unknown}', which is not one of the tagger's: {string.Join(", ", _tagger.Tags)}. Start from a model without a head, or leave those sentences out.");
        }

        return [.. train.SelectMany(s => _tagger.Rows(s.Words).Select(row => (row, s.Tags.Skip(row.First).Take(row.Words.Count).Select(t => numbers[t]).ToArray())))];
    }

    // Epoch after epoch without end: shuffled, neighbours sorted by length, cut into batches, which are shuffled again.
    private IEnumerable<List<(WordRow Row, long[] Targets)>> Batches(List<(WordRow Row, long[] Targets)> rows)
    {
        for (var epoch = 0; ; epoch++)
        {
            var dice = _seed.And("epoch", epoch).Dice();
            var order = rows.ToArray();
            dice.Shuffle<(WordRow, long[])>(order);
            var batches = new List<List<(WordRow Row, long[] Targets)>>();
            foreach (var neighbours in order.Chunk(Neighbours))
            {
                var count = _options.BatchWords;
                foreach (var row in neighbours.OrderBy(r => r.Row.Ids.Length))
                {
                    if (count >= _options.BatchWords)
                    {
                        batches.Add([]);
                        count = 0;
                    }

                    batches[^1].Add(row);
                    count += row.Targets.Length;
                }
            }

            var shuffled = batches.ToArray();
            dice.Shuffle<List<(WordRow, long[])>>(shuffled);
            foreach (var batch in shuffled)
            {
                yield return batch;
            }
        }
    }

    private double Update(List<(WordRow Row, long[] Targets)> batch, int step)
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            _parameters.Gradient.zero_();
        }

        random.manual_seed((long)(_seed.And("dropout", step).Value & long.MaxValue));
        var scores = _tagger.Scores([.. batch.Select(r => r.Row)]);   // [places, tags]
        var targets = new long[scores.shape[0]];
        Array.Fill(targets, Ignored);
        long[] gold = [.. batch.SelectMany(r => r.Targets)];
        gold.CopyTo(targets, 0);
        var loss = functional.cross_entropy(scores, tensor(targets, device: scores.device), ignore_index: Ignored, reduction: Reduction.Sum).Times(1.0 / gold.Length);
        loss.backward();
        var (value, norm) = (loss.item<float>(), _parameters.Clip(_rates.ClipNorm));
        if (!double.IsFinite(value) || !double.IsFinite(norm))
        {
            throw new UserException("XL691", string.Create(CultureInfo.InvariantCulture, $"Step {step + 1}: the loss is {value} and the gradient's norm {norm}. Lower the learning rate ({_options.LearningRate:g3}) or warm up longer."));
        }

        _optimizer.Step(_parameters.Weights, _parameters.Gradient, _rates.RateAt(step, _options.Steps), step + 1);
        return value;
    }

    private double Accuracy(IReadOnlyList<TaggedWords> dev, CancellationToken cancel)
    {
        var found = _tagger.Tag([.. dev.Select(s => s.Words)], cancel: cancel);
        var right = dev.Zip(found, (s, tags) => s.Tags.Zip(tags, (gold, tag) => gold == _tagger.Tags[tag]).Count(r => r)).Sum();
        return (double)right / dev.Sum(s => s.Words.Count);
    }
}
