using System.Text;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Tests.Tiny;
using CrossLingual.Text;

namespace CrossLingual.Tests.Evaluation;

/// <summary>Every reader of what is scored, and what may be wrong with its files: each is named by file and line, and nothing is averaged away.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string Question = "{\"data\":[{\"paragraphs\":[{\"context\":\"c\",\"qas\":[\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Content in Latin-1, so that é is not UTF-8.
    [Theory]
    [InlineData("squad", Question + "{\"id\":1}]}]}]}", "XL612 f:2:")]
    [InlineData("squad", Question + "{\"id\":\"é\",\"question\":\"q\",\"answers\":[{\"text\":\"c\"}]}]}]}]}", "XL612 f:2:")]
    [InlineData("squad", Question + "{\"id\":\"a\",\"question\":\"q\",\"answers\":[{\"text\":NaN}]}]}]}]}", "XL612 f:2: not JSON:")]
    [InlineData("squad", Question + "{\"id\":\"a\",\"question\":\"q\",\"answers\":[{\"text\":\"c\"}]},\n{\"id\":\"a\",\"question\":\"q\",\"answers\":[{\"text\":\"c\"}]}]}]}]}", "XL613 f:3: the id 'a' stands twice, first in line 2.")]
    [InlineData("predictions", "{\"a\":\n[]}", "XL612 f:")]
    [InlineData("predictions", "{\"a\":\n\"é\"}", "XL612 f:2:")]
    [InlineData("predictions", "{\"a\":\nNaN}", "XL612 f:2: not JSON:")]
    [InlineData("predictions", "{\"a\":\"x\",\n\"a\":\"y\"}", "XL613 f:2:")]
    [InlineData("jsonl", "{\"id\":1,\"answer\":2}\n{", "XL660 f:2: not JSON:")]
    [InlineData("jsonl", "{\"id\":1,\"answer\":2}\n{\"id\":2}", "XL660 f:2: the text 'answer' is missing")]
    [InlineData("jsonl", "{\"id\":1,\"answer\":\n", "XL660 f:1: not JSON:")]
    [InlineData("jsonl", "{\"id\":1,\"answer\":2}\n{\"id\":2,\"answer\":\"é\"}", "XL621 f:2:")]
    [InlineData("jsonl", "{\"id\":1,\"answer\":2}\n{\"id\":2,\"answer\":NaN}", "XL660 f:2: not JSON:")]
    [InlineData("jsonl", "{\"id\":1,\"answer\":2}\n{\"id\":1,\"answer\":2}", "XL613 f:2:")]
    [InlineData("tsv", "q\ta\nq", "XL660 f:2:")]
    [InlineData("tsv", "q\ta\nq\té", "XL621 f:2:")]
    [InlineData("judge", "{\"name\":\"a\",\"prompt_template\":\"t\"}\n{", "XL673 f:2: not JSON:")]
    [InlineData("judge", "\n{\"name\":\"a\"}", "XL673 f:2: 'prompt_template' is missing")]
    [InlineData("judge", "\n{\"name\":\"é\"}", "XL621 f:2:")]
    [InlineData("judge", "\n{\"name\":NaN}", "XL673 f:2: not JSON:")]
    [InlineData("judge", "{\"name\":\"a\",\"prompt_template\":\"t\"}\n{\"name\":\"a\",\"prompt_template\":\"t\"}", "XL613 f:2:")]
    [InlineData("conllu", "1\tx\n", "XL620 f:1:")]
    [InlineData("conllu", "# text\n1\té\t_\t_\t_\t_\t_\t_\t_\tLang=en\n", "XL621 f:2:")]
    [InlineData("harness", "{\"results\":\n{\"t\": NaN}}", "XL664 f:2:")]
    [InlineData("harness", "{\"results\":\n{\"é\": {}}}", "XL621 f:2:")]
    [InlineData("harness", "{\"results\":\n{\"t\": {\"a,none\": 1,\n\"a,none\": 2}}}", "XL664 f: not a results file of lm-evaluation-harness: Duplicate property")]
    [InlineData("harness", "{\"results\":\n{\"\\ud800\": {\"a,none\": 1}}}", "XL664 f is not a results file")]
    [InlineData("predictions", "{\"a\":\n\"\\ud800\"}", "XL612 f:2: the answer of 'a' is not Unicode:")]
    [InlineData("predictions", "{\n\"\\ud800\":\"a\"}", "XL612 f:2: a key is not Unicode:")]
    [InlineData("jsonl", "{\"id\":1,\"answer\":2}\n{\"id\":2,\"answer\":\"\\ud800\"}", "XL660 f:2: a text is not Unicode:")]
    [InlineData("jsonl", "{\"id\":1,\"answer\":[\"\\uDC00\\uD800\"]}", "XL660 f:1: a text is not Unicode:")]
    [InlineData("judge", "\n{\"name\":\"\\ud800x\",\"prompt_template\":\"t\"}", "XL673 f:2: a text is not Unicode:")]
    [InlineData("documents", "{\"text\":\"a\"}\n{\"text\":\"\\udc00\"}", "XL643 f:2: a text is not Unicode:")]
    [InlineData("documents", "{\"text\":\"a\"}\n{\"te\\ud800xt\":\"b\"}", "XL643 f:2: a text is not Unicode:")]
    [InlineData("problems", "\n{\"task_id\":\"a\",\"prompt\":\"\\ud800\",\"test\":\"\"}", "XL650 f:2: a text is not Unicode:")]
    [InlineData("samples", "{\"task_id\":\"a\",\"completion\":\"\\ud83d\"}", "XL650 f:1: a text is not Unicode:")]
    [InlineData("run", "\n{\"task\":\"\\ud83d\"}", "XL666 f:2: a text is not Unicode:")]
    [InlineData("parallel", "a\tb\na", "XL131 f:2:")]
    [InlineData("parallel", "a\tb\na\té", "XL621 f:2:")]
    public void WhatIsWrong_IsNamedByFileAndLine(string reader, string content, string message)
    {
        var path = _folder[reader switch { "documents" => "f.jsonl", "run" => "samples.jsonl", _ => "f" }];
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(content));
        Action read = reader switch
        {
            "squad" => () => SquadReader.Read(path, "en"),
            "predictions" => () => QaPredictions.Read(path),
            "jsonl" => () => new TaskRecords(path, RecordForm.Jsonl, "en") { IdField = "id" }.Read(),
            "tsv" => () => new TaskRecords(path, RecordForm.Tsv, "en") { AnswerField = "2" }.Read(),
            "judge" => () => JudgePrompts.Read(path),
            "conllu" => () => new TaggedText(path, new TaggedOptions { Format = TaggedFormat.Conllu }, LanguageTags.LanguagesOnly()).Read().ToList(),
            "documents" => () => TextDocuments.Read(path),
            "problems" => () => CodeFiles.Problems(path),
            "samples" => () => CodeFiles.Samples(path),
            "run" => () => ScoredRun.Read(_folder.Path),
            "harness" => () => HarnessResults.Read(path),
            _ => () => ParallelReader.Columns(path, 1, 2),
        };
        Assert.StartsWith(message, Assert.Throws<UserException>(read).Message.Replace(path, "f", StringComparison.Ordinal));
    }

    [Fact]
    public void MissingPredictions_CountAsWrongAndAreNamed()
    {
        File.WriteAllText(_folder["g"], Question + "{\"id\":\"a\",\"question\":\"q\",\"answers\":[{\"text\":\"c\"}]},\n{\"id\":\"b\",\"question\":\"q\",\"answers\":[{\"text\":\"c\"}]}]}]}]}");
        var result = QaResult.Of(SquadReader.Read(_folder["g"], "en"), new Dictionary<string, string> { ["a"] = "c" }, AnswerRules.Squad);
        Assert.Equal((50.0, 50.0, 2), (result.Score.F1.Value, result.Score.Answered.Value, result.Score.F1.N));
        Assert.Equal(["b"], result.Missing);
    }
}
