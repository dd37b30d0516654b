using System.Text;

namespace CrossLingual.Runs;

/// <summary>Writes files that appear under their name only when they are whole.</summary>
public static class AtomicFile
{
    /// <summary>Writes through a temporary neighbour, flushes it to disk and renames it.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Environment.ProcessId}.partial";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte-order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes bytes.</summary>
    public static void WriteBytes(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    /// <summary>
    /// Fills a temporary folder and renames it; an older folder of that name is replaced only when the new one is whole.
    /// </summary>
    public static void WriteFolder(string path, Action<string> fill)
    {
        // "out/" names the same folder as "out"; its neighbours must not be made inside it.
        path = Path.TrimEndingDirectorySeparator(path);
        var temporary = $"{path}.{Environment.ProcessId}.partial";
        PutBack($"{path}.{Environment.ProcessId}.replaced", path);
        RemoveFolder(temporary);
        Directory.CreateDirectory(temporary);
        try
        {
            fill(temporary);
            PutFolder(temporary, path);
        }
        catch
        {
            RemoveFolder(temporary);
            throw;
        }
    }

    /// <summary>Gives a whole folder its name; an older folder of that name goes when the new one stands in its place.</summary>
    /// <param name="whole">The folder as it was filled, on the same disk.</param>
    /// <param name="path">Its name from now on.</param>
    public static void PutFolder(string whole, string path)
    {
        path = Path.TrimEndingDirectorySeparator(path);
        var replaced = $"{path}.{Environment.ProcessId}.replaced";
        PutBack(replaced, path);
        RemoveFolder(replaced);
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Move(path, replaced);
            }

            Directory.Move(whole, path);
        }
        catch
        {
            PutBack(replaced, path);
            throw;
        }

        RemoveFolder(replaced);
    }

    // A process of the same number may have been killed between its moves, or while it wrote.
    private static void PutBack(string replaced, string path)
    {
        if (Directory.Exists(replaced) && !Directory.Exists(path))
        {
            Directory.Move(replaced, path);
        }
    }

    private static void RemoveFolder(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
