using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Training;
using static TorchSharp.torch;

namespace CrossLingual.Methods;

/// <summary>
/// Why may weights be averaged at all? Because between two models tuned from one start the loss does not rise: they are
/// linearly connected (Frankle et al., arXiv 1912.05671, section 3; task vectors' linearity is what arXiv 2505.18356
/// explains merging with). For shares a of the second model:
/// <code>
/// L(a) = loss((1 - a) theta_1 + a theta_2)
/// barrier = max_a [ L(a) - ((1 - a) L(0) + a L(1)) ]           0: connected
///
/// L = 2.0  2.6  3.0 at a = 0, 0.5, 1:    barrier 2.6 - 2.5 = 0.1
/// </code>
/// </summary>
/// <param name="Shares">The shares a, from 0 to 1.</param>
/// <param name="Sets">Names of the held-out sets.</param>
/// <param name="Losses">Mean loss in nats a token, by set and share.</param>
public sealed record InterpolationCurve(IReadOnlyList<double> Shares, IReadOnlyList<string> Sets, IReadOnlyList<IReadOnlyList<double>> Losses)
{
    /// <summary>How far the loss of a set rises above the straight line between its ends; 0 or more.</summary>
    /// <param name="set">Index of the set.</param>
    public double Barrier(int set) => Shares.Zip(Losses[set], (a, loss) => loss - (((1 - a) * Losses[set][0]) + (a * Losses[set][^1]))).Max();

    /// <summary>Measures the loss along the line.</summary>
    /// <param name="first">The model at 0; left as it was.</param>
    /// <param name="second">The model at 1, of the same shape.</param>
    /// <param name="sets">Held-out examples by name.</param>
    /// <param name="points">Points of the line, both ends among them, at least 2.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancel">Stops between batches.</param>
    public static InterpolationCurve Measure(
        Llama first,
        Llama second,
        IReadOnlyDictionary<string, IReadOnlyList<TokenizedExample>> sets,
        int points = 11,
        IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        double[] shares = [.. Enumerable.Range(0, points).Select(i => (double)i / (points - 1))];
        var losses = sets.Keys.ToDictionary(s => s, _ => new List<double>());
        var ends = first.Weights.ToDictionary(w => w.Key, w => w.Value.detach().clone().DetachFromDisposeScope());
        try
        {
            for (var i = 0; i < points; i++)
            {
                Mix(first, ends, second, shares[i]);
                foreach (var (name, examples) in sets)
                {
                    losses[name].Add(Loss.Measure(first, examples, cancel: cancel).Loss);
                }

                progress?.Report((i + 1.0) / points);
            }
        }
        finally
        {
            Mix(first, ends, second, 0);
            foreach (var end in ends.Values)
            {
                end.Dispose();
            }
        }

        return new InterpolationCurve(shares, [.. sets.Keys], [.. sets.Keys.Select(s => (IReadOnlyList<double>)losses[s])]);
    }

    private static void Mix(Llama model, Dictionary<string, Tensor> ends, Llama second, double share)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (name, weights) in model.Weights)
        {
            weights.copy_(ends[name].to(ScalarType.Float32).Times(1 - share).Plus(second.Weights[name].to(ScalarType.Float32).Times(share)));
        }
    }
}
