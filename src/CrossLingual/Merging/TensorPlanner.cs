using CrossLingual.Models;

namespace CrossLingual.Merging;

/// <summary>Lays down, for a recipe that was checked, how each tensor of the output is made.</summary>
internal sealed class TensorPlanner
{
    private readonly MergeRecipe _recipe;
    private readonly IReadOnlyDictionary<ModelReference, MergeSource> _opened;
    private readonly List<ModelReference> _order;

    public TensorPlanner(MergeRecipe recipe, IReadOnlyDictionary<ModelReference, MergeSource> opened, List<ModelReference> order)
    {
        (_recipe, _opened, _order) = (recipe, opened, order);
        var shape = opened[recipe.Base ?? recipe.Task?.Model ?? recipe.Slices[0].Inputs[0].Model].Config;
        var layers = recipe.Method == MergeMethod.LayerSwap ? shape.Layers : recipe.Slices.Sum(LayersOf);
        Config = shape with { Layers = layers };
    }

    /// <summary>The output's shape.</summary>
    public LlamaConfig Config { get; }

    /// <summary>The plans in the order of the forward pass.</summary>
    public IReadOnlyList<TensorPlan> All() => [.. Config.TensorShapes().Select(t => Plan(t.Key, t.Value))];

    private TensorPlan Plan(string name, long[] shape)
    {
        var place = TensorPlace.Of(name);
        if (_recipe.Method == MergeMethod.LayerSwap)
        {
            return Swap(name, shape, place);
        }

        // Which slice, and which of its layers.
        var (index, within) = (place.Part == ModelPart.Embedding ? 0 : _recipe.Slices.Count - 1, -1);
        if (place.Layer >= 0)
        {
            for (index = 0, within = place.Layer; within >= LayersOf(_recipe.Slices[index]); index++)
            {
                within -= LayersOf(_recipe.Slices[index]);
            }
        }

        // What stands before the layers has depth 0, what stands after them 1.
        var slice = _recipe.Slices[index];
        var count = LayersOf(slice);
        var depth = within < 0 ? (place.Part == ModelPart.Embedding ? 0 : 1) : count > 1 ? (double)within / (count - 1) : 1;
        return Plan(name, shape, place, slice, within, depth);
    }

    private TensorPlan Plan(string name, long[] shape, TensorPlace place, MergeSlice slice, int within, double depth)
    {
        var start = slice.Base ?? _recipe.Base;
        var tasks = slice.Inputs.Where(i => i.Model != start).ToList();
        var origin = start is null ? null : new Operand(_order.IndexOf(start), NameIn(slice.Inputs.FirstOrDefault(i => i.Model == start)));
        switch (_recipe.Method)
        {
            case MergeMethod.Linear:
                var weights = slice.Inputs.Select(i => Number("weight", i) ?? 1).ToList();
                return Sum(name, shape, slice.Inputs.Select(i => Operand(i)), _recipe.Normalizes ? Linear.Normalized(weights) : weights);
            case MergeMethod.Passthrough:
                return Sum(name, shape, [Operand(slice.Inputs[0])], [Number("scale", slice.Inputs[0]) ?? 1]);
            case MergeMethod.Slerp:
                Operand[] pair = origin is null ? [Operand(tasks[0]), Operand(tasks[1])] : [origin, Operand(tasks[0])];
                return New(name, shape, TensorOperation.Slerp, pair, null) with { Factor = Number("t", null)!.Value };
            case MergeMethod.Revert:
                return Revert(name, shape, place, origin!, Operand(tasks[0]));
            default:
                var lambda = Number("lambda", null) ?? (_recipe.Method == MergeMethod.TaskArithmetic ? TaskArithmetic.PaperLambda : 1);
                var operands = tasks.Select(i => Operand(i) with
                {
                    Weight = Number("weight", i) ?? 1,
                    Density = _recipe.Method == MergeMethod.TaskArithmetic ? 1 : Number("density", i) ?? TiesOptions.PaperDensity,
                    Mask = i.Name ?? i.Model.ToString(),
                }).ToList();
                var all = operands.Sum(o => o.Weight);
                return New(name, shape, TensorOperation.Tasks, _recipe.Normalizes && Math.Abs(all) > 1e-8 ? [.. operands.Select(o => o with { Weight = o.Weight / all })] : operands, origin) with { Factor = lambda };
        }

        string NameIn(MergeInput? input) => place.Layer < 0 ? name : TensorPlace.InLayer(name, (input?.Layers?.From ?? tasks.FirstOrDefault()?.Layers?.From ?? 0) + within);

        Operand Operand(MergeInput input) => new(_order.IndexOf(input.Model), NameIn(input));

        double? Number(string setting, MergeInput? input) => _recipe.SettingOf(setting, slice, input, input is null ? name : NameIn(input), depth);
    }

    private TensorPlan Swap(string name, long[] shape, TensorPlace place)
    {
        var options = _recipe.LayerSwap;
        var (task, language) = (Of(_recipe.Task!.Model), Of(_recipe.Language!.Model));
        var share = place.Layer >= 0
            ? LayerSwap.LanguageShare(place.Layer, Config.Layers, options)
            : LayerSwap.SourceOf(place.Part, options) switch
            {
                SwapSource.Language => 1,
                SwapSource.Average => 0.5,
                SwapSource.Task => 0,
                _ => double.NaN,
            };
        return double.IsNaN(share) ? Sum(name, shape, [Of(_recipe.Base!)], [1])
            : share == 1 ? Sum(name, shape, [language], [1])
            : share == 0 ? Sum(name, shape, [task], [1])
            : Sum(name, shape, [language, task], [share, 1 - share]);

        Operand Of(ModelReference model) => new(_order.IndexOf(model), name);
    }

    private TensorPlan Revert(string name, long[] shape, TensorPlace place, Operand start, Operand trained)
    {
        var options = _recipe.Revert;
        return RevertUpdates.Reverts(place, options) ? Sum(name, shape, [start], [1])
            : options.Smallest == 0 ? Sum(name, shape, [trained], [1])
            : New(name, shape, TensorOperation.Revert, [trained with { Density = 1 - options.Smallest }], start);
    }

    // One model with weight 1 is a copy of it.
    private TensorPlan Sum(string name, long[] shape, IEnumerable<Operand> operands, IReadOnlyList<double> weights)
    {
        Operand[] weighted = [.. operands.Select((o, i) => o with { Weight = weights[i] })];
        return New(name, shape, weighted is [{ Weight: 1 }] ? TensorOperation.Copy : TensorOperation.Sum, weighted, null);
    }

    private TensorPlan New(string name, long[] shape, TensorOperation operation, IReadOnlyList<Operand> operands, Operand? start)
    {
        var first = start ?? operands[0];
        var type = _recipe.SaveAs is { } wanted ? TensorTypes.NameOf(wanted) : _opened[_order[first.Source]].EntryOf(first.Tensor).Type;
        return new TensorPlan { Name = name, Type = type, Shape = shape, Operation = operation, Operands = operands, Start = start };
    }

    private int LayersOf(MergeSlice slice) => slice.Inputs[0].Layers?.Count ?? _opened[slice.Inputs[0].Model].Config.Layers;
}
