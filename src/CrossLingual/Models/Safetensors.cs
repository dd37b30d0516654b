using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CrossLingual.Models;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Element type as the header spells it: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL.</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Start">First byte, counted from the file's start.</param>
/// <param name="Length">Length in bytes.</param>
public sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, long Start, long Length);

/// <summary>
/// A memory-mapped safetensors file. The whole header is checked against the file's size, its own offsets and the
/// types before any byte of data is touched; nothing is allocated for a file that fails.
/// </summary>
public sealed unsafe partial class Safetensors : IDisposable
{
    private const long LargestHeader = 100_000_000;
    private const int DontNeed = 4;

    // In the reference implementation's order, in which files are written.
    private static readonly OrderedDictionary<string, int> ElementSizes = new()
    {
        ["I64"] = 8,
        ["F64"] = 8,
        ["F32"] = 4,
        ["I32"] = 4,
        ["BF16"] = 2,
        ["F16"] = 2,
        ["I16"] = 2,
        ["I8"] = 1,
        ["U8"] = 1,
        ["BOOL"] = 1,
    };

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafeMemoryMappedViewHandle _handle;
    private readonly byte* _start;

    private Safetensors(string path, MemoryMappedFile map, IReadOnlyDictionary<string, SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        Path = path;
        Entries = entries;
        Metadata = metadata;
        _map = map;
        _view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _handle = _view.SafeMemoryMappedViewHandle;
        _handle.AcquirePointer(ref _start);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>The header's free text.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Bytes an element of a type takes.</summary>
    public static int ElementSize(string type) => ElementSizes[type];

    /// <summary>Place of a type in the order in which tensors are written.</summary>
    internal static int RankOf(string type) => ElementSizes.IndexOf(type);

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="UserException">XL301 to XL308: what is wrong, in which tensor, and what to do.</exception>
    public static Safetensors Open(string path)
    {
        var length = new FileInfo(path) is { Exists: true } info
            ? info.Length
            : throw new UserException("XL301", $"{path} does not exist. Give a .safetensors file.");
        if (length < 8)
        {
            throw new UserException("XL302", $"{path} is {length} bytes long; a safetensors file starts with an 8-byte header length. It is cut off: download it again.");
        }

        var (header, dataStart) = ReadHeader(path, length);
        var entries = new Dictionary<string, SafetensorsEntry>();
        var metadata = new Dictionary<string, string>();
        using (header)
        {
            try
            {
                foreach (var property in header.RootElement.EnumerateObject())
                {
                    if (property.Name == "__metadata__")
                    {
                        metadata = property.Value.EnumerateObject().GroupBy(m => m.Name).ToDictionary(m => m.Key, m => m.Last().Value.ToString());
                    }
                    else if (!entries.TryAdd(property.Name, ReadEntry(path, property, dataStart, length)))
                    {
                        throw new UserException("XL306", $"{path}: tensor '{property.Name}' stands twice in the header. Write the file anew.");
                    }
                }
            }
            catch (InvalidOperationException e)
            {
                // Names that are not Unicode, or __metadata__ that is not an object.
                throw new UserException("XL304", $"{path}: the header is not valid JSON of tensor names and __metadata__ ({e.Message}). The file is damaged: download it again.", e);
            }
        }

        CheckOverlap(path, entries.Values, dataStart, length);
        return new Safetensors(path, MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read), entries, metadata);
    }

    /// <summary>Gives the bytes of one tensor to a reader, straight from the mapped file.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="read">Called once with consecutive pieces of at most 1 GiB, with the offset of each.</param>
    public void Read(string name, SafetensorsReader read)
    {
        var entry = Entries[name];
        for (long at = 0; at < entry.Length; at += 1 << 30)
        {
            read(Slice(entry, at, (int)Math.Min(1 << 30, entry.Length - at)), at);
        }
    }

    /// <summary>Some bytes of a tensor, straight from the mapped file. They are valid until the file is disposed.</summary>
    /// <param name="entry">The tensor.</param>
    /// <param name="offset">First byte within the tensor.</param>
    /// <param name="length">Number of bytes.</param>
    public ReadOnlySpan<byte> Slice(SafetensorsEntry entry, long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, entry.Length);
        return new ReadOnlySpan<byte>(_start + entry.Start + offset, length);
    }

    /// <summary>
    /// Takes pages of a tensor out of this process's memory; they come back from the file when they are read again. What
    /// streams a model larger than memory calls it behind itself, so that its own size stays small.
    /// </summary>
    internal void Forget(SafetensorsEntry entry, long offset, long length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;   // there the system alone decides
        }

        var page = (nuint)Environment.SystemPageSize;
        var from = (nuint)(_start + entry.Start + offset);
        var first = from / page * page;
        _ = Advise(first, from + (nuint)length - first, DontNeed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_handle.IsClosed)
        {
            _handle.ReleasePointer();
        }

        _view.Dispose();
        _map.Dispose();
    }

    [LibraryImport("libc.so.6", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);

    private static (JsonDocument Header, long DataStart) ReadHeader(string path, long length)
    {
        using var file = File.OpenRead(path);
        Span<byte> prefix = stackalloc byte[8];
        file.ReadExactly(prefix);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (prefix[0] == 'P' && prefix[1] == 'K')
        {
            throw new UserException("XL303", $"{path} is a zip archive: a PyTorch pickle under another name. Pickles can run code and are refused; convert the model to safetensors.");
        }

        if (size > LargestHeader || (long)size > length - 8)
        {
            throw new UserException("XL302", $"{path}: the header claims {size} bytes but the file has {length - 8} after its length field (limit {LargestHeader}). It is cut off or not safetensors: download it again.");
        }

        var bytes = new byte[size];
        file.ReadExactly(bytes);
        try
        {
            var header = JsonDocument.Parse(bytes);
            return header.RootElement.ValueKind == JsonValueKind.Object
                ? (header, 8 + (long)size)
                : throw new JsonException("the header is not an object");
        }
        catch (JsonException e)
        {
            throw new UserException("XL304", $"{path}: the header is not valid JSON ({e.Message}). The file is damaged: download it again.", e);
        }
    }

    private static SafetensorsEntry ReadEntry(string path, JsonProperty property, long dataStart, long length)
    {
        string type;
        long[] shape;
        long start;
        long end;
        try
        {
            type = property.Value.GetProperty("dtype").GetString() ?? throw new FormatException("dtype is null");
            shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
            var offsets = property.Value.GetProperty("data_offsets");
            start = offsets[0].GetInt64();
            end = offsets.GetArrayLength() == 2 ? offsets[1].GetInt64() : throw new FormatException("two offsets are needed");
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            throw new UserException("XL304", $"{path}: the header entry of tensor '{property.Name}' is not dtype, shape and two data_offsets. Write the file anew.", e);
        }

        if (!ElementSizes.TryGetValue(type, out var elementSize))
        {
            throw new UserException("XL305", $"{path}: tensor '{property.Name}' has type '{type}'. Supported: {string.Join(", ", ElementSizes.Keys)}. Convert it first.");
        }

        if (start < 0 || end < start || end > length - dataStart)
        {
            throw new UserException("XL307", $"{path}: tensor '{property.Name}' lies at bytes {start} to {end}, but the data holds {length - dataStart}. The file is cut off: download it again.");
        }

        var bytes = (Int128)elementSize;
        foreach (var size in shape)
        {
            bytes *= size;
            if (size < 0 || bytes > long.MaxValue)
            {
                throw new UserException("XL308", $"{path}: tensor '{property.Name}' has the impossible shape [{string.Join(", ", shape)}]. The header is damaged: download the file again.");
            }
        }

        return bytes == end - start
            ? new SafetensorsEntry(property.Name, type, shape, dataStart + start, end - start)
            : throw new UserException("XL308", $"{path}: tensor '{property.Name}' of type {type} and shape [{string.Join(", ", shape)}] takes {bytes} bytes, but its offsets span {end - start}. The header is damaged: download the file again.");
    }

    private static void CheckOverlap(string path, IEnumerable<SafetensorsEntry> entries, long dataStart, long length)
    {
        var expected = dataStart;
        SafetensorsEntry? previous = null;
        foreach (var entry in entries.Where(e => e.Length > 0).OrderBy(e => e.Start))
        {
            if (entry.Start != expected)
            {
                throw new UserException(
                    "XL306",
                    entry.Start < expected
                        ? $"{path}: tensor '{entry.Name}' overlaps '{previous!.Name}'. The header is damaged: download the file again."
                        : $"{path}: {entry.Start - expected} bytes before tensor '{entry.Name}' belong to no tensor. The header is damaged: download the file again.");
            }

            expected = entry.Start + entry.Length;
            previous = entry;
        }

        if (expected != length)
        {
            throw new UserException("XL306", $"{path}: {length - expected} bytes at the end belong to no tensor. The file is damaged: download it again.");
        }
    }
}

/// <summary>Receives a piece of a tensor's bytes.</summary>
/// <param name="bytes">The bytes; valid only during the call.</param>
/// <param name="offset">Where the piece starts within the tensor.</param>
public delegate void SafetensorsReader(ReadOnlySpan<byte> bytes, long offset);
