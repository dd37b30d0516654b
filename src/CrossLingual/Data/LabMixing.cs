using System.Globalization;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>
/// Tagged sentences of the lab in two languages at once. Each clause has a matrix language, whose template is its frame, and
/// may hold content words of the other language (insertion, Myers-Scotton 1993); clauses of a sentence may differ in their
/// matrix language (alternation, Muysken 2000). Among all such ways the one whose measure is nearest to a target is taken.
/// <code>
/// en-de, insertion     Ana/PROPN lives/VERB …, Ana/PROPN has/VERB a/DET Katze/NOUN ./PUNCT
/// en-de, alternation   Ana/PROPN often/ADV eats/VERB bread/NOUN ,/PUNCT Omar/PROPN ist/AUX 30/NUM Jahre/NOUN alt/ADJ ./PUNCT
/// </code>
/// </summary>
/// <remarks>Sentence <c>i</c> of a split depends on the pair, the split, i and the target alone. Names, numbers and signs are of no language.</remarks>
public sealed class LabMixing
{
    private const int MostClauses = 3;

    // Not every sentence can be mixed so strongly or so little: another is tried where the measure misses by more.
    private const double Near = 0.04;
    private const int MostDrafts = 6;
    private static readonly string[] Kinds = ["lives", "job", "food", "color", "pet", "age", "owns"];
    private static readonly string[] Inserted = ["job", "food", "color", "animal", "thing"];
    private readonly Lab _lab;
    private readonly LabTags _tags;
    private readonly Func<IReadOnlyList<int>, double> _measure;

    /// <summary>Prepares the making of sentences.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="measure">How mixed a sentence is, from its words' languages, -1 for none: the S-index, say.</param>
    /// <param name="folder">A folder like <see cref="Lab.Folder"/>, which is the default.</param>
    /// <exception cref="UserException">XL120: the file of tags is absent or not of its form.</exception>
    public LabMixing(Lab lab, Func<IReadOnlyList<int>, double> measure, string? folder = null)
    {
        (_lab, _measure) = (lab, measure);
        _tags = LabTags.Read(Path.Combine(folder ?? Lab.Folder, "tags.yaml"));
    }

    /// <summary>All tags that occur.</summary>
    public static IReadOnlyList<string> Tags { get; } = ["ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT", "SCONJ", "VERB"];

    /// <summary>One sentence.</summary>
    /// <param name="first">A language of the lab.</param>
    /// <param name="second">Another one.</param>
    /// <param name="split">Whose entities it uses.</param>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="target">The measure aimed at; 0 gives one language.</param>
    /// <param name="languages">Where the languages get their numbers.</param>
    /// <exception cref="UserException">XL121: not a language of the lab; XL687: twice the same.</exception>
    public TaggedWords Sentence(string first, string second, LabSplit split, int index, double target, LanguageTags languages)
    {
        LabLanguage[] pair = [_lab.Languages[Lab.CheckLanguage(first)], _lab.Languages[Lab.CheckLanguage(second)]];
        if (first == second)
        {
            throw new UserException("XL687", $"'{first}' and '{second}' are one language; mixed text takes two, such as en and de.");
        }

        int[] numbers = [languages.Of(first), languages.Of(second)];
        var name = split.ToString().ToLowerInvariant();
        var dice = Seed.For("lab mixing", first, second, name, index, target).Dice();
        var (best, distance) = (new List<LabWord>(), double.PositiveInfinity);
        for (var draft = 0; draft < MostDrafts && distance > Near; draft++)
        {
            var clauses = Enumerable.Range(0, 1 + dice.Next(MostClauses)).Select(_ => Clause(pair, split, dice)).ToList();
            var found = Ways(clauses).Select(way => (Way: way, Distance: Math.Abs(_measure(Numbers(way, first, numbers)) - target), Chance: dice.NextBits()))
                .MinBy(w => (w.Distance, w.Chance));
            (best, distance) = found.Distance < distance ? (found.Way, found.Distance) : (best, distance);
        }

        return new TaggedWords(
            string.Create(CultureInfo.InvariantCulture, $"lab-{first}-{second}-{name}-{index}"),
            [.. best.Select((w, i) => i == 0 ? Capital(w.Text) : w.Text)],
            Numbers(best, first, numbers),
            [.. best.Select(w => w.Tag)]);
    }

    /// <summary>Sentences until a number of words is reached.</summary>
    /// <param name="first">A language of the lab.</param>
    /// <param name="second">Another one.</param>
    /// <param name="split">Whose entities they use.</param>
    /// <param name="words">Words, reached with the last sentence.</param>
    /// <param name="target">The measure aimed at, drawn for each sentence.</param>
    /// <param name="languages">Where the languages get their numbers.</param>
    /// <param name="seed">Where the targets come from.</param>
    public List<TaggedWords> Sentences(string first, string second, LabSplit split, int words, Func<Dice, double> target, LanguageTags languages, Seed seed)
    {
        var made = new List<TaggedWords>();
        for (var count = 0; count < words; count += made[^1].Words.Count)
        {
            made.Add(Sentence(first, second, split, made.Count, target(seed.And("target", made.Count).Dice()), languages));
        }

        return made;
    }

    // A clause in each language as matrix, alone and with the other's content words.
    private List<List<LabWord>> Clause(LabLanguage[] pair, LabSplit split, Dice dice)
    {
        var scene = new LabScene(pair[0], split, dice);
        scene.Bind("p", "person");
        var (list, wording) = LabTasks.Sentence(scene, dice.Pick(Kinds));
        var plain = pair.Select(l => _tags.Of(l, l.Templates[list][wording], scene.In(l))).ToList();
        var ways = plain.ToList();
        for (var matrix = 0; matrix < 2; matrix++)
        {
            var (frame, other) = (plain[matrix], plain[1 - matrix]);
            var at = frame.FindIndex(w => w.Slot is { } slot && Inserted.Contains(slot));
            if (at >= 0)
            {
                var slot = frame[at].Slot;
                ways.Add([.. frame.Take(at), .. other.Where(w => w.Slot == slot), .. frame.Skip(at).Where(w => w.Slot != slot)]);
            }
        }

        return ways;
    }

    // Every choice for every clause, joined with commas.
    private static IEnumerable<List<LabWord>> Ways(IReadOnlyList<List<List<LabWord>>> clauses)
    {
        IEnumerable<List<LabWord>> joined = [[]];
        return clauses.Aggregate(joined, (before, clause) => before.SelectMany(b => clause.Select(way => Join(b, way))));
    }

    private static List<LabWord> Join(List<LabWord> before, List<LabWord> clause) => before.Count == 0
        ? clause
        : [.. before.SkipLast(1), before[^1] with { Text = "," }, .. clause];

    private static int[] Numbers(List<LabWord> words, string first, int[] numbers) =>
        [.. words.Select(w => !w.HasLanguage ? LanguageTags.Neutral : w.Language == first ? numbers[0] : numbers[1])];

    private static string Capital(string word) => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..];
}
