using System.Buffers;

namespace CrossLingual.Data;

/// <summary>
/// A file's bytes in memory that is used again: a new array for every file of some size would be cleared first, and
/// be collected at the cost of everything else in memory.
/// </summary>
internal static class PooledFile
{
    /// <summary>Reads a file and hands its bytes to a reader, which must not keep them.</summary>
    /// <exception cref="UserException">XL130: no such file.</exception>
    public static T Read<T>(string path, Func<ReadOnlySpan<byte>, T> read)
    {
        if (!File.Exists(path))
        {
            throw new UserException("XL130", $"Data file {path} does not exist.");
        }

        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var bytes = ArrayPool<byte>.Shared.Rent(checked((int)RandomAccess.GetLength(file)) + 1);
        try
        {
            var length = 0;
            while (RandomAccess.Read(file, bytes.AsSpan(length), length) is > 0 and var more)
            {
                length += more;
            }

            return read(bytes.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
