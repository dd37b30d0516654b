using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling score qa --gold FILE|DIR --predictions FILE|DIR [--language L] [--variant V]…</c>.</summary>
internal static class ScoreQaCommand
{
    private static readonly Dictionary<string, QaVariant> Variants = new()
    {
        ["squad"] = QaVariant.Squad,
        ["mlqa"] = QaVariant.Mlqa,
        ["language-aware"] = QaVariant.LanguageAware,
    };

    public static Command Create()
    {
        var gold = new Option<string>("--gold") { Description = "Questions in SQuAD 1.1's form (XQuAD, MLQA); a folder of MLQA's files gives G-XLT.", Required = true, HelpName = "FILE|DIR" };
        var predictions = new Option<string>("--predictions") { Description = "JSON object of ids and answers; for a folder, files named as the questions'.", Required = true, HelpName = "FILE|DIR" };
        var language = new Option<string?>("--language") { Description = "Language of the passages; MLQA's file names say it themselves.", HelpName = "L" };
        var variant = new Option<string[]>("--variant")
        {
            Description = "Whose rules: squad (XQuAD's official ones), mlqa, language-aware. May be given more than once; squad and language-aware by default.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "NAME",
        };
        var split = new Option<string?>("--split") { Description = "For a folder: dev or test.", HelpName = "NAME" };
        variant.AcceptOnlyFromAmong([.. Variants.Keys]);
        var output = Options.Out();
        output.Description = "Folder for the marks question by question, which 'xling compare' reads; for one question file.";
        var json = Options.Json();
        var command = new Command("qa", "Exact match and F1 of extractive question answering.") { gold, predictions, language, variant, split, output, json };
        command.SetAction(result =>
        {
            var screen = new Screen(result.GetValue(json));
            var (questions, answers) = (result.GetValue(gold)!, result.GetValue(predictions)!);
            string[] chosen = result.GetValue(variant) is { Length: > 0 } named ? named : Directory.Exists(questions) ? ["mlqa"] : ["squad", "language-aware"];
            if (Directory.Exists(questions))
            {
                var variantOfAll = chosen is [var only] ? only : throw new UserException("XL100", "A folder is scored under one --variant.");
                Folder(screen, Mlqa.Of(questions, answers, result.GetValue(split), Variants[variantOfAll]));
                return 0;
            }

            var passages = result.GetValue(language) ?? MlqaName.Of(questions)?.Context
                ?? throw new UserException("XL100", $"Give --language: the name of {questions} does not say the passages' language.");
            var (asked, given) = QaResult.Read(questions, passages, answers);
            var results = File(screen, asked, given, passages, chosen);
            if (result.GetValue(output) is { } folder)
            {
                Keep(folder, results, passages, Options.CommandLine(result), questions, answers);
            }

            return 0;
        });
        return command;
    }

    private static Dictionary<string, QaResult> File(Screen screen, SquadFile gold, IReadOnlyDictionary<string, string> predictions, string language, string[] variants)
    {
        var results = variants.Distinct().ToDictionary(v => v, v => QaResult.Of(gold, predictions, AnswerRules.Of(Variants[v], language)));
        var any = results.Values.First();
        Remark(screen, any.Missing, $"of {any.Items.Count} questions have no prediction and count as wrong");
        Remark(screen, any.Unknown, "predictions are for questions that the file does not ask");
        screen.Result<object>(
            results.Count == 1 ? Metrics(any.Score) : results.ToDictionary(r => r.Key, r => Metrics(r.Value.Score)),
            console =>
            {
                var table = ScoreTable("rules");
                foreach (var (name, scored) in results)
                {
                    ScoreRow(table, name, scored.Score);
                }

                console.Write(table);
            });
        return results;
    }

    private static void Keep(string folder, Dictionary<string, QaResult> results, string language, string command, params string[] inputs)
    {
        var run = new RunFolder(folder);
        run.WriteManifest(new Manifest { Command = command, Seed = 0, Hashes = inputs.ToDictionary(Manifest.NameOf, Manifest.HashFile) });
        run.WriteLines("samples.jsonl", results.SelectMany(r => r.Value.Items.Select(i =>
            new EvalSample(i.Id, language, $"qa-{r.Key}", "", i.References[0], i.Prediction ?? "", i.Prediction is not null, i.Exact, i.F1))));
        run.WriteJson("results.json", results.ToDictionary(r => r.Key, r => Metrics(r.Value.Score)));
    }

    private static void Folder(Screen screen, Mlqa scored)
    {
        foreach (var (name, pair) in scored.Pairs)
        {
            Remark(screen, pair.Missing, $"of {pair.Items.Count} questions of {name.File} have no prediction and count as wrong");
        }

        screen.Result(
            new
            {
                pairs = scored.Pairs.ToDictionary(p => p.Key.File[..^".json".Length], p => Metrics(p.Value.Score)),
                xlt = scored.Xlt is { } xlt ? new { exact_match = xlt.ExactMatch, f1 = xlt.F1 } : null,
                gxlt = scored.Gxlt is { } gxlt ? new { exact_match = gxlt.ExactMatch, f1 = gxlt.F1 } : null,
            },
            console =>
            {
                var table = ScoreTable("passage-question");
                foreach (var (name, pair) in scored.Pairs)
                {
                    ScoreRow(table, $"{name.Split} {name.Context}-{name.Question}", pair.Score);
                }

                console.Write(table);
                console.WriteLine($"mean of one language (XLT):  F1 {scored.Xlt?.F1:0.0}, exact {scored.Xlt?.ExactMatch:0.0}");
                console.WriteLine($"mean of all pairs (G-XLT):   F1 {scored.Gxlt?.F1:0.0}, exact {scored.Gxlt?.ExactMatch:0.0}");
            });
    }

    private static Dictionary<string, Score> Metrics(QaScore score) => new()
    {
        ["exact_match"] = score.ExactMatch,
        ["f1"] = score.F1,
        ["contains"] = score.Contains,
        ["answered"] = score.Answered,
    };

    private static Table ScoreTable(string first) => new Table().Border(TableBorder.Rounded).AddColumn(first)
        .AddColumn(new TableColumn("n").RightAligned()).AddColumn(new TableColumn("exact % (95 %)").RightAligned())
        .AddColumn(new TableColumn("F1 % (95 %)").RightAligned()).AddColumn(new TableColumn("contains %").RightAligned())
        .AddColumn(new TableColumn("answered %").RightAligned());

    private static void ScoreRow(Table table, string name, QaScore score) => table.AddRow(
        Markup.Escape(name), $"{score.F1.N}", Options.Percent(score.ExactMatch), Options.Percent(score.F1), $"{score.Contains.Value:0.0}", $"{score.Answered.Value:0.0}");

    private static void Remark(Screen screen, IReadOnlyList<string> items, string what)
    {
        if (items.Count > 0)
        {
            screen.Note($"{items.Count} {what}: {string.Join(", ", items.Take(5))}{(items.Count > 5 ? ", …" : "")}");
        }
    }
}
