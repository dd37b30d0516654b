using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CrossLingual.Text;

namespace CrossLingual.Tests.Tiny;

/// <summary>Small Unigram models, their normalisation tables and their tokenizer.json.</summary>
public static class TinyUnigram
{
    /// <summary>A model of the usual three first pieces and the given ones.</summary>
    public static SentencePieceModel Model(params IEnumerable<(string Text, float Score)> pieces) => new()
    {
        Pieces =
        [
            new("<unk>", 0, PieceKind.Unknown), new("<s>", 0, PieceKind.Control), new("</s>", 0, PieceKind.Control),
            .. pieces.Select(p => new Piece(p.Text, p.Score, PieceKind.Normal)),
        ],
        Algorithm = SentencePieceAlgorithm.Unigram,
        ByteFallback = false,
        RemoveExtraWhitespaces = true,
    };

    /// <summary>A normalisation table: a trie in which each node's children have 256 places of their own.</summary>
    public static byte[] Table(params (string From, string To)[] rules)
    {
        var replacements = new List<byte>();
        var units = new List<uint>(new uint[256]);
        var children = new Dictionary<string, int>();   // a prefix, and where its children are
        Open("", 0);
        foreach (var (from, to) in rules)
        {
            var prefix = "";
            foreach (var b in Encoding.UTF8.GetBytes(from))
            {
                var place = children[prefix] ^ b;
                prefix += (char)b;
                if (!children.ContainsKey(prefix))
                {
                    Open(prefix, place);
                    units[place] |= b;
                }

                units[place] |= prefix.Length == Encoding.UTF8.GetByteCount(from) ? 0x100u : 0;
            }

            units[children[prefix]] = 0x8000_0000u | (uint)replacements.Count;
            replacements.AddRange([.. Encoding.UTF8.GetBytes(to), 0]);
        }

        var table = new byte[4 + (4 * units.Count)];
        BinaryPrimitives.WriteUInt32LittleEndian(table, (uint)(4 * units.Count));
        for (var i = 0; i < units.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 + (4 * i)), units[i]);
        }

        return [.. table, .. replacements];

        void Open(string prefix, int place)
        {
            children[prefix] = units.Count;
            units[place] |= (uint)(place ^ units.Count) << 10;
            units.AddRange(new uint[256]);
        }
    }

    /// <summary>tokenizer.json as Hugging Face's converter writes it for XLM-RoBERTa.</summary>
    public static string Json(SentencePieceModel xlmRoberta) => JsonSerializer.Serialize(new
    {
        version = "1.0",
        added_tokens = xlmRoberta.Pieces.Select((p, id) => new { id, content = p.Text, special = true, kind = p.Kind })
            .Where(p => p.kind is PieceKind.Control or PieceKind.Unknown).Select(p => new { p.id, p.content, p.special }),
        normalizer = xlmRoberta.NormalizationTable.IsEmpty ? null : new { type = "Precompiled", precompiled_charsmap = Convert.ToBase64String(xlmRoberta.NormalizationTable.Span) },
        pre_tokenizer = new { type = "Sequence", pretokenizers = new object[] { new { type = "WhitespaceSplit" }, new { type = "Metaspace", replacement = "\u2581", add_prefix_space = true } } },
        model = new { type = "Unigram", unk_id = xlmRoberta.UnknownId, vocab = xlmRoberta.Pieces.SkipLast(1).Select(p => new object[] { p.Text, p.Score }) },
    });
}
