using System.Globalization;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>
/// Makes conversations of a source's records and counts what is wrong with them. Records of files are taken in the order of
/// a hash of their text, so that neither the order of lines nor of files decides what is used.
/// </summary>
internal sealed class SourceReader(DataSource source, DataReport report)
{
    private const double LongestRatio = 9;
    private const int ShortText = 20;

    // Short texts are guessed badly, and so is text that mixes languages, as instructions to translate do.
    private const int ShortestIdentified = 40;
    private const double Sure = 0.95;

    private readonly HashSet<string> _seen = [];

    // Whether a text is English that should not be, or the other way round: what untranslated records are.
    private readonly LanguageIdentifier? _identifier = IdentifierFor(source);

    public IEnumerable<Conversation> Read(Lazy<Lab> lab)
    {
        var conversations = source.Kind switch
        {
            "lab" => Made(i => Instruction(lab.Value, i)),
            "lab-text" => Made(i => Conversation.OfText(Id("text", i), source.Language, lab.Value.Statements(source.Language, i))),
            "lab-pairs" => Made(i => Conversation.OfText(Id("pair", i), source.Language, PairText(lab.Value, i))),
            "lab-translation" => Made(i => LabTranslation(lab.Value, i)),
            "alpaca" => Drawn(Alpaca()),
            "parallel" => Drawn(Parallel()),
            _ => Drawn(DataSource.FilesOf(source.Path).SelectMany(file => File.ReadLines(file).Where(line => line.Length > 0)
                .Select((line, i) => Conversation.OfText($"{Path.GetFileName(file)}:{i + 1}", source.Language, line)))),
        };
        foreach (var conversation in conversations)
        {
            report.Used++;
            yield return conversation;
        }
    }

    // The lab's records are generated and good.
    private IEnumerable<Conversation> Made(Func<int, Conversation> make) => Enumerable.Range(source.First, source.Count).Select(i =>
    {
        report.Read++;
        return make(i);
    });

    private IEnumerable<Conversation> Drawn(IEnumerable<Conversation> records)
    {
        var good = Mixture.InOrderOfContent(records.Where(IsGood), KeyOf, Seed.For("source order"));
        return source.Count > 0 ? good.Skip(source.First).Take(source.Count) : good.Skip(source.First);
    }

    private bool IsGood(Conversation conversation)
    {
        report.Read++;
        var turns = conversation.Turns;
        DataProblem? problem = turns.Any(t => t.Text.Length == 0) ? DataProblem.Empty
            : !source.IsText && turns.Any(t => ChatTemplate.Headings.Any(h => t.Text.Contains(h, StringComparison.Ordinal) || t.Input.Contains(h, StringComparison.Ordinal))) ? DataProblem.Markers
            : source.IsTranslation && Apart(turns[0].Input, turns[1].Text) ? DataProblem.Misaligned
            : !_seen.Add(KeyOf(conversation)) ? DataProblem.Duplicate
            : InAnotherLanguage(conversation) ? DataProblem.WrongLanguage
            : null;
        if (problem is { } found)
        {
            report.Add(found, conversation.Id);
        }

        return problem is null;
    }

    private IEnumerable<Conversation> Alpaca()
    {
        var targets = DataSource.FilesOf(source.Path).SelectMany(file => AlpacaReader.Read(file, source.Language, source.Fields));
        if (source.Form == DataForm.Instruction)
        {
            return targets.Select(Conversation.Of);
        }

        var side = source.English!;
        var originals = DataSource.FilesOf(side.Path.Length > 0 ? side.Path : source.Path).SelectMany(file => AlpacaReader.Read(file, "en", side.Fields));
        return Paired([.. targets], [.. originals]).Select(p => ChatInstruction.Of(p.English, p.Target, source.SecondTurn, source.Cue));
    }

    // By id where the files share ids, otherwise row by row.
    private IEnumerable<(Example Target, Example English)> Paired(List<Example> targets, List<Example> originals)
    {
        var byId = originals.GroupBy(e => e.Id).ToDictionary(g => g.Key, g => g.First());
        var shared = targets.Count(t => byId.ContainsKey(t.Id));
        if (2 * shared < targets.Count && targets.Count != originals.Count)
        {
            throw new UserException("XL132", $"{source.Path} has {targets.Count:N0} records and its English side {originals.Count:N0}, and only {shared:N0} share an 'id': they are not aligned. Give both the same ids, or record N of one for record N of the other.");
        }

        for (var i = 0; i < targets.Count; i++)
        {
            var english = 2 * shared >= targets.Count ? byId.GetValueOrDefault(targets[i].Id) : originals[i];
            if (english is null)
            {
                report.Read++;
                report.Add(DataProblem.Misaligned, targets[i].Id);
                continue;
            }

            yield return (targets[i], english);
        }
    }

    private IEnumerable<Conversation> Parallel()
    {
        var side = source.English!;
        var pairs = side.Path.Length > 0
            ? ParallelReader.Lines(side.Path, source.Path)
            : DataSource.FilesOf(source.Path).SelectMany(file => ParallelReader.Columns(file, side.Column, source.Column));
        foreach (var pair in pairs)
        {
            if (pair.English.Length == 0 || pair.Other.Length == 0)
            {
                report.Read++;
                report.Add(DataProblem.Empty, pair.Where);
                continue;
            }

            yield return TranslationDemos.Of(pair, source.Language, TranslationDemos.FromEnglish(pair, source.Direction), TranslationDemos.Wordings);
        }
    }

    private Conversation Instruction(Lab lab, int i)
    {
        var tasks = source.Tasks.Count > 0 ? source.Tasks : Lab.Tasks;
        var example = lab.Example(source.Language, source.Split, i, tasks[i % tasks.Count]);
        return source.Form == DataForm.Chat
            ? ChatInstruction.Of(lab.Example("en", source.Split, i, tasks[i % tasks.Count]), example, source.SecondTurn, source.Cue)
            : Conversation.Of(example);
    }

    private Conversation LabTranslation(Lab lab, int i)
    {
        var fromEnglish = source.Direction switch
        {
            TranslationDirection.FromEnglish => true,
            TranslationDirection.IntoEnglish => false,
            _ => i % 2 == 0,
        };
        var (from, to) = fromEnglish ? ("en", source.Language) : (source.Language, "en");
        return Conversation.Of(lab.Translation(from, to, source.Split, i));
    }

    // Either language may come first, as in real parallel text.
    private string PairText(Lab lab, int i)
    {
        var (from, to) = i % 2 == 0 ? ("en", source.Language) : (source.Language, "en");
        var (first, second) = lab.Pair(from, to, source.Split, i);
        return $"{first} = {second}";
    }

    private string Id(string what, int i) => string.Create(CultureInfo.InvariantCulture, $"lab-{what}-{source.Language}-{i}");

    // The side that is to be in the source's language: the sentence of a translation, else the instruction or the text.
    private bool InAnotherLanguage(Conversation conversation)
    {
        var turns = conversation.Turns;
        var text = !source.IsTranslation ? turns[0].Text : conversation.Language == "en" ? turns[1].Text : turns[0].Input;
        text = source.Form == DataForm.Chat && text.EndsWith(source.Cue, StringComparison.Ordinal) ? text[..^source.Cue.Length] : text;
        return _identifier is not null && text.Length >= ShortestIdentified
            && _identifier.Identify(text) is { } guess && guess.Confidence >= Sure && guess.Language != LanguageIdentifier.Code(source.Language);
    }

    private static LanguageIdentifier? IdentifierFor(DataSource source)
    {
        var own = LanguageIdentifier.Code(source.Language);
        return source.Path.Length == 0 || !LanguageIdentifier.AllLanguages.Contains(own) ? null
            : own == "en" ? LanguageIdentifier.Of("en", "de", "es", "fr", "vi", "zh")
            : LanguageIdentifier.Of("en", own);
    }

    private static bool Apart(string a, string b) =>
        Math.Max(a.Length, b.Length) > ShortText && Math.Max(a.Length, b.Length) > LongestRatio * Math.Min(a.Length, b.Length);

    private static string KeyOf(Conversation conversation) =>
        string.Join('\u001E', conversation.Turns.Select(t => $"{(int)t.Role}\u001F{t.Text}\u001F{t.Input}"));
}
