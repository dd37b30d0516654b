using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>Moves a tensor's bytes between memory and safetensors, in pieces that a span can hold.</summary>
internal static class TensorBytes
{
    private const long Piece = 1 << 30;

    /// <summary>Copies one tensor out of a mapped file, flat, on the CPU, in its stored type.</summary>
    public static Tensor Read(Safetensors file, string name)
    {
        var entry = file.Entries[name];
        var size = Safetensors.ElementSize(entry.Type);
        var flat = empty(entry.Length / size, TensorTypes.FromStored(entry.Type));
        file.Read(name, (bytes, offset) =>
        {
            using var part = flat.narrow(0, offset / size, bytes.Length / size);
            bytes.CopyTo(part.bytes);
        });
        return flat;
    }

    /// <summary>Writes a tensor's elements in order.</summary>
    public static void Write(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var flat = tensor.detach().cpu().contiguous().flatten();
        var step = Piece / flat.element_size();
        for (long at = 0; at < flat.numel(); at += step)
        {
            using var part = flat.narrow(0, at, Math.Min(step, flat.numel() - at));
            stream.Write(part.bytes);
        }
    }
}
