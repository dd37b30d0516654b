using System.Globalization;
using System.Security.Cryptography;
using CrossLingual.Models;
using CrossLingual.Runs;

namespace CrossLingual.Merging;

/// <summary>
/// Checks a merge against the models' headers and settings and lays down where every tensor comes from. All problems
/// are collected: of the recipe, of each model, and of what does not fit together.
/// </summary>
internal sealed class MergePlanner(MergeRecipe recipe)
{
    // What must be equal for weights to mean the same in two models.
    private static readonly (string Name, Func<LlamaConfig, object> Value, string Fix)[] Alike =
    [
        ("model_type", c => c.ModelType, "Merge models of one family."),
        ("vocab_size", c => c.VocabularySize, "Merge models of one vocabulary, or give all of them the same size first."),
        ("hidden_size", c => c.HiddenSize, "Merge models of one size."),
        ("intermediate_size", c => c.IntermediateSize, "Merge models of one size."),
        ("num_attention_heads", c => c.Heads, "Merge models of one size."),
        ("num_key_value_heads", c => c.KeyValueHeads, "Merge models of one size."),
        ("head_dim", c => c.HeadSize, "Merge models of one size."),
        ("tie_word_embeddings", c => c.TiedEmbeddings, "Save both with or both without an output layer of its own."),
        ("rope_theta", c => c.RopeTheta, "Models of different rotary bases do not share their attention; merge ones from the same start."),
        ("rms_norm_eps", c => c.NormEpsilon, "Merge models from the same start."),
    ];

    private readonly List<string> _problems = [.. recipe.Problems];
    private readonly Dictionary<ModelReference, MergeSource> _opened = [];
    private readonly List<ModelReference> _order = [];

    /// <summary>Makes the plan.</summary>
    /// <exception cref="UserException">XL510: everything that is wrong.</exception>
    public MergePlan Plan()
    {
        try
        {
            foreach (var model in recipe.Models)
            {
                Open(model);
            }

            CheckMethod();
            CheckAlike();
            CheckLayers();
            CheckTokenizers();
            CheckOutput();
            if (recipe.Method == MergeMethod.LayerSwap)
            {
                CheckSwap();
            }

            CheckFilters();
            Report();
            var resolved = Resolved();
            var tensors = new TensorPlanner(resolved, _opened, _order);
            var plan = new MergePlan(resolved, tensors.Config, [.. _order.Select(m => _opened[m])], tensors.All(), SettingsFrom()) { Remarks = Remarks() };
            return plan;
        }
        catch
        {
            foreach (var source in _opened.Values)
            {
                source.Dispose();
            }

            throw;
        }
    }

    private IEnumerable<MergeInput> Inputs => recipe.Slices.SelectMany(s => s.Inputs).Concat(new[] { recipe.Task, recipe.Language }.OfType<MergeInput>());

    private bool NeedsBase => recipe.Method is MergeMethod.TaskArithmetic or MergeMethod.Ties or MergeMethod.DareLinear or MergeMethod.DareTies or MergeMethod.Revert
        || (recipe.Method == MergeMethod.LayerSwap && (recipe.LayerSwap.Choice == SwapChoice.Magnitude
            || new[] { recipe.LayerSwap.Embedding, recipe.LayerSwap.Norm, recipe.LayerSwap.Head }.Contains(SwapSource.Base)));

    private void Open(ModelReference model)
    {
        try
        {
            _opened[model] = new MergeSource(model);
            _order.Add(model);
        }
        catch (UserException e)
        {
            _problems.Add($"{WhereOf(model)}{e.Message}");
        }
    }

    private string WhereOf(ModelReference model) =>
        Inputs.FirstOrDefault(i => i.Model == model)?.Where is { Length: > 0 } where ? where + ": " : "";

    private void CheckMethod()
    {
        var word = recipe.Method is { } method ? MergeVocabulary.Word(method) : "";
        if (NeedsBase && recipe.Base is null && recipe.Slices.All(s => s.Base is null))
        {
            _problems.Add($"{word} needs the model that the others were tuned from, and none is given. Add 'base' ('base_model' in mergekit's form).");
        }

        if (recipe.Base is not null && recipe.Method is MergeMethod.Linear or MergeMethod.Passthrough)
        {
            _problems.Add($"{word} makes no use of the base {recipe.Base}. Remove it, or list it among the models.");
        }

        foreach (var slice in recipe.Slices)
        {
            CheckSlice(slice, word);
        }

        if (recipe.Method is MergeMethod.DareLinear or MergeMethod.DareTies)
        {
            foreach (var twice in recipe.Slices.SelectMany(s => s.Inputs).Where(i => i.Model != recipe.Base).GroupBy(i => i.Name ?? i.Model.ToString()).Where(g => recipe.Slices.Any(s => s.Inputs.Count(g.Contains) > 1)))
            {
                _problems.Add($"{twice.Last().Where}: the models named '{twice.Key}' would get the same random mask. Give each a 'name' of its own.");
            }
        }
    }

    private void CheckSlice(MergeSlice slice, string word)
    {
        var where = slice.Where.Length > 0 ? slice.Where + ": " : "";
        var start = slice.Base ?? recipe.Base;
        var count = slice.Inputs.Count(i => recipe.Method is MergeMethod.Linear or MergeMethod.Passthrough || i.Model != start);
        var (least, most, what) = recipe.Method switch
        {
            MergeMethod.Slerp when start is not null => (1, 1, "one model beside the base"),
            MergeMethod.Slerp => (2, 2, "two models"),
            MergeMethod.Revert => (1, 1, "one trained model beside the base"),
            MergeMethod.Passthrough => (1, 1, "one model a slice"),
            _ => (1, int.MaxValue, "at least one model beside the base"),
        };
        if (recipe.Method is not null && (count < least || count > most))
        {
            _problems.Add($"{where}{word} takes {what}; found {count}. {(count < least ? "Add" : "Remove")} models.");
        }

        if (recipe.Method == MergeMethod.Slerp && recipe.SettingOf("t", slice, null, "model.embed_tokens.weight", 0) is null)
        {
            _problems.Add($"{where}slerp needs t, 0 for the first model to 1 for the second, for every tensor. Add 't' to the options, without a filter or with one case that has none.");
        }

        if (recipe.Method == MergeMethod.Linear && recipe.Normalizes && slice.Inputs.Sum(i => recipe.SettingOf("weight", slice, i, "model.embed_tokens.weight", 0) ?? 1) == 0)
        {
            _problems.Add($"{where}the weights add up to 0 and cannot be normalised. Change them, or set normalize: false.");
        }

        foreach (var input in slice.Inputs.Where(i => i.Model != start))
        {
            CheckDensity(slice, input);
        }
    }

    private void CheckDensity(MergeSlice slice, MergeInput input)
    {
        if (!MergeVocabulary.SettingsOf(recipe.Method).Contains("density"))
        {
            return;
        }

        var setting = input.Settings.GetValueOrDefault("density") ?? slice.Settings.GetValueOrDefault("density") ?? recipe.Settings.GetValueOrDefault("density");
        var where = input.Where.Length > 0 ? input.Where + ": " : "";
        if (setting is null && recipe.Method != MergeMethod.Ties)
        {
            _problems.Add($"{where}{MergeVocabulary.Word(recipe.Method!.Value)} needs a density for {input.Model}: the share of changes that stays, above 0 to 1. The drop rate is 1 less it.");
        }

        if (setting is not null && setting.Cases.Any(c => c.Values.Any(v => v <= 0)))
        {
            _problems.Add($"{where}density {setting} of {input.Model} keeps nothing of it. It must be above 0, to 1.");
        }

        if (setting is not null && recipe.Method == MergeMethod.Ties && recipe.Ties.Scope == TrimScope.Model && setting.Cases.SelectMany(c => c.Values).Distinct().Count() > 1)
        {
            _problems.Add($"{where}density {setting} of {input.Model} differs by tensor, but scope: model ranks all its weights together. Give one density, or scope: tensor.");
        }
    }

    private void CheckAlike()
    {
        if (_order.Count == 0)
        {
            return;
        }

        var first = _opened.TryGetValue(SettingsFrom(), out var named) ? named : _opened[_order[0]];
        foreach (var other in _order.Select(m => _opened[m]).Where(s => s != first))
        {
            foreach (var (name, value, fix) in Alike.Where(a => !a.Value(first.Config).Equals(a.Value(other.Config))))
            {
                _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{WhereOf(other.Reference)}{name} is {value(other.Config)} in {other.Reference} but {value(first.Config)} in {first.Reference}. {fix}"));
            }

            if (other.Config.Layers != first.Config.Layers && !recipe.Slices.Any(s => s.Inputs.Any(i => i.Layers is not null)))
            {
                _problems.Add($"{WhereOf(other.Reference)}num_hidden_layers is {other.Config.Layers} in {other.Reference} but {first.Config.Layers} in {first.Reference}. Choose layers with 'slices', or merge models of one depth.");
            }

            if (!other.Config.TensorShapes().Select(t => Unlayered(t.Key)).ToHashSet().SetEquals(first.Config.TensorShapes().Select(t => Unlayered(t.Key)))
                && Alike.All(a => a.Value(first.Config).Equals(a.Value(other.Config))))
            {
                _problems.Add($"{WhereOf(other.Reference)}{other.Reference} and {first.Reference} do not have the same biases. Merge models of one family.");
            }
        }

        static string Unlayered(string name) => TensorPlace.InLayer(name, 0);
    }

    private void CheckLayers()
    {
        foreach (var slice in recipe.Slices)
        {
            foreach (var input in slice.Inputs.Where(i => i.Layers is { } range && _opened.TryGetValue(i.Model, out var source) && range.To > source.Config.Layers))
            {
                _problems.Add($"{input.Where}: layers [{input.Layers!.Value.From}, {input.Layers.Value.To}] of {input.Model}, which has {_opened[input.Model].Config.Layers}. The second number is at most that.");
            }

            var counts = slice.Inputs.Where(i => _opened.ContainsKey(i.Model)).Select(i => i.Layers?.Count ?? _opened[i.Model].Config.Layers).Distinct().ToList();
            if (counts.Count > 1 && slice.Inputs.Any(i => i.Layers is not null))
            {
                _problems.Add($"{slice.Where}: the models of a slice give {string.Join(" and ", counts)} layers. They must be as many of each.");
            }
        }

        var most = _opened.Values.Select(s => s.Config.Layers).DefaultIfEmpty(int.MaxValue).Max();
        foreach (var layer in recipe.Revert.Layers.Where(l => l >= most))
        {
            _problems.Add($"layer {layer} cannot be reverted: the model has layers 0 to {most - 1}. Correct 'layers'.");
        }
    }

    private void CheckSwap()
    {
        var options = recipe.LayerSwap;
        if (recipe.Base is not null && !NeedsBase)
        {
            _problems.Add($"layer_swap makes no use of the base {recipe.Base} here. Remove it, or use it: choice: magnitude, or embedding, norm or head: base.");
        }

        if (recipe.Task is null || !_opened.TryGetValue(recipe.Task.Model, out var task))
        {
            return;
        }

        var layers = task.Config.Layers;
        var wanted = options.Bottom + options.BottomTransition + options.Top + options.TopTransition;
        if (options.Choice == SwapChoice.Fixed && wanted > layers)
        {
            _problems.Add($"bottom {options.Bottom} + bottom_transition {options.BottomTransition} + top {options.Top} + top_transition {options.TopTransition} are {wanted} layers; the model has {layers}. Lower them: about a fifth of the layers is the reported setting.");
        }

        if (task.Config.TiedEmbeddings && options.Head != SwapSource.Task)
        {
            _problems.Add($"head: {MergeVocabulary.Word(options.Head)} cannot be followed: the output layer of {task.Reference} is its embedding. Set 'embedding' instead.");
        }
    }

    private void CheckFilters()
    {
        if (_opened.Count == 0)
        {
            return;
        }

        var names = _opened.Values.First().Config.TensorShapes().Select(t => t.Key).ToList();
        var settings = recipe.Settings.Concat(recipe.Slices.SelectMany(s => s.Settings.Concat(s.Inputs.SelectMany(i => i.Settings))));
        foreach (var filter in settings.SelectMany(s => s.Value.Cases.Select(c => c.Filter)).OfType<string>().Where(f => f != "*").Distinct())
        {
            if (!names.Exists(n => n.Contains(filter, StringComparison.Ordinal)))
            {
                var words = names.SelectMany(n => n.Split('.')).Distinct().Where(w => !int.TryParse(w, out _) && w is not ("model" or "layers" or "weight" or "bias")).ToList();
                _problems.Add($"no tensor has '{filter}' in its name, so that the filter changes nothing. Use one of: {string.Join(", ", words)}{(NearestName.Find(filter, words) is { } near ? $". Did you mean '{near}'?" : "")}.");
            }
        }
    }

    private void CheckTokenizers()
    {
        if (!_opened.ContainsKey(SettingsFrom()))
        {
            return;
        }

        foreach (var name in new[] { "tokenizer.model", "tokenizer.json" })
        {
            var mine = Path.Combine(SettingsFrom().Path, name);
            foreach (var other in _order.Where(m => m.Path != SettingsFrom().Path && File.Exists(mine) && File.Exists(Path.Combine(m.Path, name))))
            {
                if (!Hash(mine).SequenceEqual(Hash(Path.Combine(other.Path, name))))
                {
                    _problems.Add($"{WhereOf(other)}{name} of {other} differs from that of {SettingsFrom()}: the same id means another piece of text. Merge models of one tokenizer.");
                }
            }
        }

        static byte[] Hash(string path) => SHA256.HashData(File.ReadAllBytes(path));
    }

    private void CheckOutput()
    {
        var model = Path.GetFullPath(Path.Combine(recipe.Output, "model"));
        foreach (var source in recipe.Models.Where(m => recipe.Output.Length > 0 && Path.GetFullPath(m.Path) == model))
        {
            _problems.Add($"the output {model} is the model {source} itself. Choose another 'output'.");
        }
    }

    private void Report()
    {
        if (_problems.Count > 0)
        {
            throw new UserException("XL510", string.Join("\n      ", _problems.Distinct()));
        }
    }

    private ModelReference SettingsFrom() => recipe.TokenizerFrom ?? recipe.Base ?? recipe.Task?.Model ?? recipe.Slices.SelectMany(s => s.Inputs).Select(i => i.Model).FirstOrDefault() ?? new ModelReference("");

    // Where layers are chosen from the change, the models are read here.
    private MergeRecipe Resolved()
    {
        if (recipe.Method != MergeMethod.LayerSwap || recipe.LayerSwap.Choice == SwapChoice.Fixed)
        {
            return recipe;
        }

        var language = ChangeMap.Measure(recipe.Base!, recipe.Language!.Model).LayerChanges();
        var task = ChangeMap.Measure(recipe.Base!, recipe.Task!.Model).LayerChanges();
        return recipe with { LayerSwap = LayerSwap.Choose(language, task, recipe.LayerSwap) };
    }

    private List<string> Remarks()
    {
        var remarks = new List<string>();
        if (recipe.Method == MergeMethod.LayerSwap && recipe.LayerSwap.Choice == SwapChoice.Magnitude)
        {
            remarks.Add("bottom and top were chosen from the magnitude of change");
        }

        if (recipe.Method == MergeMethod.Ties && recipe.Ties.Scope == TrimScope.Model && Inputs.Any(i => i.Model.Adapter is not null))
        {
            remarks.Add("changes are ranked over all weights of the model, those that an adapter does not touch included: a density above the adapter's share of the weights trims nothing");
        }

        if (_opened.Values.Any(s => s.Config.TensorShapes().Any(t => s.EntryOf(t.Key).Type == "F64")))
        {
            remarks.Add("float64 weights are merged in float32");
        }

        return remarks;
    }
}
