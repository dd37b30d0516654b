using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Library = Microsoft.ML.Tokenizers;

namespace CrossLingual.Text;

/// <summary>
/// Byte-level BPE (Radford et al. 2019), as Llama 3 and Qwen use it: a regular expression cuts the text into words,
/// each word's UTF-8 bytes are spelt as 256 visible characters, and merges join those.
/// </summary>
/// <remarks>.NET's regular expressions see UTF-16 units: letters above U+FFFF count as symbols when words are cut.</remarks>
internal sealed class ByteLevelTokenizer : Tokenizer
{
    private static readonly char[] ByteToChar = MakeByteToChar();
    private static readonly Dictionary<char, byte> CharToByte = ByteToChar.Select((c, b) => (c, b)).ToDictionary(x => x.c, x => (byte)x.b);

    private readonly Definition _definition;
    private readonly Dictionary<string, int> _ids;
    private readonly Library.BpeTokenizer _merger;
    private readonly Dictionary<string, byte[]> _files;

    public ByteLevelTokenizer(Definition definition, Dictionary<string, byte[]> files)
    {
        _definition = definition;
        _files = files;
        _ids = [];
        for (var id = 0; id < definition.Vocabulary.Length; id++)
        {
            _ids.TryAdd(definition.Vocabulary[id], id);
        }

        // The library maps bytes itself when ByteLevel is set, so it is given the raw word.
        _merger = Library.BpeTokenizer.Create(new Library.BpeOptions(_ids)
        {
            Merges = definition.Merges,
            ByteLevel = true,
        });
    }

    public override int VocabularySize => _definition.Vocabulary.Length;

    public override int? BosId => _definition.BosId;

    public override int? EosId => _definition.EosId;

    public override IReadOnlyDictionary<string, byte[]> Files => _files;

    public override string PieceOf(int id) => _definition.Vocabulary[id];

    public override string Decode(IEnumerable<int> ids, bool continuation = false)
    {
        var bytes = new List<byte>();
        foreach (var id in ids)
        {
            if (_definition.Special.Contains(id))
            {
                continue;
            }

            foreach (var c in _definition.Vocabulary[id])
            {
                if (CharToByte.TryGetValue(c, out var b))
                {
                    bytes.Add(b);
                }
                else
                {
                    bytes.AddRange(Encoding.UTF8.GetBytes([c]));
                }
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    protected override void EncodeInto(List<int> ids, string text, bool continuation)
    {
        foreach (Match match in _definition.Words.Matches(text))
        {
            var word = match.Value;
            if (_definition.IgnoreMerges && _ids.TryGetValue(Spell(word), out var whole))
            {
                ids.Add(whole);
            }
            else
            {
                ids.AddRange(_merger.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false));
            }
        }
    }

    private static string Spell(string word) => string.Concat(Encoding.UTF8.GetBytes(word).Select(b => ByteToChar[b]));

    private static char[] MakeByteToChar()
    {
        // Visible Latin-1 bytes stand for themselves; the other 68 take the code points from U+0100 on.
        var map = new char[256];
        var next = 0x100;
        for (var b = 0; b < 256; b++)
        {
            map[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)next++;
        }

        return map;
    }

    internal sealed record Definition(
        string[] Vocabulary,
        IReadOnlyList<string> Merges,
        Regex Words,
        bool IgnoreMerges,
        IReadOnlySet<int> Special,
        int? BosId,
        int? EosId)
    {
        private const string Gpt2Words = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

        public static Definition Read(JsonElement root, JsonElement model, string[] vocabulary, Dictionary<int, (string Text, bool Special)> added)
        {
            var pattern = Gpt2Words;
            foreach (var step in TokenizerJson.Steps(root, "pre_tokenizer").Where(s => TokenizerJson.IsType(s, "Split")))
            {
                pattern = step.GetProperty("pattern").TryGetProperty("Regex", out var regex)
                    ? regex.GetString()!
                    : throw new FormatException("a Split step has a plain string pattern; a regular expression is supported.");
            }

            return new Definition(
                vocabulary,
                [.. TokenizerJson.Merges(model).Select(m => m.Left + " " + m.Right)],
                new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled),
                model.TryGetProperty("ignore_merges", out var ignore) && ignore.GetBoolean(),
                added.Where(a => a.Value.Special).Select(a => a.Key).ToHashSet(),
                IdOf("<|begin_of_text|>", "<s>", "<bos>"),
                IdOf("<|eot_id|>", "<|im_end|>", "<|end_of_text|>", "<|endoftext|>", "</s>"));

            int? IdOf(params string[] names) => names
                .Select(name => Array.IndexOf(vocabulary, name))
                .Where(id => id >= 0)
                .Select(id => (int?)id)
                .FirstOrDefault();
        }
    }
}
