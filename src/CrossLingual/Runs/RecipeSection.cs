using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace CrossLingual.Runs;

/// <summary>One level of a recipe. Every read names a key, and keys that nobody reads are problems.</summary>
public sealed class RecipeSection
{
    private readonly RecipeFile _file;
    private readonly YamlMappingNode _node;
    private readonly string _name;
    private readonly HashSet<string> _known = [];

    internal RecipeSection(RecipeFile file, YamlMappingNode node, string name) => (_file, _node, _name) = (file, node, name);

    /// <summary>Line of the section in its file.</summary>
    public int Line => (int)_node.Start.Line;

    /// <summary>The section's place in messages, <c>merge.yaml:12</c>.</summary>
    public string Where => $"{_file.Path}:{Line}";

    /// <summary>Whether a key is there.</summary>
    public bool Has(string key)
    {
        _known.Add(key);
        return _node.Children.ContainsKey(key);
    }

    /// <summary>Whether a key is there and has keys of its own.</summary>
    public bool IsSection(string key) => Has(key) && _node.Children[key] is YamlMappingNode;

    /// <summary>Whether a key is there and holds a list of entries with keys of their own.</summary>
    public bool IsSections(string key) => Has(key) && _node.Children[key] is YamlSequenceNode { Children: [YamlMappingNode, ..] };

    /// <summary>The keys, in the file's order.</summary>
    public IReadOnlyList<string> Keys => [.. _node.Children.Keys.OfType<YamlScalarNode>().Select(k => k.Value ?? "")];

    /// <summary>A text; a missing one is a problem unless there is a default.</summary>
    public string Text(string key, string? otherwise = null)
    {
        if (Scalar(key) is { } scalar)
        {
            return scalar.Value ?? "";
        }

        if (otherwise is null && !Has(key))
        {
            _file.Problem(_node, $"'{Full(key)}' is missing");
        }

        return otherwise ?? "";
    }

    /// <summary>A text that may be missing.</summary>
    public string? OptionalText(string key) => Scalar(key)?.Value;

    /// <summary>One of several words; where there is no default it must be there.</summary>
    public string Choice(string key, string otherwise, params IReadOnlyList<string> allowed)
    {
        if (Scalar(key) is not { } scalar)
        {
            if (!Has(key) && !allowed.Contains(otherwise))
            {
                _file.Problem(_node, $"'{Full(key)}' is missing; allowed: {string.Join(", ", allowed)}");
            }

            return otherwise;
        }

        var value = scalar.Value ?? "";
        if (allowed.Contains(value))
        {
            return value;
        }

        _file.Problem(scalar, $"'{Full(key)}' is '{value}'; allowed: {string.Join(", ", allowed)}{Suggestion(value, allowed)}");
        return otherwise;
    }

    /// <summary>A whole number in a range; the default stands in for one that is a problem.</summary>
    public int Integer(string key, int otherwise, int least = int.MinValue, int most = int.MaxValue)
    {
        if (Scalar(key) is not { } scalar)
        {
            return otherwise;
        }

        if (int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        _file.Problem(scalar, $"'{Full(key)}' is '{scalar.Value}'; it must be a whole number {Range(least, most, int.MinValue, int.MaxValue)}");
        return otherwise;
    }

    /// <summary>A number in a range; the default stands in for one that is a problem.</summary>
    public double Number(string key, double otherwise, double least = double.NegativeInfinity, double most = double.PositiveInfinity)
    {
        if (Scalar(key) is not { } scalar)
        {
            return otherwise;
        }

        if (double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value >= least && value <= most)
        {
            return value;
        }

        _file.Problem(scalar, $"'{Full(key)}' is '{scalar.Value}'; it must be a number {Range(least, most, double.NegativeInfinity, double.PositiveInfinity)}");
        return otherwise;
    }

    /// <summary>One or several numbers in a range; what is a problem is left out.</summary>
    public IReadOnlyList<double> Numbers(string key, double least = double.NegativeInfinity, double most = double.PositiveInfinity)
    {
        var found = new List<double>();
        foreach (var text in Texts(key))
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value >= least && value <= most)
            {
                found.Add(value);
            }
            else
            {
                _file.Problem(_node.Children[key], $"'{Full(key)}' holds '{text}'; it must be a number {Range(least, most, double.NegativeInfinity, double.PositiveInfinity)}".TrimEnd());
            }
        }

        return found;
    }

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool otherwise)
    {
        if (Scalar(key) is not { } scalar)
        {
            return otherwise;
        }

        if (scalar.Value is not ("true" or "false"))
        {
            _file.Problem(scalar, $"'{Full(key)}' is '{scalar.Value}'; allowed: true, false");
        }

        return scalar.Value == "true";
    }

    /// <summary>A list of texts; a single text is a list of one.</summary>
    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string>? otherwise = null)
    {
        if (!Has(key))
        {
            return otherwise ?? [];
        }

        switch (_node.Children[key])
        {
            case YamlScalarNode scalar:
                return [scalar.Value ?? ""];
            case YamlSequenceNode list when list.Children.All(c => c is YamlScalarNode):
                return [.. list.Children.Select(c => ((YamlScalarNode)c).Value ?? "")];
            case var other:
                _file.Problem(other, $"'{Full(key)}' must be a list of words, as in [a, b]");
                return otherwise ?? [];
        }
    }

    /// <summary>A section; a missing one is empty, so that its keys take their defaults.</summary>
    public RecipeSection Section(string key)
    {
        if (!Has(key))
        {
            return _file.Section([], Full(key));
        }

        if (_node.Children[key] is YamlMappingNode section)
        {
            return _file.Section(section, Full(key));
        }

        _file.Problem(_node.Children[key], $"'{Full(key)}' must have keys of its own, indented below it");
        return _file.Section([], Full(key));
    }

    /// <summary>A list of sections.</summary>
    public IReadOnlyList<RecipeSection> Sections(string key)
    {
        if (!Has(key))
        {
            return [];
        }

        if (_node.Children[key] is YamlSequenceNode list && list.Children.All(c => c is YamlMappingNode))
        {
            return [.. list.Children.Select((c, i) => _file.Section((YamlMappingNode)c, $"{Full(key)}[{i + 1}]"))];
        }

        _file.Problem(_node.Children[key], $"'{Full(key)}' must be a list of entries that begin with '- '");
        return [];
    }

    /// <summary>Notes a problem of this section, or of one of its keys.</summary>
    public void Problem(string text, string? key = null) =>
        _file.Problem(key is not null && _node.Children.TryGetValue(key, out var value) ? value : _node, _name.Length == 0 ? text : $"{_name}: {text}");

    internal void ReportUnknown()
    {
        foreach (var key in _node.Children.Keys.Where(k => k is not YamlScalarNode))
        {
            _file.Problem(key, "a key must be a word");
        }

        foreach (var key in _node.Children.Keys.OfType<YamlScalarNode>().Where(k => !_known.Contains(k.Value ?? "")))
        {
            _file.Problem(key, $"'{Full(key.Value ?? "")}' is not a key here; allowed: {string.Join(", ", _known.Order(StringComparer.Ordinal))}{Suggestion(key.Value ?? "", _known)}");
        }
    }

    private YamlScalarNode? Scalar(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        if (_node.Children[key] is YamlScalarNode scalar)
        {
            return scalar;
        }

        _file.Problem(_node.Children[key], $"'{Full(key)}' must be a single value");
        return null;
    }

    private string Full(string key) => _name.Length == 0 ? key : $"{_name}.{key}";

    private static string Range<T>(T least, T most, T lowest, T highest)
        where T : IEquatable<T>, IFormattable
    {
        var (low, high) = (least.ToString(null, CultureInfo.InvariantCulture), most.ToString(null, CultureInfo.InvariantCulture));
        return (least.Equals(lowest), most.Equals(highest)) switch
        {
            (true, true) => "",
            (false, true) => $"of at least {low}",
            (true, false) => $"of at most {high}",
            _ => $"from {low} to {high}",
        };
    }

    private static string Suggestion(string value, IEnumerable<string> allowed) =>
        NearestName.Find(value, allowed) is { } near ? $". Did you mean '{near}'?" : "";
}
