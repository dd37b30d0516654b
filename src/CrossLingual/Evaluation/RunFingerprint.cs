using System.Security.Cryptography;
using System.Text;
using CrossLingual.Models;
using CrossLingual.Runs;

namespace CrossLingual.Evaluation;

/// <summary>What determines a model's answers, in one line: the weights' files by name, size and time, the prompts, the settings.</summary>
internal static class RunFingerprint
{
    private const string Name = "fingerprint.txt";

    /// <summary>The fingerprint of a run.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="adapter">Its adapter's folder, if any.</param>
    /// <param name="settings">Everything else, prompts included.</param>
    public static string Of(ModelFolder folder, string? adapter, IEnumerable<string> settings)
    {
        var text = new StringBuilder();
        foreach (var file in new[] { folder.Path, adapter }.OfType<string>().SelectMany(d => Directory.EnumerateFiles(d)).Order(StringComparer.Ordinal).Select(f => new FileInfo(f)))
        {
            text.Append(FormattableString.Invariant($"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}\n"));
        }

        text.AppendJoin('\0', settings);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Begins a run in a folder, which may hold an earlier one's answers.</summary>
    /// <param name="run">The folder.</param>
    /// <param name="fingerprint">What determines the answers.</param>
    /// <param name="resume">Whether to keep answers that are there.</param>
    /// <param name="pattern">The files of answers.</param>
    /// <param name="own">Which of them this process writes, where others write theirs at the same time.</param>
    /// <exception cref="UserException">XL663: the answers belong to another run.</exception>
    public static void Begin(RunFolder run, string fingerprint, bool resume, string pattern, string own)
    {
        var before = File.Exists(run[Name]) ? File.ReadAllText(run[Name]).Trim() : null;
        if (resume && before is not null && before != fingerprint)
        {
            throw new UserException("XL663", $"The answers in {run.Path} belong to another model, other questions or other settings. Evaluate into another folder, or without --resume.");
        }

        if (!resume)
        {
            // Another run's answers must not be mixed in; of the same run's, other shards may be at work.
            foreach (var old in Directory.EnumerateFiles(run.Path, pattern).Where(f => before != fingerprint || Path.GetFileName(f) == own))
            {
                File.Delete(old);
            }
        }

        AtomicFile.WriteText(run[Name], fingerprint + "\n");
    }
}
