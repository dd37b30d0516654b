using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CrossLingual.Data;
using CrossLingual.Runs;

namespace CrossLingual.Training;

/// <summary>What a training's result follows from, as a hash: checkpoints and results of another one are not its own.</summary>
internal static class TrainingIdentity
{
    /// <summary>The identity of settings, which are compared as JSON: lists by their items, numbers in no culture.</summary>
    public static string Of(params object?[] settings) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(settings, JsonText.Line))));

    /// <summary>The identity of encoded examples in their order.</summary>
    public static string OfData(IEnumerable<TokenizedExample> examples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var example in examples)
        {
            hash.AppendData(MemoryMarshal.AsBytes(example.Ids.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(example.Learned.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What a training wrote when it was complete; null where nothing is, or a killed process left a part.</summary>
    /// <typeparam name="T">The record that was written.</typeparam>
    /// <param name="path">The result's file.</param>
    public static T? ReadResult<T>(string path)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), JsonText.Indented) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
