using CrossLingual.Data;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Evaluation;

/// <summary>Which model answers which questions: the content of an evaluation recipe.</summary>
public sealed record EvalRecipe
{
    /// <summary>The model folder; <c>lab</c> is the embedded one.</summary>
    public required string Model { get; init; }

    /// <summary>A LoRA adapter's folder, if any.</summary>
    public string? Adapter { get; init; }

    /// <summary>A tokenizer file, for models that come without one.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>How prompts are framed.</summary>
    public ChatTemplate Template { get; init; } = ChatTemplate.Alpaca;

    /// <summary>The questions.</summary>
    public IReadOnlyList<DataSource> Data { get; init; } = [];

    /// <summary>Tests from files; a recipe has these or <see cref="Data"/>.</summary>
    public IReadOnlyList<EvalTask> Tasks { get; init; } = [];

    /// <summary>
    /// Whether questions are asked in X-CIT's two turns, which needs <see cref="Data"/>; the first, English turn may be four
    /// times as long as the answer. See <see cref="TwoTurnInference"/>.
    /// </summary>
    public bool TwoTurn { get; init; }

    /// <summary>Most tokens of an answer, at least 1.</summary>
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>Questions answered together, at least 1.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The run's folder.</summary>
    public required string Output { get; init; }

    /// <summary>The recipe as YAML.</summary>
    public string Yaml { get; init; } = "";

    /// <summary>Reads and checks a recipe.</summary>
    /// <exception cref="UserException">XL101 to XL103: everything that is wrong with it.</exception>
    public static EvalRecipe Read(string path, IReadOnlyList<string>? overrides = null)
    {
        var file = RecipeFile.Read(path, overrides);
        var root = file.Root;
        var recipe = new EvalRecipe
        {
            Model = root.Text("model"),
            Adapter = root.OptionalText("adapter"),
            Tokenizer = root.OptionalText("tokenizer"),
            Template = ChatTemplate.Read(root),
            Data = [.. root.Sections("data").Select(DataSource.Read)],
            Tasks = [.. root.Sections("tasks").Select(EvalTask.Read)],
            TwoTurn = root.Flag("two_turn", false),
            MaxNewTokens = root.Integer("max_new_tokens", 64, 1),
            BatchSize = root.Integer("batch_size", 64, 1),
            Output = root.Text("output"),
            Yaml = file.ToYaml(),
        };
        if (recipe.Data.Count == 0 && recipe.Tasks.Count == 0)
        {
            root.Problem("'data' is missing: name at least one source, or 'tasks', tests from files");
        }
        else if (recipe.Data.Count > 0 && recipe.Tasks.Count > 0)
        {
            root.Problem("'data' and 'tasks' are both there; give each a recipe of its own", "tasks");
        }

        file.Check();
        return recipe;
    }
}
