using System.Text;
using System.Text.Json.Nodes;
using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CrossLingual.Evaluation;

/// <summary>How texts longer than a model's context are cut.</summary>
public sealed record PerplexityOptions
{
    /// <summary>Tokens of a window, the context and what is predicted; at least 2. At most the model's context.</summary>
    public int Window { get; init; } = 1024;

    /// <summary>Tokens by which windows move: each but a text's first predicts so many, after a context of window - stride; 1 to window - 1.</summary>
    public int Stride { get; init; } = 512;

    /// <summary>Rows computed together; changes nothing but speed.</summary>
    public int BatchSize { get; init; } = 8;
}

/// <summary>What a model found of documents.</summary>
/// <param name="Scores">All together.</param>
/// <param name="Documents">Each document's loss, in their order.</param>
public sealed record TextPerplexity(Perplexity Scores, IReadOnlyList<(string Id, TextLoss Loss)> Documents)
{
    /// <summary>
    /// Windows of a text's ids, the first of which is never predicted and all others exactly once:
    /// <code>
    /// ids 0 1 2 3 4 5 6, window 4, stride 2:    0 [1 2 3]    2 3 [4 5]    4 5 [6]     predicted in brackets
    /// </code>
    /// </summary>
    public static IEnumerable<TokenizedExample> Windows(string id, int[] ids, PerplexityOptions options)
    {
        for (var done = 1; done < ids.Length;)
        {
            var end = Math.Min(ids.Length, done == 1 ? options.Window : done + options.Stride);
            var begin = done == 1 ? 0 : Math.Max(0, done + options.Stride - options.Window);
            var (first, from) = (begin, done);
            yield return new TokenizedExample(id, ids[begin..end], [.. Enumerable.Range(begin, end - begin).Select(i => i >= from && i > first)]);
            done = end;
        }
    }

    /// <summary>Reads documents with a model; every token of a text is predicted, the first after the begin token, or the end token where there is none.</summary>
    /// <param name="model">The model; in float32, numbers do not depend on the batch.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="documents">The texts.</param>
    /// <param name="options">Windows and batch.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <exception cref="UserException">XL644: the window does not fit; XL645: no token to begin with; XL610: a loss is not a number.</exception>
    public static TextPerplexity Measure(
        Llama model, Tokenizer tokenizer, IReadOnlyList<TextDocument> documents, PerplexityOptions options, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        if (options.Window < 2 || options.Window > model.Config.MaxPositions || options.Stride < 1 || options.Stride >= options.Window || options.BatchSize < 1)
        {
            throw new UserException("XL644", FormattableString.Invariant($"Window {options.Window}, stride {options.Stride} and batch {options.BatchSize} do not fit: the window takes 2 to {model.Config.MaxPositions} tokens (the model's context), the stride 1 to window - 1, the batch 1 or more rows."));
        }

        var begin = tokenizer.BosId ?? tokenizer.EosId ?? throw new UserException("XL645", "The tokenizer has neither a begin nor an end token, and a text's first token cannot be predicted from nothing. Use the tokenizer that came with the model.");
        var windows = documents.SelectMany((d, i) => Windows($"{d.Id}", [begin, .. tokenizer.Encode(d.Text)], options).Select(w => (Document: i, Window: w))).ToList();
        var losses = Losses(model, [.. windows.Select(w => w.Window)], options, progress, cancel);
        var (sums, tokens) = (new double[documents.Count], new int[documents.Count]);
        for (var w = 0; w < losses.Length; w++)
        {
            sums[windows[w].Document] += losses[w];
            tokens[windows[w].Document] += windows[w].Window.LearnedCount;
        }

        var found = documents.Select((d, i) => (d.Id, Loss: new TextLoss(sums[i], tokens[i], Encoding.UTF8.GetByteCount(d.Text), d.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length))).ToList();
        return new TextPerplexity(Perplexity.Of([.. found.Select(f => f.Loss)], Seed.For("perplexity")), found);
    }

    /// <summary>The results as lm-evaluation-harness writes them for rolling likelihood.</summary>
    /// <param name="task">Name of the texts.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="options">Window and stride.</param>
    public string ToHarness(string task, string model, PerplexityOptions options)
    {
        var row = new JsonObject { ["alias"] = task };
        foreach (var (metric, score) in new[] { ("word_perplexity", Scores.PerWord), ("byte_perplexity", Scores.PerByte), ("bits_per_byte", Scores.BitsPerByte), ("token_perplexity", Scores.PerToken) })
        {
            row[$"{metric},none"] = score.Value;
            row[$"{metric}_stderr,none"] = "N/A";
        }

        return new JsonObject
        {
            ["results"] = new JsonObject { [task] = row },
            ["configs"] = new JsonObject { [task] = new JsonObject { ["task"] = task, ["output_type"] = "loglikelihood_rolling", ["window"] = options.Window, ["stride"] = options.Stride } },
            ["versions"] = new JsonObject { [task] = 1 },
            ["n-shot"] = new JsonObject { [task] = 0 },
            ["n-samples"] = new JsonObject { [task] = new JsonObject { ["original"] = Documents.Count, ["effective"] = Documents.Count } },
            ["config"] = new JsonObject { ["model"] = "xling", ["model_args"] = $"pretrained={model}" },
            ["model_name"] = model,
        }.ToJsonString(JsonText.Indented) + "\n";
    }

    /// <summary>Sum of each window's predicted tokens, nats.</summary>
    private static double[] Losses(Llama model, List<TokenizedExample> windows, PerplexityOptions options, IProgress<double>? progress, CancellationToken cancel)
    {
        using var _ = no_grad();
        var sums = new double[windows.Count];
        var (all, done) = (windows.Sum(w => (long)w.LearnedCount), 0L);
        foreach (var batch in new Packer(options.BatchSize, options.Window).InOrder(windows))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var device = model.Device;
            var segments = tensor(batch.Segments, device: device).view(batch.Rows, batch.Time);
            var hidden = model.Hidden(tensor(batch.Ids, device: device).view(batch.Rows, batch.Time), tensor(batch.Positions, device: device).view(batch.Rows, batch.Time), AttentionMask.Packed(segments, model.ComputeType));   // [rows, time, width]
            var predicted = hidden.flatten(0, 1).index_select(0, tensor(batch.LearnedAt, device: device));   // [predicted, width]
            var losses = functional.cross_entropy(model.Logits(predicted).to(ScalarType.Float32), tensor(batch.Targets, device: device), reduction: Reduction.None).cpu().data<float>();
            for (var i = 0; i < batch.Owners.Length; i++)
            {
                sums[batch.Owners[i]] += losses[i];
            }

            progress?.Report((double)(done += batch.Owners.Length) / all);
        }

        return sums;
    }
}
