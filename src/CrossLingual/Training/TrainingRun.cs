using System.Text.RegularExpressions;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using TorchSharp;

namespace CrossLingual.Training;

/// <summary>What a recipe amounts to, known before anything is trained.</summary>
/// <param name="Examples">Encoded examples.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="LearnedTokens">Tokens on which loss falls.</param>
/// <param name="Cut">Examples that lost their end to the length limit.</param>
/// <param name="Steps">Updates.</param>
/// <param name="TrainedWeights">Weights that change.</param>
/// <param name="AllWeights">Weights of the model.</param>
/// <param name="Sources">What became of each source's records.</param>
public sealed record TrainingPlan(int Examples, long Tokens, long LearnedTokens, int Cut, int Steps, long TrainedWeights, long AllWeights, IReadOnlyList<SourcePlan> Sources);

/// <summary>What a source gives.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Read">Records read.</param>
/// <param name="Used">Records that are good and asked for.</param>
/// <param name="Drawn">Examples that the mixture takes of them, repetitions included.</param>
/// <param name="Tokens">Tokens of the drawn examples.</param>
/// <param name="Problems">What was wrong with others, in words; empty when nothing was.</param>
public sealed record SourcePlan(string Source, int Read, int Used, int Drawn, long Tokens, string Problems);

/// <summary>What a training run left.</summary>
/// <param name="Plan">What was planned.</param>
/// <param name="Result">What was done.</param>
/// <param name="HeldOut">Loss on each held-out source, before and after.</param>
/// <param name="Model">The folder of the model or adapter that was written.</param>
/// <param name="SelfPaced">The rounds of self-paced learning; empty without it.</param>
public sealed record TrainingOutcome(TrainingPlan Plan, TrainingResult Result, IReadOnlyList<HeldOutChange> HeldOut, string Model, IReadOnlyList<SelfPacedRound> SelfPaced);

/// <summary>How training changed the loss on one held-out source.</summary>
/// <param name="Source">The source: its kind, language and part.</param>
/// <param name="Before">Of the model as it was.</param>
/// <param name="After">Of the result.</param>
public sealed record HeldOutChange(string Source, HeldOut Before, HeldOut After);

/// <summary>Runs a training recipe: model and data in, a run folder with the new model folder out.</summary>
public sealed class TrainingRun : IDisposable
{
    private readonly TrainRecipe _recipe;
    private readonly ModelFolder _folder;
    private readonly Llama _model;
    private readonly LoraAdapter? _adapter;
    private readonly Trainer _trainer;
    private readonly List<TokenizedExample> _examples;
    private readonly List<(string Source, List<TokenizedExample> Examples)> _heldOut;
    private readonly Compute _compute;
    private readonly Seed _seed;

    /// <summary>Loads the model and the data.</summary>
    /// <exception cref="UserException">Anything wrong with either.</exception>
    public TrainingRun(TrainRecipe recipe)
    {
        _recipe = recipe;
        _seed = Seed.For("train", recipe.Seed);
        _compute = Compute.Choose(recipe.Device, recipe.Precision);
        _folder = recipe.Fresh is { } config
            ? ModelFolder.New(config, Tokenizer.Load(recipe.Tokenizer!))
            : ModelFolder.Open(ModelFolder.PathOf(recipe.Model), recipe.Tokenizer);
        if (recipe.Training.Length > _folder.Config.MaxPositions)
        {
            throw new UserException("XL401", $"The recipe's training.length is {recipe.Training.Length}; the model's context is {_folder.Config.MaxPositions}. Lower it.");
        }

        if (_folder.Tokenizer.VocabularySize > _folder.Config.VocabularySize)
        {
            throw new UserException("XL311", $"The tokenizer has {_folder.Tokenizer.VocabularySize} ids but the model only {_folder.Config.VocabularySize} embeddings. Set vocab_size to the tokenizer's size.");
        }

        var lab = new Lazy<Lab>(() => Lab.Load());
        (_examples, var sources) = new TrainingData(recipe, _folder.Tokenizer, lab).Load(_seed.And("mixture"));
        _heldOut = [.. recipe.HeldOut.Select(source => (source.Name, new TrainingData(recipe, _folder.Tokenizer, lab).Encode(source, new DataReport(source.Name, source.MostBad))))];
        _model = recipe.Fresh is null ? _folder.Load(_compute) : Llama.Fresh(_folder.Config, _seed.And("weights"), _compute);
        _adapter = recipe.Adapter is { } started ? AdapterFolder.Load(started, _model)
            : recipe.Lora is { } lora ? LoraAdapter.Fresh(_model, lora, _seed.And("lora"))
            : null;
        var pacing = recipe.SelfPaced is { } paced ? new SelfPacedSchedule(paced) : null;
        _trainer = _adapter is not null
            ? new Trainer(_model, _adapter, recipe.Training, _seed, ChosenModules(_adapter)) { SelfPaced = pacing }
            : new Trainer(_model, Chosen(), recipe.Training, _seed) { SelfPaced = pacing };

        Plan = new TrainingPlan(
            _examples.Count,
            _examples.Sum(e => (long)e.Ids.Length),
            _examples.Sum(e => (long)e.LearnedCount),
            _examples.Count(e => e.Ids.Length == recipe.Training.Length + 1),
            _examples.Any(e => e.LearnedCount > 0) ? _trainer.StepsFor(_examples) : 0,
            _trainer.TrainedCount,
            _folder.Config.ParameterCount(),
            sources);
    }

    /// <summary>What the recipe amounts to.</summary>
    public TrainingPlan Plan { get; }

    /// <summary>Trains and writes the result.</summary>
    /// <param name="command">The command line or call, for the manifest.</param>
    /// <param name="resume">Goes on from the last checkpoint, or takes the result of a run that is complete; otherwise old checkpoints are removed.</param>
    /// <param name="progress">Told after each update.</param>
    /// <param name="cancel">Stops; a checkpoint is written first where they are kept.</param>
    public TrainingOutcome Execute(string command, bool resume = false, IProgress<TrainingProgress>? progress = null, CancellationToken cancel = default)
    {
        var run = new RunFolder(_recipe.Output);
        if (resume && Finished(run) is { } finished)
        {
            return finished;
        }

        run.WriteRecipe(_recipe.Yaml);
        run.WriteManifest(new Manifest
        {
            Command = command,
            Seed = _seed.Value,
            Compute = _compute.Name,
            Threads = torch.get_num_threads(),
            Hashes = Hashes(),
        });
        var checkpoints = _recipe.Training.CheckpointEvery > 0 ? new CheckpointFolder(run["checkpoints"], Identity(), _recipe.Training.KeepCheckpoints) : null;
        if (!resume)
        {
            checkpoints?.Clear();
        }

        run.Event("start", new { Plan, ResumedAt = checkpoints?.LastStep ?? 0 });
        var before = Measure(cancel);
        var result = _trainer.Run(_examples, checkpoints, new Told<TrainingProgress>(p =>
        {
            run.Event("step", p);
            progress?.Report(p);
        }), cancel);
        var heldOut = _heldOut.Zip(before, Measure(cancel)).Select(h => new HeldOutChange(h.First.Source, h.Second, h.Third)).ToList();
        var saved = Save(run);
        run.Event("end", new { result, heldOut });
        var outcome = new TrainingOutcome(Plan, result, heldOut, saved, _trainer.SelfPaced?.Rounds ?? []);
        run.WriteJson("result.json", new Record(Identity(), outcome with { Model = System.IO.Path.GetFileName(saved) }));
        return outcome;
    }

    // A run that is complete needs no second training; one of another recipe is no result of this one.
    private TrainingOutcome? Finished(RunFolder run) =>
        TrainingIdentity.ReadResult<Record>(run["result.json"]) is { } record && record.Identity == Identity() && Directory.Exists(run[record.Outcome.Model])
            ? record.Outcome with { Model = run[record.Outcome.Model] }
            : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _trainer.Dispose();
        _adapter?.Dispose();
        _model.Dispose();
    }

    private List<HeldOut> Measure(CancellationToken cancel) => [.. _heldOut.Select(h => Loss.Measure(_model, h.Examples, cancel: cancel))];

    private string Save(RunFolder run)
    {
        if (_adapter is not null)
        {
            AdapterFolder.Save(_adapter, run["adapter"], _recipe.Model);
            return run["adapter"];
        }

        var type = _recipe.SaveAs ?? (_recipe.Fresh is null ? TensorTypes.FromConfigName(_folder.Config.StoredType) : null) ?? _compute.Type;
        _folder.Save(_model, run["model"], type);
        return run["model"];
    }

    private List<string> Chosen()
    {
        var names = _model.Config.TensorShapes().Select(t => t.Key).ToList();
        if (_recipe.Trainable.Count == 0)
        {
            return names;
        }

        var patterns = _recipe.Trainable.Select(p => (Text: p, Match: new Regex("^" + Regex.Escape(p).Replace("\\*", ".*", StringComparison.Ordinal) + "$"))).ToList();
        var idle = patterns.Find(p => !names.Exists(n => p.Match.IsMatch(n)));
        return idle.Text is null
            ? names.FindAll(n => patterns.Exists(p => p.Match.IsMatch(n)))
            : throw new UserException("XL402", $"trainable: '{idle.Text}' matches no weight. Names look like {names[1]}; * stands for any text.");
    }

    private List<string>? ChosenModules(LoraAdapter adapter)
    {
        if (_recipe.Trainable.Count == 0)
        {
            return null;
        }

        var chosen = Chosen().ToHashSet();
        var modules = adapter.Pairs.Keys.Where(m => chosen.Contains(m + ".weight")).ToList();
        return modules.Count > 0 ? modules
            : throw new UserException("XL402", $"trainable: {string.Join(", ", _recipe.Trainable)} matches no module of the adapter. Its target_modules are {string.Join(", ", adapter.Config.TargetModules)}; choose among their weights.");
    }

    private Dictionary<string, string> Hashes()
    {
        var files = _recipe.Data.Concat(_recipe.HeldOut).SelectMany(s => s.Files()).Distinct();
        var hashes = files.ToDictionary(Manifest.NameOf, Manifest.HashFile);
        hashes["training data"] = DataHash();
        return hashes;
    }

    // Recipe, data and starting point; the output folder and how far to go in one sitting do not matter.
    private string Identity() => TrainingIdentity.Of(
        _recipe.Training with { CheckpointEvery = 0, KeepCheckpoints = 1 }, _recipe.Seed, _recipe.Model, _recipe.Lora, _recipe.Adapter, _recipe.SelfPaced, _recipe.Trainable, _compute.Type, DataHash());

    private string DataHash() => TrainingIdentity.OfData(_examples);

    private sealed record Record(string Identity, TrainingOutcome Outcome);
}
