using System.Buffers.Binary;
using System.Text;

namespace CrossLingual.Text;

/// <summary>
/// What SentencePiece does to a text before it is cut: the model's own table replaces the longest prefix that it knows at each
/// place (NFKC and the like), runs of spaces are squeezed, a space is put in front, and spaces become U+2581.
/// </summary>
/// <remarks>
/// The table is a double array (Aoe, IEEE TSE 1989) over UTF-8 bytes as the Darts library writes it, then the replacements,
/// each ended by a zero byte; its first four bytes are the array's length.
/// </remarks>
internal sealed class SentencePieceNormalizer
{
    private const char SpaceMark = '\u2581';
    private readonly bool _squeezes;
    private readonly bool _prefixes;
    private readonly uint[] _units = [];
    private readonly byte[] _replacements = [];

    /// <exception cref="InvalidOperationException">The table's length is impossible.</exception>
    public SentencePieceNormalizer(SentencePieceModel model)
    {
        (_squeezes, _prefixes) = (model.RemoveExtraWhitespaces, model.AddDummyPrefix);
        var table = model.NormalizationTable.Span;
        if (table.IsEmpty)
        {
            return;
        }

        var length = table.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(table);
        if (length is 0 || length % 4 != 0 || length + 4L > table.Length)
        {
            throw new InvalidOperationException("its normalisation table is cut off.");
        }

        _units = new uint[length / 4];
        for (var i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(table[(4 + (4 * i))..]);
        }

        _replacements = table[(4 + (int)length)..].ToArray();
    }

    /// <summary>Normalises a text.</summary>
    /// <param name="text">Any text; unpaired surrogates become U+FFFD.</param>
    /// <param name="continuation">Whether no space is put in front.</param>
    public string Normalize(string text, bool continuation)
    {
        var plain = Replace(text);
        var result = new StringBuilder(plain.Length + 1);
        var afterSpace = _squeezes;
        foreach (var c in plain)
        {
            if (c == ' ' && afterSpace)
            {
                continue;
            }

            if (result.Length == 0 && _prefixes && !continuation)
            {
                result.Append(SpaceMark);
            }

            result.Append(c == ' ' ? SpaceMark : c);
            afterSpace = _squeezes && c == ' ';
        }

        if (_squeezes && result.Length > 0 && result[^1] == SpaceMark)
        {
            result.Length--;
        }

        return result.ToString();
    }

    private string Replace(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (_units.Length == 0)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var result = new List<byte>(bytes.Length);
        for (var at = 0; at < bytes.Length;)
        {
            var (length, value) = LongestPrefix(bytes.AsSpan(at));
            if (length == 0)
            {
                length = bytes[at] switch { < 0x80 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
                result.AddRange(bytes.AsSpan(at, length));
            }
            else
            {
                var rest = _replacements.AsSpan(Math.Min(value, _replacements.Length));
                var end = rest.IndexOf((byte)0);
                result.AddRange(end < 0 ? rest : rest[..end]);
            }

            at += length;
        }

        return Encoding.UTF8.GetString([.. result]);
    }

    // Darts: a unit holds a byte's label, a flag for an end, and the distance to its children.
    private (int Length, int Value) LongestPrefix(ReadOnlySpan<byte> bytes)
    {
        var found = (Length: 0, Value: 0);
        var node = Children(_units[0]);
        for (var i = 0; i < bytes.Length; i++)
        {
            node ^= bytes[i];
            if (node >= _units.Length || (_units[node] & 0x8000_00FF) != bytes[i])
            {
                break;
            }

            var unit = _units[node];
            node ^= Children(unit);
            if ((unit & 0x100) != 0 && node < _units.Length)
            {
                found = (i + 1, (int)(_units[node] & 0x7FFF_FFFF));
            }
        }

        return found;

        static uint Children(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
    }
}
