using System.Text;
using BenchmarkDotNet.Attributes;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Metrics;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Benchmarks;

/// <summary>
/// What scoring costs on one core: code-switching measures of a million tokens, from numbers and from a CoNLL-U file, and a question set of
/// XQuAD's size. The corpus and the questions are made here, in the shape of the public ones.
/// </summary>
public class MetricsBenchmarks
{
    private const int Tokens = 1_000_000;
    private const int Questions = 1190;
    private static readonly string[] Words = ["der", "Hund", "ist", "und", "evde", "bir", "çok", "Straße", "là", "của", "người", "the", "a"];
    private readonly List<int[]> _sentences = [];
    private LanguageTags _tags = null!;
    private string _conllu = null!;
    private byte[] _gold = null!;
    private byte[] _predictions = null!;

    /// <summary>Whether the questions are written in ASCII with escapes, as Python writes JSON by default.</summary>
    [Params(false, true)]
    public bool Escaped { get; set; }

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _tags = LanguageTags.LanguagesOnly();
        int[] languages = [_tags.Of("de"), _tags.Of("tr"), LanguageTags.Neutral];
        var dice = Seed.For("benchmark").Dice();
        var file = new StringBuilder();
        for (var made = 0; made < Tokens;)
        {
            var sentence = Enumerable.Range(0, 10 + dice.Next(14)).Select(_ => languages[dice.Next(5) switch { 0 => 2, 1 or 2 => 1, _ => 0 }]).ToArray();
            _sentences.Add(sentence);
            made += sentence.Length;
            for (var i = 0; i < sentence.Length; i++)
            {
                var tag = sentence[i] == LanguageTags.Neutral ? "CSID=OTHER" : $"CSID=X|Lang={_tags.NameOf(sentence[i])}";
                file.Append(i + 1).Append('\t').Append(Words[dice.Next(Words.Length)]).Append("\tlemma\tNOUN\t_\tCase=Nom|Number=Sing\t0\troot\t_\t").Append(tag).Append('\n');
            }

            file.Append('\n');
        }

        _conllu = Path.GetTempFileName();
        File.WriteAllText(_conllu, file.ToString());
        string Text(int most) => string.Join(' ', Enumerable.Range(0, 1 + dice.Next(most)).Select(_ => Words[dice.Next(Words.Length)]));
        var ids = Enumerable.Range(0, Questions).Select(i => $"{i:x24}").ToList();
        var gold = "{\"data\":[{\"paragraphs\":[" + string.Join(',', ids.Chunk(5).Select(qas =>
            $"{{\"context\":\"der Hund {Text(250)}\",\"qas\":[{string.Join(',', qas.Select(id => $"{{\"id\":\"{id}\",\"question\":\"{Text(16)}?\",\"answers\":[{{\"answer_start\":0,\"text\":\"der Hund\"}}]}}"))}]}}")) + "]}]}";
        _gold = Encoding.UTF8.GetBytes(Escaped ? string.Concat(gold.Select(c => c < 0x80 ? $"{c}" : $"\\u{(int)c:x4}")) : gold);
        _predictions = Encoding.UTF8.GetBytes("{" + string.Join(',', ids.Select(id => $"\"{id}\":\"{Text(8)}, {Text(3)}.\"")) + "}");
    }

    /// <summary>Removes the file.</summary>
    [GlobalCleanup]
    public void Cleanup() => File.Delete(_conllu);

    /// <summary>All measures of a million tokens, without intervals.</summary>
    [Benchmark]
    public double CodeSwitching()
    {
        var corpus = new CodeSwitchCorpus(_tags);
        var sum = 0.0;
        foreach (var sentence in _sentences)
        {
            sum += corpus.Add(sentence).SIndex;
        }

        return sum;
    }

    /// <summary>The same from a file to the summary with its intervals.</summary>
    [Benchmark]
    public CodeSwitchSummary CodeSwitchingFromFile()
    {
        var tags = LanguageTags.LanguagesOnly();
        var corpus = new CodeSwitchCorpus(tags);
        foreach (var sentence in new TaggedText(_conllu, new TaggedOptions { Format = TaggedFormat.Conllu }, tags).Read())
        {
            corpus.Add(sentence.Languages);
        }

        return corpus.Summarize();
    }

    /// <summary>Reading 1,190 questions and their answers.</summary>
    [Benchmark]
    public int QuestionReading() => Gold().Questions.Count + QaPredictions.Parse(_predictions, "predictions").Count;

    /// <summary>1,190 answers under MLQA's rules: reading and marking, as the official scorer does, without intervals.</summary>
    [Benchmark]
    public double QuestionAnswering()
    {
        var gold = Gold();
        var predictions = QaPredictions.Parse(_predictions, "predictions");
        var rules = AnswerRules.Mlqa("vi");
        var f1 = new double[gold.Questions.Count];
        Parallel.For(0, f1.Length, i => f1[i] = SquadScore.Mark(predictions[gold.Questions[i].Id], [gold.Questions[i].Answers[0].Text], rules).F1);
        return f1.Sum();
    }

    /// <summary>Reading, marking and intervals.</summary>
    [Benchmark]
    public QaScore QuestionAnsweringWithIntervals() =>
        QaResult.Of(Gold(), QaPredictions.Parse(_predictions, "predictions"), AnswerRules.Mlqa("vi")).Score;

    private SquadFile Gold() => SquadReader.Parse(_gold, "gold", "vi", passages: false);
}
