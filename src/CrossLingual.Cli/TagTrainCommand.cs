using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using CrossLingual.Training;
using Spectre.Console;
using TorchSharp;

namespace CrossLingual.Cli;

/// <summary><c>xling tag train --model DIR --train FILE… [--dev FILE…] --out DIR</c>.</summary>
internal static class TagTrainCommand
{
    public static Command Create()
    {
        var model = Options.Model();
        var train = new Option<string[]>("--train") { Description = "Tagged sentences to learn: .conllu, or .tsv of word, language and tag.", AllowMultipleArgumentsPerToken = true, Required = true, HelpName = "FILE" };
        var dev = new Option<string[]>("--dev") { Description = "Tagged sentences by which the best state is chosen.", AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        var column = TagOptions.Column();
        var sight = TagOptions.Seen();
        var defaults = new TaggerOptions();
        var steps = new Option<int>("--steps") { Description = "Updates.", DefaultValueFactory = _ => defaults.Steps };
        var words = new Option<int>("--batch-words") { Description = "Words of an update.", DefaultValueFactory = _ => defaults.BatchWords };
        var rate = new Option<double>("--rate") { Description = "Highest learning rate; 1e-4 for large models.", DefaultValueFactory = _ => defaults.LearningRate };
        var every = new Option<int>("--dev-every") { Description = "Updates between looks at the development sentences.", DefaultValueFactory = _ => defaults.DevEvery };
        var dropout = new Option<double>("--dropout") { Description = "Share of a word's vector dropped while training.", DefaultValueFactory = _ => TokenClassifier.PaperDropout };
        var seed = new Option<int>("--seed") { Description = "Seed.", DefaultValueFactory = _ => 1 };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("train", "Train a tagger on a Llama or XLM-RoBERTa folder.") { model, train, dev, column, sight, steps, words, rate, every, dropout, seed, output, json };
        command.SetAction((result, cancel) =>
        {
            if (result.GetValue(steps) < 1 || result.GetValue(words) < 1 || result.GetValue(every) < 1 || !(result.GetValue(rate) > 0) || !(result.GetValue(dropout) is >= 0 and < 1))
            {
                throw new UserException("XL100", "--steps, --batch-words and --dev-every count from 1; --rate is above 0; --dropout is at least 0 and below 1.");
            }

            var options = new TaggerOptions { Steps = result.GetValue(steps), BatchWords = result.GetValue(words), LearningRate = result.GetValue(rate), DevEvery = result.GetValue(every) };
            var languages = LanguageTags.LanguagesOnly();
            var learnt = TagOptions.Read(result.GetValue(train)!, languages, result.GetValue(column));
            var chosenBy = TagOptions.Read(result.GetValue(dev) ?? [], languages, result.GetValue(column));
            var source = Seed.For("xling tag", result.GetValue(seed));
            var tags = TaggedWords.TagsOf(learnt);
            var screen = new Screen(result.GetValue(json));
            var compute = Compute.Default;
            using var tagger = TokenClassifierFolder.Start(ModelFolder.PathOf(result.GetValue(model)!), tags, TagOptions.Sight(result.GetValue(sight)!), source, compute, result.GetValue(dropout));
            var run = new RunFolder(result.GetValue(output) ?? Path.Combine("artifacts", "tag"));
            run.WriteManifest(new Manifest
            {
                Command = Options.CommandLine(result),
                Seed = source.Value,
                Compute = compute.Name,
                Threads = torch.get_num_threads(),
                Hashes = result.GetValue(train)!.Concat(result.GetValue(dev) ?? []).Distinct().ToDictionary(Manifest.NameOf, Manifest.HashFile),
            });
            using var trainer = new TaggerTrainer(tagger, options, source);
            var done = screen.Progress("tag train", report => trainer.Run(
                learnt,
                chosenBy,
                new Told<TaggerProgress>(p =>
                {
                    run.Event("step", p);
                    report((double)p.Step / p.Steps, $"loss {p.Loss:0.000}{(p.DevAccuracy is { } dev ? $", dev {100 * dev:0.0} %" : "")}");
                }),
                cancel));
            TokenClassifierFolder.Save(tagger, run["model"]);
            run.WriteJson("results.json", done);
            screen.Result(new { training = done, tags, model = run["model"] }, console =>
            {
                console.WriteLine($"{done.Steps} updates, {done.Words:N0} words, loss {done.FinalLoss:0.000}, {done.Seconds:0} s"
                    + (double.IsNaN(done.DevAccuracy) ? "" : $"; development words right: {100 * done.DevAccuracy:0.0} % after {done.BestStep} updates, which is kept"));
                console.WriteLine($"Tagger: {Path.GetRelativePath(Environment.CurrentDirectory, run["model"])}");
            });
            return Task.FromResult(0);
        });
        return command;
    }
}
