using System.Text.Json;

namespace CrossLingual.Text;

/// <summary>
/// Reads the Unigram model of a Hugging Face <c>tokenizer.json</c>: a list of pieces with their log probabilities, the
/// unknown piece's place in it, and SentencePiece's normalisation in the steps before.
/// </summary>
/// <remarks>
/// Hugging Face applies the normalisation table grapheme by grapheme, SentencePiece by longest prefix, as is done here: texts
/// with combining marks that the table composes can be cut in another way.
/// </remarks>
internal static class UnigramJson
{
    /// <exception cref="FormatException">The model is not of the form, or a normalisation step is not known.</exception>
    public static SentencePieceModel Read(JsonElement root, JsonElement model, Dictionary<int, (string Text, bool Special)> added)
    {
        var entries = model.GetProperty("vocab").EnumerateArray().Select(e => (Text: e[0].GetString()!, Score: e[1].GetSingle())).ToList();
        var unknown = model.GetProperty("unk_id").GetInt32();
        if (unknown < 0 || unknown >= entries.Count)
        {
            throw new FormatException($"unk_id {unknown} is not in the vocabulary of {entries.Count} pieces.");
        }

        foreach (var (id, (text, _)) in added.OrderBy(a => a.Key).Where(a => a.Key >= entries.Count))
        {
            if (id != entries.Count)
            {
                throw new FormatException($"the added token '{text}' has id {id}; the next free one is {entries.Count}.");
            }

            entries.Add((text, 0));
        }

        var byteFallback = model.TryGetProperty("byte_fallback", out var fallback) && fallback.GetBoolean();
        var (table, squeezes) = Normalization(root);
        var texts = entries.Select(e => e.Text).ToList();
        return new SentencePieceModel
        {
            Pieces = [.. entries.Select((e, id) => new Piece(e.Text, e.Score, KindOf(id, e.Text)))],
            Algorithm = SentencePieceAlgorithm.Unigram,
            ByteFallback = byteFallback,
            AddDummyPrefix = TokenizerJson.PrependsSpace(root),
            RemoveExtraWhitespaces = squeezes || TokenizerJson.Steps(root, "pre_tokenizer").Any(s => TokenizerJson.IsType(s, "WhitespaceSplit")),
            NormalizationTable = table,
            UnknownId = unknown,
            BosId = texts.FindIndex(t => t is "<s>" or "<bos>"),
            EosId = texts.FindIndex(t => t is "</s>" or "<eos>"),
            PadId = texts.IndexOf("<pad>"),
        };

        PieceKind KindOf(int id, string text) =>
            id == unknown ? PieceKind.Unknown
            : byteFallback && text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) ? PieceKind.Byte
            : added.TryGetValue(id, out var extra) ? (extra.Special ? PieceKind.Control : PieceKind.UserDefined)
            : PieceKind.Normal;
    }

    private static (ReadOnlyMemory<byte> Table, bool Squeezes) Normalization(JsonElement root)
    {
        var (table, squeezes) = (Array.Empty<byte>(), false);
        foreach (var step in TokenizerJson.Steps(root, "normalizer"))
        {
            switch (step.GetProperty("type").GetString())
            {
                case "Precompiled":
                    table = step.GetProperty("precompiled_charsmap").GetBytesFromBase64();
                    break;
                case "Replace" when step.GetProperty("pattern").TryGetProperty("Regex", out var regex) && regex.GetString() == " {2,}":
                    squeezes = true;
                    break;
                case "Prepend" or "Strip":
                    break;   // what the dummy prefix and squeezing do
                case "Replace" when step.GetProperty("pattern").TryGetProperty("String", out var plain) && plain.GetString() == " ":
                    break;   // the mark for the space
                case var other:
                    throw new FormatException($"the normalisation step '{other}' is not supported beside a Unigram model; Precompiled is.");
            }
        }

        return (table, squeezes);
    }
}
