using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using CrossLingual.Reporting;

namespace CrossLingual.Kernel.Languages;

/// <summary>
/// The rows that a query gave. A row maps columns' names to values; null is SQL's NULL.
/// <code>
/// #!share --from sql result
/// result.Column&lt;double&gt;("loss").Average()
/// </code>
/// </summary>
public sealed class SqlRows : IReadOnlyList<IReadOnlyDictionary<string, object?>>
{
    /// <summary>Rows that are shown; all of them are in the variable.</summary>
    private const int Shown = 100;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, IncludeFields = true };

    private readonly IReadOnlyList<Type> types;
    private readonly IReadOnlyList<IReadOnlyDictionary<string, object?>> rows;

    internal SqlRows(IReadOnlyList<string> columns, IReadOnlyList<Type> types, IReadOnlyList<IReadOnlyDictionary<string, object?>> rows) =>
        (Columns, this.types, this.rows) = (columns, types, rows);

    /// <summary>Names of the columns, from the left.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <inheritdoc/>
    public int Count => rows.Count;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, object?> this[int index] => rows[index];

    /// <summary>The values of a column, each turned into a type where it is another: whole numbers into <c>double</c>, say.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public IReadOnlyList<T> Column<T>(string name) =>
        [.. rows.Select(row => row[name] is T value ? value : (T)Convert.ChangeType(row[name] is BigInteger whole ? (double)whole : row[name], typeof(T), CultureInfo.InvariantCulture)!)];

    /// <summary>The first rows as a table.</summary>
    public Table ToTable()
    {
        var table = new Table([.. Columns.Select((name, i) => new Column(name, IsNumber(types[i]) ? Alignment.Right : Alignment.Left))])
        {
            Caption = Count > Shown ? string.Create(CultureInfo.InvariantCulture, $"{Shown} of {Count:N0} rows") : "",
        };
        foreach (var row in rows.Take(Shown))
        {
            table.Add([.. Columns.Select(c => Say(row[c]))]);
        }

        return table;
    }

    /// <inheritdoc/>
    public IEnumerator<IReadOnlyDictionary<string, object?>> GetEnumerator() => rows.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count:N0} rows: {string.Join(", ", Columns)}");

    private static bool IsNumber(Type type) => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(INumber<>)) && type != typeof(char);

    private static string Say(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        double number => number.ToString("G6", CultureInfo.InvariantCulture),
        float number => number.ToString("G6", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => JsonSerializer.Serialize(value, Json),
    };
}
