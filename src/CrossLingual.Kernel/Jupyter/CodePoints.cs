using System.Text;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>Front ends count code points, .NET counts UTF-16 units.</summary>
internal static class CodePoints
{
    /// <summary>The place in UTF-16 units of a place in code points; the end where it lies beyond.</summary>
    public static int ToUtf16(string text, int points)
    {
        var at = 0;
        for (; points > 0 && at < text.Length; points--)
        {
            at += Rune.TryGetRuneAt(text, at, out var rune) ? rune.Utf16SequenceLength : 1;
        }

        return at;
    }

    /// <summary>The place in code points of a place in UTF-16 units.</summary>
    public static int FromUtf16(string text, int at)
    {
        var points = 0;
        for (var i = 0; i < Math.Min(at, text.Length); points++)
        {
            i += Rune.TryGetRuneAt(text, i, out var rune) ? rune.Utf16SequenceLength : 1;
        }

        return points;
    }
}
