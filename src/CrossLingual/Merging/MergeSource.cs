using System.Collections.Concurrent;
using System.Numerics.Tensors;
using CrossLingual.Models;

namespace CrossLingual.Merging;

/// <summary>
/// A model to merge, opened: memory-mapped weights, and a LoRA adapter's pairs where there is one. A stretch of any tensor
/// can be read as float32, with the adapter's <c>scale · B A</c> added.
/// </summary>
internal sealed class MergeSource : IDisposable
{
    private readonly IReadOnlyDictionary<string, Safetensors> _places;
    private readonly IReadOnlyList<Safetensors> _files;
    private readonly IReadOnlyDictionary<string, (SafetensorsEntry A, SafetensorsEntry B)> _pairs = new Dictionary<string, (SafetensorsEntry, SafetensorsEntry)>();
    private readonly ConcurrentDictionary<string, Lazy<(float[] A, float[] B)>> _read = [];
    private readonly Safetensors? _adapterFile;
    private readonly LoraConfig? _lora;

    /// <summary>Opens a model and checks all its headers; no weight is read.</summary>
    /// <param name="reference">The model.</param>
    /// <exception cref="UserException">XL301 to XL314, XL331, XL332: what is wrong with the folder.</exception>
    public MergeSource(ModelReference reference)
    {
        Reference = reference;
        if (!Directory.Exists(reference.Path))
        {
            throw new UserException("XL312", $"Model folder {reference.Path} does not exist. Give a folder with config.json and safetensors weights.");
        }

        Config = LlamaConfig.Read(Path.Combine(reference.Path, "config.json"));
        (_places, _files) = ModelFolder.OpenWeights(reference.Path, Config);
        if (reference.Adapter is { } adapter)
        {
            try
            {
                (_lora, _adapterFile, _pairs) = AdapterFolder.Open(adapter, Config);
            }
            catch
            {
                Dispose();
                throw;
            }
        }
    }

    /// <summary>What was opened.</summary>
    public ModelReference Reference { get; }

    /// <summary>The model's shape.</summary>
    public LlamaConfig Config { get; }

    /// <summary>Every file that is read.</summary>
    public IEnumerable<string> FilePaths => _files.Select(f => f.Path).Concat(_adapterFile is null ? [] : [_adapterFile.Path]);

    /// <summary>A tensor's entry in its file.</summary>
    public SafetensorsEntry EntryOf(string tensor) => _places[tensor].Entries[tensor];

    /// <summary>Whether a tensor is as stored, without an adapter's change.</summary>
    public bool IsAsStored(string tensor) => !_pairs.ContainsKey(Module(tensor));

    /// <summary>A tensor's bytes as stored, from the mapped file.</summary>
    public ReadOnlySpan<byte> Bytes(string tensor, long offset, int length) => _places[tensor].Slice(EntryOf(tensor), offset, length);

    /// <summary>Reads a stretch of a tensor.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="first">Index of the first element.</param>
    /// <param name="numbers">Where the elements go.</param>
    public void Load(string tensor, long first, Span<float> numbers)
    {
        var entry = EntryOf(tensor);
        var size = Safetensors.ElementSize(entry.Type);
        StoredNumbers.Widen(Bytes(tensor, first * size, numbers.Length * size), entry.Type, numbers);
        if (_pairs.ContainsKey(Module(tensor)))
        {
            AddAdapter(Module(tensor), entry.Shape[^1], first, numbers);
        }
    }

    /// <summary>A stretch of a tensor that is stored as bfloat16 and has no adapter; empty for another.</summary>
    public ReadOnlySpan<byte> Halves(string tensor, long first, int count) =>
        EntryOf(tensor).Type == "BF16" && IsAsStored(tensor) ? Bytes(tensor, first * 2, count * 2) : [];

    /// <summary>Lets go of the memory that a stretch of a tensor took; it can be read again.</summary>
    public void Forget(string tensor, long first, long count)
    {
        var entry = EntryOf(tensor);
        var size = Safetensors.ElementSize(entry.Type);
        _places[tensor].Forget(entry, first * size, count * size);
        if (first + count == entry.Length / size)
        {
            _read.TryRemove(Module(tensor), out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }

        _adapterFile?.Dispose();
    }

    private static string Module(string tensor) => tensor.EndsWith(".weight", StringComparison.Ordinal) ? tensor[..^".weight".Length] : tensor;

    private void AddAdapter(string module, long width, long first, Span<float> numbers)
    {
        var (a, b) = _read.GetOrAdd(module, m => new(() => (Whole(_pairs[m].A), Whole(_pairs[m].B)))).Value;
        var rank = _lora!.Rank;
        for (var done = 0; done < numbers.Length;)
        {
            var (row, column) = Math.DivRem(first + done, width);
            var count = (int)Math.Min(width - column, numbers.Length - done);
            var target = numbers.Slice(done, count);
            for (var k = 0; k < rank; k++)
            {
                var factor = (float)(_lora.Scale * b[(row * rank) + k]);
                TensorPrimitives.MultiplyAdd(a.AsSpan((int)((k * width) + column), count), factor, target, target);
            }

            done += count;
        }
    }

    private float[] Whole(SafetensorsEntry entry)
    {
        var numbers = new float[entry.Length / Safetensors.ElementSize(entry.Type)];
        StoredNumbers.Widen(_adapterFile!.Slice(entry, 0, (int)entry.Length), entry.Type, numbers);
        return numbers;
    }
}
