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
    private readonly Dictionary<string, string> _made = new() { ["base"] = "lab" };
    private readonly ParameterPartition _partition;

    public ExpertModels(ExpertsOptions options, string language, int seed, string command, CancellationToken cancel)
    {
        (_options, _language, _seed, _command, _cancel) = (options, language, seed, command, cancel);

        // The same division for freezing, reverting and simultaneous training as for the swap's whole layers.
        _partition = ParameterPartition.ByLayers(_base.Config, options.Swap.Bottom, options.Swap.Top);
    }

    private ModelReference Base => new("lab");

    private MergeInput Task => new(new ModelReference(Model("task expert"))) { Name = "task" };

    private MergeInput Language => new(new ModelReference(Model("language expert"))) { Name = "language" };

    /// <summary>The folder of a model.</summary>
    public string Model(string way)
    {
        if (!_made.TryGetValue(way, out var folder))
        {
            folder = Make(way);
            _made[way] = folder;
        }

        return folder;
    }

    /// <summary>A layer swap without transitions.</summary>
    public string Swapped(int bottom, int top) => Merge(
        string.Create(CultureInfo.InvariantCulture, $"swap-{bottom}-{top}"),
        Swap(_options.Swap with { Bottom = bottom, Top = top, BottomTransition = 0, TopTransition = 0 }));

    private string Make(string way)
    {
        var (language, task) = ExpertsExperiment.Sources(_options, _language);
        return way switch
        {
            "task expert" => Train("task", "lab", [task], 1),
            "language expert" => Train("language", "lab", [language], 1),
            "joint" => Train("joint", "lab", [task, language], 2),
            "sequential" => Train("sequential", Model("task expert"), [language], 1),
            "simultaneous" => TrainTogether(language, task),
            "freeze" => Merge("freeze", Sum(
                Train("freeze-task", "lab", [task], 1, _partition[ParameterPartition.Task]),
                Train("freeze-language", "lab", [language], 1, _partition[ParameterPartition.Language]))),
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

    private TrainingOptions Training(int parts) => LabTraining.OptionsFor(parts * _options.Tokens);

    private string Train(string name, string model, IReadOnlyList<DataSource> data, int parts, IReadOnlyList<string>? trainable = null)
    {
        using var run = new TrainingRun(new TrainRecipe
        {
            Model = model,
            Seed = _seed,
            Template = ChatTemplate.AlpacaShort,
            Data = data,
            Training = Training(parts),
            Trainable = trainable ?? [],
            Output = PathOf(name),
        });
        return run.Execute(_command, cancel: _cancel).Model;
    }

    private string TrainTogether(DataSource language, DataSource task)
    {
        var lab = new Lazy<Lab>(() => Lab.Load());
        using var model = _base.Load(Compute.Default);
        using var trainer = new PartitionTrainer(model, _partition, Training(1), Seed.For("train", _seed));
        trainer.Run(
            new Dictionary<string, IReadOnlyList<TokenizedExample>> { [ParameterPartition.Task] = Encode(task), [ParameterPartition.Language] = Encode(language) },
            cancel: _cancel);
        var run = new RunFolder(PathOf("simultaneous"));
        run.WriteManifest(new Manifest { Command = _command, Seed = (ulong)_seed });
        run.WriteJson("partition.json", _partition.Sets);
        _base.Save(model, run["model"], TensorTypes.FromConfigName(_base.Config.StoredType));
        return run["model"];

        List<TokenizedExample> Encode(DataSource source) =>
            [.. source.Load(lab).Select(c => TokenizedExample.Encode(c, ChatTemplate.AlpacaShort, _base.Tokenizer, 257))];
    }

    private string Merge(string name, MergeRecipe recipe)
    {
        using var plan = MergePlan.For(recipe with { Seed = _seed, Output = PathOf(name) });
        return Merger.Run(plan, _command, cancel: _cancel).Model;
    }

    private MergeRecipe Of(MergeMethod method, ModelReference? start) => MergeRecipe.Of(method, start, [Task, Language], "");

    private MergeRecipe Sum(string first, string second) =>
        MergeRecipe.Of(MergeMethod.TaskArithmetic, Base, [new MergeInput(new ModelReference(first)), new MergeInput(new ModelReference(second))], "") with { Settings = With("lambda", 1) };

    private MergeRecipe Swap(LayerSwapOptions options) => new() { Method = MergeMethod.LayerSwap, Task = Task, Language = Language, LayerSwap = options };

    private static Dictionary<string, Setting> With(string key, double value) => new() { [key] = value };
}
