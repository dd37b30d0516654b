using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CrossLingual.Runs;

/// <summary>
/// A YAML recipe, read strictly: every problem — unknown keys, wrong types, values out of range — is collected with its
/// line and reported at once by <see cref="Check"/>.
/// </summary>
public sealed class RecipeFile
{
    private readonly List<(int Line, string Text)> _problems = [];
    private readonly List<RecipeSection> _sections = [];
    private readonly YamlMappingNode _root;

    private RecipeFile(string path, YamlMappingNode root)
    {
        Path = path;
        _root = root;
        Root = Section(root, "");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The top level.</summary>
    public RecipeSection Root { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The recipe.</param>
    /// <param name="overrides">Changes of single values, <c>training.steps=10</c>.</param>
    /// <exception cref="UserException">XL101: not there or not YAML; XL103: an override that cannot be applied.</exception>
    public static RecipeFile Read(string path, IReadOnlyList<string>? overrides = null)
    {
        if (!File.Exists(path))
        {
            throw new UserException("XL101", $"Recipe {path} does not exist. Recipes are YAML files; the recipes folder has examples.");
        }

        return Parse(path, File.ReadAllText(path), overrides);
    }

    /// <summary>Reads a recipe's text.</summary>
    /// <param name="path">Its name in messages.</param>
    /// <param name="text">The YAML.</param>
    /// <param name="overrides">Changes of single values.</param>
    /// <exception cref="UserException">XL101, XL103.</exception>
    public static RecipeFile Parse(string path, string text, IReadOnlyList<string>? overrides = null)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new UserException("XL101", $"{path}:{e.Start.Line}: {e.Message} A recipe is YAML: 'key: value' lines, indented by two spaces.", e);
        }

        if (yaml.Documents.Count != 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
        {
            throw new UserException("XL101", $"{path} is not a recipe: it must be one YAML document of 'key: value' lines.");
        }

        foreach (var change in overrides ?? [])
        {
            Apply(root, change);
        }

        return new RecipeFile(path, root);
    }

    /// <summary>The recipe as it stands, overrides included.</summary>
    public string ToYaml()
    {
        using var writer = new StringWriter();
        new YamlStream(new YamlDocument(_root)).Save(writer, assignAnchors: false);
        return writer.ToString().Replace("\r", "", StringComparison.Ordinal).TrimEnd('.', '\n') + "\n";
    }

    /// <summary>Reports everything that is wrong.</summary>
    /// <exception cref="UserException">XL102: all problems, a line each.</exception>
    public void Check()
    {
        foreach (var section in _sections.ToList())
        {
            section.ReportUnknown();
        }

        if (_problems.Count > 0)
        {
            throw new UserException("XL102", string.Join("\n      ", _problems.OrderBy(p => p.Line).Select(p => $"{Path}:{p.Line}: {p.Text}")));
        }
    }

    internal void Problem(YamlNode at, string text) => _problems.Add(((int)at.Start.Line, text));

    internal RecipeSection Section(YamlMappingNode node, string name)
    {
        var section = new RecipeSection(this, node, name);
        _sections.Add(section);
        return section;
    }

    private static void Apply(YamlMappingNode root, string change)
    {
        var (key, value) = change.Split('=', 2) is [var k, var v] && k.Length > 0
            ? (k, v)
            : throw new UserException("XL103", $"'{change}' is not a change of a recipe. Write it as key=value, for instance training.steps=100.");
        var node = root;
        var parts = key.Split('.');
        foreach (var part in parts[..^1])
        {
            if (!node.Children.TryGetValue(part, out var next))
            {
                next = new YamlMappingNode();
                node.Children[part] = next;
            }

            node = next as YamlMappingNode
                ?? throw new UserException("XL103", $"'{change}': '{part}' is a value and not a section of the recipe.");
        }

        var parsed = new YamlStream();
        parsed.Load(new StringReader(value.Length == 0 ? "''" : value));
        node.Children[parts[^1]] = parsed.Documents[0].RootNode;
    }
}
