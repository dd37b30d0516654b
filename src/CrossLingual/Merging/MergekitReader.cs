using CrossLingual.Runs;
using static CrossLingual.Merging.MergeVocabulary;

namespace CrossLingual.Merging;

/// <summary>
/// Reads recipes in mergekit's YAML: <c>models</c>, <c>slices</c> or a single entry of <c>modules</c>, with scalar,
/// gradient and filtered parameters. Its defaults stand where they differ from the papers': TIES trims each tensor,
/// takes plus for zero sums and divides by agreeing weights; DARE rescales by L1 norms. Two keys are added, which its
/// command line gives: <c>output</c> and <c>seed</c>.
/// </summary>
internal static class MergekitReader
{
    public static MergeRecipe Read(RecipeSection root)
    {
        var method = ReadMethod(root, "merge_method");
        if (method is MergeMethod.LayerSwap or MergeMethod.Revert)
        {
            root.Problem($"'{Word(method.Value)}' is no method of mergekit; write this project's recipe, with 'method' instead of 'merge_method'", "merge_method");
        }

        var settings = SettingsOf(method);
        var parameters = root.Section("parameters");
        var rescale = Rescale(method, parameters);
        var normalize = Normalize(method, parameters);
        var (computed, written) = (ReadType(root, "dtype"), ReadType(root, "out_dtype"));   // everything is computed in float32
        var (slices, module) = Parts(root, settings);
        var all = new Dictionary<string, Setting>(ReadSettings(parameters, settings));
        foreach (var (name, value) in module)
        {
            all[name] = value;
        }

        return new MergeRecipe
        {
            Method = method,
            Base = root.OptionalText("base_model") is { } path ? Reference(path) : null,
            Slices = slices,
            Settings = Defaulted(method, all),
            Normalize = method is MergeMethod.Linear or MergeMethod.TaskArithmetic or MergeMethod.DareLinear ? normalize : null,
            Ties = new TiesOptions
            {
                Scope = TrimScope.Tensor,
                Count = TrimCount.Exact,
                Zero = ZeroSign.Positive,
                Average = normalize ? TiesAverage.AgreeingWeight : TiesAverage.DisjointSum,
            },
            Dare = new DareOptions { Rescale = rescale ? DareRescale.L1Norm : DareRescale.None },
            SaveAs = written ?? computed,
            TokenizerFrom = Tokenizer(root),
            Seed = root.Integer("seed", 1, 0),
            Output = root.Text("output"),
        };
    }

    private static bool Normalize(MergeMethod? method, RecipeSection parameters)
    {
        var otherwise = method is MergeMethod.Linear or MergeMethod.Ties;
        return method is MergeMethod.Linear or MergeMethod.TaskArithmetic or MergeMethod.Ties or MergeMethod.DareLinear or MergeMethod.DareTies
            ? parameters.Flag("normalize", otherwise)
            : otherwise;
    }

    private static bool Rescale(MergeMethod? method, RecipeSection parameters)
    {
        if (method is MergeMethod.TaskArithmetic or MergeMethod.Ties or MergeMethod.DareLinear or MergeMethod.DareTies)
        {
            // Saves memory there; masks take none here.
            _ = parameters.Flag("int8_mask", false);
        }

        return method is not (MergeMethod.DareLinear or MergeMethod.DareTies) || parameters.Flag("rescale", true);
    }

    // mergekit keeps all where no density is given, and has lambda 1 everywhere.
    private static Dictionary<string, Setting> Defaulted(MergeMethod? method, Dictionary<string, Setting> settings)
    {
        if (SettingsOf(method).Contains("density"))
        {
            settings.TryAdd("density", 1);
        }

        if (SettingsOf(method).Contains("lambda"))
        {
            settings.TryAdd("lambda", 1);
        }

        return settings;
    }

    private static (IReadOnlyList<MergeSlice> Slices, IReadOnlyDictionary<string, Setting> Module) Parts(RecipeSection root, IReadOnlyList<string> settings)
    {
        string[] ways = ["models", "slices", "modules"];
        var used = ways.Where(root.Has).ToList();
        if (used.Count != 1)
        {
            root.Problem($"exactly one of 'models', 'slices' and 'modules' must be there; found {(used.Count == 0 ? "none" : string.Join(" and ", used))}");
        }

        if (!root.Has("modules"))
        {
            return (Slices(root, settings), new Dictionary<string, Setting>());
        }

        var modules = root.Section("modules");
        if (modules.Keys.Count != 1)
        {
            root.Problem($"'modules' has {modules.Keys.Count} entries; a text model has one, whatever its name", "modules");
        }

        var read = modules.Keys.Select(modules.Section).Select(m => (Slices(m, settings), ReadParameters(m, settings))).ToList();
        return read.Count > 0 ? read[0] : ([], new Dictionary<string, Setting>());
    }

    private static IReadOnlyList<MergeSlice> Slices(RecipeSection section, IReadOnlyList<string> settings)
    {
        if (section.Has("models"))
        {
            return [new MergeSlice { Inputs = [.. section.Sections("models").Select(m => Input(m, settings))], Where = section.Where }];
        }

        return
        [
            .. section.Sections("slices").Select(slice => new MergeSlice
            {
                Inputs = [.. slice.Sections("sources").Select(s => Input(s, settings) with { Layers = ReadLayers(s, "layer_range") })],
                Base = slice.OptionalText("base_model") is { } path ? Reference(path) : null,
                Settings = ReadParameters(slice, settings),
                Where = slice.Where,
            }),
        ];
    }

    private static MergeInput Input(RecipeSection section, IReadOnlyList<string> settings) => new(Reference(section.Text("model")))
    {
        Settings = ReadParameters(section, settings.Where(IsOfModel)),
        Where = section.Where,
    };

    private static IReadOnlyDictionary<string, Setting> ReadParameters(RecipeSection section, IEnumerable<string> settings) =>
        section.Has("parameters") ? ReadSettings(section.Section("parameters"), settings) : new Dictionary<string, Setting>();

    // "path+adapter" adds an adapter.
    private static ModelReference Reference(string text) =>
        text.Split('+', 2) is [var folder, var adapter] ? new ModelReference(folder, adapter) : new ModelReference(text);

    private static ModelReference? Tokenizer(RecipeSection root)
    {
        var source = root.OptionalText("tokenizer_source");
        if (source == "union")
        {
            root.Problem("'tokenizer_source' is 'union'; vocabularies are not joined here. Use 'base' or a model, with models of one vocabulary", "tokenizer_source");
        }

        return source is null or "base" or "union" ? null : Reference(source);
    }
}
