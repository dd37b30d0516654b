using System.Globalization;
using System.IO.Hashing;
using CrossLingual.Models;
using Microsoft.Win32.SafeHandles;

namespace CrossLingual.Merging;

/// <summary>
/// The output's weights files, made at their full size with their headers, into which pieces of tensors are written at
/// their places in any order and by any thread.
/// </summary>
internal sealed class ShardFiles : IDisposable
{
    private readonly Dictionary<string, (SafeFileHandle File, long Start)> _places = [];
    private readonly List<SafeFileHandle> _files = [];

    /// <summary>Makes the files, or opens those of an interrupted merge.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="plan">The plan.</param>
    public ShardFiles(string folder, MergePlan plan)
    {
        foreach (var shard in plan.Shards)
        {
            var header = SafetensorsWriter.Header([.. shard.Tensors.Select(t => (t.Name, t.Type, t.Shape))], new Dictionary<string, string> { ["format"] = "pt" });
            var file = File.OpenHandle(Path.Combine(folder, shard.File), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            _files.Add(file);
            var at = (long)header.Length;
            foreach (var tensor in shard.Tensors)
            {
                _places[tensor.Name] = (file, at);
                at += MergePlan.BytesOf(tensor);
            }

            RandomAccess.SetLength(file, at);
            RandomAccess.Write(file, header, 0);
        }
    }

    /// <summary>Writes a piece of a tensor.</summary>
    public void Write(MergePiece piece, ReadOnlySpan<byte> bytes)
    {
        var (file, start) = _places[piece.Tensor.Name];
        RandomAccess.Write(file, bytes, start + (piece.First * Safetensors.ElementSize(piece.Tensor.Type)));
    }

    /// <summary>The hash of what stands in a tensor's place, made of its pieces' hashes as in merging.</summary>
    public string Hash(TensorPlan tensor)
    {
        var (file, start) = _places[tensor.Name];
        var size = Safetensors.ElementSize(tensor.Type);
        var buffer = new byte[MergePieces.Elements * size];
        var hashes = new List<UInt128>();
        foreach (var piece in MergePieces.Of(tensor))
        {
            var bytes = buffer.AsSpan(0, piece.Count * size);
            for (var done = 0; done < bytes.Length;)
            {
                var read = RandomAccess.Read(file, bytes[done..], start + (piece.First * size) + done);
                if (read == 0)
                {
                    throw new IOException($"The weights file ends within tensor '{tensor.Name}'.");
                }

                done += read;
            }

            hashes.Add(XxHash128.HashToUInt128(bytes));
        }

        return Joined(hashes);
    }

    /// <summary>One hash of the hashes of consecutive pieces: XXH128 of their big-endian bytes in order.</summary>
    public static string Joined(IEnumerable<UInt128> pieces)
    {
        var hash = new XxHash128();
        Span<byte> bytes = stackalloc byte[16];
        foreach (var piece in pieces)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, piece);
            hash.Append(bytes);
        }

        return hash.GetCurrentHashAsUInt128().ToString("x32", CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until all is on the disk.</summary>
    public void Flush() => _files.ForEach(RandomAccess.FlushToDisk);

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(f => f.Dispose());
}
