using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CrossLingual.Runs;

/// <summary>
/// A YAML recipe, read strictly: every problem — unknown keys, wrong types, values out of range — is collected with its
/// line and reported at once by <see cref="Check"/>.
/// </summary>
public sealed class RecipeFile
{
    private readonly List<(int Line, string Where, string Text)> _problems = [];
    private readonly List<RecipeSection> _sections = [];
    private readonly YamlMappingNode _root;
    private readonly Dictionary<YamlNode, string> _changes;

    private RecipeFile(string path, YamlMappingNode root, Dictionary<YamlNode, string> changes)
    {
        Path = path;
        _root = root;
        _changes = changes;
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

        // Nodes that stand in no line of the file, with the override that made them; equal texts are different nodes.
        var changes = new Dictionary<YamlNode, string>(ReferenceEqualityComparer.Instance);
        foreach (var change in overrides ?? [])
        {
            Apply(root, change, changes);
        }

        return new RecipeFile(path, root, changes);
    }

    /// <summary>The recipe as it stands, overrides included.</summary>
    public string ToYaml()
    {
        using var writer = new StringWriter();
        new YamlStream(new YamlDocument(_root)).Save(writer, assignAnchors: false);
        var text = writer.ToString().Replace("\r", "", StringComparison.Ordinal);
        return text.EndsWith("\n...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    /// <summary>Reports everything that is wrong.</summary>
    /// <exception cref="UserException">XL102: all problems, a line each.</exception>
    public void Check()
    {
        if (Problems() is { Count: > 0 } problems)
        {
            throw new UserException("XL102", string.Join("\n      ", problems));
        }
    }

    /// <summary>Everything that is wrong, each with its place, for whoever reports it together with other things; call it once.</summary>
    public IReadOnlyList<string> Problems()
    {
        foreach (var section in _sections.ToList())
        {
            section.ReportUnknown();
        }

        return [.. _problems.OrderBy(p => p.Line).Select(p => $"{p.Where}: {p.Text}")];
    }

    internal void Problem(YamlNode at, string text) => _problems.Add(
        _changes.TryGetValue(at, out var change) ? (int.MaxValue, $"{Path} with {change}", text) : ((int)at.Start.Line, $"{Path}:{at.Start.Line}", text));

    internal RecipeSection Section(YamlMappingNode node, string name)
    {
        var section = new RecipeSection(this, node, name);
        _sections.Add(section);
        return section;
    }

    private static void Apply(YamlMappingNode root, string change, Dictionary<YamlNode, string> changes)
    {
        if (change.Split('=', 2) is not [var key, var value] || key.Split('.') is not { } parts || parts.Contains(""))
        {
            throw new UserException("XL103", $"'{change}' is not a change of a recipe. Write it as key=value, for instance training.steps=100.");
        }

        var node = root;
        foreach (var part in parts[..^1])
        {
            if (!node.Children.TryGetValue(part, out var next))
            {
                next = new YamlMappingNode();
                Put(node, part, next);
            }

            node = next as YamlMappingNode
                ?? throw new UserException("XL103", $"'{change}': '{part}' is a value and not a section of the recipe.");
        }

        var parsed = new YamlStream();
        try
        {
            parsed.Load(new StringReader(value));
        }
        catch (YamlException e)
        {
            throw new UserException("XL103", $"'{change}' is not YAML after the sign: {e.Message} Put the value in quotes.", e);
        }

        Put(node, parts[^1], parsed.Documents.Count == 1 ? parsed.Documents[0].RootNode : new YamlScalarNode(value));

        void Put(YamlMappingNode into, string name, YamlNode what)
        {
            var place = new YamlScalarNode(name);
            foreach (var made in what.AllNodes.Append(place))
            {
                changes[made] = change;
            }

            into.Children[place] = what;
        }
    }
}
