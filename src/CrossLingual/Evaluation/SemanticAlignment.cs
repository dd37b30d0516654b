using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Text;
using static TorchSharp.torch;

namespace CrossLingual.Evaluation;

/// <summary>How close two languages are in one layer.</summary>
/// <param name="Layer">0 for the embeddings, then the layers in order.</param>
/// <param name="Retrieval">Share of sentences whose nearest sentence of the other language is their translation, both ways together, Wilson interval.</param>
/// <param name="Cka">Linear centred kernel alignment, 0 to 1.</param>
public sealed record LayerAlignment(int Layer, Score Retrieval, double Cka);

/// <summary>
/// Does a sentence and its translation lie in the same place inside the model? Each sentence becomes the mean of its tokens'
/// hidden states, layer by layer.
/// <code>
/// retrieval:  share of i with  argmax_j cos(x_i, y_j) = i,  and the same from y to x
/// CKA:        |Y'X|² / (|X'X| |Y'Y|)  over centred rows     (Kornblith et al., ICML 2019; Frobenius norms)
/// </code>
/// By chance retrieval is 1/n. CrossAlpaca's claim is that translation demonstrations close this gap.
/// </summary>
public static class SemanticAlignment
{
    private const int BatchSize = 64;

    /// <summary>Measures every layer.</summary>
    /// <param name="model">The model, with its adapter if any.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="first">Sentences of one language, at least two.</param>
    /// <param name="second">Their translations, in the same order.</param>
    /// <param name="cancel">Stops between batches.</param>
    public static IReadOnlyList<LayerAlignment> Measure(Llama model, Tokenizer tokenizer, IReadOnlyList<string> first, IReadOnlyList<string> second, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first.Count, 2);
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Count, first.Count);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (x, y) = (States(model, tokenizer, first, cancel), States(model, tokenizer, second, cancel));
        return [.. x.Select((states, layer) => new LayerAlignment(layer, Retrieval(states, y[layer]), Cka(states, y[layer])))];
    }

    /// <summary>Linear centred kernel alignment of two sets of vectors, row by row of one sentence each.</summary>
    /// <param name="x">[sentences, width].</param>
    /// <param name="y">[sentences, width], the widths may differ.</param>
    public static double Cka(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Centred(x), Centred(y));
        var shared = b.T.mm(a).square().sum().item<double>();
        return shared / Math.Sqrt(a.T.mm(a).square().sum().item<double>() * b.T.mm(b).square().sum().item<double>());

        static Tensor Centred(Tensor t)
        {
            var wide = t.to(ScalarType.Float64);
            return wide.sub(wide.mean([0], keepdim: true));
        }
    }

    private static Score Retrieval(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var similar = Unit(x).mm(Unit(y).T);   // [x, y]
        var own = arange(x.shape[0], device: x.device);
        var right = similar.argmax(1).eq(own).sum().item<long>() + similar.argmax(0).eq(own).sum().item<long>();
        return Score.Share((int)right, 2 * (int)x.shape[0]);

        static Tensor Unit(Tensor t) => nn.functional.normalize(t, 2, 1);
    }

    // One [sentences, width] tensor a layer, float32.
    private static List<Tensor> States(Llama model, Tokenizer tokenizer, IReadOnlyList<string> texts, CancellationToken cancel)
    {
        var layers = Enumerable.Range(0, model.Config.Layers + 1).Select(_ => new List<Tensor>()).ToList();
        foreach (var chunk in texts.Chunk(BatchSize))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var rows = chunk.Select(t => TokenizedExample.Encode(Conversation.OfText("", "", t), ChatTemplate.Plain, tokenizer, model.Config.MaxPositions).Ids).ToList();
            var time = rows.Max(r => r.Length);
            var ids = new long[rows.Count * time];
            var segments = new long[ids.Length];
            var weights = new float[ids.Length];
            for (var row = 0; row < rows.Count; row++)
            {
                // The begin token is the same in every sentence and says nothing about it.
                var skipped = rows[row].Length > 1 ? 1 : 0;
                for (var i = 0; i < time; i++)
                {
                    var there = i < rows[row].Length;
                    (ids[(row * time) + i], segments[(row * time) + i]) = there ? (rows[row][i], 0) : (0, -1);
                    weights[(row * time) + i] = there && i >= skipped ? 1f / (rows[row].Length - skipped) : 0;
                }
            }

            var shape = new long[] { rows.Count, time };
            var mask = AttentionMask.Packed(tensor(segments, shape, device: model.Device), model.ComputeType);
            var weight = tensor(weights, shape, device: model.Device).unsqueeze(2);   // [batch, time, 1]
            var positions = arange(time, device: model.Device).unsqueeze(0).expand(rows.Count, time);
            model.Hidden(tensor(ids, shape, device: model.Device), positions, mask, layerStates: (layer, state) =>
                layers[layer].Add((state.to(ScalarType.Float32) * weight).sum(1).MoveToOuterDisposeScope()));
        }

        return [.. layers.Select(l => cat(l, 0))];
    }
}
