using System.Text;
using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Data;

public sealed class TaggedTextTests : IDisposable
{
    private const string Conllu = """
        # sent_id = a
        # text = Ja genelde öyle.
        1	Ja	ja	INTJ	_	_	4	discourse	_	CSID=DE|Lang=de
        2-3	im	_	_	_	_	_	_	_	Lang=xx
        2	genelde	genelde	ADV	_	_	4	advmod	_	CSID=TR|Lang=tr
        3	öyle	öyle	ADV	_	_	4	advmod	_	SpaceAfter=No|Lang=tr
        3.1	_	_	_	_	_	_	_	_	_
        4	.	.	PUNCT	_	_	4	punct	_	CSID=OTHER

        # sent_id=b
        1	x	x	X	_	_	0	root	_	_
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Conllu_IsReadByItsTokens()
    {
        var tags = LanguageTags.LanguagesOnly();
        var text = Open(Conllu.ReplaceLineEndings("\r\n"), TaggedFormat.Conllu, tags, keep: true);
        var sentences = text.Read().ToList();
        Assert.Equal(["a", "b"], sentences.Select(s => s.Id));
        Assert.Equal(["de", "tr"], tags.Languages);
        Assert.Equal([0, 1, 1, -1], sentences[0].Languages);
        Assert.Equal(["Ja", "genelde", "öyle", "."], sentences[0].Words);
        Assert.Equal(Conllu.ReplaceLineEndings("\n").Split("\n\n")[0] + "\n", sentences[0].Source);
        Assert.Equal(1, text.Untagged);
    }

    [Theory]
    [InlineData("Ja\tde\ngenelde\ttr\n\n\n.\tuniv\n", TaggedFormat.Tsv)]
    [InlineData("Ja/de genelde/tr\n./univ", TaggedFormat.Tagged)]
    public void PlainForms_AreRead(string content, TaggedFormat format)
    {
        var tags = LanguageTags.LanguagesOnly();
        var sentences = Open(content, format, tags, keep: true).Read().ToList();
        Assert.Equal(["corpus-1", "corpus-2"], sentences.Select(s => s.Id));
        Assert.Equal([0, 1], sentences[0].Languages);
        Assert.Equal(["Ja", "genelde"], sentences[0].Words);
        Assert.Equal([-1], sentences[1].Languages);
    }

    [Fact]
    public void LongLines_AreReadWhole()
    {
        var words = string.Join(' ', Enumerable.Range(0, 60_000).Select(i => $"w{i}/{(i % 2 == 0 ? "en" : "hi")}"));
        var sentence = Assert.Single(Open("\uFEFF" + words, TaggedFormat.Tagged, LanguageTags.LanguagesOnly(), keep: true).Read());
        Assert.Equal(60_000, sentence.Languages.Length);
        Assert.Equal("w0", sentence.Words[0]);
        Assert.Equal("w59999", sentence.Words[^1]);
    }

    [Theory]
    [InlineData("a\n", TaggedFormat.Tsv, "XL620")]
    [InlineData("x\ten\n\n1\tx\ty\n", TaggedFormat.Conllu, "XL620")]
    [InlineData("Ja\tja\tja\tINTJ\t_\t_\t4\tdiscourse\t_\tCSID=DE\n", TaggedFormat.Conllu, "XL620")]
    [InlineData("# sent_id = a\n1\tx\tx\tX\t_\t_\t0\troot\t_\t_\n\n# sent_id = a\n1\tx\tx\tX\t_\t_\t0\troot\t_\t_\n", TaggedFormat.Conllu, "XL613")]
    public void BadLines_AreNamed(string content, TaggedFormat format, string id)
    {
        var error = Assert.Throws<UserException>(() => Open(content, format, LanguageTags.LanguagesOnly()).Read().ToList());
        Assert.Equal(id, error.Id);
        Assert.Contains($"corpus:{(id == "XL613" ? 4 : 1)}: ", error.Message);
    }

    [Fact]
    public void OtherEncodings_AreNamedByLine()
    {
        File.WriteAllBytes(_folder["latin"], [.. "ja\tde\n"u8, 0xF6, .. "yle\ttr\n"u8]);
        var text = new TaggedText(_folder["latin"], new TaggedOptions { Format = TaggedFormat.Tsv }, LanguageTags.LanguagesOnly());
        Assert.Contains("XL621", Assert.Throws<UserException>(() => text.Read().ToList()).Message);
        Assert.Contains("latin:2:", Assert.Throws<UserException>(() => text.Read().ToList()).Message);
    }

    [Fact]
    public void Tags_AreMergedOrKeptAsAsked()
    {
        var tags = LanguageTags.LanguagesOnly(sameAs: new Dictionary<string, string> { ["ar_msa"] = "ar" });
        Assert.Equal([0, 0, LanguageTags.Neutral, LanguageTags.Neutral, 1], new[] { "ar", "AR_MSA ", "univ", "qtd", "que" }.Select(t => tags.Of(t)));
        Assert.Equal(0, tags.Of("ar_msa"u8));
        var all = LanguageTags.AllTags();
        Assert.Equal([0, 1, 0], new[] { "univ", "en", "UNIV" }.Select(t => all.Of(t)));
    }

    [Theory]
    // Counted with another program over the same files: tokens, then those of a language.
    [InlineData("UD_Turkish_German-SAGT", "qtd_sagt-ud-*.conllu", 2184, 37227, 33091)]
    [InlineData("UD_Maghrebi_Arabic_French-Arabizi", "qaf_arabizi-ud-*.conllu", 1287, 19793, 19237)]
    [InlineData("UD_Telugu_English-TECT", "qte_tect-ud-*.conllu", 97, 456, 371)]
    public void Treebanks_AreReadWhole(string treebank, string pattern, int sentences, int tokens, int ofLanguages)
    {
        var tags = LanguageTags.LanguagesOnly();
        var corpus = new CodeSwitchCorpus(tags);
        foreach (var file in Directory.EnumerateFiles(RealData.Path(treebank), pattern).Order(StringComparer.Ordinal))
        {
            foreach (var sentence in new TaggedText(file, new TaggedOptions { Format = TaggedFormat.Conllu }, tags).Read())
            {
                corpus.Add(sentence.Languages);
            }
        }

        var summary = corpus.Summarize();
        Assert.Equal((sentences, tokens, ofLanguages), (summary.Sentences, (int)summary.Tokens, (int)(summary.Tokens - summary.NeutralTokens)));
        Assert.InRange(summary.SIndex.Value, summary.SIndex.Low, summary.SIndex.High);
        Assert.True(summary.SIndex.Value > 0.03 && summary.MixedSIndex.Value > summary.SIndex.Value);
    }

    private TaggedText Open(string content, TaggedFormat format, LanguageTags tags, bool keep = false)
    {
        File.WriteAllText(_folder["corpus"], content, new UTF8Encoding(false));
        return new TaggedText(_folder["corpus"], new TaggedOptions { Format = format, KeepText = keep }, tags);
    }
}
