using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Text;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling metrics codeswitch FILE [--format conllu|tsv|tagged] [--author-variant]</c>.</summary>
internal static class CodeSwitchCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "Corpus with a language tag for each token." };
        var format = new Option<string?>("--format") { Description = "conllu, tsv (word, tab, language) or tagged (word/en); by the file's name where it says so." };
        format.AcceptOnlyFromAmong("conllu", "tsv", "tagged");
        var author = new Option<bool>("--author-variant") { Description = "S-index and CMI as the S-index's author computes them: every tag a language, later sentences two longer." };
        var keys = new Option<string[]>("--tag-key") { Description = "CoNLL-U: keys of MISC with the language, in order of preference.", AllowMultipleArgumentsPerToken = true, HelpName = "KEY" };
        var column = new Option<int>("--tag-column") { Description = "TSV: the language's column.", DefaultValueFactory = _ => 2 };
        var same = new Option<string[]>("--same-as") { Description = "Read a tag as another: ar_msa=ar.", AllowMultipleArgumentsPerToken = true, HelpName = "TAG=TAG" };
        var neutral = new Option<string[]>("--neutral") { Description = "More tags that are no language.", AllowMultipleArgumentsPerToken = true, HelpName = "TAG" };
        var sample = new Option<int>("--sample") { Description = "Draw this many sentences, balanced over the S-index, into --sample-out." };
        var sampleOut = new Option<string?>("--sample-out") { Description = "File for the drawn sentences, in the corpus's form.", HelpName = "FILE" };
        var target = new Option<double[]>("--target") { Description = "Weights of equal bins of the S-index, from 0 to its largest; five equal ones by default.", AllowMultipleArgumentsPerToken = true };
        var json = Options.Json();
        var command = new Command("codeswitch", "How a corpus switches languages: S-index, CMI, M-index, I-index, entropies, burstiness, memory.")
        {
            file, format, author, keys, column, same, neutral, sample, sampleOut, target, json,
        };
        command.SetAction((result, cancel) =>
        {
            var path = result.GetValue(file)!;
            var isAuthors = result.GetValue(author);
            var count = result.GetValue(sample);
            if (count > 0 != result.GetValue(sampleOut) is not null)
            {
                throw new UserException("XL100", "--sample and --sample-out go together: how many sentences, and where to.");
            }

            if (result.GetValue(column) < 2)
            {
                throw new UserException("XL100", "--tag-column counts from 2; the first column is the word.");
            }

            var tags = isAuthors ? LanguageTags.AllTags() : LanguageTags.LanguagesOnly([.. LanguageTags.UsualNeutral, .. result.GetValue(neutral) ?? []], Pairs(result.GetValue(same)));
            var options = new TaggedOptions { Format = FormatOf(path, result.GetValue(format)), TagColumn = result.GetValue(column), KeepText = count > 0 };
            if (result.GetValue(keys) is { Length: > 0 } chosen)
            {
                options = options with { TagKeys = chosen };
            }

            var text = new TaggedText(path, options, tags);
            var corpus = new CodeSwitchCorpus(tags, new CodeSwitchOptions { Variant = isAuthors ? SIndexVariant.Author : SIndexVariant.LanguageTags });
            var sentences = new List<CodeSwitchSentence>();
            var sources = new List<string>();
            var screen = new Screen(result.GetValue(json));
            foreach (var sentence in text.Read())
            {
                cancel.ThrowIfCancellationRequested();
                var measures = corpus.Add(sentence.Languages);
                if (screen.Json || count > 0)
                {
                    sentences.Add(measures.ToSentence(sentence.Id, tags.NameOf));
                    sources.Add(sentence.Source);
                }
            }

            var summary = corpus.Summarize();
            if (text.Untagged > 0)
            {
                screen.Note($"{text.Untagged:N0} tokens have no language tag and count as of no language.");
            }

            if (count > 0)
            {
                WriteSample(screen, sentences, sources, result.GetValue(target) ?? [], count, result.GetValue(sampleOut)!);
            }

            screen.Result(new { corpus = summary, untagged = text.Untagged, sentences }, console => Print(console, summary));
            return Task.FromResult(0);
        });
        return command;
    }

    private static TaggedFormat FormatOf(string path, string? named) => named is null
        ? TaggedText.FormatOf(path) ?? throw new UserException("XL100", $"The name of {path} does not say how it is written. Give --format conllu, tsv or tagged.")
        : Enum.Parse<TaggedFormat>(named, ignoreCase: true);

    private static Dictionary<string, string> Pairs(string[]? texts) => (texts ?? []).Select(t => t.Split('=')).ToDictionary(
        p => p is [{ Length: > 0 }, { Length: > 0 }] ? p[0].ToLowerInvariant() : throw new UserException("XL100", $"--same-as takes TAG=TAG; found '{string.Join('=', p)}'."),
        p => p[1].ToLowerInvariant());

    private static void WriteSample(Screen screen, List<CodeSwitchSentence> sentences, List<string> sources, double[] target, int count, string path)
    {
        var values = sentences.Select(s => s.SIndex).ToList();
        var weights = target.Length > 0 ? target : [1, 1, 1, 1, 1];
        if (weights.Any(w => !(w >= 0)) || !(weights.Sum() > 0) || !(values.DefaultIfEmpty().Max() > 0))
        {
            throw new UserException("XL100", "--target takes weights of at least 0, one of them above, and a corpus in which sentences switch.");
        }

        var drawn = BalancedSample.Draw(values, 0, values.Max(), weights, count, Seed.For("balanced sample"));
        AtomicFile.WriteText(path, string.Concat(drawn.Indices.Select(i => sources[i] + (sources[i].Count(c => c == '\n') > 1 || sources[i].Contains('\t', StringComparison.Ordinal) ? "\n" : ""))));
        screen.Note($"{drawn.Indices.Count} sentences are in {path}, by bin: {string.Join(", ", drawn.Found)}"
            + (drawn.Missing > 0 ? $"; {drawn.Missing} are missing, for the corpus has too few (wanted: {string.Join(", ", drawn.Wanted)})." : "."));
    }

    private static void Print(IAnsiConsole console, CodeSwitchSummary s)
    {
        console.WriteLine($"{s.Sentences:N0} sentences, {s.Tokens:N0} tokens, {s.NeutralTokens:N0} of no language; {s.NeutralOnly:N0} sentences have no other and are left out");
        console.WriteLine(string.Join("  ", s.Languages.OrderByDescending(l => l.Value).Select(l => $"{l.Key} {l.Value:N0}")));
        var table = new Table().Border(TableBorder.Rounded).AddColumn("measure").AddColumn(new TableColumn("value").RightAligned())
            .AddColumn(new TableColumn("95 %").RightAligned()).AddColumn(new TableColumn("n").RightAligned());
        Row("sentences that switch, %", s.Mixed.ToPercent(), 1);
        Row("S-index, mean", s.SIndex, 4);
        Row("S-index, mean of those that switch", s.MixedSIndex, 4);
        Row("CMI 2014, mean", s.Cmi2014, 2);
        Row("CMI 2016, mean", s.Cmi2016, 2);
        Row("CMI 2016 of the corpus", s.CorpusCmi, 2);
        Row("M-index", s.MIndex, 4);
        Row("I-index", s.IIndex, 4);
        Row("language entropy, bits", s.LanguageEntropy, 4);
        Row("span entropy, bits", s.SpanEntropy, 4);
        Row("burstiness (population)", s.Burstiness, 4);
        Row("burstiness (sample)", s.BurstinessOfSample, 4);
        Row("memory", s.Memory, 4);
        console.Write(table);
        console.WriteLine($"S-index    0 {Bars(s.SIndices)} 1");
        console.WriteLine($"CMI 2016   0 {Bars(s.Cmis)} 100");
        foreach (var point in s.SwitchPoints.Take(12))
        {
            console.WriteLine($"{point.From} to {point.To}: {point.Count:N0}");
        }

        void Row(string name, Score score, int decimals)
        {
            var form = $"F{decimals}";
            table.AddRow(name, score.Value.ToString(form), Markup.Escape($"[{score.Low.ToString(form)}, {score.High.ToString(form)}]"), $"{score.N:N0}");
        }
    }

    /// <summary>A histogram as a line of bars.</summary>
    private static string Bars(Histogram histogram)
    {
        const string Heights = " ▁▂▃▄▅▆▇█";
        var most = Math.Max(1, histogram.Counts.Max());
        return string.Concat(histogram.Counts.Select(c => Heights[(int)Math.Ceiling(8.0 * c / most)]));
    }
}
