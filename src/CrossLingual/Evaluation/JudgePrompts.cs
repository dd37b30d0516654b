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
    private const string Work = "You compare and grade answers of AI assistants. Judge how helpful, relevant, correct, deep, creative and detailed an answer is. "
        + "Neither the order of the answers, nor their length, nor the assistants' names may matter. ";

    private const string Grade = "First explain your judgement in a few sentences. Then give a whole number from 1 (worst) to 10 (best) in exactly this form: [[rating]], for example [[5]].";

    private const string Choose = "First compare the two answers in a few sentences. Then give your verdict in exactly this form: [[A]] if assistant A is better, [[B]] if assistant B is better, [[C]] if they are equally good.";

    private const string Reference = "A reference answer is given. Find the mistakes of the answers by it. ";

    private readonly IReadOnlyDictionary<string, JudgePrompt> _prompts;

    private JudgePrompts(IReadOnlyDictionary<string, JudgePrompt> prompts) => _prompts = prompts;

    /// <summary>The built-in prompts for answers in a language.</summary>
    /// <param name="language">BCP 47 tag.</param>
    public static JudgePrompts For(string language)
    {
        var fluency = language.Split('-')[0] == "en" ? "" : $"The answers should be in {LanguageName.Of(language)}; count against them what is unnatural, ungrammatical or in another language. ";
        var prompts = new Dictionary<string, JudgePrompt>();
        foreach (var (name, reference) in new[] { ("v1", false), ("math-v1", true) })
        {
            var about = Work + fluency + (reference ? Reference : "");
            var shown = reference ? "[Reference answer]\n{ref_answer_1}\n\n" : "";
            var shownTurns = reference ? "[Reference answers]\n1: {ref_answer_1}\n2: {ref_answer_2}\n\n" : "";
            var pair = name == "v1" ? "pair-v2" : "pair-math-v1";
            prompts[$"single-{name}"] = new(about + Grade, $"[Question]\n{{question}}\n\n{shown}[Answer of the assistant]\n{{answer}}\n[End of the answer]");
            prompts[$"single-{name}-multi-turn"] = new(about + "Grade the answer to the second question. " + Grade, $"{shownTurns}[First question]\n{{question_1}}\n\n[First answer]\n{{answer_1}}\n\n[Second question]\n{{question_2}}\n\n[Second answer]\n{{answer_2}}\n[End of the answers]");
            prompts[pair] = new(about + Choose, $"[Question]\n{{question}}\n\n{shown}[Answer of assistant A]\n{{answer_a}}\n[End of answer A]\n\n[Answer of assistant B]\n{{answer_b}}\n[End of answer B]");
            prompts[$"{pair}-multi-turn"] = new(about + "Compare the answers to the second question. " + Choose, $"{shownTurns}[First question]\n{{question_1}}\n\n[Second question]\n{{question_2}}\n\n[Assistant A, first answer]\n{{answer_a_1}}\n\n[Assistant A, second answer]\n{{answer_a_2}}\n[End of A]\n\n[Assistant B, first answer]\n{{answer_b_1}}\n\n[Assistant B, second answer]\n{{answer_b_2}}\n[End of B]");
        }

        return new JudgePrompts(prompts);
    }

    /// <summary>Reads FastChat's <c>judge_prompts.jsonl</c>, or a file of its form.</summary>
    /// <exception cref="UserException">XL673: a line not of the form, or a prompt is missing.</exception>
    public static JudgePrompts Read(string path)
    {
        var prompts = new Dictionary<string, JudgePrompt>();
        foreach (var record in JudgeFiles.Records(path))
        {
            var system = record.Value.TryGetProperty("system_prompt", out var text) ? text.GetString()!.Trim() : "";

            // FastChat's default, which it sends with prompts that hold their directions themselves.
            prompts[JudgeFiles.Text(record, "name")] = new JudgePrompt(system, JudgeFiles.Text(record, "prompt_template"));
        }

        var missing = For("en")._prompts.Keys.Where(n => !prompts.ContainsKey(n)).ToList();
        return missing.Count == 0 ? new JudgePrompts(prompts) : throw new UserException("XL673", $"{path} lacks the prompts {string.Join(", ", missing)}.");
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
            JsonElement value;
            try
            {
                value = JsonElement.Parse(line);
            }
            catch (JsonException e)
            {
                throw new UserException("XL673", $"{where}: not JSON: {e.Message.Split(" LineNumber:")[0]} Each line must be one JSON object.", e);
            }

            yield return value.ValueKind == JsonValueKind.Object ? new Placed(value, where) : throw new UserException("XL673", $"{where}: found {value.ValueKind}; each line must be one JSON object.");
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
