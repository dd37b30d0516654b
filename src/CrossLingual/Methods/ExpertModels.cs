using System.Globalization;
using CrossLingual.Data;
using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>Makes the models of <see cref="ExpertsExperiment"/>, each when it is first asked for.</summary>
internal sealed class ExpertModels
{
    private readonly ExpertsOptions _options;
    private readonly string _language;
    private readonly int _seed;
    private readonly string _command;
    private readonly CancellationToken _cancel;
    private readonly ModelFolder _base = ModelFolder.Open(ModelFolder.PathOf("lab"));
    private readonly Dictionary<string, ModelReference> _made = [];
    private readonly ParameterPartition _partition;

    public ExpertModels(ExpertsOptions options, string language, int seed, string command, CancellationToken cancel)
    {
        (_options, _language, _seed, _command, _cancel) = (options, language, seed, command, cancel);

        // The same division for freezing, reverting and simultaneous training as for the swap's whole layers.
        _partition = ParameterPartition.ByLayers(_base.Config, options.Swap.Bottom, options.Swap.Top);
    }

    private ModelReference Base => Model("base");

    private MergeInput Task => new(Model("task expert")) { Name = "task" };

    private MergeInput Language => new(Model("language expert")) { Name = "language" };

    /// <summary>A model, or the adapter that makes it of the base.</summary>
    public ModelReference Model(string way)
    {
        if (!_made.TryGetValue(way, out var model))
        {
            model = Make(way);
            _made[way] = model;
        }

        return model;
    }

    /// <summary>A layer swap without transitions.</summary>
    public ModelReference Swapped(int bottom, int top) => Merge(
        string.Create(CultureInfo.InvariantCulture, $"swap-{bottom}-{top}"),
        Swap(_options.Swap with { Bottom = bottom, Top = top, BottomTransition = 0, TopTransition = 0 }));

    private ModelReference Make(string way)
    {
        var (language, task) = ExpertsExperiment.Sources(_options, _language);
        return way switch
        {
            "base" => _options.StartExamples == 0 ? new("lab") : Start(),
            "task expert" => Train("task", Base, [task], 1),
            "language expert" => Train("language", Base, [language], 1),
            "joint" => Train("joint", Base, [task, language], 2),
            "sequential" => Train("sequential", Model("task expert"), [language], 1),
            "simultaneous" => TrainTogether(language, task),
            "freeze" => Merge("freeze", Sum(
                Train("freeze-task", Base, [task], 1, Trainable(ParameterPartition.Task)),
                Train("freeze-language", Base, [language], 1, Trainable(ParameterPartition.Language)))),
            "revert" => Merge("revert", Swap(_options.Swap with { BottomTransition = 0, TopTransition = 0 })),   // reverting both and adding up is this, see RevertUpdates
            "layer swap" => Merge("swap", Swap(_options.Swap)),
            "soup" => Merge("soup", Of(MergeMethod.Linear, null)),
            "task arithmetic" => Merge("task-arithmetic", Of(MergeMethod.TaskArithmetic, Base)),
            "ties" => Merge("ties", Of(MergeMethod.Ties, Base)),
            "dare" => Merge("dare", Of(MergeMethod.DareTies, Base) with { Settings = With("density", 0.2) }),
            "slerp" => Merge("slerp", Of(MergeMethod.Slerp, null) with { Settings = With("t", 0.5) }),
            _ => throw new ArgumentOutOfRangeException(nameof(way), way, "not a way of the experiment"),
        };
    }

    private string PathOf(string name) => Path.Combine(_options.Output, string.Create(CultureInfo.InvariantCulture, $"{_language}-seed{_seed}"), name);

    // Of a set, what can be trained: an adapter has pairs for matrices of layers only.
    private IReadOnlyList<string> Trainable(string set) => _options.Lora is null ? _partition[set] : [.. _partition[set].Where(t => TensorPlace.Of(t).Layer >= 0)];

    private ModelReference Start() => new(Train(PathOf(string.Create(CultureInfo.InvariantCulture, $"start-{_options.StartExamples}-{_options.StartTokens}")), new TrainRecipe
    {
        Model = "lab",
        Data = [new DataSource { Kind = "lab", Language = _language, Split = LabSplit.Train, Count = _options.StartExamples, Tasks = _options.StartTasks }],
        Training = LabTraining.OptionsFor(_options.StartTokens),
        Output = "",
    }));

    private ModelReference Train(string name, ModelReference start, IReadOnlyList<DataSource> data, int parts, IReadOnlyList<string>? trainable = null) => Reference(Train(PathOf(name), new TrainRecipe
    {
        Model = start.Folder,
        Adapter = start.Adapter,
        Lora = start.Adapter is null ? _options.Lora : null,
        Data = data,
        Training = OptionsFor(parts),
        Trainable = trainable ?? [],
        Output = "",
    }));

    private string Train(string output, TrainRecipe recipe)
    {
        using var run = new TrainingRun(recipe with { Seed = _seed, Template = ChatTemplate.AlpacaShort, Output = output });
        return run.Execute(_command, _options.Resume, cancel: _cancel).Model;
    }

    // Adapters, whose B starts at zero, need larger steps; the rate of the recipe lora-sw.
    private TrainingOptions OptionsFor(int parts)
    {
        var options = LabTraining.OptionsFor(parts * _options.Tokens);
        return _options.Lora is null ? options : options with { LearningRate = 3e-3 };
    }

    private ModelReference Reference(string written) => _options.Lora is null ? new(written) : Base with { Adapter = written };

    private ModelReference TrainTogether(DataSource language, DataSource task)
    {
        var run = new RunFolder(PathOf("simultaneous"));
        var made = run[_options.Lora is null ? "model" : "adapter"];
        var lab = new Lazy<Lab>(() => Lab.Load());
        var data = new Dictionary<string, IReadOnlyList<TokenizedExample>> { [ParameterPartition.Task] = Encode(task), [ParameterPartition.Language] = Encode(language) };
        var training = OptionsFor(1) with { CheckpointEvery = 50, KeepCheckpoints = 1 };
        var identity = TrainingIdentity.Of(training, _seed, Base.Folder, _options.Lora, _partition.Sets, Compute.Default.Type, data.Values.Select(TrainingIdentity.OfData));
        if (_options.Resume && Directory.Exists(made) && TrainingIdentity.ReadResult<Together>(run["result.json"])?.Identity == identity)
        {
            return Reference(made);
        }

        var checkpoints = new CheckpointFolder(run["checkpoints"], identity, training.KeepCheckpoints);
        if (!_options.Resume)
        {
            checkpoints.Clear();
        }

        using var model = ModelFolder.Open(ModelFolder.PathOf(Base.Folder)).Load(Compute.Default);
        var seed = Seed.For("train", _seed);
        using var adapter = _options.Lora is { } lora ? LoraAdapter.Fresh(model, lora, seed.And("lora")) : null;
        using var trainer = adapter is null ? new PartitionTrainer(model, _partition, training, seed) : new PartitionTrainer(model, adapter, _partition, training, seed);
        var result = trainer.Run(data, checkpoints, (set, p) => run.Event("step", new { set, p.Step, p.Loss, p.LearningRate, p.GradientNorm }), _cancel);
        run.WriteManifest(new Manifest { Command = _command, Seed = (ulong)_seed });
        run.WriteJson("partition.json", _partition.Sets);
        if (adapter is not null)
        {
            AdapterFolder.Save(adapter, made, Base.Folder);
        }
        else
        {
            _base.Save(model, made, TensorTypes.FromConfigName(_base.Config.StoredType));
        }

        run.WriteJson("result.json", new Together(identity, result));
        return Reference(made);

        List<TokenizedExample> Encode(DataSource source) =>
            [.. source.Load(lab).Select(c => TokenizedExample.Encode(c, ChatTemplate.AlpacaShort, _base.Tokenizer, 257))];
    }

    private ModelReference Merge(string name, MergeRecipe recipe)
    {
        using var plan = MergePlan.For(recipe with { Seed = _seed, Output = PathOf(name) });
        return new ModelReference(Merger.Run(plan, _command, cancel: _cancel).Model);
    }

    private MergeRecipe Of(MergeMethod method, ModelReference? start) => MergeRecipe.Of(method, start, [Task, Language], "");

    private MergeRecipe Sum(ModelReference first, ModelReference second) =>
        MergeRecipe.Of(MergeMethod.TaskArithmetic, Base, [new MergeInput(first), new MergeInput(second)], "") with { Settings = With("lambda", 1) };

    private MergeRecipe Swap(LayerSwapOptions options) => new() { Method = MergeMethod.LayerSwap, Task = Task, Language = Language, LayerSwap = options };

    private static Dictionary<string, Setting> With(string key, double value) => new() { [key] = value };

    private sealed record Together(string Identity, IReadOnlyDictionary<string, TrainingResult> Sets);
}
