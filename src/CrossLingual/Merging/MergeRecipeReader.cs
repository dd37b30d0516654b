using System.Globalization;
using CrossLingual.Runs;
using static CrossLingual.Merging.MergeVocabulary;

namespace CrossLingual.Merging;

/// <summary>
/// Reads this project's merge recipes; every default is the paper's.
/// <code>
/// method: ties
/// base: models/base
/// models:
///   - {model: models/math, weight: 1, density: 0.2}
///   - {model: models/base, adapter: runs/swahili/adapter, name: swahili}
/// options: {lambda: 1, scope: model}
/// output: artifacts/math-swahili
/// </code>
/// </summary>
internal static class MergeRecipeReader
{
    public static MergeRecipe Read(RecipeSection root)
    {
        var method = ReadMethod(root, "method");
        var settings = SettingsOf(method);
        var options = root.Section("options");
        var swap = method == MergeMethod.LayerSwap;
        var defaults = new MergeRecipe();
        var recipe = new MergeRecipe
        {
            Method = method,
            Base = Reference(root, "base"),
            Task = swap ? Expert(root, "task") : null,
            Language = swap ? Expert(root, "language") : null,
            Slices = swap ? [] : Slices(root, settings),
            Settings = ReadSettings(options, settings),
            Normalize = method is MergeMethod.Linear or MergeMethod.TaskArithmetic or MergeMethod.DareLinear && options.Has("normalize") ? options.Flag("normalize", false) : null,
            SaveAs = ReadType(root, "save_as"),
            TokenizerFrom = Reference(root, "tokenizer_from"),
            Seed = root.Integer("seed", defaults.Seed, 0),
            LargestShard = root.Integer("shard_megabytes", (int)(defaults.LargestShard / 1_000_000), 1) * 1_000_000L,
            Checksums = ReadChoice(root, "checksums", defaults.Checksums),
            Output = root.Text("output"),
        };
        return WithOptions(recipe, options);
    }

    private static MergeRecipe WithOptions(MergeRecipe recipe, RecipeSection options) => recipe.Method switch
    {
        MergeMethod.Ties => recipe with { Ties = ReadTies(options) },
        MergeMethod.DareLinear => recipe with { Dare = ReadDare(options, ties: false) },
        MergeMethod.DareTies => recipe with { Dare = ReadDare(options, ties: true), Ties = ReadTies(options) },
        MergeMethod.LayerSwap => recipe with { LayerSwap = ReadSwap(options) },
        MergeMethod.Revert => recipe with { Revert = ReadRevert(options) },
        _ => recipe,
    };

    private static ModelReference? Reference(RecipeSection section, string key)
    {
        if (!section.IsSection(key))
        {
            return section.OptionalText(key) is { } path ? new ModelReference(path) : null;
        }

        return Reference(section.Section(key));
    }

    private static ModelReference Reference(RecipeSection section) => new(section.Text("model"), section.OptionalText("adapter"));

    private static MergeInput? Expert(RecipeSection root, string key)
    {
        if (!root.Has(key))
        {
            root.Problem($"'{key}' is missing: layer_swap needs a task and a language expert");
            return null;
        }

        return Reference(root, key) is { } model ? new MergeInput(model) { Where = root.Where } : null;
    }

    private static List<MergeSlice> Slices(RecipeSection root, IReadOnlyList<string> settings)
    {
        if (root.Has("models") == root.Has("slices"))
        {
            root.Problem(root.Has("models") ? "'models' and 'slices' exclude each other: 'models' merges whole models, 'slices' layer by layer" : "'models' is missing: name the models to merge, or 'slices' of layers");
        }

        if (root.Has("models"))
        {
            return [new MergeSlice { Inputs = [.. root.Sections("models").Select(m => Input(m, settings))], Where = root.Where }];
        }

        return
        [
            .. root.Sections("slices").Select(slice => new MergeSlice
            {
                Inputs = [.. slice.Sections("models").Select(m => Input(m, settings) with { Layers = ReadLayers(m, "layers") })],
                Settings = ReadSettings(slice, settings),
                Where = slice.Where,
            }),
        ];
    }

    private static MergeInput Input(RecipeSection section, IReadOnlyList<string> settings) => new(Reference(section))
    {
        Name = section.OptionalText("name"),
        Settings = ReadSettings(section, settings.Where(IsOfModel)),
        Where = section.Where,
    };

    private static TiesOptions ReadTies(RecipeSection options)
    {
        var defaults = new TiesOptions();
        return new TiesOptions
        {
            Scope = ReadChoice(options, "scope", defaults.Scope),
            Count = ReadChoice(options, "count", defaults.Count),
            Zero = ReadChoice(options, "zero_sign", defaults.Zero),
            Average = ReadChoice(options, "average", defaults.Average),
        };
    }

    private static DareOptions ReadDare(RecipeSection options, bool ties)
    {
        var defaults = new DareOptions();
        return new DareOptions
        {
            Rescale = ReadChoice(options, "rescale", defaults.Rescale),
            TrimDensity = ties ? options.Number("trim_density", defaults.TrimDensity, 1e-9, 1) : defaults.TrimDensity,
        };
    }

    private static LayerSwapOptions ReadSwap(RecipeSection options)
    {
        var defaults = new LayerSwapOptions();
        var found = ReadChoice(options, "choice", defaults.Choice) == SwapChoice.Magnitude;
        return new LayerSwapOptions
        {
            Choice = found ? SwapChoice.Magnitude : SwapChoice.Fixed,

            // Where layers are chosen from the change, their numbers are not options.
            Bottom = found ? 0 : options.Integer("bottom", defaults.Bottom, 0),
            Top = found ? 0 : options.Integer("top", defaults.Top, 0),
            BottomTransition = options.Integer("bottom_transition", defaults.BottomTransition, 0),
            TopTransition = options.Integer("top_transition", defaults.TopTransition, 0),
            TransitionWeight = options.Number("transition_weight", defaults.TransitionWeight, 0, 1),
            Embedding = ReadChoice(options, "embedding", defaults.Embedding),
            Norm = ReadChoice(options, "norm", defaults.Norm),
            Head = ReadChoice(options, "head", defaults.Head),
        };
    }

    private static RevertOptions ReadRevert(RecipeSection options)
    {
        var modules = options.Texts("modules");
        foreach (var unknown in modules.Except(RevertOptions.KnownModules))
        {
            options.Problem($"'{unknown}' is not a module; allowed: {string.Join(", ", RevertOptions.KnownModules)}{(NearestName.Find(unknown, RevertOptions.KnownModules) is { } near ? $". Did you mean '{near}'?" : "")}", "modules");
        }

        var revert = new RevertOptions
        {
            Layers = [.. options.Texts("layers").SelectMany(text => Layers(options, text))],
            Modules = modules,
            Smallest = options.Number("smallest", 0, 0, 1),
            Scope = ReadChoice(options, "scope", TrimScope.Model),
        };
        if (revert.Layers.Count == 0 && modules.Count == 0 && revert.Smallest == 0)
        {
            options.Problem("nothing is reverted: give 'layers', 'modules' or 'smallest'");
        }

        return revert;
    }

    // "3" or "0-5", both ends included.
    private static IEnumerable<int> Layers(RecipeSection options, string text)
    {
        var ends = text.Split('-').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1).ToArray();
        if (ends.Length is 1 or 2 && ends.All(e => e is >= 0 and < 100_000) && ends[0] <= ends[^1])
        {
            return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
        }

        options.Problem($"'{text}' is no layer; write numbers from 0 or ranges, as in [0-5, 30, 31]", "layers");
        return [];
    }
}
