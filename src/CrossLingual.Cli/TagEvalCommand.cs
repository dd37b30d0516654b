using System.CommandLine;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Text;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling tag eval --model DIR --data FILE…</c>.</summary>
internal static class TagEvalCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "Folder of a tagger.", Required = true, HelpName = "DIR" };
        var data = new Option<string[]>("--data") { Description = "Tagged sentences: .conllu, or .tsv of word, language and tag.", AllowMultipleArgumentsPerToken = true, Required = true, HelpName = "FILE" };
        var column = TagOptions.Column();
        var json = Options.Json();
        var command = new Command("eval", "Accuracy and F1: by language, at switches, by S-index.") { model, data, column, json };
        command.SetAction((result, cancel) =>
        {
            var languages = LanguageTags.LanguagesOnly();
            var sentences = TagOptions.Read(result.GetValue(data)!, languages, result.GetValue(column));
            using var tagger = TokenClassifierFolder.Load(result.GetValue(model)!, Compute.Default);
            var scores = TagResult.Of(tagger, sentences, languages, cancel).Score();
            new Screen(result.GetValue(json)).Result(scores, console => Print(console, scores));
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Print(IAnsiConsole console, TagScores scores)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("words").AddColumn(new TableColumn("right, %").RightAligned()).AddColumn(new TableColumn("sentences").RightAligned());
        Row("all", scores.Accuracy);
        Row("macro-F1", scores.MacroF1);
        foreach (var (language, score) in scores.ByLanguage)
        {
            Row($"of {language}", score);
        }

        Row("at switches", scores.AtSwitches);
        Row("elsewhere", scores.Elsewhere);
        for (var bin = 0; bin < SIndexBins.Count; bin++)
        {
            Row($"of sentences with S-index {SIndexBins.Names[bin]}", scores.ByBin[bin]);
        }

        console.Write(table);
        console.WriteLine("F1, %: " + string.Join("  ", scores.F1.Select(f => $"{f.Key} {100 * f.Value:0.0}")));

        void Row(string name, Score score) => table.AddRow(name, Options.Percent(score.ToPercent()), $"{score.N:N0}");
    }
}
