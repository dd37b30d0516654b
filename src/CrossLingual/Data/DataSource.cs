using System.Globalization;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>One entry of a recipe's <c>data</c>: where conversations come from and how they are framed.</summary>
public sealed record DataSource
{
    private static readonly string[] Kinds = ["lab", "lab-text", "lab-pairs", "alpaca", "text"];

    /// <summary>
    /// <c>lab</c> instructions, <c>lab-text</c> statements, <c>lab-pairs</c> sentences with their English, <c>alpaca</c>
    /// a JSON or JSONL file, <c>text</c> a file of one text a line.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>BCP 47 tag of the data.</summary>
    public required string Language { get; init; }

    /// <summary>For files: the path; the last part may hold <c>*</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>For the lab: the part to draw from.</summary>
    public LabSplit Split { get; init; } = LabSplit.Train;

    /// <summary>For the lab: the tasks; empty for all.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = [];

    /// <summary>For Alpaca files: names of the fields.</summary>
    public AlpacaFields Fields { get; init; } = new();

    /// <summary>Number of the first record, from 0.</summary>
    public int First { get; init; }

    /// <summary>Most records; 0 for all of a file.</summary>
    public int Count { get; init; }

    /// <summary>How often each record is used in an epoch, at least 1.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>What it is in a few words, for tables.</summary>
    public string Name => Path.Length > 0
        ? $"{System.IO.Path.GetFileName(Path)} {Language}"
        : $"{Kind} {Language}{(Split == LabSplit.Any ? "" : " " + Split.ToString().ToLowerInvariant())}";

    /// <summary>Reads an entry of a recipe.</summary>
    public static DataSource Read(RecipeSection section)
    {
        var kind = section.Choice("source", "", Kinds);
        var isFile = kind is "alpaca" or "text";
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

        var fields = kind == "alpaca" ? section.Section("fields") : null;
        return new DataSource
        {
            Kind = kind,
            Language = language,
            Path = isFile ? section.Text("path") : "",
            Split = !isFile && kind != "lab-text" ? Enum.Parse<LabSplit>(section.Choice("split", "train", "train", "dev", "test"), ignoreCase: true) : LabSplit.Any,
            Tasks = tasks,
            Fields = fields is null
                ? new AlpacaFields()
                : new AlpacaFields(fields.Text("instruction", "instruction"), fields.Text("input", "input"), fields.Text("output", "output")),
            First = section.Integer("first", 0, least: 0),
            Count = section.Integer("count", isFile ? 0 : 1000, least: isFile ? 0 : 1),
            Repeat = section.Integer("repeat", 1, least: 1),
        };
    }

    /// <summary>The template for this source: running text has no frame.</summary>
    public ChatTemplate TemplateOr(ChatTemplate template) => Kind is "lab-text" or "lab-pairs" or "text" ? ChatTemplate.Plain : template;

    /// <summary>The conversations.</summary>
    /// <param name="lab">The lab, loaded when it is first needed.</param>
    /// <exception cref="UserException">XL130, XL131: a file that is absent or unreadable.</exception>
    public IEnumerable<Conversation> Load(Lazy<Lab> lab) => Kind switch
    {
        "lab" => lab.Value.Examples(Language, Split, Count, Tasks, First).Select(Conversation.Of),
        "lab-text" => Numbers().Select(i => Conversation.OfText(Id("text", i), Language, lab.Value.Statements(Language, i))),
        "lab-pairs" => Numbers().Select(i => Conversation.OfText(Id("pair", i), Language, PairText(lab.Value, i))),
        "alpaca" => Slice(Files().SelectMany(file => AlpacaReader.Read(file, Language, Fields)).Select(Conversation.Of)),
        _ => Slice(Files().SelectMany(file => File.ReadLines(file).Where(l => l.Length > 0).Select((line, i) =>
            Conversation.OfText($"{System.IO.Path.GetFileName(file)}-{i + 1}", Language, line)))),
    };

    /// <summary>The source's files, in name order; none for the lab.</summary>
    /// <exception cref="UserException">XL130: no such file.</exception>
    public IReadOnlyList<string> Files()
    {
        if (Path.Length == 0)
        {
            return [];
        }

        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        var files = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, System.IO.Path.GetFileName(Path)).Order(StringComparer.Ordinal).ToList()
            : [];
        return files.Count > 0 ? files : throw new UserException("XL130", $"Data file {Path} does not exist.");
    }

    // Either language may come first, as in real parallel text.
    private string PairText(Lab lab, int i)
    {
        var (from, to) = i % 2 == 0 ? ("en", Language) : (Language, "en");
        var (source, target) = lab.Pair(from, to, Split, i);
        return $"{source} = {target}";
    }

    private IEnumerable<int> Numbers() => Enumerable.Range(First, Count);

    private string Id(string what, int i) => string.Create(CultureInfo.InvariantCulture, $"lab-{what}-{Language}-{i}");

    private IEnumerable<Conversation> Slice(IEnumerable<Conversation> all) => Count > 0 ? all.Skip(First).Take(Count) : all.Skip(First);
}
