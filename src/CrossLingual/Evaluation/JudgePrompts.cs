using System.Text.Json;
using System.Text.RegularExpressions;
using CrossLingual.Data;
using CrossLingual.Text;

namespace CrossLingual.Evaluation;

/// <summary>One prompt of a judge.</summary>
/// <param name="System">What the judge is told about its work; empty for none.</param>
/// <param name="Template">What it is shown, with names in braces.</param>
public sealed record JudgePrompt(string System, string Template);

/// <summary>
/// A judge's prompts, under FastChat's names: <c>single-v1</c>, <c>single-math-v1</c> (a reference answer is shown), <c>pair-v2</c>,
/// <c>pair-math-v1</c>, each with <c>-multi-turn</c> for a second turn. The built-in texts are ours, after MT-bench's plan: explain first, ignore order, length and names,
/// end with the mark; for other languages than English they name the language and ask to mind its fluency, as PLUG does. FastChat's own file
/// is read as it is, for numbers to set beside MT-bench's.
/// </summary>
public sealed partial class JudgePrompts
{
    private readonly IReadOnlyDictionary<string, JudgePrompt> _prompts;

    private JudgePrompts(IReadOnlyDictionary<string, JudgePrompt> prompts) => _prompts = prompts;

    /// <summary>Languages that the built-in prompts speak.</summary>
    public static IReadOnlyCollection<string> Languages => [.. JudgePhrases.All.Keys];

    /// <summary>The built-in prompts for answers in a language.</summary>
    /// <param name="language">BCP 47 tag of the answers.</param>
    /// <param name="own">Whether the prompts speak that language too, which must be one of <see cref="Languages"/>, instead of English.</param>
    /// <exception cref="UserException">XL676: there are no built-in prompts in the language.</exception>
    public static JudgePrompts For(string language, bool own = false)
    {
        var spoken = language.Split('-')[0];
        var say = JudgePhrases.All.GetValueOrDefault(own ? spoken : "en")
            ?? throw new UserException("XL676", $"There are no built-in judge's prompts in '{language}'; there are in: {string.Join(", ", Languages)}. Give a file of your own under 'prompts', or prompt_language: en.");
        var fluency = spoken == "en" ? "" : own ? say.Fluency : $"The answers should be in {LanguageName.Of(language)}; count against them what is unnatural, ungrammatical or in another language. ";
        var prompts = new Dictionary<string, JudgePrompt>();
        foreach (var (name, reference) in new[] { ("v1", false), ("math-v1", true) })
        {
            var about = say.Work + fluency + (reference ? say.Reference : "");
            var shown = reference ? $"[{say.ReferenceAnswer}]\n{{ref_answer_1}}\n\n" : "";
            var shownTurns = reference ? $"[{say.ReferenceAnswers}]\n1: {{ref_answer_1}}\n2: {{ref_answer_2}}\n\n" : "";
            var questions = $"[{say.FirstQuestion}]\n{{question_1}}\n\n";
            var second = $"[{say.SecondQuestion}]\n{{question_2}}\n\n";
            var pair = name == "v1" ? "pair-v2" : "pair-math-v1";
            prompts[$"single-{name}"] = new(about + say.Grade, $"[{say.Question}]\n{{question}}\n\n{shown}[{say.Answer}]\n{{answer}}\n[{say.EndOfAnswer}]");
            prompts[$"single-{name}-multi-turn"] = new(about + say.GradeSecond + say.Grade, $"{shownTurns}{questions}[{say.FirstAnswer}]\n{{answer_1}}\n\n{second}[{say.SecondAnswer}]\n{{answer_2}}\n[{say.EndOfAnswers}]");
            prompts[pair] = new(about + say.Choose, $"[{say.Question}]\n{{question}}\n\n{shown}{One("A", "answer_a")}\n\n{One("B", "answer_b")}");
            prompts[$"{pair}-multi-turn"] = new(about + say.CompareSecond + say.Choose, $"{shownTurns}{questions}{second}{Both("A", "answer_a")}\n\n{Both("B", "answer_b")}");
        }

        return new JudgePrompts(prompts);

        string One(string letter, string value) => $"[{Of(say.AnswerOf, letter)}]\n{{{value}}}\n[{Of(say.EndOfAnswerOf, letter)}]";
        string Both(string letter, string value) => $"[{Of(say.FirstOf, letter)}]\n{{{value}_1}}\n\n[{Of(say.SecondOf, letter)}]\n{{{value}_2}}\n[{Of(say.EndOf, letter)}]";
        static string Of(string phrase, string letter) => phrase.Replace("{0}", letter, StringComparison.Ordinal);
    }

    /// <summary>Reads FastChat's <c>judge_prompts.jsonl</c>, or a file of its form; a record may name its <c>language</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="language">Whose prompts: its own records go before those that name no language; others are left out.</param>
    /// <exception cref="UserException">XL673: a line not of the form, or a prompt is missing; XL613: a prompt twice.</exception>
    public static JudgePrompts Read(string path, string language = "en")
    {
        var (common, own) = (new Dictionary<string, JudgePrompt>(), new Dictionary<string, JudgePrompt>());
        foreach (var record in JudgeFiles.Records(path))
        {
            var speaks = JudgeFiles.Optional(record, "language");
            if (speaks is not null && speaks != language)
            {
                continue;
            }

            // FastChat leaves its default system prompt out where a prompt holds its directions itself.
            var name = JudgeFiles.Text(record, "name");
            var prompt = new JudgePrompt((JudgeFiles.Optional(record, "system_prompt") ?? "").Trim(), JudgeFiles.Text(record, "prompt_template"));
            if (!(speaks is null ? common : own).TryAdd(name, prompt))
            {
                throw new UserException("XL613", $"{record.Where}: the prompt '{name}' stands twice. Remove one, or name its 'language'.");
            }
        }

        foreach (var (name, prompt) in own)
        {
            common[name] = prompt;
        }

        var missing = For("en")._prompts.Keys.Where(n => !common.ContainsKey(n)).ToList();
        return missing.Count == 0 ? new JudgePrompts(common) : throw new UserException("XL673", $"{path} lacks the prompts {string.Join(", ", missing)} for '{language}'.");
    }

    /// <summary>Fills a prompt.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">The texts by name; braces inside them are left alone.</param>
    public (string System, string User) Fill(string name, IReadOnlyDictionary<string, string> values)
    {
        var prompt = _prompts[name];
        return (prompt.System, Name().Replace(prompt.Template, m => values.GetValueOrDefault(m.Groups[1].Value, m.Value)));
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Name();
}

/// <summary>Reads MT-bench's files, a JSON object a line.</summary>
internal static class JudgeFiles
{
    /// <summary>A record and where it stands.</summary>
    public readonly record struct Placed(JsonElement Value, string Where);

    /// <exception cref="UserException">XL130, XL621; XL673: a line that is no JSON object.</exception>
    public static IEnumerable<Placed> Records(string path)
    {
        var number = 0;
        foreach (var line in TextLines.Read(path))
        {
            number++;
            if (line.Trim().Length == 0)
            {
                continue;
            }

            var where = FormattableString.Invariant($"{path}:{number}");
            yield return new Placed(JsonRecord.Parse(line, where, "XL673"), where);
        }
    }

    /// <summary>A text or a number of a record.</summary>
    /// <exception cref="UserException">XL673: it is missing.</exception>
    public static string Text(Placed record, string name) => Optional(record, name)
        ?? throw new UserException("XL673", $"{record.Where}: '{name}' is missing; the record has: {string.Join(", ", record.Value.EnumerateObject().Select(p => p.Name))}.");

    /// <summary>A text or a number of a record, or null.</summary>
    public static string? Optional(Placed record, string name) => record.Value.TryGetProperty(name, out var value)
        ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null }
        : null;

    /// <summary>The turns of a question or an answer: <c>turns</c>, <c>choices[0].turns</c>, or one <c>text</c>.</summary>
    /// <exception cref="UserException">XL673: there are none.</exception>
    public static IReadOnlyList<string> Turns(Placed record)
    {
        var at = record.Value;
        if (at.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0)
        {
            at = choices[0];
        }

        return at.ValueKind == JsonValueKind.Object && at.TryGetProperty("turns", out var turns) && turns.ValueKind == JsonValueKind.Array && turns.GetArrayLength() > 0
            && turns.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String)
                ? [.. turns.EnumerateArray().Select(t => t.GetString()!)]
                : [Text(record, "text")];
    }

    /// <summary>Turns by question_id.</summary>
    /// <exception cref="UserException">XL673; XL613: a question twice.</exception>
    public static Dictionary<string, (IReadOnlyList<string> Turns, string Category)> ByQuestion(string path)
    {
        var all = new Dictionary<string, (IReadOnlyList<string>, string)>();
        foreach (var record in Records(path))
        {
            var id = Text(record, "question_id");
            if (!all.TryAdd(id, (Turns(record), Optional(record, "category") ?? "")))
            {
                throw new UserException("XL613", $"{record.Where}: the question '{id}' stands twice.");
            }
        }

        return all;
    }
}
