using System.Text.Json;

namespace CrossLingual.Runs;

/// <summary>
/// One run's folder: <c>recipe.yaml</c>, <c>manifest.json</c> (what, with what, where, when), <c>events.jsonl</c> (what
/// happened, a line each) and the outputs.
/// </summary>
/// <param name="path">The folder; made if absent.</param>
public sealed class RunFolder(string path)
{
    private readonly Lock _writing = new();

    /// <summary>The folder.</summary>
    public string Path { get; } = Directory.CreateDirectory(path).FullName;

    /// <summary>Path of a file in the folder.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes the recipe as it was used.</summary>
    public void WriteRecipe(string yaml) => AtomicFile.WriteText(this["recipe.yaml"], yaml);

    /// <summary>Writes the manifest.</summary>
    public void WriteManifest(Manifest manifest) => WriteJson("manifest.json", manifest);

    /// <summary>Writes a JSON file.</summary>
    public void WriteJson<T>(string name, T value) => AtomicFile.WriteText(this[name], JsonSerializer.Serialize(value, JsonText.Indented) + "\n");

    /// <summary>Writes records as JSON lines.</summary>
    public void WriteLines<T>(string name, IEnumerable<T> records) => AtomicFile.Write(this[name], stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        foreach (var record in records)
        {
            writer.Write(JsonSerializer.Serialize(record, JsonText.Line) + "\n");
        }
    });

    /// <summary>Appends an event; each line has a kind and a UTC time.</summary>
    public void Event(string kind, object data)
    {
        var line = JsonSerializer.SerializeToNode(data, JsonText.Line)!.AsObject();
        line.Insert(0, "at", DateTime.UtcNow.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        line.Insert(0, "event", kind);
        lock (_writing)
        {
            File.AppendAllText(this["events.jsonl"], line.ToJsonString(JsonText.Line) + "\n");
        }
    }
}
