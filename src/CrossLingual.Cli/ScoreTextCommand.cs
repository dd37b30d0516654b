using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Text;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling score text --references FILE… --hypotheses FILE --metrics bleu,chrf</c>.</summary>
internal static class ScoreTextCommand
{
    private static readonly string[] Metrics = ["bleu", "chrf", "chrf++", "language"];

    public static Command Create()
    {
        var references = new Option<string[]>("--references") { Description = "Reference texts, a segment a line; several files for several references.", AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        var hypotheses = new Option<string>("--hypotheses") { Description = "Texts to mark, a segment a line.", Required = true, HelpName = "FILE" };
        var metrics = new Option<string>("--metrics") { Description = $"Names with commas between: {string.Join(", ", Metrics)} (share in another language than --language).", DefaultValueFactory = _ => "bleu,chrf" };
        var tokenize = new Option<string>("--tokenize") { Description = $"BLEU's tokens: {string.Join(", ", BleuTokens.Names)}, or spm with --tokenizer.", DefaultValueFactory = _ => "13a", HelpName = "NAME" };
        var tokenizer = Options.Tokenizer();
        tokenizer.Description = "SentencePiece model for --tokenize spm.";
        var lowercase = new Option<bool>("--lowercase") { Description = "Ignore case." };
        var language = new Option<string?>("--language") { Description = "For the metric language: the one wanted.", HelpName = "L" };
        var among = new Option<string[]>("--among") { Description = "For the metric language: the languages to tell apart; all that are known by default.", AllowMultipleArgumentsPerToken = true, HelpName = "L" };
        var json = Options.Json();
        var command = new Command("text", "BLEU, chrF, chrF++ and the wrong-language rate.") { references, hypotheses, metrics, tokenize, tokenizer, lowercase, language, among, json };
        command.SetAction(result =>
        {
            var wanted = result.GetValue(metrics)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (wanted.Length == 0 || wanted.Except(Metrics).Any())
            {
                throw new UserException("XL100", $"--metrics takes {string.Join(", ", Metrics)}; found '{result.GetValue(metrics)}'.");
            }

            var texts = TextLines.Read(result.GetValue(hypotheses)!);
            var scores = new Dictionary<string, Score>();
            var notes = new Dictionary<string, string>();
            if (wanted.Any(w => w != "language"))
            {
                var lines = References(result.GetValue(references) ?? [], result.GetValue(hypotheses)!, texts.Count);
                var lower = result.GetValue(lowercase);
                foreach (var metric in wanted.Where(w => w != "language"))
                {
                    (scores[metric], notes[metric]) = Mark(metric, texts, lines, lower, () => Tokens(result.GetValue(tokenize)!, result.GetValue(tokenizer)));
                }
            }

            if (wanted.Contains("language"))
            {
                var right = result.GetValue(language) ?? throw new UserException("XL100", "The metric language needs --language, the one wanted.");
                var identifier = result.GetValue(among) is { Length: > 0 } some ? LanguageIdentifier.Of([.. some.SelectMany(s => s.Split(',')), right]) : LanguageIdentifier.OfAll();
                var found = LanguageFidelity.Of(texts, right, identifier);
                scores["wrong_language"] = found.Wrong.ToPercent();
                notes["wrong_language"] = $"{found.Undetermined} not judged; {string.Join(", ", found.Languages.OrderByDescending(l => l.Value).Take(6).Select(l => $"{l.Key} {l.Value}"))}";
            }

            var screen = new Screen(result.GetValue(json));
            if (screen.Json)
            {
                foreach (var (metric, note) in notes)
                {
                    screen.Note($"{metric}: {note}");
                }
            }

            screen.Result(scores, console =>
            {
                var table = new Table().Border(TableBorder.Rounded).AddColumns("metric").AddColumn(new TableColumn("n").RightAligned())
                    .AddColumn(new TableColumn("score (95 %)").RightAligned()).AddColumn("how");
                foreach (var (metric, score) in scores)
                {
                    table.AddRow(metric, $"{score.N}", Markup.Escape($"{score.Value:0.00} [{score.Low:0.00}, {score.High:0.00}]"), Markup.Escape(notes[metric]));
                }

                console.Write(table);
            });
            return 0;
        });
        return command;
    }

    private static List<IReadOnlyList<string>> References(string[] files, string hypotheses, int count)
    {
        if (files.Length == 0)
        {
            throw new UserException("XL100", "Give --references, one file or several.");
        }

        var read = files.Select(TextLines.Read).ToList();
        var wrong = read.FindIndex(r => r.Count != count);
        return wrong < 0
            ? [.. Enumerable.Range(0, count).Select(i => (IReadOnlyList<string>)[.. read.Select(r => r[i])])]
            : throw new UserException("XL641", $"{files[wrong]} has {read[wrong].Count} lines, {hypotheses} {count}. Give one line of each for every segment.");
    }

    private static (Score Score, string Signature) Mark(string metric, IReadOnlyList<string> texts, List<IReadOnlyList<string>> references, bool lowercase, Func<BleuTokens> tokens)
    {
        var seed = Seed.For("score", metric);
        if (metric == "bleu")
        {
            var bleu = Bleu.Corpus(texts, references, seed, new BleuOptions { Tokens = tokens(), Lowercase = lowercase });
            return (bleu.Score, bleu.Signature);
        }

        var chrf = Chrf.Corpus(texts, references, seed, new ChrfOptions { WordOrder = metric == "chrf++" ? 2 : 0, Lowercase = lowercase });
        return (chrf.Score, chrf.Signature);
    }

    private static BleuTokens Tokens(string name, string? model) => name == "spm"
        ? BleuTokens.Pieces(Tokenizer.Load(model ?? throw new UserException("XL100", "--tokenize spm needs --tokenizer, a SentencePiece model.")), $"spm-{Path.GetFileNameWithoutExtension(model)}")
        : BleuTokens.Named(name);
}
