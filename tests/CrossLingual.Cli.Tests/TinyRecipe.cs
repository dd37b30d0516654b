namespace CrossLingual.Cli.Tests;

/// <summary>A folder with a recipe that trains a fresh model of a few thousand weights on the lab's words.</summary>
public sealed class TinyRecipe : IDisposable
{
    public TinyRecipe(string more = "")
    {
        var tokenizer = Path.Combine(AppContext.BaseDirectory, "data", "lab", "model", "tokenizer.model");
        File.WriteAllText(this["tiny.yaml"], $"""
            model: {"{"}hidden_size: 32, intermediate_size: 48, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2{"}"}
            tokenizer: {tokenizer}
            template: alpaca-short
            data:
              - {"{"}source: lab, language: es, count: 300{"}"}
            held_out:
              - {"{"}source: lab, language: es, split: dev, count: 20{"}"}
            training: {"{"}steps: 60, rows: 2, length: 128, learning_rate: 0.01, checkpoint_every: 10{"}"}
            output: run
            {more}
            """);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("xling-cli-").FullName;

    public string this[string name] => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
