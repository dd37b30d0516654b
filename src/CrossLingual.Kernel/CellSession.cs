using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CrossLingual.Kernel.Languages;
using CrossLingual.Kernel.Packages;

namespace CrossLingual.Kernel;

/// <summary>
/// Runs cells of several languages one after another. A line <c>#!fsharp</c> goes on in another language up to the next
/// such line; other magics, as <c>#!share</c>, do something themselves. Each language keeps what its cells declared, and
/// is loaded when the first cell needs it.
/// </summary>
public sealed class CellSession
{
    private readonly CellGuard guard = new();
    private readonly CSharpSession csharp;
    private readonly Magics magics;

    /// <summary>Starts with nothing declared.</summary>
    /// <param name="folder">Where relative paths of references and imports start, and NuGet looks for a nuget.config.</param>
    public CellSession(string folder)
        : this(folder, PackageRestore.OfUser)
    {
    }

    /// <summary>Starts with nothing declared, and packages of a place of one's own.</summary>
    internal CellSession(string folder, PackageRestore restore)
    {
        csharp = new CSharpSession(folder, restore);
        ICellLanguage[] all =
        [
            csharp,
            new FSharpLanguage(csharp.Globals, csharp.Packages),
            new SqlLanguage(forms => csharp.Globals.Show(forms)),
            .. ShownLanguage.All(forms => csharp.Globals.Show(forms)),
        ];
        Languages = all.ToDictionary(language => language.Name);
        magics = new Magics(this, folder);
    }

    /// <summary>Starts with nothing declared and with the compiler loaded, so that the first cell need not wait for it.</summary>
    /// <param name="folder">Where relative paths of references and imports start, and NuGet looks for a nuget.config.</param>
    public static CellSession Start(string folder)
    {
        var session = new CellSession(folder);
        session.csharp.WarmUp();
        return session;
    }

    /// <summary>Whether a cell did not heed its token and runs on; the session then takes no more cells.</summary>
    public bool IsAbandoned => guard.IsAbandoned;

    /// <summary>Asks the user for the line that a cell reads from the console; null leaves the real console's input.</summary>
    public Func<string>? Ask { get; set; }

    /// <summary>The languages, by name.</summary>
    internal IReadOnlyDictionary<string, ICellLanguage> Languages { get; }

    /// <summary>Shows a value that is in its forms already.</summary>
    internal void Show(JsonObject forms) => csharp.Globals.Show(forms);

    /// <summary>Runs a cell.</summary>
    /// <param name="code">Its text.</param>
    /// <param name="name">What errors call it, such as <c>cell 3</c>.</param>
    /// <param name="onOutput">Told what the cell writes and displays, one thing at a time, from any thread.</param>
    /// <param name="language">The language that it begins in, as notebooks name it; null for C#.</param>
    /// <param name="cancel">Asks the cell to stop; cells see it as <c>Cancel</c>.</param>
    /// <returns>How it ended; an error of the cell is a result, not an exception.</returns>
    public Task<CellResult> RunAsync(string code, string name, Action<CellOutput> onOutput, string? language = null, CancellationToken cancel = default) => guard.RunAsync(
        name,
        async show =>
        {
            csharp.Globals.Begin(show, cancel);
            var end = await RunPartsAsync(code, language, name, cancel);
            csharp.Globals.End();
            return end;
        },
        onOutput,
        Ask,
        cancel);

    /// <summary>Makes ready for the next cell, so that it need not wait for this.</summary>
    public void Prepare() => csharp.Prepare();

    /// <summary>Whether a text is whole: false while a bracket or a string of C# is open at its end.</summary>
    public static bool IsComplete(string code) => PartsOf(code) is not [.., { Magic: null, Language: CellLanguages.CSharp } last] || CSharpSession.IsComplete(last.Text);

    /// <summary>What could stand at a place: C# with what the cells so far declared, or a magic.</summary>
    /// <param name="code">A cell.</param>
    /// <param name="at">Place in it, in UTF-16 units.</param>
    public Completion Complete(string code, int at)
    {
        code = code.ReplaceLineEndings("\n");
        at = Math.Clamp(at, 0, code.Length);
        var start = code[..at].LastIndexOf('\n') + 1;
        if (code[start..at] is ['#', '!', .. var word] && !word.Contains(' ', StringComparison.Ordinal))
        {
            var magics = Magics.All.Where(m => m.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Select(m => "#!" + m);
            return new Completion([.. magics.Order(StringComparer.Ordinal)], start, at);
        }

        if (Within(code, at) is not var (part, place))
        {
            return new Completion([], at, at);
        }

        var found = csharp.Complete(part.Text, place);
        return found with { Start = found.Start + part.Start, End = found.End + part.Start };
    }

    /// <summary>What the name at a place in C# means; null when it means nothing.</summary>
    /// <param name="code">A cell.</param>
    /// <param name="at">Place in it, in UTF-16 units.</param>
    public Inspection? Inspect(string code, int at) =>
        Within(code.ReplaceLineEndings("\n"), Math.Clamp(at, 0, code.Length)) is var (part, place) ? csharp.Inspect(part.Text, place) : null;

    /// <summary>Runs the parts of a cell up to the first error; values before the last part's are displayed.</summary>
    internal async Task<CellEnd> RunPartsAsync(string code, string? language, string name, CancellationToken cancel)
    {
        JsonObject? value = null;
        long? started = null;
        try
        {
            foreach (var part in CellPart.Of(code, language ?? CellLanguages.CSharp).Where(part => !part.IsEmpty))
            {
                cancel.ThrowIfCancellationRequested();
                if (value is not null)
                {
                    Show(value);
                }

                if (part.Magic == Magics.Time)
                {
                    started ??= Stopwatch.GetTimestamp();
                }
                else if (part is { Magic: null, Arguments.Length: > 0, Language: not CellLanguages.Sql })
                {
                    // SQL alone takes arguments.
                    Magics.Parse(part, part.Arguments);
                }

                var end = part.Magic is null
                    ? await Languages[part.Language].RunAsync(part, name, cancel)
                    : await magics.RunAsync(part, name, cancel);
                value = end.Value;
                if (end.Error is not null)
                {
                    return end;
                }
            }

            return new CellEnd(value, null);
        }
        catch (Exception e)
        {
            // A magic that does not exist or that is used wrongly, an interrupt between two parts.
            return new CellEnd(null, CellErrors.OfException(e, name));
        }
        finally
        {
            if (started is { } since)
            {
                Show(new JsonObject { ["text/plain"] = string.Create(CultureInfo.InvariantCulture, $"Wall time: {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0.0} ms") });
            }
        }
    }

    // An editor asks while a magic is still half typed.
    private static IReadOnlyList<CellPart> PartsOf(string code)
    {
        try
        {
            return CellPart.Of(code, CellLanguages.CSharp);
        }
        catch (UserException)
        {
            return [];
        }
    }

    private static (CellPart Part, int Place)? Within(string code, int at) =>
        CellPart.At(PartsOf(code), at) is { Language: CellLanguages.CSharp } part ? (part, at - part.Start) : null;
}
