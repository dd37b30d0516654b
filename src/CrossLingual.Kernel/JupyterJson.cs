using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CrossLingual.Kernel;

/// <summary>
/// Writes JSON as Jupyter's nbformat does, so that opening and saving elsewhere changes no line: keys sorted, one space
/// of indentation, letters of every script as they are, a newline at the end.
/// </summary>
internal static class JupyterJson
{
    /// <summary>The text of a document.</summary>
    public static string Write(JsonNode node)
    {
        var text = new StringBuilder();
        Append(text, node, 0);
        return text.Append('\n').ToString();
    }

    private static void Append(StringBuilder text, JsonNode? node, int depth)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } item:
                AppendAll(text, '{', '}', depth, item.OrderBy(pair => pair.Key, StringComparer.Ordinal), pair =>
                {
                    AppendString(text, pair.Key);
                    text.Append(": ");
                    Append(text, pair.Value, depth + 1);
                });
                break;
            case JsonArray { Count: > 0 } list:
                AppendAll(text, '[', ']', depth, list, child => Append(text, child, depth + 1));
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                AppendString(text, value.GetValue<string>());
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, char close, int depth, IEnumerable<T> children, Action<T> append)
    {
        text.Append(open);
        var first = true;
        foreach (var child in children)
        {
            text.Append(first ? "\n" : ",\n").Append(' ', depth + 1);
            append(child);
            first = false;
        }

        text.Append('\n').Append(' ', depth).Append(close);
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(letter),
            };
        }

        text.Append('"');
    }
}
