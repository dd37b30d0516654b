using System.Text.Json;
using CrossLingual.Text;

namespace CrossLingual.Tests.Tiny;

/// <summary>Writes tokenizer.json files as Hugging Face's converter does.</summary>
public static class TokenizerJsonFixture
{
    public static string FromSentencePiece(SentencePieceModel model)
    {
        var ids = model.Pieces.Select((p, id) => (p.Text, id)).ToDictionary(p => p.Text, p => p.id);
        var merges = model.Pieces
            .Where(p => p.Kind == PieceKind.Normal && p.Text.Length > 1)
            .OrderByDescending(p => p.Score)
            .SelectMany(p => Enumerable.Range(1, p.Text.Length - 1)
                .Select(cut => (Left: p.Text[..cut], Right: p.Text[cut..]))
                .Where(pair => ids.ContainsKey(pair.Left) && ids.ContainsKey(pair.Right))
                .OrderBy(pair => ids[pair.Left]).ThenBy(pair => ids[pair.Right]))
            .Select(pair => pair.Left + " " + pair.Right);
        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = model.Pieces.Select((p, id) => new { id, content = p.Text, special = true, kind = p.Kind })
                .Where(p => p.kind is PieceKind.Control or PieceKind.Unknown)
                .Select(p => new { p.id, p.content, p.special }),
            normalizer = new { type = "Sequence", normalizers = new object[] { new { type = "Prepend", prepend = "\u2581" }, new { type = "Replace", pattern = new { String = " " }, content = "\u2581" } } },
            pre_tokenizer = (object?)null,
            model = new { type = "BPE", unk_token = "<unk>", byte_fallback = true, vocab = ids, merges },
        });
    }

    /// <summary>A byte-level tokenizer over the 256 bytes and a few merges, with Llama 3's way of cutting words.</summary>
    public static string ByteLevel(IReadOnlyList<(string Left, string Right)> merges, bool ignoreMerges, params string[] wholeWords)
    {
        var alphabet = new List<string>();
        var next = 0x100;
        for (var b = 0; b < 256; b++)
        {
            alphabet.Add(((char)(b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? b : next++)).ToString());
        }

        var vocabulary = alphabet.Concat(merges.Select(m => m.Left + m.Right)).Concat(wholeWords).Select((text, id) => (text, id)).ToDictionary(p => p.text, p => p.id);
        return JsonSerializer.Serialize(new
        {
            added_tokens = new[]
            {
                new { id = vocabulary.Count, content = "<|begin_of_text|>", special = true },
                new { id = vocabulary.Count + 1, content = "<|eot_id|>", special = true },
            },
            pre_tokenizer = new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new { type = "Split", pattern = new { Regex = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+" }, behavior = "Isolated", invert = false },
                    new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = false },
                },
            },
            model = new { type = "BPE", ignore_merges = ignoreMerges, vocab = vocabulary, merges = merges.Select(m => new[] { m.Left, m.Right }) },
        });
    }
}
