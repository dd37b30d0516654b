using System.Text.Json;
using System.Text.Json.Nodes;

namespace CrossLingual.Models;

/// <summary>Reads values of a config.json and collects all that is wrong with them, to be told at once.</summary>
/// <param name="json">The file's content.</param>
internal sealed class ConfigReader(JsonObject json)
{
    private readonly List<string> _problems = [];

    /// <summary>The content of a file.</summary>
    /// <exception cref="UserException">XL310: not there, or not a JSON object.</exception>
    public static JsonObject Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserException("XL310", $"{path} does not exist. A model folder needs the config.json that came with the model.");
        }

        try
        {
            return JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { AllowDuplicateProperties = false })!.AsObject();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new UserException("XL310", $"{path} is not a JSON object of model settings: {e.Message} Download it again.", e);
        }
    }

    /// <summary>Notes a problem.</summary>
    public void Problem(string text) => _problems.Add(text);

    /// <summary>A text, of the file or of an object in it; the default where it is missing.</summary>
    public string Text(string key, string otherwise, JsonObject? within = null) => Value(key, otherwise, "a text", within);

    /// <summary>Whether something is so; false where it is missing.</summary>
    public bool Flag(string key) => Value(key, false, "true or false");

    /// <summary>A whole number in a range; required where the default is null.</summary>
    public int Whole(string key, int? otherwise, int least = 1, int most = 10_000_000)
    {
        if (json[key] is null)
        {
            return otherwise ?? Wrong($"{key} is missing", least);
        }

        return json[key] is JsonValue found && found.TryGetValue<long>(out var value) && value >= least && value <= most
            ? (int)value
            : Wrong($"{key} is {json[key]!.ToJsonString()}; it must be {least} to {most}", least);
    }

    /// <summary>A number in a range; the default where it is missing.</summary>
    public double Number(string key, double otherwise, double least, double below)
    {
        var value = Value(key, otherwise, "a number");
        return value >= least && value < below ? value : Wrong(FormattableString.Invariant($"{key} is {value}; it must be at least {least} and below {below}"), otherwise);
    }

    /// <summary>Ends the reading.</summary>
    /// <param name="origin">The file's name.</param>
    /// <exception cref="UserException">XL310: all problems.</exception>
    public void Check(string origin)
    {
        if (_problems.Count > 0)
        {
            throw new UserException("XL310", $"{origin} cannot be used: {string.Join("; ", _problems)}. Correct it or choose another model.");
        }
    }

    private T Value<T>(string key, T otherwise, string kind, JsonObject? within = null)
    {
        if ((within ?? json)[key] is not { } node)
        {
            return otherwise;
        }

        return node is JsonValue value && value.TryGetValue<T>(out var found) ? found : Wrong($"{key} is {node.ToJsonString()}; it must be {kind}", otherwise);
    }

    private T Wrong<T>(string problem, T otherwise)
    {
        _problems.Add(problem);
        return otherwise;
    }
}
