using CrossLingual.Data;
using CrossLingual.Runs;
using CrossLingual.Training;

namespace CrossLingual.Methods;

/// <summary>Reads the recipes of all methods; <c>method</c> names one, a recipe without it is a plain training.</summary>
public static class MethodRecipe
{
    /// <summary>The methods that a recipe can name.</summary>
    public static IReadOnlyList<string> Names { get; } = [TranslatedSft.Name, XCit.Name, CrossAlpaca.Name];

    /// <summary>Reads and checks a recipe.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="overrides">Changes such as <c>training.steps=10</c>.</param>
    /// <exception cref="UserException">XL101 to XL103: everything that is wrong with it.</exception>
    public static Pipeline Read(string path, IReadOnlyList<string>? overrides = null)
    {
        var file = RecipeFile.Read(path, overrides);
        if (!file.Root.Has("method"))
        {
            var recipe = TrainRecipe.Read(path, overrides);
            return Pipeline.Of("train", recipe.Output, new Phase("train", recipe));
        }

        var pipeline = file.Root.Choice("method", "", Names) switch
        {
            TranslatedSft.Name => TranslatedSft.Read(file.Root).Build(),
            XCit.Name => XCit.Read(file.Root).Build(),
            CrossAlpaca.Name => CrossAlpaca.Read(file.Root).Build(),
            _ => null,
        };
        file.Check();
        return pipeline!.WithYaml(file.ToYaml());
    }

    /// <summary>A list of sources that must not be empty.</summary>
    internal static IReadOnlyList<DataSource> Sources(RecipeSection root, string key)
    {
        var sections = root.Sections(key);
        if (sections.Count == 0)
        {
            root.Problem($"'{key}' is missing: name at least one source");
        }

        return [.. sections.Select(DataSource.Read)];
    }
}
