using System.Text.Json;
using CrossLingual.Data;

namespace CrossLingual.Evaluation;

/// <summary>Answers by question id, in the form that SQuAD's and MLQA's scorers read: <c>{"id": "answer", …}</c>.</summary>
public static class QaPredictions
{
    private const string Form = "The file must be one JSON object of question ids and answers: {\"id\": \"answer\"}.";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The JSON file.</param>
    /// <exception cref="UserException">XL130: no such file; XL612: not of the form; XL613: an id stands twice; with the line.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path) => PooledFile.Read(path, bytes => Parse(bytes, path));

    /// <summary>Reads a file's content.</summary>
    /// <param name="bytes">JSON in UTF-8.</param>
    /// <param name="path">Its name in messages.</param>
    /// <exception cref="UserException">XL612, XL613.</exception>
    public static IReadOnlyDictionary<string, string> Parse(ReadOnlySpan<byte> bytes, string path)
    {
        var json = new PlacedJson(bytes, path, "XL612", Form);
        var answers = new Dictionary<string, string>();
        json.Open(JsonTokenType.StartObject, "an object");
        for (var place = json.Place; json.NextKey(out var id); place = json.Place)
        {
            if (!answers.TryAdd(id, json.Text($"the answer of '{id}'")))
            {
                throw json.Wrong($"the id '{id}' stands twice", "XL613", place);
            }
        }

        return answers;
    }
}
