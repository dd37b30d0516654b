using System.Diagnostics;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using static TorchSharp.torch;

namespace CrossLingual.Evaluation;

/// <summary>How the next token is chosen.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most new tokens; at least 1.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>0 takes the likeliest token (greedy); above 0 divides the logits before sampling.</summary>
    public double Temperature { get; init; }

    /// <summary>Sample among this many likeliest tokens; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Sample among the likeliest tokens that together reach this probability; 1 for all (Holtzman et al. 2020).</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Where sampling's randomness comes from; each prompt has its own, whatever its place in a batch.</summary>
    public Seed Seed { get; init; } = Seed.For("generate");

    /// <summary>Prompts computed together.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Whether earlier tokens' keys and values are kept; without, each step computes the whole text again.</summary>
    public bool UseCache { get; init; } = true;

    /// <summary>Whether to stop at an end-of-text id.</summary>
    public bool StopAtEos { get; init; } = true;

    /// <summary>Whether a prompt's text, by the prompt's place, needs no more; asked every 16 tokens. Null writes to the end.</summary>
    public Func<int, string, bool>? Enough { get; init; }
}

/// <summary>What a model wrote for one prompt.</summary>
/// <param name="PromptIds">The prompt.</param>
/// <param name="Ids">The new tokens, without the end-of-text id.</param>
/// <param name="Text">The new text.</param>
/// <param name="Stopped">Whether the model ended the text itself.</param>
public sealed record Sample(IReadOnlyList<int> PromptIds, IReadOnlyList<int> Ids, string Text, bool Stopped);

/// <summary>Writes answers with a model, many prompts at a time, padded on the left and sorted by length.</summary>
/// <param name="model">The model; it is used as it is.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="eosIds">Ids that end a text.</param>
public sealed class Generator(Llama model, Tokenizer tokenizer, IReadOnlyList<int> eosIds)
{
    private const int LookEvery = 16;

    /// <summary>Seconds spent and tokens written by the last call.</summary>
    public (double Seconds, long Tokens) LastCost { get; private set; }

    /// <summary>Completes prompts; the result keeps their order.</summary>
    /// <param name="prompts">Token ids, each at least one.</param>
    /// <param name="options">How to choose tokens.</param>
    /// <param name="progress">Told how many prompts are done.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="UserException">XL340: a prompt leaves no room in the model's context.</exception>
    public IReadOnlyList<Sample> Complete(
        IReadOnlyList<int[]> prompts,
        GenerationOptions options,
        IProgress<int>? progress = null,
        CancellationToken cancel = default)
    {
        Check(prompts, options);
        var watch = Stopwatch.StartNew();
        var results = new Sample[prompts.Count];
        var order = Enumerable.Range(0, prompts.Count).OrderBy(i => prompts[i].Length).ThenBy(i => i).ToArray();
        var done = 0;
        foreach (var batch in order.Chunk(options.BatchSize))
        {
            var written = CompleteBatch([.. batch.Select(i => prompts[i])], [.. batch.Select(i => options.Seed.And(i).Dice())], options, (row, ids) => options.Enough?.Invoke(batch[row], tokenizer.Decode(ids, continuation: true)) == true, cancel);
            for (var row = 0; row < batch.Length; row++)
            {
                var (ids, stopped) = written[row];
                var text = tokenizer.Decode(ids, continuation: true);
                results[batch[row]] = new Sample(prompts[batch[row]], ids, text, stopped);
            }

            progress?.Report(done += batch.Length);
        }

        LastCost = (watch.Elapsed.TotalSeconds, results.Sum(r => (long)r.Ids.Count));
        return results;
    }

    private void Check(IReadOnlyList<int[]> prompts, GenerationOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxNewTokens);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchSize);
        for (var i = 0; i < prompts.Count; i++)
        {
            if (prompts[i].Length == 0 || prompts[i].Length >= model.Config.MaxPositions)
            {
                throw new UserException("XL340", $"Prompt {i + 1} has {prompts[i].Length} tokens; the model takes 1 to {model.Config.MaxPositions - 1} and needs room for an answer. Shorten it.");
            }
        }
    }

    private (List<int> Ids, bool Stopped)[] CompleteBatch(int[][] prompts, Dice[] dice, GenerationOptions options, Func<int, List<int>, bool> enough, CancellationToken cancel)
    {
        using var outer = NewDisposeScope();
        using var _ = no_grad();
        var longest = prompts.Max(p => p.Length);
        var room = prompts.Select(p => Math.Min(options.MaxNewTokens, model.Config.MaxPositions - p.Length)).ToArray();
        var steps = room.Max();
        var results = prompts.Select(_ => (Ids: new List<int>(), Stopped: false)).ToArray();
        var rows = Enumerable.Range(0, prompts.Length).ToList();   // prompts that still go on
        var padding = tensor(prompts.Select(p => (long)(longest - p.Length)).ToArray(), device: model.Device);
        var ids = tensor(prompts.SelectMany(p => new long[longest - p.Length].Concat(p.Select(i => (long)i))).ToArray(), device: model.Device).view(prompts.Length, longest);
        using var cache = options.UseCache ? new KeyValueCache(model, prompts.Length, longest + steps) : null;
        for (var step = 0; step < steps && rows.Count > 0; step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var past = cache?.Length ?? 0;
            var fresh = ids.narrow(1, past, ids.shape[1] - past);
            var chosen = Choose(NextLogits(fresh, padding, past, cache), rows, dice, options);
            var going = new List<int>();
            for (var i = 0; i < rows.Count; i++)
            {
                if (options.StopAtEos && eosIds.Contains(chosen[i]))
                {
                    results[rows[i]].Stopped = true;
                }
                else
                {
                    var written = results[rows[i]].Ids;
                    written.Add(chosen[i]);
                    if (written.Count < room[rows[i]] && !(written.Count % LookEvery == 0 && enough(rows[i], written)))
                    {
                        going.Add(i);
                    }
                }
            }

            ids = cat([ids, tensor(chosen.Select(c => (long)c).ToArray(), device: model.Device).unsqueeze(1)], 1);
            if (going.Count < rows.Count && going.Count > 0)
            {
                var kept = tensor(going.Select(i => (long)i).ToArray(), device: model.Device);
                ids = ids.index_select(0, kept);
                padding = padding.index_select(0, kept).MoveToOuterDisposeScope();
                cache?.Keep(kept, model.Config.KeyValueHeads);
            }

            ids = ids.MoveToOuterDisposeScope();
            rows = [.. going.Select(i => rows[i])];
        }

        return results;
    }

    /// <summary>Logits of the token after each row: [batch, vocabulary], float32.</summary>
    private Tensor NextLogits(Tensor fresh, Tensor padding, long past, KeyValueCache? cache)
    {
        var time = fresh.shape[1];
        var positions = arange(past, past + time, device: model.Device).unsqueeze(0).Minus(padding.unsqueeze(1)).relu();   // [batch, time]
        var mask = AttentionMask.LeftPadded(padding, past, time, model.ComputeType);
        var hidden = model.Hidden(fresh, positions, mask, cache);
        return model.Logits(hidden.select(1, time - 1));
    }

    private static int[] Choose(Tensor logits, List<int> rows, Dice[] dice, GenerationOptions options)
    {
        if (options.Temperature <= 0)
        {
            return [.. logits.argmax(-1).cpu().data<long>().Select(id => (int)id)];
        }

        var probabilities = logits.Times(1 / options.Temperature).softmax(-1).cpu().data<float>().ToArray();
        var width = probabilities.Length / rows.Count;
        return [.. rows.Select((row, i) => Draw(probabilities.AsSpan(i * width, width), dice[row], options))];
    }

    private static int Draw(Span<float> probabilities, Dice dice, GenerationOptions options)
    {
        var order = new int[probabilities.Length];
        var keys = new float[probabilities.Length];
        for (var i = 0; i < order.Length; i++)
        {
            (order[i], keys[i]) = (i, -probabilities[i]);
        }

        Array.Sort(keys, order);
        for (int i = 0, next; i < order.Length; i = next)
        {
            // Equals come in the order of their ids, as the greedy choice takes them; sorting alone leaves them anyhow.
            for (next = i + 1; next < order.Length && keys[next] == keys[i]; next++)
            {
            }

            Array.Sort(order, i, next - i);
        }

        var limit = options.TopK > 0 ? Math.Min(options.TopK, order.Length) : order.Length;
        double mass = 0;
        var kept = 0;
        while (kept < limit && (kept == 0 || mass < options.TopP))
        {
            mass += probabilities[order[kept++]];
        }

        var target = dice.NextDouble() * mass;
        for (var i = 0; i < kept; i++)
        {
            target -= probabilities[order[i]];
            if (target < 0)
            {
                return order[i];
            }
        }

        return order[kept - 1];
    }
}
