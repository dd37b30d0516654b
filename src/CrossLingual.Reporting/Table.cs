using System.Globalization;
using System.Net;
using System.Text;

namespace CrossLingual.Reporting;

/// <summary>Where a column's cells stand.</summary>
public enum Alignment
{
    /// <summary>Words.</summary>
    Left,

    /// <summary>Numbers.</summary>
    Right,

    /// <summary>Marks.</summary>
    Centre,
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Align">Where its cells stand.</param>
public sealed record Column(string Name, Alignment Align = Alignment.Left)
{
    /// <summary>A left-aligned column.</summary>
    public static implicit operator Column(string name) => new(name);
}

/// <summary>
/// Rows of words and numbers. A number with an interval reads <c>62.5 [58.1, 66.7]</c>.
/// <code>
/// new Table("Method", new Column("Exact match", Alignment.Right)).Add("X-CIT", new Estimate(62.5, 58.1, 66.7));
/// </code>
/// </summary>
/// <param name="columns">The columns, from the left; a plain string is a left-aligned one.</param>
public sealed class Table(params IReadOnlyList<Column> columns)
{
    private readonly List<IReadOnlyList<string>> rows = [];

    /// <summary>The columns, from the left.</summary>
    public IReadOnlyList<Column> Columns { get; } = columns;

    /// <summary>The rows as they are shown.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows => rows;

    /// <summary>What the table shows, in a sentence; empty for none.</summary>
    public string Caption { get; init; } = "";

    /// <summary>Digits after the point of numbers that are not whole.</summary>
    public int Decimals { get; init; } = 1;

    /// <summary>Adds a row of strings, numbers and estimates; null is an empty cell.</summary>
    /// <exception cref="UserException">XL602: not one cell a column.</exception>
    public Table Add(params ReadOnlySpan<object?> cells)
    {
        if (cells.Length != Columns.Count)
        {
            throw new UserException("XL602", string.Create(CultureInfo.InvariantCulture, $"A row has {cells.Length} cells, the table has {Columns.Count} columns ({string.Join(", ", Columns.Select(c => c.Name))}). Give one cell a column."));
        }

        var row = new string[cells.Length];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = Say(cells[i]);
        }

        rows.Add(row);
        return this;
    }

    /// <summary>An HTML table; everything in it is encoded.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder("<table class=\"xl-table\">");
        if (Caption.Length > 0)
        {
            html.Append("<caption>").Append(WebUtility.HtmlEncode(Caption)).Append("</caption>");
        }

        html.Append("<thead>");
        AppendRow(html, Columns.Select(c => c.Name), "th scope=\"col\"", "th");
        html.Append("</thead><tbody>");
        foreach (var row in rows)
        {
            AppendRow(html, row, "td", "td");
        }

        return html.Append("</tbody></table>").ToString();
    }

    /// <summary>Aligned plain text, each letter one column wide whatever its script (combining marks are not counted).</summary>
    public string ToText()
    {
        var widths = Widths(row => row);
        var text = new StringBuilder();
        if (Caption.Length > 0)
        {
            text.Append(Caption).Append('\n');
        }

        AppendLine(text, Columns.Select(c => c.Name), widths, "", "  ", "");
        AppendLine(text, widths.Select(w => new string('-', w)), widths, "", "  ", "");
        foreach (var row in rows)
        {
            AppendLine(text, row, widths, "", "  ", "");
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>A Markdown table.</summary>
    public string ToMarkdown()
    {
        var widths = Widths(row => row.Select(Escape));
        var text = new StringBuilder();
        AppendLine(text, Columns.Select(c => Escape(c.Name)), widths, "| ", " | ", " |");
        AppendLine(text, Columns.Select((c, i) => Rule(c.Align, Math.Max(3, widths[i]))), widths, "| ", " | ", " |");
        foreach (var row in rows)
        {
            AppendLine(text, row.Select(Escape), widths, "| ", " | ", " |");
        }

        return Caption.Length == 0 ? text.ToString().TrimEnd('\n') : $"{text}\n{Caption}";
    }

    /// <inheritdoc/>
    public override string ToString() => ToText();

    private static string Escape(string cell) => cell.ReplaceLineEndings(" ").Replace("\\", "\\\\").Replace("|", "\\|").Replace("<", "&lt;");

    private static string Rule(Alignment align, int width) => align switch
    {
        Alignment.Right => new string('-', width - 1) + ":",
        Alignment.Centre => ":" + new string('-', width - 2) + ":",
        _ => new string('-', width),
    };

    private static int Width(string cell) => new StringInfo(cell).LengthInTextElements;

    private string Say(object? cell) => cell switch
    {
        null => "",
        Estimate estimate => estimate.ToString(Decimals),
        double or float or decimal or Half => new Estimate(Convert.ToDouble(cell, CultureInfo.InvariantCulture)).ToString(Decimals),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };

    private int[] Widths(Func<IReadOnlyList<string>, IEnumerable<string>> form)
    {
        var all = rows.Prepend([.. Columns.Select(c => c.Name)]).Select(row => form(row).ToArray()).ToList();
        return [.. Columns.Select((_, i) => Math.Max(3, all.Max(row => Width(row[i]))))];
    }

    private void AppendLine(StringBuilder text, IEnumerable<string> cells, int[] widths, string open, string between, string close)
    {
        var padded = cells.Select((cell, i) =>
        {
            var room = Math.Max(0, widths[i] - Width(cell));
            var before = Columns[i].Align switch { Alignment.Right => room, Alignment.Centre => room / 2, _ => 0 };
            return new string(' ', before) + cell + new string(' ', room - before);
        });
        text.Append((open + string.Join(between, padded) + close).TrimEnd()).Append('\n');
    }

    private void AppendRow(StringBuilder html, IEnumerable<string> cells, string open, string close)
    {
        html.Append("<tr>");
        foreach (var (cell, column) in cells.Zip(Columns))
        {
            var align = column.Align switch { Alignment.Right => " style=\"text-align:right\"", Alignment.Centre => " style=\"text-align:center\"", _ => "" };
            html.Append('<').Append(open).Append(align).Append('>').Append(WebUtility.HtmlEncode(cell)).Append("</").Append(close).Append('>');
        }

        html.Append("</tr>");
    }
}
