using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>What a source's records become.</summary>
public enum DataForm
{
    /// <summary>An instruction and its answer.</summary>
    Instruction,

    /// <summary>X-CIT's two turns: understand and answer in English, then answer in the language; see <see cref="ChatInstruction"/>.</summary>
    Chat,
}

/// <summary>Where the English side of parallel records stands.</summary>
/// <param name="Path">Its file; empty when it stands in the same file.</param>
/// <param name="Fields">For Alpaca files: names of its fields.</param>
/// <param name="Column">For tab-separated files: its column, from 1.</param>
public sealed record EnglishSide(string Path, AlpacaFields Fields, int Column);

/// <summary>One entry of a recipe's <c>data</c>: where conversations come from and what they become.</summary>
public sealed record DataSource
{
    private static readonly string[] Kinds = ["lab", "lab-text", "lab-pairs", "lab-translation", "alpaca", "text", "parallel"];

    /// <summary>
    /// <c>lab</c> instructions, <c>lab-text</c> statements, <c>lab-pairs</c> sentences with their English, <c>lab-translation</c>
    /// instructions to translate them; <c>alpaca</c> a JSON or JSONL file, <c>text</c> a file of one text a line,
    /// <c>parallel</c> aligned sentences as instructions to translate.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>BCP 47 tag of the data.</summary>
    public required string Language { get; init; }

    /// <summary>For files: the path; the last part may hold <c>*</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>What the records become.</summary>
    public DataForm Form { get; init; } = DataForm.Instruction;

    /// <summary>For files with an English side: where it stands.</summary>
    public EnglishSide? English { get; init; }

    /// <summary>For the lab: the part to draw from.</summary>
    public LabSplit Split { get; init; } = LabSplit.Train;

    /// <summary>For the lab: the tasks; empty for all.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = [];

    /// <summary>For Alpaca files: names of the fields.</summary>
    public AlpacaFields Fields { get; init; } = new();

    /// <summary>For tab-separated parallel files: the column of the language, from 1.</summary>
    public int Column { get; init; } = 2;

    /// <summary>For translations: which way they go.</summary>
    public TranslationDirection Direction { get; init; }

    /// <summary>For chats: the user's second turn; empty for the known one of the language.</summary>
    public string FollowUp { get; init; } = "";

    /// <summary>For chats: what ends the user's first turn; empty for nothing.</summary>
    public string Cue { get; init; } = ChatInstruction.Cue;

    /// <summary>Number of the first record, from 0. Records of a file are counted in the order of a hash of their text.</summary>
    public int First { get; init; }

    /// <summary>Most records; 0 for all of a file.</summary>
    public int Count { get; init; }

    /// <summary>How often each record is used in an epoch, at least 1.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Largest share of bad records, 0 to 1; see <see cref="DataReport"/>. The default is ours.</summary>
    public double MostBad { get; init; } = 0.05;

    /// <summary>What it is in a few words, for tables.</summary>
    public string Name => (Path.Length > 0 ? $"{System.IO.Path.GetFileName(Path)} {Language}" : $"{Kind} {Language}{(Split == LabSplit.Any ? "" : " " + Split.ToString().ToLowerInvariant())}")
        + (Form == DataForm.Chat ? " chat" : "");

    /// <summary>Whether records are sentence pairs that become instructions to translate.</summary>
    public bool IsTranslation => Kind is "lab-translation" or "parallel";

    /// <summary>Whether the records are running text, which has no frame.</summary>
    public bool IsText => Kind is "lab-text" or "lab-pairs" or "text";

    /// <summary>Reads an entry of a recipe.</summary>
    public static DataSource Read(RecipeSection section)
    {
        var kind = section.Choice("source", "", Kinds);
        var isFile = kind is "alpaca" or "text" or "parallel";
        var language = section.Text("language");
        if (!isFile && language.Length > 0 && !Lab.AllLanguages.Contains(language))
        {
            section.Problem($"'{language}' is not a language of the lab; it has: {string.Join(", ", Lab.AllLanguages)}", "language");
        }

        var tasks = kind == "lab" ? section.Texts("tasks") : [];
        if (tasks.Except(Lab.Tasks).FirstOrDefault() is { } strange)
        {
            section.Problem($"'{strange}' is not a task of the lab; it has: {string.Join(", ", Lab.Tasks)}", "tasks");
        }

        var form = kind is "lab" or "alpaca" && section.Choice("form", "instruction", "instruction", "chat") == "chat" ? DataForm.Chat : DataForm.Instruction;
        var followUp = form == DataForm.Chat ? section.Text("follow_up", "") : "";
        if (form == DataForm.Chat && followUp.Length == 0 && language.Length > 0 && !ChatInstruction.TryFollowUp(language, out _))
        {
            section.Problem($"no second turn is known for '{language}': give 'follow_up', the words \"now answer in …\" in that language", "language");
        }

        return new DataSource
        {
            Kind = kind,
            Language = language,
            Path = isFile ? section.Text("path") : "",
            Form = form,
            English = ReadEnglish(section, kind, form),
            Split = !isFile && kind != "lab-text" ? Enum.Parse<LabSplit>(section.Choice("split", "train", "train", "dev", "test"), ignoreCase: true) : LabSplit.Any,
            Tasks = tasks,
            Fields = kind == "alpaca" ? ReadFields(section) : new AlpacaFields(),
            Column = kind == "parallel" ? section.Integer("column", 2, 1, 1000) : 2,
            Direction = kind is "parallel" or "lab-translation" ? ReadDirection(section) : TranslationDirection.Both,
            FollowUp = followUp,
            Cue = form == DataForm.Chat ? section.Text("cue", ChatInstruction.Cue) : ChatInstruction.Cue,
            First = section.Integer("first", 0, least: 0),
            Count = section.Integer("count", isFile ? 0 : 1000, least: isFile ? 0 : 1),
            Repeat = section.Integer("repeat", 1, least: 1),
            MostBad = section.Number("most_bad", 0.05, 0, 1),
        };
    }

    /// <summary>The template for this source: running text has no frame.</summary>
    public ChatTemplate TemplateOr(ChatTemplate template) => IsText ? ChatTemplate.Plain : template;

    /// <summary>The user's second turn of chats.</summary>
    public string SecondTurn => FollowUp.Length > 0 ? FollowUp : ChatInstruction.TryFollowUp(Language, out var known) ? known : "";

    /// <summary>The conversations that can be used.</summary>
    /// <param name="lab">The lab, loaded when it is first needed.</param>
    /// <param name="report">Told what was read, used and wrong.</param>
    /// <exception cref="UserException">XL130 to XL132: a file that is absent, unreadable or not aligned.</exception>
    public IEnumerable<Conversation> Load(Lazy<Lab> lab, DataReport? report = null) => new SourceReader(this, report ?? new DataReport(Name, MostBad)).Read(lab);

    /// <summary>The source's files, in name order; none for the lab.</summary>
    /// <exception cref="UserException">XL130: no such file.</exception>
    public IReadOnlyList<string> Files() => [.. FilesOf(Path), .. FilesOf(English?.Path ?? "")];

    /// <summary>The files of a path whose last part may hold <c>*</c>, in name order.</summary>
    /// <exception cref="UserException">XL130: no such file.</exception>
    internal static IReadOnlyList<string> FilesOf(string path)
    {
        if (path.Length == 0)
        {
            return [];
        }

        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        var files = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal).ToList()
            : [];
        return files.Count > 0 ? files : throw new UserException("XL130", $"Data file {path} does not exist.");
    }

    private static AlpacaFields ReadFields(RecipeSection section)
    {
        var fields = section.Section("fields");
        return new AlpacaFields(fields.Text("instruction", "instruction"), fields.Text("input", "input"), fields.Text("output", "output"));
    }

    private static EnglishSide? ReadEnglish(RecipeSection section, string kind, DataForm form)
    {
        if (kind == "parallel")
        {
            return section.Has("english_path")
                ? new EnglishSide(section.Text("english_path"), new AlpacaFields(), 1)
                : new EnglishSide("", new AlpacaFields(), section.Integer("english_column", 1, 1, 1000));
        }

        if (kind != "alpaca" || !section.Has("english"))
        {
            if (kind == "alpaca" && form == DataForm.Chat)
            {
                section.Problem("chats need the English original: give 'english' with its 'path', or with its 'fields' in the same file", "form");
            }

            return null;
        }

        var english = section.Section("english");
        return new EnglishSide(english.Text("path", ""), ReadFields(english), 1);
    }

    private static TranslationDirection ReadDirection(RecipeSection section) => section.Choice("direction", "both", "both", "from-english", "into-english") switch
    {
        "from-english" => TranslationDirection.FromEnglish,
        "into-english" => TranslationDirection.IntoEnglish,
        _ => TranslationDirection.Both,
    };
}
