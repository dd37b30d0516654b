using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CrossLingual.Runs;

namespace CrossLingual.Merging;

/// <summary>A finished tensor.</summary>
/// <param name="Tensor">Its name.</param>
/// <param name="Hash">Hash of its bytes.</param>
/// <param name="Sources">Hash of the bytes read from each operand, in order, the base's first.</param>
internal sealed record FinishedTensor(string Tensor, string Hash, IReadOnlyList<string> Sources);

/// <summary>
/// What of a merge is done, a line a tensor, written after the tensor. A merge that was killed goes on from here: tensors
/// whose bytes in the files hash to what the journal says are kept, the others are made again, so that neither a half
/// line nor a page that never reached the disk can do harm.
/// </summary>
internal sealed class MergeJournal : IDisposable
{
    private readonly StreamWriter _lines;

    private MergeJournal(string path, StreamWriter lines, IReadOnlyDictionary<string, FinishedTensor> done) => (FilePath, _lines, Done) = (path, lines, done);

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>Tensors that an earlier process finished, as it says.</summary>
    public IReadOnlyDictionary<string, FinishedTensor> Done { get; }

    /// <summary>Starts a journal or goes on with one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="resume">Whether to go on.</param>
    /// <exception cref="UserException">XL511: it is of another merge.</exception>
    public static MergeJournal Open(string path, MergePlan plan, bool resume)
    {
        var identity = Identity(plan);
        var done = new Dictionary<string, FinishedTensor>();
        if (resume && File.Exists(path))
        {
            foreach (var (line, number) in File.ReadLines(path).Select((l, i) => (l, i)))
            {
                if (number == 0 && line != identity)
                {
                    throw new UserException("XL511", $"{path} belongs to a merge of another recipe or other models. Merge into another folder, or without --resume.");
                }

                if (number > 0 && Read(line) is { } finished)
                {
                    done[finished.Tensor] = finished;
                }
            }
        }

        var lines = new StreamWriter(new FileStream(path, done.Count > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0)) { NewLine = "\n" };
        if (done.Count == 0)
        {
            lines.WriteLine(identity);
        }
        else
        {
            lines.WriteLine();   // ends a line that was cut off
        }

        lines.Flush();
        return new MergeJournal(path, lines, done);
    }

    /// <summary>Notes a finished tensor.</summary>
    public void Add(FinishedTensor tensor)
    {
        _lines.WriteLine(JsonSerializer.Serialize(tensor, JsonText.Line));
        _lines.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private static FinishedTensor? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<FinishedTensor>(line, JsonText.Line);
        }
        catch (JsonException)
        {
            return null;   // cut off when the process was killed
        }
    }

    // All that the bytes follow from; sources by size and time, as reading them would take as long as merging.
    private static string Identity(MergePlan plan)
    {
        var recipe = plan.Recipe;
        var text = JsonSerializer.Serialize(
            new
            {
                plan.Tensors,
                plan.Sources,
                recipe.Method,
                recipe.Seed,
                recipe.Ties,
                recipe.Dare,
                recipe.Revert,
                recipe.LargestShard,
                Files = plan.Opened.SelectMany(s => s.FilePaths).Select(f => new FileInfo(f)).Select(f => $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}"),
            },
            JsonText.Line);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
