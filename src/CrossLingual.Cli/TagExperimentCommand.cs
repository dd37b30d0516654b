using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Methods;
using CrossLingual.Metrics;
using CrossLingual.Models;
using CrossLingual.Reporting;
using CrossLingual.Runs;
using CrossLingual.Text;
using CrossLingual.Training;
using Spectre.Console;
using TorchSharp;

namespace CrossLingual.Cli;

/// <summary><c>xling tag experiment [--treebanks DIR…] [--balance]</c>: unseen pairs of languages, and balanced training sentences.</summary>
internal static class TagExperimentCommand
{
    // Words of each of the lab's pairs; for draws from one bin of five, enough that the pairs which are seen have them.
    private const int LabWords = 4000;
    private const int MoreThanABin = 6;

    // Shares of words by bin of the S-index in the training parts of three treebanks: UD_Turkish_German-SAGT,
    // UD_Maghrebi_Arabic_French-Arabizi and UD_Telugu_English-TECT, 25,775 words (`xling metrics codeswitch`).
    private static readonly double[] Natural = [0.136, 0.341, 0.293, 0.128, 0.102];

    public static Command Create()
    {
        var treebanks = new Option<string[]>("--treebanks") { Description = "Folders of treebanks, a pair of languages each; without them pairs of the lab are made.", AllowMultipleArgumentsPerToken = true, HelpName = "DIR" };
        var pairs = new Option<string>("--pairs") { Description = "The lab's pairs: English and these.", DefaultValueFactory = _ => "es,de,hi,vi,sw", HelpName = "L,…" };
        var hidden = new Option<string?>("--hidden") { Description = "The corpora hidden from training, one after the other; all by default. 'none' trains on all.", HelpName = "NAME,…" };
        var balance = new Option<bool>("--balance") { Description = "Compare training sentences balanced over the S-index with other draws of as many words." };
        var models = new Option<string>("--models") { Description = $"Of: {string.Join(", ", TaggingExperiment.Models)}.", DefaultValueFactory = _ => string.Join(',', TaggingExperiment.Models), HelpName = "NAME,…" };
        var words = new Option<int>("--words") { Description = "Words of each training set; all by default, with --balance 4000." };
        var seeds = new Option<int>("--seeds") { Description = "Trainings of each kind.", DefaultValueFactory = _ => 3 };
        var steps = new Option<int>("--steps") { Description = "Updates of each training.", DefaultValueFactory = _ => 200 };
        var batch = new Option<int>("--batch-words") { Description = "Words of an update.", DefaultValueFactory = _ => 256 };
        var rate = new Option<double>("--rate") { Description = "Learning rate of the lab's model.", DefaultValueFactory = _ => 1e-3 };
        var fresh = new Option<double>("--fresh-rate") { Description = "Learning rate of the encoder from scratch.", DefaultValueFactory = _ => 2e-3 };
        var sight = TagOptions.Seen();
        var dev = new Option<bool>("--dev") { Description = "Tag the development sentences, to choose settings." };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("experiment", "Tag pairs of languages that were not trained on; compare balanced and other training sentences.")
        {
            treebanks, pairs, hidden, balance, models, words, seeds, steps, batch, rate, fresh, sight, dev, output, json,
        };
        command.SetAction((result, cancel) =>
        {
            var isBalance = result.GetValue(balance);
            var budget = result.GetValue(words) is > 0 and var w ? w : isBalance ? 4000 : 0;
            var languages = LanguageTags.LanguagesOnly();
            var folders = result.GetValue(treebanks) ?? [];
            var others = Options.Words(result.GetValue(pairs)!);
            var corpora = folders.Length > 0
                ? [.. folders.Select(f => TagCorpus.Treebank(f, languages))]
                : LabPairs(others, isBalance ? MoreThanABin * budget / Math.Max(1, others.Count - 1) : LabWords, languages);
            List<string> all = [.. corpora.Select(c => c.Name)];
            var options = new TaggingOptions
            {
                Corpora = corpora,
                Languages = languages,
                Hidden = result.GetValue(hidden) is { } named ? [.. Options.Words(named).Select(n => n == "none" ? "" : n)] : isBalance ? all : ["", .. all],
                Arms = isBalance ? TagArm.Compared(folders.Length > 0 ? null : Natural) : [TagArm.All],
                Models = Options.Words(result.GetValue(models)!),
                Words = budget,
                Seeds = Math.Max(1, result.GetValue(seeds)),
                Sight = TagOptions.Sight(result.GetValue(sight)!),
                Training = new TaggerOptions { Steps = Math.Max(1, result.GetValue(steps)), BatchWords = Math.Max(1, result.GetValue(batch)), LearningRate = result.GetValue(rate) },
                FreshRate = result.GetValue(fresh),
                Dev = result.GetValue(dev),
            };
            var line = Options.CommandLine(result);
            var screen = new Screen(result.GetValue(json));
            var outcome = screen.Progress("tag experiment", report => TaggingExperiment.Run(options, report, cancel));
            var run = new RunFolder(result.GetValue(output) ?? Path.Combine("artifacts", "tagging"));
            run.WriteManifest(new Manifest { Command = line, Seed = Seed.For("tagging").Value, Compute = Compute.Default.Name, Threads = torch.get_num_threads() });
            var scores = outcome.Cells.SelectMany(c => c.Results.Select(r => new { c.Model, c.Hidden, c.Arm, c.Seed, c.Words, c.BestStep, c.DevAccuracy, c.Seconds, corpus = r.Key, scores = r.Value.Score() })).ToList();
            run.WriteJson("results.json", scores);
            run.WriteJson("comparisons.json", outcome.Comparisons());
            TaggingReport.Page(outcome, line).Write(run["report.html"]);
            screen.Result(
                new { findings = outcome.Models.Select(m => TaggingReport.Finding(outcome, m)), scores, comparisons = outcome.Comparisons(), report = run["report.html"] },
                console =>
                {
                    console.WriteLine(TaggingReport.Accuracy(outcome).ToText());
                    console.WriteLine(TaggingReport.Comparisons(outcome).ToText());
                    foreach (var model in outcome.Models)
                    {
                        console.WriteLine(TaggingReport.Finding(outcome, model));
                    }

                    console.WriteLine($"Report: {Path.GetRelativePath(Environment.CurrentDirectory, run["report.html"])}");
                });
            return Task.FromResult(0);
        });
        return command;
    }

    private static List<TagCorpus> LabPairs(IReadOnlyList<string> others, int words, LanguageTags languages)
    {
        var mixing = new LabMixing(Lab.Load(), SIndexBins.SIndexOf);
        return [.. others.Select(other => TagCorpus.OfLab(mixing, "en", other, words, languages))];
    }
}
