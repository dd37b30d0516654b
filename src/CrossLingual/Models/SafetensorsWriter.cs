using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CrossLingual.Runs;
using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>
/// Writes safetensors files in the order of the reference implementation (by type, larger ones first, then by name), so
/// that equal tensors give equal bytes. A file appears under its name only when it is whole.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one file.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Tensors by name, on any device; written one at a time.</param>
    /// <param name="metadata">The header's free text; <c>format = pt</c> is what Hugging Face tools expect.</param>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors
            .Select(t => (Name: t.Key, Tensor: t.Value, Type: TensorTypes.NameOf(t.Value.dtype)))
            .OrderBy(t => Safetensors.RankOf(t.Type))
            .ThenBy(t => t.Name, StringComparer.Ordinal)
            .ToList();
        AtomicFile.Write(path, stream =>
        {
            stream.Write(Header([.. ordered.Select(t => (t.Name, t.Type, t.Tensor.shape))], metadata));
            foreach (var (_, tensor, _) in ordered)
            {
                TensorBytes.Write(stream, tensor);
            }
        });
    }

    /// <summary>
    /// Writes <c>model.safetensors</c>, or numbered shards with an index when the tensors together exceed the shard size.
    /// </summary>
    /// <param name="folder">The folder, which must exist.</param>
    /// <param name="tensors">Tensors by name.</param>
    /// <param name="largestShard">Bytes per file; a single larger tensor gets a file of its own.</param>
    public static void WriteSharded(string folder, IReadOnlyDictionary<string, Tensor> tensors, long largestShard = 5_000_000_000)
    {
        var shards = new List<Dictionary<string, Tensor>>();
        var room = 0L;
        var total = 0L;
        foreach (var (name, tensor) in tensors)
        {
            var bytes = tensor.numel() * tensor.element_size();
            if (shards.Count == 0 || bytes > room)
            {
                shards.Add([]);
                room = largestShard;
            }

            shards[^1][name] = tensor;
            room -= bytes;
            total += bytes;
        }

        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        if (shards.Count == 1)
        {
            Write(Path.Combine(folder, "model.safetensors"), shards[0], metadata);
            return;
        }

        var places = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var file = ShardName(i, shards.Count);
            Write(Path.Combine(folder, file), shards[i], metadata);
            foreach (var name in shards[i].Keys)
            {
                places[name] = file;
            }
        }

        WriteIndex(folder, places, total);
    }

    /// <summary>Name of a weights file among several; <c>model.safetensors</c> when it is the only one.</summary>
    internal static string ShardName(int index, int count) =>
        count == 1 ? "model.safetensors" : $"model-{index + 1:00000}-of-{count:00000}.safetensors";

    /// <summary>Writes the index of a sharded model.</summary>
    internal static void WriteIndex(string folder, SortedDictionary<string, string> places, long total)
    {
        var index = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, long> { ["total_size"] = total },
            ["weight_map"] = places,
        };
        AtomicFile.WriteText(Path.Combine(folder, "model.safetensors.index.json"), JsonSerializer.Serialize(index, JsonText.Indented) + "\n");
    }

    /// <summary>The start of a file: the header's length and the header.</summary>
    /// <param name="tensors">Name, stored type and shape in the order of the data.</param>
    /// <param name="metadata">The header's free text.</param>
    internal static byte[] Header(IReadOnlyList<(string Name, string Type, long[] Shape)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var (name, type, shape) in tensors)
            {
                var end = offset + shape.Aggregate((long)Safetensors.ElementSize(type), (bytes, size) => bytes * size);
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (var size in shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        // The reference pads the header with spaces, so that the data starts at a multiple of eight.
        buffer.Write(Encoding.ASCII.GetBytes(new string(' ', (int)((8 - (buffer.Length % 8)) % 8))));
        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)bytes.Length - 8);
        return bytes;
    }
}
