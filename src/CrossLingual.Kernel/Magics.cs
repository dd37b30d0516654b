using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrossLingual.Kernel.Languages;
using CrossLingual.Reporting;
using CrossLingual.Runs;

namespace CrossLingual.Kernel;

/// <summary>The magics that do something themselves, rather than open a language.</summary>
/// <param name="session">The session.</param>
/// <param name="folder">Where imported files' paths start.</param>
internal sealed class Magics(CellSession session, string folder)
{
    /// <summary>The magic that the session itself heeds.</summary>
    public const string Time = "time";

    /// <summary>Most letters of a value in a list of variables.</summary>
    private const int Most = 80;

    private static readonly ParserConfiguration Plain = new() { ResponseFileTokenReplacer = null };

    // In the order in which the list shows them.
    private static readonly (string Form, string Does)[] Described =
    [
        ("#!csharp, #!c#", "C#, in which cells begin"),
        ("#!fsharp, #!f#", "F#; display, cell.progress and cell.Cancel are there too"),
        ("#!sql [--name NAME]", "SQL over DuckDB: tables, JSON, CSV and Parquet files; the result is the variable 'result', or NAME"),
        ("#!html, #!javascript, #!js, #!markdown, #!md, #!mermaid", "shown by the front end"),
        ("#!share --from LANGUAGE NAME [--as NEW]", "a variable of another language, in this one"),
        ("#!set --name NAME --value @LANGUAGE:NAME or JSON", "a variable of this language"),
        ("#!who, #!whos", "variables of this language; with their types and values"),
        ("#!time", "how long the cell takes from here on"),
        ("#!import FILE", "runs the code of a notebook (.ipynb, .dib) or of a file of one language"),
        ("#!lsmagic, #!help", "this list"),
    ];

    private readonly CellImport import = new(session, folder);

    /// <summary>The magics that do something themselves, without their <c>#!</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["help", "import", "lsmagic", "set", "share", Time, "who", "whos"];

    /// <summary>All magics without their <c>#!</c>.</summary>
    public static IEnumerable<string> All => CellLanguages.Magics.Concat(Names);

    /// <summary>Does what a magic says.</summary>
    /// <param name="part">The magic.</param>
    /// <param name="name">What errors call the cell.</param>
    /// <param name="cancel">Asks it to stop.</param>
    /// <exception cref="UserException">XL740 to XL745: what is wrong with it.</exception>
    public async Task<CellEnd> RunAsync(CellPart part, string name, CancellationToken cancel)
    {
        switch (part.Magic)
        {
            case "share":
                var from = new Option<string>("--from") { Required = true };
                var shared = new Argument<string>("NAME");
                var renamed = new Option<string?>("--as");
                var share = Parse(part, part.Arguments, from, shared, renamed);
                var given = share.GetValue(shared)!;
                await SetAsync(part, share.GetValue(renamed) ?? given, ValueOf(part, share.GetValue(from)!, given), cancel);
                break;
            case "set":
                await SetAsync(part, cancel);
                break;
            case "who":
                Parse(part, part.Arguments);
                session.Show(new JsonObject { ["text/plain"] = string.Join("  ", Variables(part).Select(v => v.Name)) });
                break;
            case "whos":
                Parse(part, part.Arguments);
                var table = new Table("Variable", "Type", "Value");
                foreach (var variable in Variables(part))
                {
                    table.Add(variable.Name, Say(variable.Type), Say(variable.Value));
                }

                session.Show(MimeBundle.Of(table));
                break;
            case "import":
                var file = new Argument<string>("FILE");
                return await import.RunAsync(Parse(part, part.Arguments, file).GetValue(file)!, part.Line, cancel);
            case Time:
                Parse(part, part.Arguments);
                break;
            case "lsmagic" or "help":
                Parse(part, part.Arguments);
                var list = new Table("Magic", "What it does");
                foreach (var (form, does) in Described)
                {
                    list.Add(form, does);
                }

                session.Show(MimeBundle.Of(list));
                break;
        }

        return default;
    }

    /// <summary>Reads a magic's arguments.</summary>
    /// <exception cref="UserException">XL740: they are not what it takes.</exception>
    public static ParseResult Parse(CellPart part, string arguments, params Symbol[] symbols)
    {
        var command = new Command("#!" + (part.Magic ?? part.Language));
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
            {
                command.Add(option);
            }
            else
            {
                command.Add((Argument)symbol);
            }
        }

        var result = command.Parse([.. CommandLineParser.SplitCommandLine(arguments)], Plain);
        return result.Errors.Count == 0 ? result : throw Wrong(part, result.Errors[0].Message);
    }

    private static UserException Wrong(CellPart part, string why)
    {
        var form = Described.Select(d => d.Form).First(f => f.Split(' ', ',').Contains("#!" + (part.Magic ?? part.Language)));

        // The magic that opened a language stands above its code.
        var line = part.Line - (part.Text.Length > 0 ? 1 : 0);
        return new UserException("XL740", $"Line {line}: {why} Write it as {form}.");
    }

    private async Task SetAsync(CellPart part, CancellationToken cancel)
    {
        var (arguments, json) = TakeJson(part);
        var name = new Option<string>("--name") { Required = true };
        var value = new Option<string?>("--value") { Required = json is null };
        var set = Parse(part, arguments, name, value);
        var text = set.GetValue(value);
        var found = json is { } read ? Plainly(read)
            : text is ['@', .. var reference]
                ? reference.Split(':', 2) is [var language, var variable] ? ValueOf(part, language, variable) : throw Wrong(part, $"'{text}' names no variable of a language.")
                : OfWord(text!);
        await SetAsync(part, set.GetValue(name)!, found, cancel);
    }

    private async Task SetAsync(CellPart part, string name, object? value, CancellationToken cancel)
    {
        try
        {
            await session.Languages[part.Language].SetAsync(name, value, cancel);
        }
        catch (UserException e)
        {
            throw new UserException(e.Id, $"Line {part.Line}: {e.Message[(e.Id.Length + 1)..]}", e);
        }
    }

    private object? ValueOf(CellPart part, string language, string name)
    {
        var source = CellLanguages.Find(language) is { } found ? session.Languages[found]
            : throw new UserException("XL741", $"Line {part.Line}: '{language}' is no language of this kernel. There are: {string.Join(", ", session.Languages.Keys)}.");
        if (source.TryGet(name, out var value))
        {
            return value;
        }

        var known = source.Variables.Select(v => v.Name).ToList();
        var nearest = NearestName.Find(name, known) is { } near ? $" Did you mean '{near}'?" : "";
        throw new UserException("XL742", $"Line {part.Line}: {source.Name} has no variable '{name}'.{nearest} It has: {(known.Count == 0 ? "none" : string.Join(", ", known))}. Declare it in a {source.Name} cell first.");
    }

    private IEnumerable<CellVariable> Variables(CellPart part) => session.Languages[part.Language].Variables.OrderBy(v => v.Name, StringComparer.Ordinal);

    // JSON with blanks and quotes is one value, wherever it stands in the line.
    private static (string Arguments, JsonElement? Json) TakeJson(CellPart part)
    {
        const string Option = "--value";
        var at = part.Arguments.IndexOf(Option, StringComparison.Ordinal);
        var rest = at < 0 ? "" : part.Arguments[(at + Option.Length)..].TrimStart(' ', '\t', '=');
        if (rest is not ['{' or '[' or '"', ..])
        {
            return (part.Arguments, null);
        }

        try
        {
            var bytes = Encoding.UTF8.GetBytes(rest);
            var reader = new Utf8JsonReader(bytes);
            var json = JsonElement.ParseValue(ref reader);
            return (part.Arguments[..at] + Encoding.UTF8.GetString(bytes.AsSpan((int)reader.BytesConsumed)), json);
        }
        catch (JsonException e)
        {
            throw Wrong(part, $"The value is not JSON: {e.Message}");
        }
    }

    private static object? OfWord(string text)
    {
        try
        {
            return Plainly(JsonElement.Parse(text));
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static object? Plainly(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number when json.TryGetInt32(out var whole) => whole,
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Null => null,
        JsonValueKind.Array => Listed([.. json.EnumerateArray().Select(Plainly)]),
        _ => json.EnumerateObject().ToDictionary(p => p.Name, p => Plainly(p.Value)),
    };

    // A list of one kind of thing is an array of it.
    private static Array Listed(object?[] all)
    {
        var kinds = all.Select(item => item?.GetType()).Distinct().ToList();
        if (kinds is not [{ } kind])
        {
            return all;
        }

        var array = Array.CreateInstance(kind, all.Length);
        all.CopyTo(array, 0);
        return array;
    }

    private static string Say(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Say))}>"
        : type.IsArray ? $"{Say(type.GetElementType()!)}[]" : type.Name;

    private static string Say(object? value)
    {
        string text;
        try
        {
            text = value is null ? "null" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }
        catch (Exception e)
        {
            // A value that was disposed of still has its name.
            text = e.GetType().Name;
        }

        text = text.ReplaceLineEndings(" ");
        return text.Length > Most ? text[..Most] + "…" : text;
    }
}
