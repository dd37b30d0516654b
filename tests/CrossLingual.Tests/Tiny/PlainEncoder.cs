using CrossLingual.Models;

namespace CrossLingual.Tests.Tiny;

/// <summary>The forward pass of RoBERTa written out in plain arithmetic, without a tensor library.</summary>
public static class PlainEncoder
{
    public static double[][] States(XlmRoberta model, long[] ids)
    {
        var weights = model.Weights.ToDictionary(w => w.Key, w => w.Value.data<float>().Select(v => (double)v).ToArray());
        var (width, heads) = (model.Config.HiddenSize, model.Config.Heads);
        var size = width / heads;
        var x = ids.Select((id, i) => Norm(
            [
                .. Enumerable.Range(0, width).Select(j =>
                    weights["roberta.embeddings.word_embeddings.weight"][(id * width) + j]
                    + weights["roberta.embeddings.position_embeddings.weight"][((i + 2) * width) + j]
                    + weights["roberta.embeddings.token_type_embeddings.weight"][j]),
            ],
            "roberta.embeddings.LayerNorm")).ToArray();
        for (var layer = 0; layer < model.Config.Layers; layer++)
        {
            var name = $"roberta.encoder.layer.{layer}.";
            var (q, k, v) = (Every(x, "attention.self.query"), Every(x, "attention.self.key"), Every(x, "attention.self.value"));
            var mixed = x.Select(_ => new double[width]).ToArray();
            for (var head = 0; head < heads; head++)
            {
                for (var i = 0; i < x.Length; i++)
                {
                    var scores = x.Select((_, t) => Enumerable.Range(head * size, size).Sum(d => q[i][d] * k[t][d]) / Math.Sqrt(size)).ToArray();
                    var total = scores.Sum(Math.Exp);
                    for (var d = head * size; d < (head + 1) * size; d++)
                    {
                        mixed[i][d] = scores.Select((s, t) => Math.Exp(s) / total * v[t][d]).Sum();
                    }
                }
            }

            var h = Residual(x, Every(mixed, "attention.output.dense"), name + "attention.output.LayerNorm");
            var wide = Every(h, "intermediate.dense").Select(row => row.Select(Gelu).ToArray()).ToArray();
            x = Residual(h, Every(wide, "output.dense"), name + "output.LayerNorm");

            double[][] Every(double[][] rows, string module) => [.. rows.Select(row => Linear(row, name + module))];
        }

        return x;

        double[][] Residual(double[][] a, double[][] b, string norm) => [.. a.Zip(b, (r, s) => Norm([.. r.Zip(s, (u, w) => u + w)], norm))];

        double[] Linear(double[] input, string module)
        {
            var (weight, bias) = (weights[module + ".weight"], weights[module + ".bias"]);
            return [.. bias.Select((b, o) => b + input.Select((value, j) => value * weight[(o * input.Length) + j]).Sum())];
        }

        double[] Norm(double[] input, string module)
        {
            var mean = input.Average();
            var variance = input.Average(value => (value - mean) * (value - mean));
            return [.. input.Select((value, j) => ((value - mean) / Math.Sqrt(variance + 1e-5) * weights[module + ".weight"][j]) + weights[module + ".bias"][j])];
        }
    }

    private static double Gelu(double x) => x * 0.5 * (1 + MathNet.Numerics.SpecialFunctions.Erf(x / Math.Sqrt(2)));
}
