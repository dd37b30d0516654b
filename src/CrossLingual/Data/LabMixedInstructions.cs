using System.Text.RegularExpressions;
using CrossLingual.Runs;

namespace CrossLingual.Data;

/// <summary>An instruction in two languages at once.</summary>
/// <param name="Example">The instruction; its language and answer are those of the first language.</param>
/// <param name="Answers">Right answers: those of both languages.</param>
/// <param name="Measure">How mixed it is.</param>
public sealed record MixedInstruction(Example Example, IReadOnlyList<string> Answers, double Measure);

/// <summary>
/// The lab's instructions with a chosen amount of code-switching. A wording exists in both languages: each of its sentences may
/// be in either (alternation), and hold content words of the other (insertion). Among all such ways the one whose measure is
/// nearest to the target is taken, with at least as many words of the first language as of the second: a sentence of the second with
/// one word of the first would measure the same, and ask something else. Names, numbers, signs and code are of no language.
/// <code>
/// S = 0      Thủ đô của Pháp là gì?
/// S = 0.14   Thủ đô của France là gì?
/// </code>
/// </summary>
/// <remarks>Instruction <c>i</c> of a split depends on the pair, the split, i, the task and the target alone.</remarks>
/// <param name="lab">The lab.</param>
/// <param name="measure">How mixed words are, from their languages' numbers, -1 for none: the S-index, say.</param>
public sealed partial class LabMixedInstructions(Lab lab, Func<IReadOnlyList<int>, double> measure)
{
    private const int Neutral = -1;

    /// <summary>Tasks whose instruction holds all that is asked.</summary>
    public static IReadOnlyList<string> Tasks { get; } = ["math", "facts", "code"];

    /// <summary>One instruction.</summary>
    /// <param name="first">A language of the lab; unmixed, the instruction is in it.</param>
    /// <param name="second">Another one.</param>
    /// <param name="split">Train, Dev or Test.</param>
    /// <param name="index">Its number, from 0; the id is that of the lab's example.</param>
    /// <param name="task">One of <see cref="Tasks"/>.</param>
    /// <param name="target">The measure aimed at; 0 leaves the instruction as it is in the first language.</param>
    /// <exception cref="UserException">XL121: not a language of the lab; XL122: not a task that can be mixed; XL687: twice the same.</exception>
    public MixedInstruction Instruction(string first, string second, LabSplit split, int index, string task, double target)
    {
        if (Lab.CheckLanguage(first) == Lab.CheckLanguage(second))
        {
            throw new UserException("XL687", $"'{first}' and '{second}' are one language; mixed text takes two, such as en and vi.");
        }

        if (!Tasks.Contains(task))
        {
            throw new UserException("XL122", $"'{task}' is not a task whose instruction can be mixed. These can: {string.Join(", ", Tasks)}.");
        }

        var (example, scene) = lab.Make(first, split, index, task);
        IReadOnlyList<string> answers = [.. new[] { example.Output, lab.Example(second, split, index, task).Output }.Distinct()];
        if (target <= 0)
        {
            return new MixedInstruction(example, answers, 0);
        }

        var dice = Seed.For("lab mixed instruction", first, second, example.Id, target).Dice();
        LabLanguage[] pair = [lab.Languages[first], lab.Languages[second]];
        var literals = scene.Literals.ToHashSet();
        var best = Ways(pair, scene).Select(way => (Way: way, Words: Numbers(way, literals), Chance: dice.NextBits()))
            .Where(w => w.Words.Count(n => n == 0) >= w.Words.Count(n => n == 1))
            .Select(w => (w.Way, Measure: measure(w.Words), w.Chance)).MinBy(w => (Math.Abs(w.Measure - target), w.Chance));
        var text = string.Concat(best.Way.Select(p => p.Text));
        return new MixedInstruction(example with { Instruction = char.ToUpperInvariant(text[0]) + text[1..] }, answers, best.Measure);
    }

    // Every choice for every sentence.
    private static IEnumerable<List<Piece>> Ways(LabLanguage[] pair, LabScene scene)
    {
        var sentences = pair.Select((l, i) => Sentences(l.Templates[scene.Asked.List][scene.Asked.Wording].Segments(scene.In(l)), i)).ToList();
        if (sentences[0].Count != sentences[1].Count)
        {
            sentences = sentences.ConvertAll(s => new List<List<Piece>> { s.SelectMany(p => p).ToList() });
        }

        IEnumerable<List<Piece>> joined = [[]];
        return Enumerable.Range(0, sentences[0].Count).Aggregate(joined, (before, i) => before.SelectMany(b => Choices(sentences[0][i], sentences[1][i]).Select(c => b.Concat(c).ToList())));
    }

    // A sentence in each language, with any of the other's slots in the place of its own.
    private static List<List<Piece>> Choices(List<Piece> first, List<Piece> second)
    {
        var all = new List<List<Piece>>();
        foreach (var (frame, other) in new[] { (first, second), (second, first) })
        {
            var slots = frame.Where(p => p.Slot is not null and not ("p" or "q") && other.Find(o => o.Slot == p.Slot) is { } theirs && theirs.Text != p.Text).Select(p => p.Slot!).Distinct().ToList();
            for (var chosen = 0; chosen < 1 << slots.Count; chosen++)
            {
                all.Add(frame.ConvertAll(p => p.Slot is { } slot && slots.IndexOf(slot) is >= 0 and var bit && (chosen & (1 << bit)) != 0 ? other.Find(o => o.Slot == slot)! : p));
            }
        }

        return all;
    }

    private static List<List<Piece>> Sentences(List<(string Text, string? Slot)> segments, int language)
    {
        var sentences = new List<List<Piece>> { new() };
        foreach (var (text, slot) in segments)
        {
            foreach (var (part, i) in (slot is null ? SentenceEnd().Split(text) : [text]).Select((part, i) => (part, i)))
            {
                if (i > 0)
                {
                    sentences[^1].Add(new Piece(" ", null, language));
                    sentences.Add([]);
                }

                if (part.Length > 0)
                {
                    sentences[^1].Add(new Piece(part, slot, language));
                }
            }
        }

        return sentences;
    }

    private static List<int> Numbers(List<Piece> way, HashSet<string> literals) =>
    [
        .. way.SelectMany(p => LabTags.Words(p.Text).Select(w => p.Slot is "p" or "q" || literals.Contains(w) || !w.Any(char.IsLetter) ? Neutral : p.Language)),
    ];

    [GeneratedRegex(@"(?<=[.!?।]) ")]
    private static partial Regex SentenceEnd();

    // A piece of an instruction; Slot names whose own words it is.
    private sealed record Piece(string Text, string? Slot, int Language);
}
