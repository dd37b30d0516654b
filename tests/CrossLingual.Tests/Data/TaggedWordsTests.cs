using CrossLingual.Data;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Data;

public class TaggedWordsTests
{
    [Fact]
    public void AuthorsTsv_IsRead()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.tsv"], "yaar\thi\tG_N\ngood\ten\tG_J\n!\tuniv\tG_X\n\nok\ten\tG_R\n");
        var tags = LanguageTags.LanguagesOnly();
        var read = TaggedWords.Read(folder["a.tsv"], tags);
        Assert.Equal(["yaar good !", "ok"], read.Select(s => string.Join(' ', s.Words)));
        Assert.Equal(["G_N G_J G_X", "G_R"], read.Select(s => string.Join(' ', s.Tags)));
        Assert.Equal([0, 1, -1], read[0].Languages);
    }

    [Theory]
    [InlineData("a.tsv", "yaar\thi\n", "XL688")]
    [InlineData("a.tsv", "ok\ten\tX\nyaar\thi\t_\n", "XL688")]
    [InlineData("a.tsv", "\n\n", "XL689")]
    [InlineData("a.txt", "ok\ten\tX\n", "XL689")]
    [InlineData("a.conllu", "1\tok\t_\t_\t_\t_\t_\t_\t_\tLang=en\n", "XL688")]
    public void MissingTags_AreNamed(string name, string text, string id)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[name], text);
        Assert.Equal(id, Assert.Throws<UserException>(() => TaggedWords.Read(folder[name], LanguageTags.LanguagesOnly())).Id);
    }

    [Theory]
    [InlineData("UD_Turkish_German-SAGT", "qtd_sagt-ud", 2184, 17)]
    [InlineData("UD_Maghrebi_Arabic_French-Arabizi", "qaf_arabizi-ud", 1287, 17)]
    [InlineData("UD_Telugu_English-TECT", "qte_tect-ud", 97, 15)]
    public void Treebanks_AreReadWhole(string folder, string name, int sentences, int mostTags)
    {
        var tags = LanguageTags.LanguagesOnly();
        var read = Directory.GetFiles(RealData.Path(folder), name + "-*.conllu").SelectMany(f => TaggedWords.Read(f, tags)).ToList();
        Assert.Equal(sentences, read.Count);
        Assert.All(read, s => Assert.Equal((s.Words.Count, s.Words.Count), (s.Languages.Length, s.Tags.Count)));
        Assert.InRange(read.SelectMany(s => s.Tags).Distinct().Count(), 8, mostTags);
    }
}
