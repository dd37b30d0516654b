using CrossLingual.Data;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Text;

public class WordLanguagesTests
{
    [Theory]
    [InlineData("I told her ki वह अभी आएगी .", "en en en en hi hi hi -")]
    [InlineData("Давай сделаем this meeting завтра", "ru ru en en ru")]
    [InlineData("42 , ! …", "- - - -")]
    public void Scripts_SettleWhatTheyCan(string sentence, string expected)
    {
        var languages = expected.Contains("hi", StringComparison.Ordinal) ? new[] { "en", "hi" } : ["en", "ru"];
        Assert.Equal(expected, string.Join(' ', new WordLanguages(languages).Identify(sentence.Split(' ')).Select(l => l ?? "-")));
    }

    [Fact]
    public void Lexicon_KnowsWordsAndGuessesOthersByTheirCharacters()
    {
        var lexicon = WordLexicon.Learn([("haus", "de"), ("HAUSES", "de"), ("schule", "de"), ("ev", "tr"), ("evler", "tr"), ("okul", "tr"), ("da", "de"), ("da", "tr"), ("da", "tr")]);
        Assert.Equal(["de", "tr"], lexicon.Languages);
        Assert.Equal([1.5 / 4, 2.5 / 4], lexicon.Probabilities("Da"));
        Assert.True(lexicon.Probabilities("Hauser")[0] > 0.5);
        Assert.True(lexicon.Probabilities("okullar")[1] > 0.5);
        Assert.Equal(1, lexicon.Probabilities("xyz").Sum(), 1e-12);
    }

    [Fact]
    public void UnknownLanguages_AreNamed() =>
        Assert.Equal("XL630", Assert.Throws<UserException>(() => new WordLanguages(["en", "xx"])).Id);

    // Accuracy over the tokens of both languages of the test split, as measured in November 2026.
    [Theory]
    [InlineData("UD_Turkish_German-SAGT", "qtd_sagt", "de", "tr", false, 0.9593)]
    [InlineData("UD_Turkish_German-SAGT", "qtd_sagt", "de", "tr", true, 0.9785)]
    [InlineData("UD_Maghrebi_Arabic_French-Arabizi", "qaf_arabizi", "ar_dz", "fr", true, 0.9050)]
    public void Accuracy_OnTreebanksIsAsMeasured(string treebank, string prefix, string first, string second, bool learned, double measured)
    {
        var lexicon = learned ? WordLexicon.Learn(Sentences("train").SelectMany(s => s).Where(w => w.Language == first || w.Language == second)) : null;
        var identifier = new WordLanguages([first, second], lexicon);
        var (right, all) = (0, 0);
        foreach (var sentence in Sentences("test"))
        {
            var found = identifier.Identify([.. sentence.Select(w => w.Word)]);
            for (var i = 0; i < sentence.Count; i++)
            {
                if (sentence[i].Language == first || sentence[i].Language == second)
                {
                    all++;
                    right += found[i] == sentence[i].Language ? 1 : 0;
                }
            }
        }

        var accuracy = (double)right / all;
        Assert.Equal(measured, accuracy, 0.005);
        Assert.InRange(all, 2000, 13_000);

        List<List<(string Word, string Language)>> Sentences(string split)
        {
            var tags = LanguageTags.LanguagesOnly();
            var options = new TaggedOptions { Format = TaggedFormat.Conllu, KeepText = true };
            return [.. new TaggedText(RealData.Path(treebank, $"{prefix}-ud-{split}.conllu"), options, tags).Read()
                .Select(s => s.Words.Zip(s.Languages, (w, l) => (w, tags.NameOf(l))).ToList())];
        }
    }
}
