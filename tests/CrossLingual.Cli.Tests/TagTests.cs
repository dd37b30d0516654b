using CrossLingual.Tests.Tiny;

namespace CrossLingual.Cli.Tests;

public class TagTests
{
    private const string Tsv = "the\ten\tDET\ndog\ten\tNOUN\nhat\tde\tVERB\nein\tde\tDET\nHaus\tde\tNOUN\n.\tuniv\tPUNCT\n\nAna\tne\tPROPN\nsings\ten\tVERB\n";

    [Fact]
    public void Tagger_IsTrainedTagsAndIsScored()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["train.tsv"], Tsv);
        var trained = Command.Succeed(folder.Path, "tag", "train", "--model", "lab", "--train", "train.tsv", "--dev", "train.tsv", "--steps", "30", "--dev-every", "10", "--out", "run", "--json").Json;
        Assert.Equal(["DET", "NOUN", "PROPN", "PUNCT", "VERB"], trained.GetProperty("tags").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal(1, trained.GetProperty("training").GetProperty("devAccuracy").GetDouble());
        Assert.All(["manifest.json", "events.jsonl", "results.json", "model/config.json", "model/model.safetensors", "model/tokenizer.model"], f => Assert.True(File.Exists(folder["run/" + f]), f));

        var scores = Command.Succeed(folder.Path, "tag", "eval", "--model", "run/model", "--data", "train.tsv", "--json").Json;
        Assert.Equal(1, scores.GetProperty("accuracy").GetProperty("value").GetDouble());
        Assert.Equal(2, scores.GetProperty("byLanguage").GetProperty("en").GetProperty("n").GetInt32());

        File.WriteAllText(folder["more.tsv"], "the\ten\ndog\ten\n\nHaus\tde\tX\tkept\n");
        Assert.Equal("the\ten\tDET\ndog\ten\tNOUN\n\nHaus\tde\tNOUN\tkept\n\n", Command.Succeed(folder.Path, "tag", "run", "more.tsv", "--model", "run/model").Out);
        File.WriteAllText(folder["more.txt"], "the dog hat.\n");
        Command.Succeed(folder.Path, "tag", "run", "more.txt", "--model", "run/model", "--to", "out.conllu");
        Assert.Equal("# sent_id = more-1\n# text = the dog hat.\n1\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n2\tdog\t_\tNOUN\t_\t_\t_\t_\t_\t_\n3\that\t_\tVERB\t_\t_\t_\t_\t_\t_\n4\t.\t_\tPUNCT\t_\t_\t_\t_\t_\t_\n\n", File.ReadAllText(folder["out.conllu"]));

        // What it wrote is read again, comments, word ranges and the other columns as they were.
        File.WriteAllText(folder["a.conllu"], "# sent_id = 1\n1-2\tvom\t_\t_\t_\t_\t_\t_\t_\t_\n1\tthe\tl\tX\tx\tf\t0\troot\td\tLang=de\n2\tdog\t_\t_\t_\t_\t1\t_\t_\t_\n\n");
        Assert.Equal("# sent_id = 1\n1-2\tvom\t_\t_\t_\t_\t_\t_\t_\t_\n1\tthe\tl\tDET\tx\tf\t0\troot\td\tLang=de\n2\tdog\t_\tNOUN\t_\t_\t1\t_\t_\t_\n\n", Command.Succeed(folder.Path, "tag", "run", "a.conllu", "--model", "run/model").Out);
    }

    [Fact]
    public void Experiment_TagsUnseenPairs()
    {
        using var folder = new TemporaryFolder();
        var result = Command.Succeed(folder.Path, "tag", "experiment", "--pairs", "es,de", "--seeds", "1", "--steps", "2", "--batch-words", "40", "--words", "200", "--out", "run", "--json").Json;
        Assert.Equal(3 * 3 * 2, result.GetProperty("scores").GetArrayLength());   // models, nothing or one of two hidden, corpora
        Assert.Contains(result.GetProperty("comparisons").EnumerateArray(), c => c.GetProperty("second").GetString() == "seen" && c.GetProperty("corpus").GetString() == "en-de");
        Assert.Contains("en-de", File.ReadAllText(folder["run/report.html"]));
        Assert.True(File.Exists(folder["run/manifest.json"]) && File.Exists(folder["run/results.json"]) && File.Exists(folder["run/comparisons.json"]));
    }

    [Fact]
    public void Balance_ComparesDrawsOfAsManyWords()
    {
        using var folder = new TemporaryFolder();
        var result = Command.Succeed(folder.Path, "tag", "experiment", "--pairs", "es,de", "--balance", "--models", "word lookup", "--hidden", "en-de", "--seeds", "2", "--words", "400", "--out", "run", "--json").Json;
        var words = result.GetProperty("scores").EnumerateArray().Select(s => s.GetProperty("words").GetInt32()).ToList();
        Assert.Equal(5 * 2 * 2, words.Count);
        Assert.All(words, w => Assert.InRange(w, 400, 500));
        Assert.Equal(4, result.GetProperty("comparisons").GetArrayLength());
    }

    [Theory]
    [InlineData("XL100", "tag", "train", "--model", "lab", "--train", "a.tsv", "--steps", "0")]
    [InlineData("XL130", "tag", "train", "--model", "lab", "--train", "none.tsv")]
    [InlineData("XL686", "tag", "eval", "--model", "lab", "--data", "a.tsv")]
    [InlineData("XL692", "tag", "experiment", "--treebanks", "none")]
    [InlineData("XL693", "tag", "experiment", "--pairs", "es,de", "--hidden", "en-vi")]
    [InlineData("XL693", "tag", "experiment", "--pairs", "es", "--models", "word lookup")]
    [InlineData("XL693", "tag", "experiment", "--pairs", "es,de", "--models", "bert")]
    public void BadInput_IsNamed(string id, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.tsv"], Tsv);
        var lab = Path.Combine(AppContext.BaseDirectory, "data", "lab", "model");
        var command = Command.Run(folder.Path, [.. arguments.Select(a => a == "lab" && id == "XL686" ? lab : a)]);
        Assert.Equal(2, command.ExitCode);
        Assert.StartsWith(id, command.Error);
        Assert.Equal(["a.tsv"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }
}
