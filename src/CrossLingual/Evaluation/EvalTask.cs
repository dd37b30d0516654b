using System.Text.RegularExpressions;
using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Evaluation;

/// <summary>What is right.</summary>
public enum TaskMark
{
    /// <summary>The reference's text, and the share of its tokens.</summary>
    Text,

    /// <summary>The reference's number, the answer's last one counting.</summary>
    Number,

    /// <summary>SQuAD's rules.</summary>
    Squad,

    /// <summary>MLQA's rules.</summary>
    Mlqa,

    /// <summary>Language-aware rules.</summary>
    LanguageAware,
}

/// <summary>One question as the model sees it.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Prompt">The whole prompt, exemplars included.</param>
/// <param name="References">The accepted answers.</param>
public sealed record TaskQuestion(string Id, string Prompt, IReadOnlyList<string> References);

/// <summary>
/// A test from a file, described in a few lines of YAML:
/// <code>
/// tasks:
///   - {task: mgsm, language: sw, path: mgsm_sw.tsv, mode: native-cot, exemplars: exemplars_sw.tsv, shots: 8}
///   - {task: xquad, language: vi, path: xquad.vi.json}
///   - {task: file, name: capitals, language: es, path: q.jsonl, prompt: "¿{question}?\nR:", mark: text}
/// </code>
/// Exemplars are the first <c>shots</c> records of their file, always the same ones, in the form of the questions.
/// </summary>
public sealed partial record EvalTask
{
    private static readonly string[] Kinds = ["mgsm", "xquad", "mlqa", "file"];

    /// <summary>The task's name in results.</summary>
    public required string Name { get; init; }

    /// <summary>BCP 47 tag of the answers.</summary>
    public required string Language { get; init; }

    /// <summary>The questions.</summary>
    public required TaskRecords Records { get; init; }

    /// <summary>The prompt, with a field's name in braces.</summary>
    public required string Prompt { get; init; }

    /// <summary>What is right.</summary>
    public TaskMark Mark { get; init; }

    /// <summary>How numbers are read.</summary>
    public NumberReading Reading { get; init; } = NumberReading.CommasDropped;

    /// <summary>Worked questions before each, if any.</summary>
    public TaskRecords? Exemplars { get; init; }

    /// <summary>How many of them.</summary>
    public int Shots { get; init; }

    /// <summary>Texts at which an answer is cut, for models that run on.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Most questions; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>Names of the tasks that need just a file.</summary>
    public static IReadOnlyList<string> Named => [.. Kinds.SkipLast(1)];

    /// <summary>A task known by name over a file.</summary>
    /// <exception cref="UserException">XL500: no such task; XL661: no words for the language.</exception>
    public static EvalTask Of(string name, string path, string language, MgsmMode mode = MgsmMode.Direct) => name switch
    {
        "mgsm" => Mgsm(path, language, mode),
        "xquad" => Passages(name, path, language, TaskMark.Squad),
        "mlqa" => Passages(name, path, MlqaName.Of(path)?.Context ?? language, TaskMark.Mlqa),
        _ => throw new UserException("XL500", $"'{name}' is not a task over a file. Use one of: {string.Join(", ", Named)}."),
    };

    /// <summary>Reads an entry of a recipe's <c>tasks</c>.</summary>
    public static EvalTask Read(RecipeSection section)
    {
        var kind = section.Choice("task", "", Kinds);
        var (language, path) = (section.Text("language"), section.Text("path"));
        var mode = kind == "mgsm" ? Enum.Parse<MgsmMode>(section.Choice("mode", "direct", "direct", "english-cot", "native-cot").Replace("-", "", StringComparison.Ordinal), ignoreCase: true) : MgsmMode.Direct;
        var ownPrompt = section.OptionalText("prompt");
        var task = kind switch
        {
            "mgsm" when ownPrompt is null && language.Length > 0 && !MgsmWords.Languages.Contains(language) =>
                Problem($"there are no words for mathematics in '{language}'; there are for: {string.Join(", ", MgsmWords.Languages)}; or write a 'prompt' with {{1}}", "language"),
            "mgsm" when ownPrompt is not null => Mgsm(path, "en", mode) with { Language = language },
            "mgsm" when language.Length > 0 => Mgsm(path, language, mode),
            "xquad" or "mlqa" => Of(kind, path, language),
            _ => Free(section, path, language),
        };
        var fields = section.Section("fields");
        var records = task.Records with
        {
            Form = section.Has("form") ? Enum.Parse<RecordForm>(section.Choice("form", "jsonl", "jsonl", "tsv", "squad"), ignoreCase: true) : task.Records.Form,
            AnswerField = fields.Text("answer", task.Records.AnswerField),
            IdField = fields.OptionalText("id"),
            HasHeading = section.Flag("heading", false),
        };
        if (task.Mark == TaskMark.Mlqa && language.Length > 0 && !AnswerRules.MlqaLanguages.Contains(task.Language))
        {
            section.Problem($"MLQA has no rules for '{task.Language}'; it has: {string.Join(", ", AnswerRules.MlqaLanguages)}; mark it language-aware", "language");
        }

        var exemplars = section.OptionalText("exemplars");
        return task with
        {
            Name = section.Text("name", task.Name),
            Records = records,
            Prompt = ownPrompt ?? task.Prompt,
            Mark = kind == "file" ? task.Mark : MarkOf(section, task.Mark),
            Reading = Enum.Parse<NumberReading>(section.Choice("numbers", "commas-dropped", "commas-dropped", "language-aware").Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            Exemplars = exemplars is null ? null : records with { Path = exemplars, Form = TaskRecords.FormOf(exemplars), IdField = null, AnswerField = fields.Text("exemplar_answer", records.AnswerField) },
            Shots = section.Integer("shots", 0, exemplars is null ? 0 : 1, exemplars is null ? 0 : int.MaxValue),
            Stop = section.Texts("stop", task.Stop),
            Limit = section.Integer("limit", 0, 0),
        };

        EvalTask Problem(string text, string key)
        {
            section.Problem(text, key);
            return Mgsm(path, "en", mode);
        }
    }

    /// <summary>The questions as the model sees them.</summary>
    /// <exception cref="UserException">XL660 and what reading finds; XL662: too few exemplars, or a question among them.</exception>
    public IReadOnlyList<TaskQuestion> Questions()
    {
        var shown = "";
        var asked = new HashSet<string>();
        if (Exemplars is not null)
        {
            var exemplars = Exemplars.Read();
            if (exemplars.Count < Shots)
            {
                throw new UserException("XL662", $"{Exemplars.Path} has {exemplars.Count} exemplars, {Shots} are asked for. Add some, or lower 'shots'.");
            }

            foreach (var exemplar in exemplars.Take(Shots))
            {
                var prompt = Fill(Prompt, exemplar, Exemplars.Path);
                asked.Add(prompt);
                shown += $"{prompt} {exemplar.References[0]}\n\n";
            }
        }

        var records = Records.Read();
        return [.. (Limit > 0 ? records.Take(Limit) : records).Select(r =>
        {
            var prompt = Fill(Prompt, r, Records.Path);
            return asked.Contains(prompt)
                ? throw new UserException("XL662", $"The question '{r.Id}' of {Records.Path} is one of the exemplars too, so that its answer is given away. Take other exemplars.")
                : new TaskQuestion(r.Id, shown + prompt, r.References);
        })];
    }

    /// <summary>Marks an answer.</summary>
    /// <param name="question">The question.</param>
    /// <param name="answer">What the model wrote.</param>
    /// <param name="ended">Whether it ended by itself.</param>
    public EvalSample MarkAnswer(TaskQuestion question, string answer, bool ended)
    {
        var text = Stop.Aggregate(answer, (kept, stop) => kept.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var at ? kept[..at] : kept);
        var sample = new EvalSample(question.Id, Language, Name, question.Prompt, question.References[0], text.Trim(), ended || text.Length < answer.Length, false, 0);
        switch (Mark)
        {
            case TaskMark.Number:
                var found = NumberAnswer.All(text, Reading, Language);
                var right = found.Count > 0 && NumberAnswer.All(question.References[0]) is [.., var wanted] && NumberAnswer.Same(found[^1], wanted);
                return sample with { Exact = right, F1 = right ? 1 : 0, Extracted = found.Count > 0 ? FormattableString.Invariant($"{found[^1]:R}") : "" };
            case TaskMark.Text:
                return sample with { Exact = question.References.Any(r => TextMatch.Exact(text, r)), F1 = question.References.Max(r => TextMatch.F1(text, r)) };
            default:
                var rules = AnswerRules.Of(Mark switch { TaskMark.Squad => QaVariant.Squad, TaskMark.Mlqa => QaVariant.Mlqa, _ => QaVariant.LanguageAware }, Language);
                var mark = SquadScore.Mark(text.Trim(), question.References, rules);
                return sample with { Exact = mark.Exact, F1 = mark.F1 };
        }
    }

    private static EvalTask Mgsm(string path, string language, MgsmMode mode)
    {
        var (prompt, next) = MgsmWords.Of(language, mode);
        return new EvalTask
        {
            Name = $"mgsm-{mode switch { MgsmMode.Direct => "direct", MgsmMode.EnglishCot => "english-cot", _ => "native-cot" }}",
            Language = language,
            Records = new TaskRecords(path, RecordForm.Tsv, language) { AnswerField = "2" },
            Prompt = prompt,
            Mark = TaskMark.Number,
            Stop = [next],
        };
    }

    private static EvalTask Passages(string name, string path, string language, TaskMark mark) => new()
    {
        Name = name,
        Language = language,
        Records = new TaskRecords(path, RecordForm.Squad, language),
        Prompt = "{context}\n\n{question}\n",
        Mark = mark,
        Stop = ["\n"],
    };

    private static EvalTask Free(RecipeSection section, string path, string language) => new()
    {
        Name = Path.GetFileNameWithoutExtension(path),
        Language = language,
        Records = new TaskRecords(path, TaskRecords.FormOf(path), language),
        Prompt = section.Text("prompt"),
        Mark = MarkOf(section, TaskMark.Text),
    };

    private static TaskMark MarkOf(RecipeSection section, TaskMark otherwise)
    {
        var names = Enum.GetValues<TaskMark>().ToDictionary(m => m == TaskMark.LanguageAware ? "language-aware" : m.ToString().ToLowerInvariant(), m => m);
        return names[section.Choice("mark", names.First(n => n.Value == otherwise).Key, [.. names.Keys])];
    }

    private static string Fill(string prompt, TaskRecord record, string path) => Field().Replace(prompt, match => record.Fields.TryGetValue(match.Groups[1].Value, out var text)
        ? text
        : throw new UserException("XL660", $"{path}, record '{record.Id}': the prompt asks for '{match.Groups[1].Value}'; the record has: {string.Join(", ", record.Fields.Keys)}."));

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Field();
}
