namespace CrossLingual.Data;

/// <summary>Plain text of the lab: stories of two people, lists, statements about the world and numbers, a little code.</summary>
internal static class LabTexts
{
    private static readonly string[] Stories = ["lives", "job", "food", "color", "pet", "age", "owns"];
    private static readonly string[] Topics = ["capital", "currency", "month", "weekday", "number", "kind", "sum", "difference", "product"];

    public static string Paragraph(LabScene scene, LabLanguage language)
    {
        var dice = scene.Dice;
        return dice.Next(12) switch
        {
            0 => LabCode.Text(scene, language),
            1 or 2 => List(scene, language),
            <= 6 => Story(scene, language),
            _ => string.Join(' ', Enumerable.Range(0, dice.Next(2, 6)).Select(_ => Statement(scene, language, dice.Pick(Topics)))),
        };
    }

    // Two people; some of what is told is told again in other words, so that a reader learns to look back.
    private static string Story(LabScene scene, LabLanguage language)
    {
        var (told, again) = (new List<string>(), new List<string>());
        var kinds = Stories.ToArray();
        scene.Dice.Shuffle<string>(kinds);
        var common = scene.Dice.Next(1, 3);
        foreach (var extra in new[] { 1, 0 })
        {
            scene.Bind("p", "person");
            foreach (var kind in kinds.Take(common + extra))
            {
                var (list, wording) = LabTasks.Sentence(scene, kind);
                told.Add(scene.Say(language, list, wording).Text);
                if (kind != "owns")   // whose wordings tell different things
                {
                    again.Add(scene.Say(language, list, (wording + scene.Dice.Next(1, 6)) % 6).Text);
                }
            }
        }

        var (first, second) = (told.ToArray(), again.ToArray());
        scene.Dice.Shuffle<string>(first);
        scene.Dice.Shuffle<string>(second);
        return string.Join(' ', first.Concat(second.Take(scene.Dice.Next(1, 4))));
    }

    // A list and the same list again, from either end.
    private static string List(LabScene scene, LabLanguage language)
    {
        var words = LabTasks.Words(scene, language, scene.Dice.Next(2, 6));
        var again = scene.Dice.Next(2) == 0 ? words : [.. words.AsEnumerable().Reverse()];
        return $"{string.Join(", ", words)}.\n{string.Join(", ", again)}.";
    }

    private static string Statement(LabScene scene, LabLanguage language, string topic)
    {
        var dice = scene.Dice;
        switch (topic)
        {
            case "capital" or "currency":
                scene.Bind("country", "country");
                break;
            case "number":
                var number = scene.Bind("number", "number");
                scene.Set("n", language.Entities["number"][number].Key);
                break;
            case "month" or "weekday":
                var place = scene.Bind(topic, topic);
                scene.Bind("next", topic, (place + 1) % language.Entities[topic].Count);
                break;
            case "kind":
                var kind = scene.Bind("kind", "kind");
                scene.Bind("word", language.Entities["kind"][kind].Key);
                break;
            default:
                scene.Bind("p", "person");
                scene.Bind("q", "person");
                scene.Bind("thing", "thing");
                var (x, y) = topic switch
                {
                    "product" => (dice.Next(2, 10), dice.Next(2, 10)),
                    _ => (dice.Next(2, 20), dice.Next(2, 20)),
                };
                var (first, result) = topic switch
                {
                    "product" => (x, x * y),
                    "sum" => (x, x + y),
                    _ => (x + y, x),
                };
                scene.Set("x", first);
                scene.Set("y", y);
                scene.Set("z", result);
                break;
        }

        return scene.Say(language, "tell." + topic, scene.Wording("tell." + topic)).Text;
    }
}
