using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;
using TorchSharp;

namespace CrossLingual.Tests.Evaluation;

public class TextPerplexityTests
{
    private static readonly TextDocument[] Documents = [new("one", "the cat sat on the mat"), new("two", "a bird"), new("three", string.Join(' ', Enumerable.Repeat("the dog sat on the log and sang", 30)))];
    private static readonly PerplexityOptions Small = new() { Window = 32, Stride = 8, BatchSize = 4 };

    [Fact]
    public void AModelThatKnowsNothing_IsSurprisedByItsVocabulary()
    {
        using var model = TinyModel.Fresh();
        using (torch.no_grad())
        {
            foreach (var weight in model.Weights.Values)
            {
                weight.zero_();
            }
        }

        // Every token costs ln 300, in a text of 22 bytes and 6 words.
        var found = Measure(model, Small, [Documents[0]]);
        var loss = found.Documents[0].Loss;
        Assert.Equal((22, 6), (loss.Bytes, loss.Words));
        Assert.Equal(TinyModel.Tokenizer.Encode(Documents[0].Text).Length, loss.Tokens);
        Assert.Equal(300, found.Scores.PerToken.Value, 1e-3);
        Assert.Equal(loss.Tokens * Math.Log2(300) / 22, found.Scores.BitsPerByte.Value, 1e-5);
        Assert.Equal(Math.Pow(2, found.Scores.BitsPerByte.Value), found.Scores.PerByte.Value, 1e-9);
        Assert.Equal(Math.Exp(loss.Tokens * Math.Log(300) / 6), found.Scores.PerWord.Value, found.Scores.PerWord.Value * 1e-4);
    }

    [Theory]
    [InlineData(1, 4, 2)]
    [InlineData(2, 4, 2)]
    [InlineData(7, 4, 2)]
    [InlineData(50, 16, 15)]
    [InlineData(51, 16, 1)]
    public void EveryTokenButTheFirst_IsPredictedOnce(int length, int window, int stride)
    {
        var windows = TextPerplexity.Windows("d", [.. Enumerable.Range(0, length)], new PerplexityOptions { Window = window, Stride = stride }).ToList();
        Assert.Equal(Enumerable.Range(1, length - 1), windows.SelectMany(w => w.Ids.Where((_, i) => w.Learned[i])));
        Assert.All(windows, w => Assert.InRange(w.Ids.Length, 2, window));
        Assert.All(windows.Skip(1), w => Assert.Equal(window - stride, w.Learned.TakeWhile(l => !l).Count()));
    }

    [Fact]
    public void Numbers_DoNotDependOnTheBatch_AndAreTheTrainersLoss()
    {
        using var model = TinyModel.Fresh();
        var one = Measure(model, Small with { BatchSize = 1 });
        foreach (var rows in new[] { 2, 7 })
        {
            Assert.Equal(one.Documents.Select(d => d.Loss.NegativeLogLikelihood), Measure(model, Small with { BatchSize = rows }).Documents.Select(d => d.Loss.NegativeLogLikelihood), (a, b) => Math.Abs(a - b) < 1e-4 * a);
        }

        var conversation = TextPerplexity.Windows("one", [TinyModel.Tokenizer.BosId!.Value, .. TinyModel.Tokenizer.Encode(Documents[0].Text)], Small).Single();
        Assert.Equal(Loss.ByExample(model, [conversation])[0], one.Documents[0].Loss.NegativeLogLikelihood, 1e-3);
        Assert.InRange(one.Scores.PerToken.Value, one.Scores.PerToken.Low, one.Scores.PerToken.High);
    }

    [Fact]
    public void Results_AreReadAsTheHarnesss()
    {
        using var model = TinyModel.Fresh();
        using var folder = new TemporaryFolder();
        var found = Measure(model, Small);
        File.WriteAllText(folder["lm-eval.json"], found.ToHarness("texts", "tiny", Small));
        var read = HarnessResults.Read(folder["lm-eval.json"]);
        Assert.Equal(found.Scores.BitsPerByte.Value, read.Single(s => s.Metric == "bits_per_byte").Value);
        Assert.Equal(found.Scores.PerWord.Value, read.Single(s => s.Metric == "word_perplexity").Value);
        Assert.All(read, s => Assert.Equal((3, null), (s.N, s.Deviation)));
    }

    [Fact]
    public void WindowsBeyondTheModel_AreRefused()
    {
        using var model = TinyModel.Fresh();
        Assert.All(
            [Small with { Window = 129 }, Small with { Stride = 32 }, Small with { Stride = 0 }, Small with { BatchSize = 0 }],
            wrong => Assert.Equal("XL644", Assert.Throws<UserException>(() => Measure(model, wrong)).Id));
    }

    [Theory]
    [InlineData("a.jsonl", "{\"text\": \"x\"}\n{\"txt\": \"y\"}", "XL643 a.jsonl:2: a record must be a JSON object with a text in 'text'; it has: txt.")]
    [InlineData("a.jsonl", "{\"text\": NaN}", "XL643 a.jsonl:1: not JSON:")]
    [InlineData("a.jsonl", "{\"id\": 1, \"text\": \"x\"}\n\n{\"id\": 1, \"text\": \"y\"}", "XL613 a.jsonl:3: the id '1' stands twice, first in line 1.")]
    [InlineData("a.txt", "\n \n", "XL643 a.txt has no text.")]
    [InlineData("a.txt", "x\n\u00E9", "XL621 a.txt:2: the line is not UTF-8.")]
    public void BadDocuments_AreNamedByLine(string name, string content, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder[name], System.Text.Encoding.Latin1.GetBytes(content));
        Assert.StartsWith(message, Assert.Throws<UserException>(() => TextDocuments.Read(folder[name])).Message.Replace(folder[name], name, StringComparison.Ordinal));
    }

    private static TextPerplexity Measure(Llama model, PerplexityOptions options, IReadOnlyList<TextDocument>? documents = null) =>
        TextPerplexity.Measure(model, TinyModel.Tokenizer, documents ?? Documents, options, cancel: TestContext.Current.CancellationToken);
}
