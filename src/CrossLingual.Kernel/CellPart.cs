using System.Text.RegularExpressions;
using CrossLingual.Kernel.Languages;
using CrossLingual.Runs;
using Microsoft.CodeAnalysis;

namespace CrossLingual.Kernel;

/// <summary>
/// A piece of a cell between its magic lines: code of one language, or a magic that does something itself. Code keeps its
/// line numbers: what stands before it in the cell is left as empty lines.
/// </summary>
/// <param name="Language">The language that the code is in, or in which the magic stands.</param>
/// <param name="Magic">The magic without its <c>#!</c>; null for the code of a language, also where a magic opened it.</param>
/// <param name="Arguments">What stands behind the magic, of the language or the magic's own.</param>
/// <param name="Line">Line of the magic, or of the code's first line, counted from 1.</param>
/// <param name="Start">Place of the code in the cell, in UTF-16 units.</param>
/// <param name="Text">The code; empty for a magic.</param>
internal sealed partial record CellPart(string Language, string? Magic, string Arguments, int Line, int Start, string Text)
{
    /// <summary>The code behind as many empty lines as stand before it in the cell.</summary>
    public string Code => new string('\n', Line - 1) + Text;

    /// <summary>Whether there is anything to run.</summary>
    public bool IsEmpty => Magic is null && string.IsNullOrWhiteSpace(Text);

    /// <summary>The parts of a cell.</summary>
    /// <param name="source">The cell.</param>
    /// <param name="language">The language that it begins in.</param>
    /// <exception cref="UserException">XL704: a magic that does not exist.</exception>
    public static IReadOnlyList<CellPart> Of(string source, string language)
    {
        var text = source.ReplaceLineEndings("\n");
        var parts = new List<CellPart>();
        var (arguments, from) = ("", 0);
        foreach (Match match in MagicLine().Matches(text))
        {
            // A line within a string or a comment is only text.
            if (match.Index < from || language == CellLanguages.CSharp && CellSyntax.IsText(CellSyntax.Parse(text[from..]).GetRoot(), match.Groups["magic"].Index - from))
            {
                continue;
            }

            AddCode(match.Index);
            var (name, line) = (match.Groups["name"].Value, CellSyntax.LineOf(text, match.Index));
            arguments = match.Groups["arguments"].Value.Trim();
            from = Math.Min(text.Length, match.Index + match.Length + 1);
            if (CellLanguages.Find(name) is { } next)
            {
                language = next;
            }
            else if (Magics.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                parts.Add(new CellPart(language, name.ToLowerInvariant(), arguments, line, match.Index, ""));
                arguments = "";
            }
            else
            {
                throw Unknown(name, line);
            }
        }

        AddCode(text.Length);
        return parts;

        void AddCode(int to)
        {
            if (to > from || arguments.Length > 0)
            {
                parts.Add(new CellPart(language, null, arguments, CellSyntax.LineOf(text, from), from, text[from..to]));
            }

            (arguments, from) = ("", to);
        }
    }

    /// <summary>The part at a place; null where a magic stands there.</summary>
    public static CellPart? At(IReadOnlyList<CellPart> parts, int place) =>
        parts.LastOrDefault(part => part.Magic is null && part.Start <= place && place <= part.Start + part.Text.Length);

    private static UserException Unknown(string name, int line)
    {
        var known = CellLanguages.Magics.Concat(Magics.Names).Order(StringComparer.Ordinal).ToList();
        var nearest = NearestName.Find(name, known) is { } near ? $" Did you mean #!{near}?" : "";
        return new UserException("XL704", $"Line {line}: '#!{name}' is not known here.{nearest} There are: {string.Join(", ", known.Select(k => "#!" + k))}. Correct or remove the line, or run the cell in a kernel that has it.");
    }

    // A letter follows at once: #!/bin/sh in a text is no magic.
    [GeneratedRegex(@"^[ \t]*(?<magic>#!(?<name>\p{L}[^\s]*))(?<arguments>.*)$", RegexOptions.Multiline)]
    private static partial Regex MagicLine();
}
