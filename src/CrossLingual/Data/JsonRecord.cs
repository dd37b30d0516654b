using System.Text.Json;

namespace CrossLingual.Data;

/// <summary>One line of a file of JSON objects, a record each.</summary>
internal static class JsonRecord
{
    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="where">Its file and number in messages.</param>
    /// <param name="errorId">Id of errors.</param>
    /// <exception cref="UserException">The id given: not JSON, no object, or a text with half of a surrogate pair, which no text can hold.</exception>
    public static JsonElement Parse(string line, string where, string errorId)
    {
        JsonElement record;
        try
        {
            record = JsonElement.Parse(line);
        }
        catch (JsonException e)
        {
            throw new UserException(errorId, $"{where}: not JSON: {e.Message.Split(" LineNumber:")[0]} Each line must be one JSON object.", e);
        }

        if (record.ValueKind != JsonValueKind.Object)
        {
            throw new UserException(errorId, $"{where}: found {record.ValueKind}; each line must be one JSON object.");
        }

        try
        {
            ReadTexts(line, record);
        }
        catch (InvalidOperationException e)
        {
            throw new UserException(errorId, $"{where}: a text is not Unicode: {e.Message} Write such characters as they are, in UTF-8, or as both halves of their pair.", e);
        }

        return record;
    }

    /// <summary>Reads every name and text where one may be half of a pair: they are decoded when they are asked for, and no earlier.</summary>
    /// <param name="json">What was read.</param>
    /// <param name="value">The value in it.</param>
    /// <exception cref="InvalidOperationException">One is.</exception>
    public static void ReadTexts(string json, JsonElement value)
    {
        if (json.Contains("\\ud", StringComparison.OrdinalIgnoreCase))
        {
            ReadTexts(value);
        }
    }

    private static void ReadTexts(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var entry in value.EnumerateArray())
                {
                    ReadTexts(entry);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    _ = property.Name;
                    ReadTexts(property.Value);
                }

                break;
        }
    }
}
