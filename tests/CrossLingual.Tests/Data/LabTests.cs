using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CrossLingual.Data;

namespace CrossLingual.Tests.Data;

public class LabTests
{
    private static readonly Lab Lab = Lab.Load(Path.Combine(Tiny.RealData.RepositoryRoot, "data", "lab"));

    public static TheoryData<string> Languages => [.. Lab.AllLanguages];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Files_AreParallel(string code)
    {
        var (english, language) = (Lab.Languages["en"], Lab.Languages[code]);
        Assert.Equal(code, language.Code);
        Assert.Equal(english.Entities.Keys, language.Entities.Keys);
        Assert.All(english.Entities, g => Assert.Equal(g.Value.Select(e => e.Key), language.Entities[g.Key].Select(e => e.Key)));
        Assert.Equal(english.Templates.Keys, language.Templates.Keys);
        Assert.All(english.Templates, t => Assert.Equal(t.Value.Count, language.Templates[t.Key].Count));
        foreach (var (list, templates) in english.Templates)
        {
            Assert.All(templates.Zip(language.Templates[list]), pair => Assert.Equal(pair.First.Slots.Order(), pair.Second.Slots.Order()));
        }
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Texts_AreWholeAndComposed(string code)
    {
        foreach (var split in new[] { LabSplit.Train, LabSplit.Dev, LabSplit.Test })
        {
            Assert.All(Lab.Examples(code, split, 3000), e =>
            {
                var text = $"{e.Instruction}\n{e.Input}\n{e.Output}";
                Assert.DoesNotContain('{', text);
                Assert.DoesNotContain("  ", text.Replace("\n    ", "\n", StringComparison.Ordinal));
                Assert.True(text.IsNormalized(NormalizationForm.FormC), text);
                Assert.NotEmpty(e.Output);
            });
        }

        Assert.All(Enumerable.Range(0, 1000), i => Assert.DoesNotContain('{', Lab.Statements(code, i)));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Answers_StandInThePassageAtTheirOffset(string code) =>
        Assert.All(Lab.Examples(code, LabSplit.Test, 600, ["reading"]), e =>
        {
            var answer = Assert.Single(e.Answers);
            Assert.Equal(answer.Text, e.Context!.Substring(answer.Start, answer.Text.Length));
            Assert.Equal(e.Output, answer.Text);
        });

    [Fact]
    public void EveryExample_ExistsInAllLanguagesUnderOneId()
    {
        for (var i = 0; i < 600; i++)
        {
            var english = Lab.Example("en", LabSplit.Test, i);
            foreach (var code in Lab.AllLanguages)
            {
                var other = Lab.Example(code, LabSplit.Test, i);
                Assert.Equal((english.Id, english.Task, english.Difficulty), (other.Id, other.Task, other.Difficulty));
                if (english.Task is "math" or "code")
                {
                    Assert.Equal(english.Output, other.Output);
                }

                Assert.Equal(Numbers(english), Numbers(other));
            }
        }

        static IEnumerable<string> Numbers(Example e) => Regex.Matches($"{e.Instruction} {e.Input}", @"[0-9]+").Select(m => m.Value).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void WordProblems_HaveTheRightAnswer()
    {
        // The numbers of the English text, in the order in which the wording names them, must give the answer.
        foreach (var e in Lab.Examples("en", LabSplit.Train, 2000, ["math"]))
        {
            var n = Regex.Matches(e.Instruction, @"[0-9]+").Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture)).ToArray();
            var right = e.Difficulty switch
            {
                1 => n[0] + n[1],
                2 or 3 => Math.Abs(n[0] - n[1]),
                4 => n[0] * n[1],
                _ => n[0] + n[1] - n[2],
            };
            Assert.Equal(right.ToString(CultureInfo.InvariantCulture), e.Output);
        }
    }

    [Theory]
    [InlineData("math", "person", "thing")]
    [InlineData("reading", "person", "city", "job", "food", "animal")]
    [InlineData("facts", "country", "month", "weekday")]
    [InlineData("translation", "person", "city", "job", "thing")]
    [InlineData("everyday", "fruit", "vehicle")]
    public void Splits_OfATaskShareNoEntity(string task, params string[] groups)
    {
        foreach (var group in groups)
        {
            // Wordings speak of bags themselves.
            var names = Lab.Languages["en"].Entities[group].Where(e => e.Key != "bag").Select(e => e.Forms.GetValueOrDefault("many", e.Base)).ToList();
            string[] Used(LabSplit split) => [.. Lab.Examples("en", split, 1500, [task]).Select(e => $"{e.Instruction} {e.Input}")
                .SelectMany(text => names.Where(name => Regex.IsMatch(text, $@"\b{name}\b"))).Distinct()];
            var (train, dev, test) = (Used(LabSplit.Train), Used(LabSplit.Dev), Used(LabSplit.Test));
            Assert.True(train.Length > 0 && dev.Length > 0 && test.Length > 0, group);
            Assert.Empty(train.Intersect(test).Concat(train.Intersect(dev)).Concat(dev.Intersect(test)));
        }
    }

    [Fact]
    public void Splits_ShareNoWordingNumbersOrIdentifiers()
    {
        string[] Wordings(LabSplit split) => [.. Lab.Examples("en", split, 600, ["everyday"]).Where(e => !e.Instruction.Contains("name", StringComparison.Ordinal)).Select(e => e.Instruction).Distinct()];
        Assert.Empty(Wordings(LabSplit.Train).Intersect(Wordings(LabSplit.Test)));

        string[] Functions(LabSplit split) => [.. Lab.Examples("en", split, 2000, ["code"]).Select(e => e.Output[..e.Output.IndexOf('(', StringComparison.Ordinal)]).Distinct()];
        Assert.Empty(Functions(LabSplit.Train).Intersect(Functions(LabSplit.Test)));

        var trained = Lab.Examples("en", LabSplit.Train, 20000, ["math"]).Select(Key).ToHashSet();
        Assert.DoesNotContain(Lab.Examples("en", LabSplit.Test, 1000, ["math"]).Select(Key), trained.Contains);

        static string Key(Example e) => $"{(e.Difficulty is 2 or 3 ? "-" : e.Difficulty.ToString(CultureInfo.InvariantCulture))} "
            + string.Join(' ', Regex.Matches(e.Instruction, @"[0-9]+").Take(2).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public void SameSeed_SameBytes()
    {
        string Hash() => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(
            Lab.AllLanguages.SelectMany(l => Lab.Examples(l, LabSplit.Train, 300)).Select(e => JsonSerializer.Serialize(e))))));
        var before = CultureInfo.CurrentCulture;
        var first = Hash();
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
            Assert.Equal(first, Hash());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Pairs_AreTranslations()
    {
        var (spanish, english) = Lab.Pair("es", "en", LabSplit.Train, 5);
        Assert.Equal((english, spanish), Lab.Pair("en", "es", LabSplit.Train, 5));
        Assert.NotEqual(english, spanish);
    }

    [Fact]
    public void UnknownLanguageOrTask_IsNamed()
    {
        Assert.Equal("XL121", Assert.Throws<UserException>(() => Lab.Example("fr", LabSplit.Train, 0)).Id);
        Assert.Equal("XL122", Assert.Throws<UserException>(() => Lab.Examples("en", LabSplit.Train, 5, ["poems"])).Id);
    }
}
