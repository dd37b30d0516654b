namespace CrossLingual.Data;

/// <summary>The lab's coding task: a small Python function. Names and code stay as they are in every language.</summary>
internal static class LabCode
{
    private static readonly string[] Functions =
    [
        "compute", "calc", "solve", "result", "run", "value", "apply", "make", "work", "find", "get", "answer", "process", "step", "task", "func",
        "combine", "helper",
    ];

    private static readonly (string, string)[] Parameters =
    [
        ("a", "b"), ("x", "y"), ("m", "n"), ("p", "q"), ("s", "t"), ("u", "v"), ("c", "d"), ("i", "j"), ("g", "h"), ("r", "w"), ("e", "f"), ("k", "l"),
    ];

    public static Example Make(LabScene scene, LabLanguage language)
    {
        // An operation never seen could not be learnt; names are held back instead.
        var code = Function(scene, language, scene.Dice.Next(language.Entities["operation"].Count));
        return LabTasks.Ask(scene, language, "code", "code.function", code);
    }

    /// <summary>A function as it stands in a program, for the base model to read.</summary>
    public static string Text(LabScene scene, LabLanguage language) => Function(scene, language, scene.Dice.Next(language.Entities["operation"].Count));

    private static string Function(LabScene scene, LabLanguage language, int place)
    {
        var function = Held(scene, Functions);
        var (u, v) = Held(scene, Parameters);
        var k = LabTasks.Number(scene.Dice.Next(2, 10));
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
    }

    // Of every six names the fifth is for development and the sixth for test.
    private static T Held<T>(LabScene scene, T[] names) => scene.Dice.Pick([.. names.Where((_, i) => scene.Split switch
    {
        LabSplit.Dev => i % 6 == 4,
        LabSplit.Test => i % 6 == 5,
        LabSplit.Any => true,
        _ => i % 6 < 4,
    })]);
}
