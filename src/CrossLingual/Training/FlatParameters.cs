using CrossLingual.Models;
using static TorchSharp.torch;

namespace CrossLingual.Training;

/// <summary>
/// The trained tensors as views into one float32 buffer, their gradients into another: clipping, updating and saving
/// are then single operations, whatever the number of tensors. Matrices come first, so that decay falls on a prefix.
/// </summary>
internal sealed class FlatParameters : IDisposable
{
    private FlatParameters(IReadOnlyList<(string Name, Tensor Value)> tensors, Device device)
    {
        var ordered = tensors.Where(t => t.Value.dim() > 1).Concat(tensors.Where(t => t.Value.dim() <= 1)).ToList();
        Names = [.. ordered.Select(t => t.Name)];
        Size = ordered.Sum(t => t.Value.numel());
        Decayed = ordered.Where(t => t.Value.dim() > 1).Sum(t => t.Value.numel());
        Weights = empty(Size, ScalarType.Float32, device).DetachFromDisposeScope();
        Gradient = zeros(Size, ScalarType.Float32, device).DetachFromDisposeScope();
        long at = 0;
        foreach (var (name, value) in ordered)
        {
            var size = value.numel();
            using var place = Weights.narrow(0, at, size);
            place.copy_(value.flatten());
            using var shaped = place.view(value.shape);
            var parameter = shaped.detach().requires_grad_(true).DetachFromDisposeScope();
            using var slope = Gradient.narrow(0, at, size);
            parameter.grad = slope.view(value.shape);
            Parameters[name] = parameter;
            at += size;
        }
    }

    /// <summary>Names in buffer order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Elements in all.</summary>
    public long Size { get; }

    /// <summary>Elements of matrices, which come first.</summary>
    public long Decayed { get; }

    /// <summary>All weights, [size].</summary>
    public Tensor Weights { get; }

    /// <summary>All gradients, [size].</summary>
    public Tensor Gradient { get; }

    private Dictionary<string, Tensor> Parameters { get; } = [];

    /// <summary>Puts the model's chosen weights into a flat buffer; the others stay and get no gradient.</summary>
    public static FlatParameters OfModel(Llama model, IReadOnlyCollection<string> names)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var flat = new FlatParameters([.. model.Config.TensorShapes().Where(t => names.Contains(t.Key)).Select(t => (t.Key, model.Weights[t.Key]))], model.Device);
        foreach (var name in flat.Names)
        {
            model.Replace(name, flat.Parameters[name]);
        }

        return flat;
    }

    /// <summary>Puts all weights of a tagger into a flat buffer.</summary>
    public static FlatParameters OfClassifier(TokenClassifier classifier)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var flat = new FlatParameters([.. classifier.Weights.Select(w => (w.Key, w.Value))], classifier.Encoder.Device);
        foreach (var name in flat.Names)
        {
            classifier.Replace(name, flat.Parameters[name]);
        }

        return flat;
    }

    /// <summary>Puts an adapter's pairs into a flat buffer.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="device">Where the buffer is.</param>
    /// <param name="modules">The modules whose pairs go there; null for all.</param>
    public static FlatParameters OfAdapter(LoraAdapter adapter, Device device, IReadOnlyCollection<string>? modules = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var flat = new FlatParameters([.. adapter.Pairs.Where(p => modules?.Contains(p.Key) ?? true).SelectMany(p => new[] { (p.Key + ".A", p.Value.A), (p.Key + ".B", p.Value.B) })], device);
        foreach (var name in adapter.Pairs.Keys.Where(k => flat.Parameters.ContainsKey(k + ".A")).ToList())
        {
            adapter.Replace(name, flat.Parameters[name + ".A"], flat.Parameters[name + ".B"]);
        }

        return flat;
    }

    /// <summary>Whether the tensors take part in the next gradient; those that do not cost no backward pass.</summary>
    public void Learn(bool learns)
    {
        foreach (var parameter in Parameters.Values)
        {
            parameter.requires_grad_(learns);
        }
    }

    /// <summary>Scales the gradient down to a norm and returns the norm that it had.</summary>
    public double Clip(double largest)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var norm = Gradient.norm().item<float>();
        if (largest > 0 && norm > largest)
        {
            Gradient.TimesInPlace(largest / norm);
        }

        return norm;
    }

    /// <summary>Frees the buffers; the views belong to the model or adapter.</summary>
    public void Dispose()
    {
        Weights.Dispose();
        Gradient.Dispose();
    }
}
