using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CrossLingual.Data;

/// <summary>A word of the lab with the forms that one language's grammar needs; <c>base</c> is the citation form.</summary>
/// <param name="Key">The key that all languages share.</param>
/// <param name="Forms">Forms by name.</param>
public sealed record LabEntity(string Key, IReadOnlyDictionary<string, string> Forms)
{
    /// <summary>The citation form.</summary>
    public string Base => Forms["base"];
}

/// <summary>
/// One language of the lab, read from <c>languages/{code}.yaml</c>: lists of entities and lists of templates. The files
/// are parallel: the same keys in the same order, so that a place in a list means the same in every language.
/// </summary>
public sealed class LabLanguage
{
    private const string EntitySection = "entities";
    private readonly Dictionary<string, IReadOnlyList<LabEntity>> _entities = [];
    private readonly Dictionary<string, IReadOnlyList<LabTemplate>> _templates = [];

    private LabLanguage(string code) => Code = code;

    /// <summary>BCP 47 tag.</summary>
    public string Code { get; }

    /// <summary>Entities by group, such as <c>person</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<LabEntity>> Entities => _entities;

    /// <summary>Templates by section and list, such as <c>math.add</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<LabTemplate>> Templates => _templates;

    /// <summary>Reads a language file.</summary>
    /// <exception cref="UserException">XL120: not a language file of the lab.</exception>
    public static LabLanguage Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserException("XL120", $"The lab has no language file {path}. Languages are the names of the files in that folder.");
        }

        try
        {
            var yaml = new YamlStream();
            using (var reader = new StreamReader(path))
            {
                yaml.Load(reader);
            }

            var root = (YamlMappingNode)yaml.Documents[0].RootNode;
            var language = new LabLanguage(((YamlScalarNode)root.Children["language"]).Value!);
            foreach (var (section, content) in root.Children)
            {
                if (content is YamlMappingNode lists)
                {
                    language.Add(((YamlScalarNode)section).Value!, lists);
                }
            }

            return language;
        }
        catch (Exception e) when (e is YamlException or InvalidCastException or KeyNotFoundException or FormatException)
        {
            throw new UserException("XL120", $"{path} is not a language file of the lab: {e.Message} Compare it with en.yaml beside it.", e);
        }
    }

    private void Add(string section, YamlMappingNode lists)
    {
        foreach (var (name, content) in lists.Children)
        {
            var list = ((YamlScalarNode)name).Value!;
            if (section == EntitySection)
            {
                _entities[list] = [.. ((YamlMappingNode)content).Children.Select(e => Entity(((YamlScalarNode)e.Key).Value!, e.Value))];
            }
            else
            {
                _templates[$"{section}.{list}"] = [.. ((YamlSequenceNode)content).Children.Select(t => LabTemplate.Parse(((YamlScalarNode)t).Value!))];
            }
        }
    }

    private static LabEntity Entity(string key, YamlNode content) => new(
        key,
        content is YamlScalarNode plain
            ? new Dictionary<string, string> { ["base"] = plain.Value! }
            : ((YamlMappingNode)content).Children.ToDictionary(f => ((YamlScalarNode)f.Key).Value!, f => ((YamlScalarNode)f.Value).Value!));
}
