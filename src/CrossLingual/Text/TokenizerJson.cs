using System.Globalization;
using System.Text.Json;

namespace CrossLingual.Text;

/// <summary>
/// Reads Hugging Face <c>tokenizer.json</c>: byte-level BPE (GPT-2, Llama 3, Qwen), SentencePiece-BPE with byte fallback
/// (Llama 2, Mistral, TinyLlama) and Unigram (XLM-RoBERTa, T5). The last two are turned into the SentencePiece model that they
/// came from; of BPE a piece's score is minus the rank of the merge that makes it.
/// </summary>
internal static class TokenizerJson
{
    public static Tokenizer Parse(byte[] bytes, string origin)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            var model = root.GetProperty("model");
            var type = model.TryGetProperty("type", out var named) ? named.GetString() : "BPE";
            var added = AddedTokens(root);
            var files = new Dictionary<string, byte[]> { ["tokenizer.json"] = bytes };
            if (type == "Unigram")
            {
                return new SentencePieceTokenizer(UnigramJson.Read(root, model, added), files);
            }

            if (type != "BPE")
            {
                throw new UserException(
                    "XL212",
                    $"{origin}: model type '{type}' is not supported; BPE and Unigram are. Use the model's tokenizer.model if it has one.");
            }

            var vocabulary = Vocabulary(model, added);
            return UsesByteLevel(root)
                ? new ByteLevelTokenizer(ByteLevelTokenizer.Definition.Read(root, model, vocabulary, added), files)
                : new SentencePieceTokenizer(AsSentencePiece(root, model, vocabulary, added), files);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or IndexOutOfRangeException)
        {
            throw new UserException("XL212", $"{origin} is not a readable tokenizer.json: {e.Message} Download it again.", e);
        }
    }

    internal static IEnumerable<(string Left, string Right)> Merges(JsonElement model)
    {
        foreach (var merge in model.GetProperty("merges").EnumerateArray())
        {
            if (merge.ValueKind == JsonValueKind.Array)
            {
                yield return (merge[0].GetString()!, merge[1].GetString()!);
            }
            else
            {
                var text = merge.GetString()!;
                var space = text.IndexOf(' ', 1);
                yield return (text[..space], text[(space + 1)..]);
            }
        }
    }

    internal static IEnumerable<JsonElement> Steps(JsonElement root, string part)
    {
        if (!root.TryGetProperty(part, out var step) || step.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        foreach (var list in new[] { "pretokenizers", "normalizers", "decoders", "processors" })
        {
            if (step.TryGetProperty(list, out var steps))
            {
                return [.. steps.EnumerateArray()];
            }
        }

        return [step];
    }

    internal static bool IsType(JsonElement step, string type) => step.GetProperty("type").GetString() == type;

    private static bool UsesByteLevel(JsonElement root) =>
        Steps(root, "pre_tokenizer").Concat(Steps(root, "decoder")).Any(step => IsType(step, "ByteLevel"));

    private static Dictionary<int, (string Text, bool Special)> AddedTokens(JsonElement root)
    {
        var added = new Dictionary<int, (string, bool)>();
        if (root.TryGetProperty("added_tokens", out var tokens) && tokens.ValueKind == JsonValueKind.Array)
        {
            foreach (var token in tokens.EnumerateArray())
            {
                var special = token.TryGetProperty("special", out var flag) && flag.GetBoolean();
                added[token.GetProperty("id").GetInt32()] = (token.GetProperty("content").GetString()!, special);
            }
        }

        return added;
    }

    private static string[] Vocabulary(JsonElement model, Dictionary<int, (string Text, bool Special)> added)
    {
        var entries = model.GetProperty("vocab").EnumerateObject().Select(p => (Id: p.Value.GetInt32(), Text: p.Name))
            .Concat(added.Select(a => (Id: a.Key, a.Value.Text)))
            .ToList();
        var last = entries.Max(e => e.Id);
        if (entries.Exists(e => e.Id < 0) || last >= 10_000_000)
        {
            throw new FormatException($"ids run from {entries.Min(e => e.Id)} to {last}; they must lie in 0..9999999.");
        }

        var size = last + 1;
        var vocabulary = new string[size];
        foreach (var (id, text) in entries)
        {
            vocabulary[id] = text;
        }

        for (var id = 0; id < size; id++)
        {
            vocabulary[id] ??= string.Create(CultureInfo.InvariantCulture, $"<unused{id}>");
        }

        return vocabulary;
    }

    private static SentencePieceModel AsSentencePiece(
        JsonElement root,
        JsonElement model,
        string[] vocabulary,
        Dictionary<int, (string Text, bool Special)> added)
    {
        var rank = new Dictionary<string, int>();
        foreach (var (left, right) in Merges(model))
        {
            rank.TryAdd(left + right, rank.Count);
        }

        var unknown = model.TryGetProperty("unk_token", out var token) && token.ValueKind == JsonValueKind.String
            ? token.GetString()
            : "<unk>";
        var byteFallback = model.TryGetProperty("byte_fallback", out var fallback) && fallback.GetBoolean();
        var pieces = vocabulary.Select((text, id) => new Piece(text, -rank.GetValueOrDefault(text, rank.Count), KindOf(id, text))).ToArray();
        if (!Array.Exists(pieces, p => p.Kind == PieceKind.Unknown))
        {
            throw new FormatException($"the unknown token '{unknown}' is not in the vocabulary.");
        }

        return new SentencePieceModel
        {
            Pieces = pieces,
            ByteFallback = byteFallback,
            AddDummyPrefix = PrependsSpace(root),
            UnknownId = Array.IndexOf(vocabulary, unknown),
            BosId = Array.FindIndex(vocabulary, t => t is "<s>" or "<bos>"),
            EosId = Array.FindIndex(vocabulary, t => t is "</s>" or "<eos>"),
        };

        PieceKind KindOf(int id, string text) =>
            text == unknown ? PieceKind.Unknown
            : byteFallback && text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) ? PieceKind.Byte
            : added.TryGetValue(id, out var extra) ? (extra.Special ? PieceKind.Control : PieceKind.UserDefined)
            : PieceKind.Normal;
    }

    internal static bool PrependsSpace(JsonElement root) =>
        Steps(root, "normalizer").Any(step => IsType(step, "Prepend"))
        || Steps(root, "pre_tokenizer").Any(step => IsType(step, "Metaspace")
            && (!step.TryGetProperty("prepend_scheme", out var scheme) || scheme.GetString() != "never")
            && (!step.TryGetProperty("add_prefix_space", out var prefix) || prefix.GetBoolean()));
}
