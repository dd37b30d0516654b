using CrossLingual.Models;
using CrossLingual.Runs;

namespace CrossLingual.Merging;

/// <summary>The words of merge recipes, in both of their languages.</summary>
internal static class MergeVocabulary
{
    /// <summary>The methods as recipes spell them.</summary>
    public static IReadOnlyDictionary<string, MergeMethod> Methods { get; } =
        Enum.GetValues<MergeMethod>().ToDictionary(Word, m => m);

    /// <summary>An enum's value as recipes spell it: <c>TaskArithmetic</c> is <c>task_arithmetic</c>.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum =>
        string.Concat(Enum.GetName(value)!.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>Numeric settings of a method; those of a model first.</summary>
    public static IReadOnlyList<string> SettingsOf(MergeMethod? method) => method switch
    {
        MergeMethod.Linear => ["weight"],
        MergeMethod.TaskArithmetic => ["weight", "lambda"],
        MergeMethod.Slerp => ["t"],
        MergeMethod.Ties or MergeMethod.DareLinear or MergeMethod.DareTies => ["weight", "density", "lambda"],
        MergeMethod.Passthrough => ["scale"],
        _ => [],
    };

    /// <summary>Whether a setting may stand with a single model.</summary>
    public static bool IsOfModel(string setting) => setting is "weight" or "density" or "scale";

    /// <summary>Reads the method's name; null when it is not known.</summary>
    public static MergeMethod? ReadMethod(RecipeSection root, string key)
    {
        var name = root.Choice(key, "", [.. Methods.Keys]);
        return Methods.TryGetValue(name, out var method) ? method : null;
    }

    /// <summary>Reads an enum's value.</summary>
    public static T ReadChoice<T>(RecipeSection section, string key, T otherwise)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(Word, v => v);
        return words[section.Choice(key, Word(otherwise), [.. words.Keys])];
    }

    /// <summary>Reads the settings that are there.</summary>
    public static IReadOnlyDictionary<string, Setting> ReadSettings(RecipeSection section, IEnumerable<string> names)
    {
        var settings = new Dictionary<string, Setting>();
        foreach (var name in names)
        {
            var (least, most) = name switch
            {
                "density" => (0, 1),
                "t" => (0, 1),
                _ => (double.NegativeInfinity, double.PositiveInfinity),
            };
            if (Setting.Read(section, name, least, most) is { } setting)
            {
                settings[name] = setting;
            }
        }

        return settings;
    }

    /// <summary>Reads two layer numbers.</summary>
    public static LayerRange? ReadLayers(RecipeSection section, string key)
    {
        if (!section.Has(key))
        {
            return null;
        }

        var ends = section.Numbers(key, 0, 100_000);
        if (ends.Count == 2 && ends.All(double.IsInteger) && ends[0] < ends[1])
        {
            return new LayerRange((int)ends[0], (int)ends[1]);
        }

        section.Problem($"'{key}' must be two layer numbers, the first one and the one after the last, as in [0, 16]", key);
        return null;
    }

    /// <summary>Reads an element type.</summary>
    public static TorchSharp.torch.ScalarType? ReadType(RecipeSection section, string key)
    {
        if (section.OptionalText(key) is not { } name)
        {
            return null;
        }

        var type = TensorTypes.FromConfigName(name);
        if (type is not (TorchSharp.torch.ScalarType.Float32 or TorchSharp.torch.ScalarType.BFloat16 or TorchSharp.torch.ScalarType.Float16))
        {
            section.Problem($"'{key}' is '{name}'; allowed: bfloat16, float16, float32", key);
            return null;
        }

        return type;
    }
}
