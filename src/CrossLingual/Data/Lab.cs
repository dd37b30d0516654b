using System.Globalization;
using CrossLingual.Runs;

namespace CrossLingual.Data;

/// <summary>
/// The embedded lab: generated parallel instruction data in six languages, with exact answers. Which skill a language
/// model has in which language can be measured on it within minutes.
/// </summary>
/// <remarks>
/// Example <c>i</c> of a split exists in every language under one id and depends on (split, i) alone: the same bytes on
/// every machine, in any order, however many are drawn. Tasks: see <see cref="Tasks"/>.
/// </remarks>
public sealed class Lab
{
    private readonly Dictionary<string, LabLanguage> _languages;
    private readonly LabLanguage _shape;

    private Lab(Dictionary<string, LabLanguage> languages)
    {
        _languages = languages;
        _shape = languages["en"];
    }

    /// <summary>Languages in reading order: English, then the targets.</summary>
    public static IReadOnlyList<string> AllLanguages { get; } = ["en", "es", "de", "hi", "vi", "sw"];

    /// <summary>
    /// The kinds of work: <c>math</c> word problems, graded 1 to 5; <c>reading</c>, the answer a span of a passage;
    /// <c>everyday</c> copy, sort, largest, count, classify, rewrite, reverse; <c>facts</c> of the world;
    /// <c>translation</c> of a sentence into English (from English: into another language); <c>code</c>, a Python function.
    /// </summary>
    public static IReadOnlyList<string> Tasks { get; } = ["math", "reading", "everyday", "facts", "translation", "code"];

    /// <summary>The folder of the lab's files beside the library, whatever program has loaded it.</summary>
    public static string Folder { get; } = Path.Combine(Path.GetDirectoryName(typeof(Lab).Assembly.Location)!, "data", "lab");

    /// <summary>The loaded languages by tag.</summary>
    public IReadOnlyDictionary<string, LabLanguage> Languages => _languages;

    /// <summary>Reads the language files.</summary>
    /// <param name="folder">A folder like <see cref="Folder"/>, which is the default.</param>
    public static Lab Load(string? folder = null)
    {
        var languages = Path.Combine(folder ?? Folder, "languages");
        return new Lab(AllLanguages.ToDictionary(code => code, code => LabLanguage.Read(Path.Combine(languages, code + ".yaml"))));
    }

    /// <summary>Checks a language tag.</summary>
    /// <exception cref="UserException">XL121: not a language of the lab.</exception>
    public static string CheckLanguage(string code) => AllLanguages.Contains(code)
        ? code
        : throw new UserException("XL121", $"'{code}' is not a language of the lab. It has: {string.Join(", ", AllLanguages)}.");

    /// <summary>Checks a language to train the base model for.</summary>
    /// <exception cref="UserException">XL121: not a language of the lab; XL123: English.</exception>
    public static string CheckTarget(string code) => CheckLanguage(code) != "en"
        ? code
        : throw new UserException("XL123", "The lab's base model knows English already; choose other languages: es, de, hi, vi, sw.");

    /// <summary>One example.</summary>
    /// <param name="language">A tag among <see cref="AllLanguages"/>.</param>
    /// <param name="split">Train, Dev or Test.</param>
    /// <param name="index">Its number, from 0; the id is <c>lab-{split}-{index}</c>.</param>
    /// <param name="task">One of <see cref="Tasks"/>; by default the tasks take turns.</param>
    public Example Example(string language, LabSplit split, int index, string? task = null)
    {
        task ??= Tasks[index % Tasks.Count];
        return Make(language, split, index, task).Example;
    }

    /// <summary>A coding example with what its answer must do: a task of HumanEval's form without a beginning, whose program is the whole answer.</summary>
    /// <param name="language">A tag among <see cref="AllLanguages"/>.</param>
    /// <param name="split">Train, Dev or Test.</param>
    /// <param name="index">Its number, from 0.</param>
    public (Example Example, CodeProblem Problem) Coding(string language, LabSplit split, int index)
    {
        var (example, scene) = Make(language, split, index, "code");
        return (example, new CodeProblem(example.Id, "", LabCode.Tests(scene, _languages[language]), scene.In(_languages[language])["f"].Base, "python", language, example.Output));
    }

    /// <summary>The first examples of a split, the tasks taking turns.</summary>
    /// <param name="language">A tag among <see cref="AllLanguages"/>.</param>
    /// <param name="split">Train, Dev or Test.</param>
    /// <param name="count">How many.</param>
    /// <param name="tasks">Some of <see cref="Tasks"/>; null for all.</param>
    /// <param name="first">Number of the first.</param>
    /// <exception cref="UserException">XL122: an unknown task.</exception>
    public IEnumerable<Example> Examples(string language, LabSplit split, int count, IReadOnlyList<string>? tasks = null, int first = 0)
    {
        var wanted = tasks is { Count: > 0 } ? tasks : Tasks;
        var unknown = wanted.Except(Tasks).ToList();
        return unknown.Count == 0
            ? Enumerable.Range(first, count).Select(i => Example(language, split, i, wanted[i % wanted.Count]))
            : throw new UserException("XL122", $"'{unknown[0]}' is not a task of the lab. It has: {string.Join(", ", Tasks)}.");
    }

    /// <summary>A paragraph of plain statements, what a base model reads: no instruction, no held-back entity or wording.</summary>
    public string Statements(string language, int index)
    {
        CheckLanguage(language);
        var scene = new LabScene(_shape, LabSplit.Any, Seed.For("lab text", index).Dice());
        return LabTexts.Paragraph(scene, _languages[language]);
    }

    /// <summary>An instruction to translate a sentence, given in the sentence's language.</summary>
    /// <param name="from">Language of the sentence and the instruction.</param>
    /// <param name="to">Language of the answer.</param>
    /// <param name="split">Whose entities and wordings it uses.</param>
    /// <param name="index">Its number, from 0.</param>
    public Example Translation(string from, string to, LabSplit split, int index)
    {
        var (source, target) = (_languages[CheckLanguage(from)], _languages[CheckLanguage(to)]);
        var scene = new LabScene(_shape, split, Seed.For("lab translation", split, index).Dice(), ShiftOf("translation"));
        var (list, wording) = LabTasks.Sentence(scene);
        var example = LabTasks.Translation(scene, source, target, list, wording);
        return example with { Id = string.Create(CultureInfo.InvariantCulture, $"lab-{split.ToString().ToLowerInvariant()}-translation-{from}-{to}-{index}") };
    }

    /// <summary>A sentence and its translation.</summary>
    /// <param name="from">Language of the first.</param>
    /// <param name="to">Language of the second.</param>
    /// <param name="split">Whose entities and wordings it uses.</param>
    /// <param name="index">Its number, from 0.</param>
    public (string Source, string Target) Pair(string from, string to, LabSplit split, int index)
    {
        var scene = new LabScene(_shape, split, Seed.For("lab pair", split, index).Dice());
        var (list, wording) = LabTasks.Sentence(scene);
        return (scene.Say(_languages[CheckLanguage(from)], list, wording).Text, scene.Say(_languages[CheckLanguage(to)], list, wording).Text);
    }

    /// <summary>One example with the scene that it was made from.</summary>
    internal (Example Example, LabScene Scene) Make(string language, LabSplit split, int index, string task)
    {
        CheckLanguage(language);
        var name = split.ToString().ToLowerInvariant();
        var scene = new LabScene(_shape, split, Seed.For("lab", task, name, index).Dice(), ShiftOf(task));
        var example = LabTasks.Make(task, scene, _languages[language], _languages);
        return (example with { Id = string.Create(CultureInfo.InvariantCulture, $"lab-{name}-{task}-{index}") }, scene);
    }

    private static int ShiftOf(string task) => Math.Max(0, Tasks.ToList().IndexOf(task));
}
