using System.Collections;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CrossLingual.Reporting;
using DuckDB.NET.Data;

namespace CrossLingual.Kernel.Languages;

/// <summary>
/// SQL over DuckDB, in memory. Files are tables too: <c>SELECT * FROM 'samples.jsonl'</c>, <c>read_csv('…')</c>,
/// <c>read_parquet('…')</c>. The last result is the variable <c>result</c>, or the name that <c>#!sql --name</c> gives.
/// </summary>
/// <param name="show">Shows a value in its forms.</param>
internal sealed partial class SqlLanguage(Action<JsonObject> show) : ICellLanguage
{
    private const string Result = "result";

    private static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    private readonly Dictionary<string, SqlRows> results = [];
    private DuckDBConnection? connection;

    /// <inheritdoc/>
    public string Name => CellLanguages.Sql;

    /// <inheritdoc/>
    public IReadOnlyList<CellVariable> Variables =>
    [
        .. results.Select(pair => new CellVariable(pair.Key, typeof(SqlRows), pair.Value)),
        .. connection is null ? [] : Query("SELECT table_name, estimated_size FROM duckdb_tables()", CancellationToken.None).SelectMany(rows => rows)
            .Where(row => !results.ContainsKey((string)row["table_name"]!))
            .Select(row => new CellVariable((string)row["table_name"]!, typeof(SqlRows), string.Create(CultureInfo.InvariantCulture, $"table, {row["estimated_size"]} rows"))),
    ];

    private DuckDBConnection Connection
    {
        get
        {
            if (connection is null)
            {
                connection = new DuckDBConnection("DataSource=:memory:");
                connection.Open();
            }

            return connection;
        }
    }

    /// <inheritdoc/>
    public Task<CellEnd> RunAsync(CellPart part, string name, CancellationToken cancel)
    {
        var given = new Option<string?>("--name");
        var variable = Magics.Parse(part, part.Arguments, given).GetValue(given) ?? Result;
        try
        {
            SqlRows? last = null;
            foreach (var rows in Statements(part.Code).SelectMany(statement => Query(statement, cancel)))
            {
                if (last is not null)
                {
                    show(MimeBundle.Of(last));
                }

                results[variable] = last = rows;
            }

            return Task.FromResult(new CellEnd(last is null ? null : MimeBundle.Of(last), null));
        }
        catch (DuckDBException e)
        {
            cancel.ThrowIfCancellationRequested();
            return Task.FromResult(new CellEnd(null, Said(e, name)));
        }
    }

    /// <inheritdoc/>
    public bool TryGet(string name, out object? value)
    {
        if (!results.TryGetValue(name, out var rows) && Variables.Any(v => v.Name == name))
        {
            rows = Query($"SELECT * FROM {Quoted(name)}", CancellationToken.None).Single();
        }

        value = rows;
        return rows is not null;
    }

    /// <inheritdoc/>
    public Task SetAsync(string name, object? value, CancellationToken cancel)
    {
        // A row for each thing of a list, a column for each property or one column 'value'. DuckDB finds out the columns and their types from JSON.
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, RowsOf(value).Select(row => row.ToJsonString()));
            Query($"CREATE OR REPLACE TABLE {Quoted(name)} AS SELECT * FROM read_json_auto('{file.Replace("'", "''", StringComparison.Ordinal)}', format = 'newline_delimited')", cancel).ToList();
            results.Remove(name);
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is NotSupportedException or ArgumentException or JsonException or InvalidOperationException or DuckDBException)
        {
            throw new UserException("XL743", $"'{name}' cannot be a table of SQL: {e.Message.Split('\n')[0]} A list of records, a table or numbers can.", e);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // One by one, each behind its line number of empty lines: DuckDB counts the lines of a statement from its own start.
    private static IEnumerable<string> Statements(string code)
    {
        var from = 0;
        foreach (var end in Token().Matches(code).Where(token => token.Value == ";").Select(token => token.Index).Append(code.Length))
        {
            var statement = code[from..end];
            if (!string.IsNullOrWhiteSpace(Token().Replace(statement, token => token.Value.StartsWith("--", StringComparison.Ordinal) || token.Value.StartsWith("/*", StringComparison.Ordinal) ? "" : token.Value)))
            {
                yield return new string('\n', code.AsSpan(0, from).Count('\n')) + statement;
            }

            from = Math.Min(end + 1, code.Length);
        }
    }

    private static CellError Said(DuckDBException error, string name)
    {
        var lines = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int? line = Place().Match(error.Message) is { Success: true } place ? int.Parse(place.Groups[1].Value, CultureInfo.InvariantCulture) : null;
        var message = $"{name}{(line is null ? "" : $", line {line}")}: {lines[0]}";
        return new CellError("SQL", message, line, [message, .. lines[1..]]);
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static IEnumerable<JsonObject> RowsOf(object? value) => value switch
    {
        Table table => table.Rows.Select(row => new JsonObject(table.Columns.Select((c, i) => KeyValuePair.Create(c.Name, Cell(row[i]))))),
        IEnumerable list and not string and not IDictionary => list.Cast<object?>().Select(Row),
        _ => [Row(value)],
    };

    private static JsonNode? Cell(string text) => text.Length == 0 ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : text;

    private static JsonObject Row(object? item) => JsonSerializer.SerializeToNode(item, item?.GetType() ?? typeof(object), WithFields) switch
    {
        JsonObject row => row,
        var plain => new JsonObject { ["value"] = plain },
    };

    private static SqlRows Read(DuckDBDataReader reader, CancellationToken cancel)
    {
        var columns = new List<string>();
        for (var i = 0; i < reader.FieldCount; i++)
        {
            // Two columns of a join may have one name.
            var name = reader.GetName(i);
            columns.Add(columns.Contains(name) ? string.Create(CultureInfo.InvariantCulture, $"{name}_{i + 1}") : name);
        }

        var types = columns.Select((_, i) => reader.GetFieldType(i)).ToList();
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        while (reader.Read())
        {
            cancel.ThrowIfCancellationRequested();
            rows.Add(columns.Select((c, i) => KeyValuePair.Create(c, reader.IsDBNull(i) ? null : reader.GetValue(i))).ToDictionary());
        }

        return new SqlRows(columns, types, rows);
    }

    private IEnumerable<SqlRows> Query(string text, CancellationToken cancel)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = text;
        var running = Task.Run(command.ExecuteReader, CancellationToken.None);
        while (Task.WaitAny([running], TimeSpan.FromMilliseconds(100)) < 0)
        {
            // An interrupt that comes before DuckDB has begun is lost: it is said again until it is heard.
            if (cancel.IsCancellationRequested)
            {
                command.Cancel();
            }
        }

        using var reader = running.GetAwaiter().GetResult();
        do
        {
            // What changes data gives the number of rows alone.
            if (reader.FieldCount > 0 && reader.RecordsAffected < 0)
            {
                yield return Read(reader, cancel);
            }
        }
        while (reader.NextResult());
    }

    // Texts, names and comments, in which a semicolon ends nothing, and the semicolon.
    [GeneratedRegex("""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*.*?\*/|;""", RegexOptions.Singleline)]
    private static partial Regex Token();

    [GeneratedRegex(@"^LINE (\d+):", RegexOptions.Multiline)]
    private static partial Regex Place();
}
