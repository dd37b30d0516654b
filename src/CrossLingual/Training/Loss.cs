using CrossLingual.Data;
using CrossLingual.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CrossLingual.Training;

/// <summary>
/// Negative log-likelihood of the tokens to learn: <c>-(1/T) sum log p(y_t | x, y_&lt;t)</c> over answers only, as
/// Stanford Alpaca trains.
/// </summary>
public static class Loss
{
    private const long Ignored = -100;
    private const int Round = 256;

    /// <summary>Sum over a batch's learned tokens, each times its example's weight, in nats.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Packed rows.</param>
    /// <returns>A float32 scalar.</returns>
    public static Tensor Sum(Llama model, PackedBatch batch)
    {
        if (batch.IsUnweighted)
        {
            return Tokens(model, batch, Reduction.Sum);
        }

        var weights = new float[Rounded(batch.Targets.Length)];
        batch.Weights.CopyTo(weights, 0);
        return (Tokens(model, batch, Reduction.None) * tensor(weights, device: model.Device)).sum();
    }

    /// <summary>Sum over each example's learned tokens, in nats, without training: its difficulty for the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="examples">Examples of at most 1,025 tokens.</param>
    /// <param name="rows">Rows computed together.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <returns>A number for each example; 0 for those that learn nothing.</returns>
    public static double[] ByExample(Llama model, IReadOnlyList<TokenizedExample> examples, int rows = 16, CancellationToken cancel = default)
    {
        using var _ = no_grad();
        var wasTraining = model.Training;
        model.Training = false;
        try
        {
            var sums = new double[examples.Count];
            var time = Math.Max(2, examples.Max(e => e.Ids.Length) - 1);
            foreach (var batch in new Packer(rows, time).InOrder(examples))
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var losses = Tokens(model, batch, Reduction.None).cpu().data<float>();
                for (var i = 0; i < batch.Owners.Length; i++)
                {
                    sums[batch.Owners[i]] += losses[i];
                }
            }

            return sums;
        }
        finally
        {
            model.Training = wasTraining;
        }
    }

    private static Tensor Tokens(Llama model, PackedBatch batch, Reduction reduction)
    {
        var device = model.Device;
        var ids = tensor(batch.Ids, device: device).view(batch.Rows, batch.Time);
        var positions = tensor(batch.Positions, device: device).view(batch.Rows, batch.Time);
        var segments = tensor(batch.Segments, device: device).view(batch.Rows, batch.Time);
        var mask = AttentionMask.Packed(segments, model.ComputeType);
        var hidden = model.Hidden(ids, positions, mask);   // [rows, time, width]

        // Only the places that learn need the vocabulary's scores: answers are often a tenth of the tokens.
        var (places, targets) = RoundedTargets(batch);
        var learning = hidden.flatten(0, 1).index_select(0, tensor(places, device: device));   // [learned, width]
        return functional.cross_entropy(model.Logits(learning), tensor(targets, device: device), ignore_index: Ignored, reduction: reduction);
    }

    /// <summary>Mean over the learned tokens of examples, in nats, without training.</summary>
    /// <param name="model">The model.</param>
    /// <param name="examples">Examples of at most 1,025 tokens.</param>
    /// <param name="rows">Rows computed together.</param>
    /// <param name="cancel">Stops between batches.</param>
    public static HeldOut Measure(Llama model, IReadOnlyList<TokenizedExample> examples, int rows = 16, CancellationToken cancel = default)
    {
        using var _ = no_grad();
        var (sum, tokens) = (0.0, 0L);
        var time = Math.Max(2, examples.Max(e => e.Ids.Length) - 1);
        foreach (var batch in new Packer(rows, time).InOrder(examples))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            sum += Sum(model, batch).item<float>();
            tokens += batch.Targets.Length;
        }

        return new HeldOut(sum / tokens, tokens, examples.Count);
    }

    // Filled up to a round number: with a new size at every step, freed memory fits nothing and the process grows.
    private static (long[] Places, long[] Targets) RoundedTargets(PackedBatch batch)
    {
        var count = Rounded(batch.Targets.Length);
        var places = new long[count];
        var targets = new long[count];
        Array.Fill(targets, Ignored);
        batch.LearnedAt.CopyTo(places, 0);
        batch.Targets.CopyTo(targets, 0);
        return (places, targets);
    }

    private static int Rounded(int count) => (count + Round - 1) / Round * Round;
}

/// <summary>Loss on examples that were not trained on.</summary>
/// <param name="Loss">Mean negative log-likelihood per learned token, in nats.</param>
/// <param name="Tokens">Learned tokens.</param>
/// <param name="Examples">Examples.</param>
public sealed record HeldOut(double Loss, long Tokens, int Examples);
