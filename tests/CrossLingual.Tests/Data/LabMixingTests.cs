using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Data;

public class LabMixingTests
{
    private static readonly string Folder = Path.Combine(RealData.RepositoryRoot, "data", "lab");
    private static readonly LabMixing Mixing = new(Lab.Load(Folder), SIndexBins.SIndexOf, Folder);

    public static TheoryData<string> Targets => ["es", "de", "hi", "vi", "sw"];

    [Theory]
    [MemberData(nameof(Targets))]
    public void EveryWordOfEverySentenceHasATag(string language)
    {
        var tags = LabTags.Read(Path.Combine(Folder, "tags.yaml"));
        var lab = Lab.Load(Folder);
        foreach (var code in new[] { "en", language })
        {
            foreach (var (list, templates) in lab.Languages[code].Templates.Where(t => t.Key.StartsWith("say.", StringComparison.Ordinal)))
            {
                for (var wording = 0; wording < templates.Count; wording++)
                {
                    // All entities of two groups, so that each gender's words are met.
                    foreach (var index in Enumerable.Range(0, 40))
                    {
                        var scene = new LabScene(lab.Languages["en"], LabSplit.Any, Seed.For("tags", index).Dice());
                        scene.Bind("p", "person");
                        LabTasks.Sentence(scene, list[4..]);
                        var slots = scene.In(lab.Languages[code]);
                        var words = tags.Of(lab.Languages[code], templates[wording], slots);
                        Assert.Equal(templates[wording].RenderPhrase(slots).Replace(" ", "", StringComparison.Ordinal), string.Concat(words.Select(w => w.Text)));
                        Assert.All(words, w => Assert.Contains(w.Tag, LabMixing.Tags));
                        Assert.Equal("PUNCT", words[^1].Tag);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("say.pet", 0, "Ana/PROPN hat/VERB einen/DET Hund/NOUN ./PUNCT")]
    [InlineData("say.pet", 2, "Ana/PROPN hat/AUX einen/DET Hund/NOUN gekauft/VERB ./PUNCT")]
    [InlineData("say.color", 3, "Die/DET Farbe/NOUN ,/PUNCT die/PRON Ana/PROPN mag/VERB ,/PUNCT ist/AUX Rot/ADJ ./PUNCT")]
    public void Tags_FollowFromNeighbours(string list, int wording, string expected)
    {
        var german = Lab.Load(Folder).Languages["de"];
        var slots = new Dictionary<string, LabEntity> { ["p"] = german.Entities["person"][0], ["animal"] = german.Entities["animal"][0], ["color"] = german.Entities["color"][0] };
        var words = LabTags.Read(Path.Combine(Folder, "tags.yaml")).Of(german, german.Templates[list][wording], slots);
        Assert.Equal(expected, string.Join(' ', words.Select(w => $"{w.Text}/{w.Tag}")));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Targets_AreHit(string language)
    {
        foreach (var target in new[] { 0, 0.1, 0.25, 0.4, 0.55 })
        {
            var found = Make(language, target, 150).Select(s => SIndexBins.SIndexOf(s.Languages)).ToList();
            Assert.Equal(target, found.Average(), target == 0 ? 0 : 0.02);
            Assert.True(found.Average(s => Math.Abs(s - target)) < 0.04, $"{language} {target}: {found.Average(s => Math.Abs(s - target))}");
        }
    }

    [Fact]
    public void Sentences_InsertAndAlternate()
    {
        var tags = LanguageTags.LanguagesOnly();
        var made = Enumerable.Range(0, 200).Select(i => Mixing.Sentence("en", "de", LabSplit.Train, i, 0.3, tags)).ToList();
        Assert.Contains(made, s => s.Words.Contains(",") && s.Languages.Distinct().Count(l => l >= 0) == 2);
        Assert.Contains(made, s => !s.Words.Contains(",") && s.Languages.Distinct().Count(l => l >= 0) == 2);   // within one clause
        Assert.All(made, s => Assert.Equal((s.Words.Count, s.Words.Count), (s.Languages.Length, s.Tags.Count)));
        Assert.All(made, s => Assert.Equal(s.Tags.Select(t => t is "PROPN" or "PUNCT"), s.Languages.Zip(s.Tags, (l, t) => l < 0 && t != "NUM")));
        Assert.True(made.Select(s => string.Join(' ', s.Words)).Distinct().Count() > 190);
    }

    [Fact]
    public void Sentences_AreTheSameEachTime_AndSplitsShareNoEntity()
    {
        var again = Make("sw", 0.25, 20);
        Assert.Equal(Make("sw", 0.25, 20).Select(s => string.Join(' ', s.Words)), again.Select(s => string.Join(' ', s.Words)));
        var persons = Lab.Load(Folder).Languages["en"].Entities["person"].Select(p => p.Base).ToHashSet();
        var names = new[] { LabSplit.Train, LabSplit.Dev, LabSplit.Test }.Select(split => Enumerable.Range(0, 100)
            .SelectMany(i => Mixing.Sentence("en", "vi", split, i, 0.1, LanguageTags.LanguagesOnly()).Words.Where(persons.Contains))
            .ToHashSet()).ToList();
        Assert.All(names, Assert.NotEmpty);
        Assert.Empty(names[0].Intersect(names[1]).Concat(names[0].Intersect(names[2])).Concat(names[1].Intersect(names[2])));
    }

    [Fact]
    public void Sentences_StopAtTheirWords()
    {
        var made = Mixing.Sentences("en", "es", LabSplit.Train, 500, d => d.NextDouble() * 0.6, LanguageTags.LanguagesOnly(), Seed.For(1));
        var words = made.Sum(s => s.Words.Count);
        Assert.InRange(words, 500, 500 + made[^1].Words.Count - 1);
        Assert.Equal(made.Count, made.Select(s => s.Id).Distinct().Count());
    }

    [Fact]
    public void WrongLanguages_AreNamed()
    {
        var tags = LanguageTags.LanguagesOnly();
        Assert.Equal("XL121", Assert.Throws<UserException>(() => Mixing.Sentence("en", "xx", LabSplit.Train, 0, 0, tags)).Id);
        Assert.Equal("XL687", Assert.Throws<UserException>(() => Mixing.Sentence("en", "en", LabSplit.Train, 0, 0, tags)).Id);
        Assert.Equal("XL120", Assert.Throws<UserException>(() => new LabMixing(Lab.Load(Folder), SIndexBins.SIndexOf, RealData.RepositoryRoot)).Id);
    }

    private static List<TaggedWords> Make(string language, double target, int count)
    {
        var tags = LanguageTags.LanguagesOnly();
        return [.. Enumerable.Range(0, count).Select(i => Mixing.Sentence("en", language, LabSplit.Train, i, target, tags))];
    }
}
