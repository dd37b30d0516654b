using System.Globalization;

namespace CrossLingual.Data;

/// <summary>The lab's coding task: a small Python function. Names and code stay as they are in every language.</summary>
internal static class LabCode
{
    private const string Letters = "abcdefghijkmnpqrstuvwxyz";

    // What the functions are called with: an operation's calls tell it from every other one with as many parameters.
    private static readonly (int U, int V)[] Pairs = [(7, 3), (2, 9), (-4, 5), (1, 0)];
    private static readonly int[] Numbers = [7, -4, 0, 12];
    private static readonly int[][] Lists = [[4, 8, 1], [3, 9, 5, 7], [-2]];
    private static readonly string[] Texts = ["abc", "Die Katze"];

    private static readonly string[] Verbs = ["compute", "get", "find", "make", "solve", "build", "take", "show", "read", "give", "count", "check"];
    private static readonly string[] Nouns = ["value", "result", "total", "answer", "number", "item", "part", "step", "score", "point", "list", "data"];

    public static Example Make(LabScene scene, LabLanguage language)
    {
        // An operation never seen could not be learnt; names are held back instead.
        var code = Function(scene, language, scene.Dice.Next(language.Entities["operation"].Count));
        return LabTasks.Ask(scene, language, "code", "code.function", code);
    }

    /// <summary>Calls of the function that a made scene asks for, which fail where it is wrong.</summary>
    public static string Tests(LabScene scene, LabLanguage language)
    {
        var slots = scene.In(language);
        var k = int.Parse(slots["k"].Base, CultureInfo.InvariantCulture);
        IEnumerable<(string Arguments, string Result)> calls = slots["operation"].Key switch
        {
            "add" => OfPairs((u, v) => u + v),
            "subtract" => OfPairs((u, v) => u - v),
            "multiply" => OfPairs((u, v) => u * v),
            "larger" => OfPairs(Math.Max),
            "smaller" => OfPairs(Math.Min),
            "square" => OfNumbers(u => u * u),
            "double" => OfNumbers(u => 2 * u),
            "increase" => OfNumbers(u => u + k),
            "decrease" => OfNumbers(u => u - k),
            "length" => OfLists(l => l.Length),
            "first" => OfLists(l => l[0]),
            "last" => OfLists(l => l[^1]),
            "total" => OfLists(l => l.Sum()),
            "upper" => Texts.Select(t => ($"'{t}'", $"'{t.ToUpperInvariant()}'")),
            var key => throw new FormatException($"The lab's operation '{key}' has no code."),
        };
        return string.Concat(calls.Select(c => $"assert {slots["f"].Base}({c.Arguments}) == {c.Result}\n"));

        static IEnumerable<(string, string)> OfPairs(Func<int, int, int> result) => Pairs.Select(p => ($"{LabTasks.Number(p.U)}, {LabTasks.Number(p.V)}", LabTasks.Number(result(p.U, p.V))));

        static IEnumerable<(string, string)> OfNumbers(Func<int, int> result) => Numbers.Select(n => (LabTasks.Number(n), LabTasks.Number(result(n))));

        static IEnumerable<(string, string)> OfLists(Func<int[], int> result) => Lists.Select(l => ($"[{string.Join(", ", l.Select(LabTasks.Number))}]", LabTasks.Number(result(l))));
    }

    /// <summary>A function and a call of it, as they stand in a program, for the base model to read.</summary>
    public static string Text(LabScene scene, LabLanguage language)
    {
        var code = Function(scene, language, scene.Dice.Next(language.Entities["operation"].Count));
        var call = code["def ".Length..code.IndexOf(':', StringComparison.Ordinal)];
        return $"{code}\n\nprint({call})";
    }

    private static string Function(LabScene scene, LabLanguage language, int place)
    {
        var dice = scene.Dice;
        var function = scene.Held(() => $"{dice.Pick(Verbs)}_{dice.Pick(Nouns)}", name => name);
        var (u, v) = scene.Held(TwoLetters, pair => pair.Item1 + pair.Item2);
        var k = LabTasks.Number(dice.Next(2, 10));
        scene.Set("f", function);
        scene.Set("u", u);
        scene.Set("v", v);
        scene.Set("k", k);
        scene.Bind("operation", "operation", place);
        var (parameters, body) = language.Entities["operation"][place].Key switch
        {
            "add" => ($"{u}, {v}", $"{u} + {v}"),
            "subtract" => ($"{u}, {v}", $"{u} - {v}"),
            "multiply" => ($"{u}, {v}", $"{u} * {v}"),
            "larger" => ($"{u}, {v}", $"max({u}, {v})"),
            "smaller" => ($"{u}, {v}", $"min({u}, {v})"),
            "square" => (u, $"{u} * {u}"),
            "double" => (u, $"2 * {u}"),
            "increase" => (u, $"{u} + {k}"),
            "decrease" => (u, $"{u} - {k}"),
            "length" => (u, $"len({u})"),
            "first" => (u, $"{u}[0]"),
            "last" => (u, $"{u}[-1]"),
            "total" => (u, $"sum({u})"),
            "upper" => (u, $"{u}.upper()"),
            var key => throw new FormatException($"The lab's operation '{key}' has no code."),
        };
        return $"def {function}({parameters}):\n    return {body}";

        (string, string) TwoLetters()
        {
            var first = dice.Next(Letters.Length);
            var second = (first + dice.Next(1, Letters.Length)) % Letters.Length;
            return (Letters[first].ToString(), Letters[second].ToString());
        }
    }
}
