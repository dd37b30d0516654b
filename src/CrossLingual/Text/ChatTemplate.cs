using CrossLingual.Runs;

namespace CrossLingual.Text;

/// <summary>Who speaks a turn.</summary>
public enum Role
{
    /// <summary>Standing directions.</summary>
    System,

    /// <summary>The one who asks.</summary>
    User,

    /// <summary>The model; its words carry the loss.</summary>
    Assistant,
}

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Text">What is said.</param>
/// <param name="Input">For Alpaca templates: material that stands in its own block; empty when there is none.</param>
public sealed record Turn(Role Role, string Text, string Input = "");

/// <summary>A stretch of a rendered conversation.</summary>
/// <param name="Text">Text to encode; special tokens are not spelt in it.</param>
/// <param name="Learned">Whether loss falls on it.</param>
/// <param name="EndsTurn">Whether the end-of-sequence id follows, with the same loss rule.</param>
public readonly record struct Segment(string Text, bool Learned, bool EndsTurn);

/// <summary>
/// How a conversation becomes text. Named templates: <c>alpaca</c> (Stanford Alpaca's prompt, character by character),
/// <c>alpaca-short</c> (its headings alone, ours: a third of the tokens), <c>plain</c> (turns joined as they are).
/// </summary>
public sealed class ChatTemplate
{
    private const string WithInput =
        "Below is an instruction that describes a task, paired with an input that provides further context. "
        + "Write a response that appropriately completes the request.\n\n";

    private const string WithoutInput =
        "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n";

    private readonly string _withInput;
    private readonly string _withoutInput;
    private readonly string _afterHeading;
    private readonly string _beforeAnswer;

    private ChatTemplate(string name, string withInput, string withoutInput, string afterHeading, string beforeAnswer)
    {
        Name = name;
        _withInput = withInput;
        _withoutInput = withoutInput;
        _afterHeading = afterHeading;
        _beforeAnswer = beforeAnswer;
    }

    /// <summary>Stanford Alpaca's prompt (tatsu-lab/stanford_alpaca, PROMPT_DICT).</summary>
    public static ChatTemplate Alpaca { get; } = new("alpaca", WithInput, WithoutInput, "\n", "");

    /// <summary>
    /// Alpaca's headings without its opening sentence; texts stand on the heading's line, so that a word is spelt by the
    /// same piece in the prompt, in the answer and in running text.
    /// </summary>
    public static ChatTemplate AlpacaShort { get; } = new("alpaca-short", "", "", " ", " ");

    /// <summary>No frame: prompts and answers are joined as they are.</summary>
    public static ChatTemplate Plain { get; } = new("plain", "", "", "", "");

    /// <summary>The headings of Alpaca's frames; a text that holds one of them would break the frame.</summary>
    public static IReadOnlyList<string> Headings { get; } = ["### Instruction:", "### Input:", "### Response:"];

    /// <summary>All templates.</summary>
    public static IReadOnlyList<ChatTemplate> All { get; } = [Alpaca, AlpacaShort, Plain];

    /// <summary>The name used in recipes.</summary>
    public string Name { get; }

    /// <summary>Finds a template by name.</summary>
    /// <exception cref="UserException">XL220: no such template.</exception>
    public static ChatTemplate Named(string name) =>
        All.FirstOrDefault(t => t.Name == name)
        ?? throw new UserException("XL220", $"'{name}' is not a template. Use one of: {string.Join(", ", All.Select(t => t.Name))}.");

    /// <summary>Reads a recipe's <c>template</c>; Alpaca's when it names none.</summary>
    public static ChatTemplate Read(RecipeSection section)
    {
        var name = section.Choice("template", Alpaca.Name, [.. All.Select(t => t.Name)]);
        return All.FirstOrDefault(t => t.Name == name) ?? Alpaca;
    }

    /// <summary>Renders a conversation; later turns follow the earlier ones in the same frame.</summary>
    /// <param name="turns">At least one turn; to ask for an answer, end with a user's turn.</param>
    public IReadOnlyList<Segment> Render(IReadOnlyList<Turn> turns)
    {
        var segments = new List<Segment>();
        foreach (var turn in turns)
        {
            segments.Add(turn.Role == Role.Assistant
                ? new Segment(_beforeAnswer + turn.Text, Learned: true, EndsTurn: true)
                : new Segment(Prompt(turn), Learned: false, EndsTurn: false));
        }

        return segments;
    }

    private string Prompt(Turn turn)
    {
        if (ReferenceEquals(this, Plain))
        {
            return turn.Input.Length == 0 ? turn.Text : turn.Text + "\n" + turn.Input;
        }

        if (turn.Role == Role.System)
        {
            return turn.Text + "\n\n";
        }

        return turn.Input.Length == 0
            ? $"{_withoutInput}### Instruction:{_afterHeading}{turn.Text}\n\n### Response:"
            : $"{_withInput}### Instruction:{_afterHeading}{turn.Text}\n\n### Input:{_afterHeading}{turn.Input}\n\n### Response:";
    }
}
