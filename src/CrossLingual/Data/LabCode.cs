namespace CrossLingual.Data;

/// <summary>The lab's coding task: a small Python function. Names and code stay as they are in every language.</summary>
internal static class LabCode
{
    private const string Letters = "abcdefghijkmnpqrstuvwxyz";

    private static readonly string[] Verbs = ["compute", "get", "find", "make", "solve", "build", "take", "show", "read", "give", "count", "check"];
    private static readonly string[] Nouns = ["value", "result", "total", "answer", "number", "item", "part", "step", "score", "point", "list", "data"];

    public static Example Make(LabScene scene, LabLanguage language)
    {
        // An operation never seen could not be learnt; names are held back instead.
        var code = Function(scene, language, scene.Dice.Next(language.Entities["operation"].Count));
        return LabTasks.Ask(scene, language, "code", "code.function", code);
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
