using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NetMQ;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>
/// A message of Jupyter's protocol. On the wire: identities, a delimiter, the signature, and four JSON documents, whose
/// HMAC-SHA256 in this order the signature is.
/// </summary>
/// <param name="Identities">Where it came from, or goes to.</param>
/// <param name="Header">Its own header.</param>
/// <param name="Parent">The header of what it answers; empty for a request.</param>
/// <param name="Content">What it says.</param>
internal sealed record JupyterMessage(IReadOnlyList<byte[]> Identities, JsonObject Header, JsonObject Parent, JsonObject Content)
{
    /// <summary>The protocol's version.</summary>
    public const string Version = "5.4";

    private static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What kind of message it is.</summary>
    public string Type => Text(Header, "msg_type");

    /// <summary>A text of the content; empty where there is none.</summary>
    public string Text(string name) => Text(Content, name);

    /// <summary>A number of the content.</summary>
    public int? Number(string name) => Content[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    /// <summary>A flag of the content.</summary>
    public bool Flag(string name, bool otherwise) => Content[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : otherwise;

    /// <summary>A message that answers this one.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="content">What it says.</param>
    /// <param name="session">The kernel's session.</param>
    /// <param name="to">Where it goes, when not back.</param>
    public JupyterMessage Answer(string type, JsonObject content, string session, IReadOnlyList<byte[]>? to = null) => new(
        to ?? Identities,
        new JsonObject
        {
            ["msg_id"] = Guid.NewGuid().ToString("N"),
            ["session"] = session,
            ["username"] = "kernel",
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            ["msg_type"] = type,
            ["version"] = Version,
        },
        Header,
        content);

    /// <summary>The message as frames, signed.</summary>
    public NetMQMessage ToFrames(string key)
    {
        byte[][] parts = [Bytes(Header), Bytes(Parent), "{}"u8.ToArray(), Bytes(Content)];
        return new NetMQMessage([.. Identities.Append(Delimiter).Append(Encoding.ASCII.GetBytes(Sign(parts, key))).Concat(parts).Select(b => new NetMQFrame(b))]);
    }

    /// <summary>Reads frames.</summary>
    /// <exception cref="FormatException">They are no message, or the signature is not the key's.</exception>
    public static JupyterMessage FromFrames(NetMQMessage frames, string key)
    {
        var all = frames.Select(f => f.ToByteArray()).ToList();
        var at = all.FindIndex(f => f.AsSpan().SequenceEqual(Delimiter));
        if (at < 0 || all.Count < at + 6)
        {
            throw new FormatException($"{all.Count} frames without delimiter, signature and four documents");
        }

        byte[][] parts = [.. all.GetRange(at + 2, 4)];
        if (key.Length > 0 && !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(parts, key)), all[at + 1]))
        {
            throw new FormatException("the signature is not the connection key's");
        }

        try
        {
            var documents = parts.Select(p => JsonNode.Parse(p) as JsonObject).ToList();
            return documents is [{ } header, var parent, _, { } content] && Text(header, "msg_type").Length > 0
                ? new JupyterMessage(all.GetRange(0, at), header, parent ?? [], content)
                : throw new FormatException("header or content is no object, or has no msg_type");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"a document is not JSON: {e.Message}", e);
        }
    }

    private static string Text(JsonObject item, string name) => item[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static byte[] Bytes(JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString(Plain));

    private static string Sign(byte[][] parts, string key)
    {
        if (key.Length == 0)
        {
            return "";
        }

        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key));
        foreach (var part in parts)
        {
            hash.AppendData(part);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
