namespace CrossLingual.Data;

/// <summary>The lab's instructions: each function draws one scene and renders it in a language.</summary>
internal static class LabTasks
{
    /// <summary>Groups whose citation forms fill lists of words.</summary>
    private static readonly string[] WordGroups = ["thing", "animal", "fruit", "vehicle", "food", "color"];

    private static readonly string[] AskedFacts = ["lives", "job", "food", "color", "pet", "age"];

    public static Example Make(string task, LabScene scene, LabLanguage language, IReadOnlyDictionary<string, LabLanguage> all)
    {
        return task switch
        {
            "math" => Math(scene, language),
            "reading" => Reading(scene, language),
            "everyday" => Everyday(scene, language),
            "facts" => Facts(scene, language),
            "translation" => Translation(scene, language, all),
            "code" => LabCode.Make(scene, language),
            _ => throw new ArgumentOutOfRangeException(nameof(task), task, "not a task of the lab"),
        };
    }

    /// <summary>Draws a sentence about a person, with its slots bound.</summary>
    public static (string List, int Wording) Sentence(LabScene scene)
    {
        scene.Bind("p", "person");
        return Sentence(scene, scene.Dice.Pick([.. AskedFacts, "owns"]));
    }

    /// <summary>Binds what a statement of one kind needs beside the person.</summary>
    public static (string List, int Wording) Sentence(LabScene scene, string kind)
    {
        var (slot, group) = kind switch
        {
            "lives" => ("city", "city"),
            "pet" => ("animal", "animal"),
            "owns" => ("thing", "thing"),
            "age" => ("n", ""),
            _ => (kind, kind),
        };
        if (kind == "age")
        {
            scene.Set("n", scene.Dice.Next(18, 90));
        }
        else
        {
            scene.Bind(slot, group);
        }

        if (kind == "owns")
        {
            scene.Set("x", scene.Dice.Next(2, 30));
        }

        return ("say." + kind, scene.Wording("say." + kind));
    }

    private static Example Math(LabScene scene, LabLanguage language)
    {
        string[] kinds = ["add", "subtract", "compare", "multiply", "twostep"];
        var level = scene.Dice.Next(kinds.Length);
        var kind = kinds[level];
        scene.Bind("p", "person");
        scene.Bind("q", "person");
        scene.Bind("thing", "thing");
        var dice = scene.Dice;
        var (x, y) = scene.Pair(() => kind switch
        {
            "multiply" => (dice.Next(2, 10), dice.Next(2, 10)),
            "subtract" or "compare" => Descending(dice.Next(2, 20), dice.Next(2, 20)),
            _ => (dice.Next(2, 20), dice.Next(2, 20)),
        });
        var z = dice.Next(2, System.Math.Min(20, x + y - 1));
        scene.Set("x", x);
        scene.Set("y", y);
        scene.Set("z", z);
        var result = kind switch
        {
            "add" => x + y,
            "multiply" => x * y,
            "twostep" => x + y - z,
            _ => x - y,
        };
        return Ask(scene, language, "math", "math." + kind, Number(result)) with { Difficulty = level + 1 };

        // The first number is the sum, so that something of at least 2 is left.
        static (int, int) Descending(int a, int b) => (a + b, b);
    }

    private static Example Reading(LabScene scene, LabLanguage language)
    {
        // Two people; the asked fact is told of both, so that the name matters.
        var kinds = AskedFacts.ToArray();
        scene.Dice.Shuffle<string>(kinds);
        var asked = kinds[0];
        var (first, second) = (scene.Bind("p", "person"), scene.Bind("q", "person"));
        var told = new List<(LabText Text, bool Asked)>();
        var more = 1 + scene.Dice.Next(2);
        foreach (var (person, isFirst) in new[] { (first, true), (second, false) })
        {
            scene.Bind("p", "person", person);
            foreach (var kind in kinds.Take(1 + (isFirst ? more : 1)))
            {
                var (list, wording) = Sentence(scene, kind);
                told.Add((scene.Say(language, list, wording), isFirst && kind == asked));
            }
        }

        scene.Bind("p", "person", first);
        var order = told.ToArray();
        scene.Dice.Shuffle<(LabText, bool)>(order);
        var passage = string.Join(' ', order.Select(o => o.Text.Text));
        var place = Array.FindIndex(order, o => o.Asked);
        var start = order.Take(place).Sum(o => o.Text.Text.Length + 1) + order[place].Text.AnswerStart;
        var answer = order[place].Text.Answer;
        return Ask(scene, language, "reading", "ask." + asked, answer, passage) with
        {
            Context = passage,
            Answers = [new AnswerSpan(answer, start)],
            Difficulty = more,
        };
    }

    private static Example Everyday(LabScene scene, LabLanguage language)
    {
        var dice = scene.Dice;
        var kind = dice.Pick(["copy", "sort", "largest", "count", "classify", "rewrite", "reverse"]);
        switch (kind)
        {
            case "sort" or "largest":
                var numbers = Numbers(scene);
                var answer = kind == "sort" ? string.Join(", ", numbers.Order()) : Number(numbers.Max());
                return Ask(scene, language, "everyday", "instruct." + kind, answer, string.Join(", ", numbers));
            case "classify":
                var place = dice.Next(language.Entities["kind"].Count);
                var label = language.Entities["kind"][place];
                scene.Bind("word", label.Key);
                return Ask(scene, language, "everyday", "instruct.classify", label.Base, scene.In(language)["word"].Base);
            case "rewrite":
                var (list, wording) = Sentence(scene);
                var old = scene.Say(language, list, wording).Text;
                var other = scene.Bind("q", "person");
                scene.Bind("p", "person", other);
                return Ask(scene, language, "everyday", "instruct.rewrite", scene.Say(language, list, wording).Text, old);
            default:
                var words = Words(scene, language, kind == "count" ? dice.Next(2, 7) : dice.Next(2, 5));
                var text = string.Join(", ", words);
                var done = kind switch
                {
                    "copy" => text,
                    "count" => Number(words.Count),
                    _ => string.Join(", ", words.AsEnumerable().Reverse()),
                };
                return Ask(scene, language, "everyday", "instruct." + kind, done, text) with { Difficulty = words.Count };
        }
    }

    private static Example Facts(LabScene scene, LabLanguage language)
    {
        var kind = scene.Dice.Pick(["capital", "currency", "month", "weekday", "number"]);
        switch (kind)
        {
            case "capital" or "currency":
                var country = scene.Bind("country", "country");
                return Ask(scene, language, "facts", "facts." + kind, language.Entities["country"][country].Forms[kind]);
            case "number":
                var number = scene.Bind("number", "number");
                scene.Set("n", int.Parse(language.Entities["number"][number].Key, System.Globalization.CultureInfo.InvariantCulture));
                return Ask(scene, language, "facts", "facts.number", language.Entities["number"][number].Base);
            default:
                var place = scene.Bind(kind, kind);
                var days = language.Entities[kind];
                return Ask(scene, language, "facts", "facts." + kind, days[(place + 1) % days.Count].Base);
        }
    }

    private static Example Translation(LabScene scene, LabLanguage language, IReadOnlyDictionary<string, LabLanguage> all)
    {
        var (list, wording) = Sentence(scene);
        var other = scene.Dice.Pick([.. Lab.AllLanguages.Where(l => l != "en")]);
        return Translation(scene, language, all[language.Code == "en" ? other : "en"], list, wording);
    }

    /// <summary>The instruction to translate a sentence, in the sentence's language.</summary>
    public static Example Translation(LabScene scene, LabLanguage language, LabLanguage target, string list, int wording)
    {
        scene.Bind("language", "language", Place(language.Entities["language"], target.Code));
        return Ask(
            scene, language, "translation", "translate.sentence", scene.Say(target, list, wording).Text, scene.Say(language, list, wording).Text);
    }

    internal static Example Ask(LabScene scene, LabLanguage language, string task, string list, string answer, string input = "")
    {
        scene.Asked = (list, scene.Wording(list));
        return new()
        {
            Id = "",
            Language = language.Code,
            Instruction = scene.Say(language, list, scene.Asked.Wording).Text,
            Input = input,
            Output = answer,
            Task = task,
            Difficulty = 1,
        };
    }

    internal static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static int Place(IReadOnlyList<LabEntity> entities, string key) =>
        entities.Select((e, i) => (e.Key, i)).First(e => e.Key == key).i;

    private static List<int> Numbers(LabScene scene)
    {
        var numbers = new HashSet<int>();
        var count = scene.Dice.Next(3, 6);
        var (x, y) = scene.Pair(() => (scene.Dice.Next(2, 100), scene.Dice.Next(2, 100)));
        numbers.UnionWith([x, y]);
        while (numbers.Count < count)
        {
            numbers.Add(scene.Dice.Next(2, 100));
        }

        var list = numbers.ToArray();
        scene.Dice.Shuffle<int>(list);
        return [.. list];
    }

    internal static List<string> Words(LabScene scene, LabLanguage language, int count)
    {
        var groups = Enumerable.Range(0, count).Select(_ => scene.Dice.Pick(WordGroups)).ToList();
        var words = new List<string>();
        foreach (var group in groups.GroupBy(g => g))
        {
            // A split may hold only two entities of a group; the list is then that much shorter.
            words.AddRange(scene.Several(group.Key, group.Count()).Select(place => language.Entities[group.Key][place].Base));
        }

        var order = words.ToArray();
        scene.Dice.Shuffle<string>(order);
        return [.. order];
    }
}
