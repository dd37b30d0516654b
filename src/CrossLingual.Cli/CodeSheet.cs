using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary>What is printed of one language's programs.</summary>
/// <param name="Language">The language that the tasks are described in.</param>
/// <param name="File">The task file.</param>
/// <param name="Gold">Its own solutions, where they were run.</param>
/// <param name="Result">The programs; null where there are none.</param>
internal sealed record CodeSheet(string Language, string File, IReadOnlyList<CodeGold> Gold, CodeResult? Result)
{
    private static readonly string[] EnglishNames = ["English", "en", "eng", "eng_Latn"];

    public static void Print(Screen screen, IReadOnlyList<CodeSheet> sheets, IReadOnlyList<int> ks, Isolation? isolation)
    {
        var scored = sheets.Where(s => s.Result is not null).ToList();
        var english = scored.Find(s => EnglishNames.Contains(s.Language, StringComparer.OrdinalIgnoreCase));
        var gaps = english is null ? [] : scored.Where(s => s != english).ToDictionary(s => s.Language, s => ks.Select(k => CodeGap.Of(english.Result!, s.Result!, k)).ToList());
        object report = sheets is [{ Result: { } only, Gold: [] }]
            ? Scores(only, ks)
            : new
            {
                isolation,
                languages = sheets.Select(s => new
                {
                    s.Language,
                    s.File,
                    gold = s.Gold.Count == 0 ? null : s.Gold.CountBy(g => g.State).ToDictionary(c => c.Key, c => c.Value),
                    excluded = s.Gold.Where(g => g.State == GoldState.Unsound).Select(g => new { g.Id, g.Reason }),
                    repaired = s.Gold.Where(g => g.State == GoldState.Repaired).Select(g => new { g.Id, g.Reason }),
                    scores = s.Result is { } result ? Scores(result, ks) : null,
                    outcomes = s.Result?.Outcomes,
                }),
                gaps = gaps.ToDictionary(g => g.Key, g => g.Value.ToDictionary(k => $"pass@{k.K}", k => new { k.Gap, k.Retention, k.P })),
            };
        screen.Result(report, console =>
        {
            foreach (var sheet in sheets.Where(s => s.Gold.Count > 0))
            {
                console.WriteLine($"{sheet.Language}, own solutions: {string.Join(", ", sheet.Gold.CountBy(g => g.State).OrderBy(c => c.Key).Select(c => $"{c.Key} {c.Value}"))} of {sheet.Gold.Count}");
                foreach (var item in sheet.Gold.Where(g => g.State is GoldState.Repaired or GoldState.Unsound))
                {
                    console.WriteLine($"  {item.Id}: {(item.State == GoldState.Repaired ? "repaired" : "left out")}: {item.Reason}");
                }
            }

            if (scored.Count > 0)
            {
                console.Write(Table(scored, ks, gaps));
                foreach (var sheet in scored)
                {
                    console.WriteLine($"{sheet.Language}: {string.Join(", ", sheet.Result!.Outcomes.OrderBy(o => o.Key).Select(o => $"{o.Key} {o.Value}"))}");
                }
            }
        });
    }

    private static Dictionary<string, Score> Scores(CodeResult result, IReadOnlyList<int> ks) => ks.ToDictionary(k => $"pass@{k}", result.PassAt);

    private static Table Table(List<CodeSheet> sheets, IReadOnlyList<int> ks, Dictionary<string, List<CodeGap>> gaps)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("language", "metric", "n", "% (95 %)");
        if (gaps.Count > 0)
        {
            table.AddColumns("gap to English (95 %)", "retention (95 %)", "p");
        }

        foreach (var sheet in sheets)
        {
            foreach (var (k, i) in ks.Select((k, i) => (k, i)))
            {
                var score = sheet.Result!.PassAt(k);
                List<string> row = [Markup.Escape(sheet.Language), $"pass@{k}", $"{score.N}", Options.Percent(score)];
                if (gaps.Count > 0)
                {
                    row.AddRange(gaps.TryGetValue(sheet.Language, out var all)
                        ? [Options.Percent(all[i].Gap), Markup.Escape($"{all[i].Retention.Value:0.00} [{all[i].Retention.Low:0.00}, {all[i].Retention.High:0.00}]"), $"{all[i].P:0.000}"]
                        : ["", "", ""]);
                }

                table.AddRow([.. row]);
            }
        }

        return table;
    }
}
