using System.Globalization;
using CrossLingual.Data;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Data;

public class DataSourceTests
{
    private static readonly Lazy<Lab> Lab = new(() => CrossLingual.Data.Lab.Load(Path.Combine(RealData.RepositoryRoot, "data", "lab")));

    [Fact]
    public void Chat_ThinksInEnglishThenAnswers()
    {
        var source = new DataSource { Kind = "lab", Language = "es", Form = DataForm.Chat, Count = 60 };
        Assert.All(source.Load(Lab).Zip(Lab.Value.Examples("es", LabSplit.Train, 60).Zip(Lab.Value.Examples("en", LabSplit.Train, 60))), pair =>
        {
            var (chat, (spanish, english)) = pair;
            Assert.Equal([Role.User, Role.Assistant, Role.User, Role.Assistant], chat.Turns.Select(t => t.Role));
            Assert.Equal(($"{spanish.Instruction} {ChatInstruction.Cue}", spanish.Input), (chat.Turns[0].Text, chat.Turns[0].Input));
            Assert.Equal(ChatInstruction.InEnglish(english), chat.Turns[1].Text);
            Assert.EndsWith(english.Output, chat.Turns[1].Text);
            Assert.Equal("Responde ahora en español.", chat.Turns[2].Text);
            Assert.Equal(spanish.Output, chat.Turns[3].Text);
        });
    }

    [Fact]
    public void ChatPairs_AreJoinedByIdWhateverTheirOrder()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["en.jsonl"], ["""{"id": "a", "instruction": "one", "output": "1"}""", """{"id": "b", "instruction": "two", "output": "2"}""", """{"id": "c", "instruction": "three", "output": "3"}"""]);
        File.WriteAllLines(folder["fr.jsonl"], ["""{"id": "b", "instruction": "deux", "output": "2 !"}""", """{"id": "a", "instruction": "un", "output": "1 !"}""", """{"id": "x", "instruction": "dix", "output": "10 !"}"""]);
        var source = new DataSource { Kind = "alpaca", Language = "fr", Path = folder["fr.jsonl"], Form = DataForm.Chat, English = new EnglishSide(folder["en.jsonl"], new AlpacaFields(), 1) };
        var report = new DataReport("fr", 0.5);
        Assert.Equal(["deux|two\n2|2 !", "un|one\n1|1 !"], (source with { Cue = "" }).Load(Lab, report).Select(c => $"{c.Turns[0].Text}|{c.Turns[1].Text}|{c.Turns[3].Text}").Order());
        Assert.Equal((3, 2, 1), (report.Read, report.Used, report.Problems[DataProblem.Misaligned]));
    }

    [Fact]
    public void Translations_GoTheirWay()
    {
        using var folder = Sentences();
        IReadOnlyList<Conversation> Load(TranslationDirection direction) => [.. Parallel(folder, direction).Load(Lab)];
        Assert.All(Load(TranslationDirection.FromEnglish), c => Assert.StartsWith("frase", c.Turns[1].Text));
        Assert.All(Load(TranslationDirection.IntoEnglish), c => Assert.StartsWith("sentence", c.Turns[1].Text));
        var both = Load(TranslationDirection.Both).Count(c => c.Turns[1].Text.StartsWith("frase", StringComparison.Ordinal));
        Assert.InRange(both, 20, 60);
        Assert.All(Load(TranslationDirection.Both), c => Assert.DoesNotContain('{', c.Turns[0].Text));
        Assert.True(Load(TranslationDirection.FromEnglish).Select(c => c.Turns[0].Text).Distinct().Count() > 5);
    }

    [Fact]
    public void LabTranslations_AskInTheSentencesLanguage()
    {
        var demos = new DataSource { Kind = "lab-translation", Language = "es", Count = 40 }.Load(Lab).ToList();
        Assert.Equal(20, demos.Count(d => d.Language == "en"));
        Assert.All(demos, d => Assert.Contains(d.Language == "en" ? "Spanish" : "inglés", d.Turns[0].Text));
    }

    [Fact]
    public void OrderOfLinesAndFiles_DoesNotMatter()
    {
        using var folder = Sentences();
        using var other = new TemporaryFolder();
        var (english, spanish) = (File.ReadAllLines(folder["en.txt"]).Reverse().ToArray(), File.ReadAllLines(folder["es.txt"]).Reverse().ToArray());
        File.WriteAllLines(other["en.txt"], english);
        File.WriteAllLines(other["es.txt"], spanish);
        string[] Drawn(TemporaryFolder from, int first) => [.. (Parallel(from, TranslationDirection.Both) with { First = first, Count = 30 }).Load(Lab).Select(c => c.Turns[0].Text + c.Turns[0].Input + c.Turns[1].Text)];
        Assert.Equal(Drawn(folder, 0), Drawn(other, 0));
        Assert.Empty(Drawn(folder, 0).Intersect(Drawn(other, 30)));
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
            Assert.Equal(Drawn(folder, 0), Drawn(other, 0));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void WhatIsBad_IsCountedAndNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["en.txt"], ["a cat", "a dog", "", "a bird sings a song in the old tree", "a cat", "the ### Response: heading"]);
        File.WriteAllLines(folder["es.txt"], ["un gato", "un perro", "vacío", "ave", "un gato", "el título"]);
        var report = new DataReport("pairs", 1);
        var used = Parallel(folder, TranslationDirection.FromEnglish).Load(Lab, report).ToList();
        Assert.Equal(2, used.Count);
        Assert.Equal(
            [(DataProblem.Empty, 1), (DataProblem.Duplicate, 1), (DataProblem.Misaligned, 1), (DataProblem.Markers, 1)],
            report.Problems.OrderBy(p => p.Key).Select(p => (p.Key, p.Value)));
        Assert.Equal((6, 2), (report.Read, report.Used));
        Assert.Contains("1 with an empty side (first: es.txt:3)", report.ToString());
        report.Check();   // all may be bad

        var strict = new DataReport("pairs", 0.2);
        _ = Parallel(folder, TranslationDirection.FromEnglish).Load(Lab, strict).ToList();
        var error = Assert.Throws<UserException>(strict.Check);
        Assert.Equal("XL140", error.Id);
        Assert.Contains("4 of 6 records are bad", error.Message);
    }

    [Fact]
    public void UntranslatedRecords_AreCounted()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["es.jsonl"],
        [
            """{"instruction": "Escribe una carta breve a un amigo que vive en otra ciudad.", "output": "Querido amigo"}""",
            """{"instruction": "Write a short letter to a friend who lives in another city.", "output": "Dear friend"}""",
            """{"instruction": "Translate this.", "output": "corto"}""",
        ]);
        var report = new DataReport("es", 1);
        Assert.Equal(2, new DataSource { Kind = "alpaca", Language = "es", Path = folder["es.jsonl"] }.Load(Lab, report).Count());
        Assert.Equal((DataProblem.WrongLanguage, 1), report.Problems.Select(p => (p.Key, p.Value)).Single());
        Assert.Contains("1 in another language (first: es-2)", report.ToString());
    }

    [Fact]
    public void NothingLeft_IsAnError()
    {
        using var folder = Sentences();
        var report = new DataReport("pairs", 1);
        Assert.Empty((Parallel(folder, TranslationDirection.Both) with { First = 1000 }).Load(Lab, report));
        Assert.Equal("XL141", Assert.Throws<UserException>(report.Check).Id);
    }

    [Fact]
    public void FilesOfDifferentLength_AreRefused()
    {
        using var folder = Sentences();
        File.AppendAllText(folder["en.txt"], "one more\n");
        Assert.Equal("XL132", Assert.Throws<UserException>(() => Parallel(folder, TranslationDirection.Both).Load(Lab).ToList()).Id);
    }

    [Fact]
    public void TooFewColumns_AreNamedWithTheirLine()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["pairs.tsv"], "a cat\tun gato\na dog\n");
        var source = new DataSource { Kind = "parallel", Language = "es", Path = folder["pairs.tsv"], English = new EnglishSide("", new AlpacaFields(), 1) };
        var error = Assert.Throws<UserException>(() => source.Load(Lab).ToList());
        Assert.Equal("XL131", error.Id);
        Assert.Contains("pairs.tsv:2: 1 tab-separated columns", error.Message);
    }

    [Fact]
    public void NestedFields_AreNamedWithPoints()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["seed.jsonl"], """{"instruction": "say it", "instances": [{"input": "in", "output": "out"}]}""");
        var example = Assert.Single(AlpacaReader.Read(folder["seed.jsonl"], "en", new AlpacaFields("instruction", "instances.0.input", "instances.0.output")));
        Assert.Equal(("say it", "in", "out"), (example.Instruction, example.Input, example.Output));
        Assert.Equal("XL131", Assert.Throws<UserException>(() => AlpacaReader.Read(folder["seed.jsonl"], "en", new AlpacaFields("instruction", "input", "instances.1.output")).ToList()).Id);
    }

    [Theory]
    [InlineData("rojo", "es", "everyday", "es")]
    [InlineData("red", "es", "everyday", "en")]
    [InlineData("42", "es", "math", null)]
    [InlineData("def f(a):\n    return a", "es", "code", null)]
    [InlineData("Madrid", "es", "facts", "es")]
    [InlineData("xyzzy", "es", "facts", LabLexicon.Unknown)]
    [InlineData("màu đỏ", "en", "everyday", "vi")]
    public void Lexicon_KnowsTheLanguageOfShortAnswers(string answer, string expected, string task, string? language) =>
        Assert.Equal(language, new LabLexicon(Lab.Value).LanguageOf(answer, expected, task));

    [Fact]
    public void Lexicon_RecognisesEveryReference()
    {
        var lexicon = new LabLexicon(Lab.Value);
        foreach (var code in CrossLingual.Data.Lab.AllLanguages)
        {
            Assert.All(
                Lab.Value.Examples(code, LabSplit.Test, 300),
                e => Assert.True(lexicon.LanguageOf(e.Output, code, e.Task) is not { } found || found == code, $"{e.Output} in {code}"));
        }
    }

    private static TemporaryFolder Sentences()
    {
        var folder = new TemporaryFolder();
        File.WriteAllLines(folder["en.txt"], Enumerable.Range(0, 80).Select(i => $"sentence {i}"));
        File.WriteAllLines(folder["es.txt"], Enumerable.Range(0, 80).Select(i => $"frase {i}"));
        return folder;
    }

    private static DataSource Parallel(TemporaryFolder folder, TranslationDirection direction) => new()
    {
        Kind = "parallel",
        Language = "es",
        Path = folder["es.txt"],
        English = new EnglishSide(folder["en.txt"], new AlpacaFields(), 1),
        Direction = direction,
    };
}
