using System.Text;
using System.Text.Json;

namespace CrossLingual.Data;

/// <summary>A question file with what is odd in it.</summary>
/// <param name="Questions">The questions in the file's order.</param>
/// <param name="Misplaced">Answers that do not stand in their passage at the offset given, each with file and line.</param>
public sealed record SquadFile(IReadOnlyList<Example> Questions, IReadOnlyList<string> Misplaced);

/// <summary>
/// Reads SQuAD v1.1's form (Rajpurkar et al., EMNLP 2016), in which XQuAD and MLQA come too: articles, their paragraphs, the
/// questions of each with accepted answers and where those start, counted in code points.
/// <code>
/// {"data": [{"title": …, "paragraphs": [{"context": …, "qas": [{"id": …, "question": …, "answers": [{"text": …, "answer_start": 0}]}]}]}]}
/// </code>
/// </summary>
public static class SquadReader
{
    private const string Form = "The file must be of SQuAD 1.1's form: data, paragraphs, context, qas with id, question and answers (text, answer_start).";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The JSON file.</param>
    /// <param name="language">BCP 47 tag of the questions.</param>
    /// <param name="passages">
    /// Whether to keep passages and questions and to look where answers stand. Scoring needs the answers alone: without, Context is null,
    /// Instruction empty and Start -1.
    /// </param>
    /// <exception cref="UserException">XL130: no such file; XL612: not of the form; XL613: an id stands twice; both with the line.</exception>
    public static SquadFile Read(string path, string language, bool passages = true) => PooledFile.Read(path, bytes => Parse(bytes, path, language, passages));

    /// <summary>Reads a file's content.</summary>
    /// <param name="bytes">JSON in UTF-8.</param>
    /// <param name="path">Its name in messages.</param>
    /// <param name="language">BCP 47 tag of the questions.</param>
    /// <param name="passages">As of <see cref="Read"/>.</param>
    /// <exception cref="UserException">XL612, XL613.</exception>
    public static SquadFile Parse(ReadOnlySpan<byte> bytes, string path, string language, bool passages = true)
    {
        var json = new PlacedJson(bytes, path, "XL612", Form);
        var into = new Content(path, language, passages);
        var hasData = false;
        json.Open(JsonTokenType.StartObject, "an object with 'data'");
        while (json.NextKey(out var key))
        {
            if (key != "data")
            {
                json.Skip();
                continue;
            }

            hasData = true;
            json.Open(JsonTokenType.StartArray, "the list 'data'");
            while (json.NextEntry())
            {
                Article(ref json, into);
            }
        }

        return hasData && into.Questions.Count > 0 ? new SquadFile(into.Questions, into.Misplaced) : throw json.Wrong("there is no question in it", place: 0);
    }

    private static void Article(ref PlacedJson json, Content into)
    {
        json.Open(JsonTokenType.StartObject, "an article");
        while (json.NextKey(out var key))
        {
            if (key != "paragraphs")
            {
                json.Skip();
                continue;
            }

            json.Open(JsonTokenType.StartArray, "the list 'paragraphs'");
            while (json.NextEntry())
            {
                Paragraph(ref json, into);
            }
        }
    }

    private static void Paragraph(ref PlacedJson json, Content into)
    {
        var place = json.Place;
        var (hasContext, context) = (false, "");
        var first = into.Questions.Count;
        json.Open(JsonTokenType.StartObject, "a paragraph");
        while (json.NextKey(out var key))
        {
            switch (key)
            {
                case "context":
                    hasContext = true;
                    if (into.Passages)
                    {
                        context = json.Text("'context'");
                    }
                    else
                    {
                        json.SkipText("'context'");
                    }

                    break;
                case "qas":
                    json.Open(JsonTokenType.StartArray, "the list 'qas'");
                    while (json.NextEntry())
                    {
                        Question(ref json, into);
                    }

                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        if (!hasContext)
        {
            throw json.Wrong("a paragraph has no 'context'", place: place);
        }

        if (into.Passages)
        {
            into.Place(ref json, first, context);
        }
    }

    private static void Question(ref PlacedJson json, Content into)
    {
        var place = json.Place;
        string? id = null, question = null;
        var answers = new List<AnswerSpan>();
        json.Open(JsonTokenType.StartObject, "a question");
        while (json.NextKey(out var key))
        {
            switch (key)
            {
                case "id":
                    place = json.Place;
                    id = json.Text("'id'");
                    break;
                case "question":
                    question = "";
                    if (into.Passages)
                    {
                        question = json.Text("'question'");
                    }
                    else
                    {
                        json.SkipText("'question'");
                    }

                    break;
                case "answers":
                    json.Open(JsonTokenType.StartArray, "the list 'answers'");
                    while (json.NextEntry())
                    {
                        answers.Add(Answer(ref json, into.Passages));
                    }

                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        if (id is null || question is null || answers.Count == 0)
        {
            throw json.Wrong($"the question '{id}' has no {(id is null ? "id" : question is null ? "text" : "answer")}", place: place);
        }

        if (!into.Places.TryAdd(id, place))
        {
            throw json.Wrong($"the id '{id}' stands twice, first in line {json.LineOf(into.Places[id])}", "XL613", place);
        }

        into.Questions.Add(new Example { Id = id, Language = into.Language, Task = "qa", Instruction = question, Output = answers[0].Text, Answers = answers });
    }

    private static AnswerSpan Answer(ref PlacedJson json, bool placed)
    {
        var place = json.Place;
        string? text = null;
        var start = -1;
        json.Open(JsonTokenType.StartObject, "an answer");
        while (json.NextKey(out var key))
        {
            switch (key)
            {
                case "text":
                    text = json.Text("'text'");
                    break;
                case "answer_start":
                    start = json.Integer("'answer_start'");
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return new AnswerSpan(text ?? throw json.Wrong("an answer has no 'text'", place: place), placed ? start : -1);
    }

    private sealed class Content(string path, string language, bool passages)
    {
        public string Language => language;

        public List<Example> Questions { get; } = [];

        public bool Passages => passages;

        public Dictionary<string, int> Places { get; } = [];

        public List<string> Misplaced { get; } = [];

        /// <summary>Gives questions their passage; offsets become UTF-16 units, and -1 where the answer does not stand.</summary>
        public void Place(ref PlacedJson json, int first, string context)
        {
            for (var i = first; i < Questions.Count; i++)
            {
                var question = Questions[i];
                var answers = new AnswerSpan[question.Answers.Count];
                for (var a = 0; a < answers.Length; a++)
                {
                    var (text, start) = question.Answers[a];
                    var at = Utf16Offset(context, start);
                    var stands = at >= 0 && context.AsSpan(at).StartsWith(text, StringComparison.Ordinal);
                    answers[a] = new AnswerSpan(text, stands ? at : -1);
                    if (!stands)
                    {
                        Misplaced.Add($"{path}:{json.LineOf(Places[question.Id])}: the answer '{text}' of question '{question.Id}' does not stand at {start}");
                    }
                }

                Questions[i] = question with { Context = context, Answers = answers };
            }
        }

        private static int Utf16Offset(string text, int codePoints)
        {
            if (codePoints < 0 || !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            {
                return Math.Min(codePoints, text.Length);
            }

            var at = 0;
            for (var n = 0; n < codePoints && at < text.Length; n++)
            {
                at += Rune.TryGetRuneAt(text, at, out var rune) ? rune.Utf16SequenceLength : 1;
            }

            return at;
        }
    }
}
