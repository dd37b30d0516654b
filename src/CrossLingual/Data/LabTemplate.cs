using System.Globalization;
using System.Text;

namespace CrossLingual.Data;

/// <summary>A rendered template.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="AnswerStart">Where the bracketed part starts; -1 without brackets.</param>
/// <param name="AnswerLength">Its length.</param>
public readonly record struct LabText(string Text, int AnswerStart, int AnswerLength)
{
    /// <summary>The bracketed part.</summary>
    public string Answer => AnswerStart < 0 ? "" : Text.Substring(AnswerStart, AnswerLength);
}

/// <summary>
/// A sentence with slots: <c>{p}</c> base form, <c>{job.a}</c> named form, <c>{p?he|she}</c> choice by form g (m, f, n),
/// <c>{job@p}</c> the form that another entity's g names, <c>[…]</c> the answer. Entity forms may hold slots themselves.
/// </summary>
public sealed class LabTemplate
{
    private readonly List<Part> _parts;

    private LabTemplate(string source, List<Part> parts)
    {
        Source = source;
        _parts = parts;
    }

    private enum Kind
    {
        Literal,
        Form,
        FormOf,
        Choice,
        Open,
        Close,
    }

    /// <summary>The template as written.</summary>
    public string Source { get; }

    /// <summary>Names of the slots it uses, choices included.</summary>
    public IEnumerable<string> Slots => _parts.SelectMany(p => p.Kind switch
    {
        Kind.Form => [p.Slot],
        Kind.FormOf => [p.Slot, p.Text],
        Kind.Choice => p.Choices.SelectMany(c => c.Slots).Prepend(p.Slot),
        _ => Enumerable.Empty<string>(),
    }).Distinct();

    /// <summary>Parses a template.</summary>
    /// <exception cref="FormatException">A brace or bracket is not closed.</exception>
    public static LabTemplate Parse(string source)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        for (var i = 0; i < source.Length; i++)
        {
            switch (source[i])
            {
                case '{':
                    var end = Closing(source, i);
                    Flush();
                    parts.Add(ParseSlot(source[(i + 1)..end]));
                    i = end;
                    break;
                case '[' or ']':
                    Flush();
                    parts.Add(new Part(source[i] == '[' ? Kind.Open : Kind.Close, "", "", []));
                    break;
                default:
                    literal.Append(source[i]);
                    break;
            }
        }

        Flush();
        return new LabTemplate(source, parts);

        void Flush()
        {
            if (literal.Length > 0)
            {
                parts.Add(new Part(Kind.Literal, "", literal.ToString(), []));
                literal.Clear();
            }
        }
    }

    /// <summary>Fills the slots and begins with a capital letter.</summary>
    /// <param name="slots">Entities by slot name; numbers and names are entities of one form.</param>
    /// <exception cref="FormatException">A slot or form is missing.</exception>
    public LabText Render(IReadOnlyDictionary<string, LabEntity> slots)
    {
        var text = new StringBuilder();
        var answer = (Start: -1, End: -1);
        Append(text, slots, ref answer, depth: 0);
        if (text.Length > 0)
        {
            text[0] = char.ToUpper(text[0], CultureInfo.InvariantCulture);
        }

        return new LabText(text.ToString(), answer.Start, answer.Start < 0 ? 0 : answer.End - answer.Start);
    }

    /// <summary>Fills the slots of a phrase inside a sentence: no capital is forced.</summary>
    public string RenderPhrase(IReadOnlyDictionary<string, LabEntity> slots)
    {
        var text = new StringBuilder();
        var answer = (Start: -1, End: -1);
        Append(text, slots, ref answer, depth: 0);
        return text.ToString();
    }

    /// <summary>
    /// Fills the slots and keeps apart what came from them: pieces of text with the slot whose own words they are, in
    /// whichever number or gender, and null for words that only go with it, such as an article.
    /// </summary>
    internal List<(string Text, string? Slot)> Segments(IReadOnlyDictionary<string, LabEntity> slots)
    {
        var segments = new List<(string, string?)>();
        foreach (var part in _parts)
        {
            switch (part.Kind)
            {
                case Kind.Literal:
                    segments.Add((part.Text, null));
                    break;
                case Kind.Choice:
                    segments.AddRange(part.Choices[GenderOf(slots, part.Slot, part.Choices.Count)].Segments(slots));
                    break;
                case Kind.Form or Kind.FormOf:
                    var text = new StringBuilder();
                    var answer = (Start: -1, End: -1);
                    new LabTemplate(Source, [part]).Append(text, slots, ref answer, depth: 0);
                    segments.Add((text.ToString(), part.Kind == Kind.FormOf || part.Text is "base" or "many" ? part.Slot : null));
                    break;
            }
        }

        return segments;
    }

    private void Append(StringBuilder text, IReadOnlyDictionary<string, LabEntity> slots, ref (int Start, int End) answer, int depth)
    {
        if (depth > 4)
        {
            throw new FormatException($"'{Source}' refers to itself.");
        }

        foreach (var part in _parts)
        {
            switch (part.Kind)
            {
                case Kind.Literal:
                    text.Append(part.Text);
                    break;
                case Kind.Open:
                    answer.Start = text.Length;
                    break;
                case Kind.Close:
                    answer.End = text.Length;
                    break;
                case Kind.Choice:
                    part.Choices[GenderOf(slots, part.Slot, part.Choices.Count)].Append(text, slots, ref answer, depth + 1);
                    break;
                default:
                    var form = part.Kind == Kind.Form ? part.Text : Find(slots, part.Text).Forms.GetValueOrDefault("g", "base");
                    AppendForm(text, slots, Find(slots, part.Slot), form, ref answer, depth);
                    break;
            }
        }
    }

    private void AppendForm(StringBuilder text, IReadOnlyDictionary<string, LabEntity> slots, LabEntity entity, string form, ref (int Start, int End) answer, int depth)
    {
        if (!entity.Forms.TryGetValue(form, out var value))
        {
            throw new FormatException($"'{Source}': the entity '{entity.Key}' has no form '{form}'.");
        }

        if (value.Contains('{', StringComparison.Ordinal))
        {
            Parse(value).Append(text, slots, ref answer, depth + 1);
        }
        else
        {
            text.Append(value);
        }
    }

    private int GenderOf(IReadOnlyDictionary<string, LabEntity> slots, string slot, int choices)
    {
        var gender = Find(slots, slot).Forms.GetValueOrDefault("g", "");
        var place = gender switch { "m" => 0, "f" => 1, "n" => 2, _ => -1 };
        return place >= 0 && place < choices
            ? place
            : throw new FormatException($"'{Source}': '{slot}' has g '{gender}', for which no choice is written.");
    }

    private LabEntity Find(IReadOnlyDictionary<string, LabEntity> slots, string slot) =>
        slots.TryGetValue(slot, out var entity) ? entity : throw new FormatException($"'{Source}': there is no '{slot}' here.");

    private static int Closing(string source, int open)
    {
        var depth = 0;
        for (var i = open; i < source.Length; i++)
        {
            depth += source[i] == '{' ? 1 : source[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw new FormatException($"'{source}': a brace is not closed.");
    }

    private static Part ParseSlot(string content)
    {
        if (content.IndexOf('?', StringComparison.Ordinal) is var question and > 0)
        {
            return new Part(Kind.Choice, content[..question], "", [.. SplitChoices(content[(question + 1)..]).Select(Parse)]);
        }

        if (content.Split('@') is [var slot, var other])
        {
            return new Part(Kind.FormOf, slot, other, []);
        }

        var dot = content.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? new Part(Kind.Form, content, "base", []) : new Part(Kind.Form, content[..dot], content[(dot + 1)..], []);
    }

    // A bar inside a nested slot belongs to that slot.
    private static IEnumerable<string> SplitChoices(string text)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (text[i] == '|' && depth == 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    // Text is the literal, the form's name, or the slot whose g names the form.
    private sealed record Part(Kind Kind, string Slot, string Text, IReadOnlyList<LabTemplate> Choices);
}
