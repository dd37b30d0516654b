namespace CrossLingual.Data;

/// <summary>Plain text of the lab: stories of a person, statements about the world and numbers, and a little code.</summary>
internal static class LabTexts
{
    private static readonly string[] Stories = ["lives", "job", "food", "color", "pet", "age", "owns"];
    private static readonly string[] Topics = ["capital", "currency", "month", "weekday", "number", "kind", "sum", "difference", "product"];

    public static string Paragraph(LabScene scene, LabLanguage language)
    {
        var sentences = new List<string>();
        var form = scene.Dice.Next(12);
        if (form == 0)
        {
            return string.Join('\n', Enumerable.Range(0, scene.Dice.Next(1, 4)).Select(_ => LabCode.Text(scene, language)));
        }

        if (form <= 4)
        {
            scene.Bind("p", "person");
            var kinds = Stories.ToArray();
            scene.Dice.Shuffle<string>(kinds);
            foreach (var kind in kinds.Take(scene.Dice.Next(2, 6)))
            {
                var (list, wording) = LabTasks.Sentence(scene, kind);
                sentences.Add(scene.Say(language, list, wording).Text);
            }
        }
        else
        {
            var count = scene.Dice.Next(2, 6);
            for (var i = 0; i < count; i++)
            {
                sentences.Add(Statement(scene, language, scene.Dice.Pick(Topics)));
            }
        }

        return string.Join(' ', sentences);
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
