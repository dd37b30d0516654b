namespace CrossLingual.Kernel.Tests;

/// <summary>Cells of several languages in one session; F# and DuckDB start once.</summary>
public sealed class LanguagesTests(LanguagesTests.Shared shared) : IClassFixture<LanguagesTests.Shared>
{
    private readonly List<CellOutput> outputs = [];

    private string Shown => string.Join('\n', outputs.OfType<DisplayOutput>().Select(o => (string?)o.Data["text/plain"]));

    [Fact]
    public async Task FSharp_KeepsItsStateAndHasTheLibrary()
    {
        Assert.Equal("", (await Run("#!fsharp\nlet twice x = 2 * x\nlet names = [\"a\"; \"b\"]")).Plain());
        Assert.Equal("42", (await Run("#!f#\ntwice 20 + names.Length")).Plain());
        Assert.Equal("([1; 2], Some 3, { A = 1 })", (await Run("#!fsharp\ntype R = { A: int }\n[1; 2], Some 3, { A = 1 }")).Plain());
        Assert.Contains("X-CIT", (await Run("#!fsharp\nlet t = Table([| Column \"Method\" |])\nt.Add(ReadOnlySpan [| box \"X-CIT\" |])")).Plain());
        Assert.Equal("", (await Run("#!fsharp\nprintfn \"printed\"\ndisplay 1.5 |> ignore")).Plain());
        Assert.Equal(("printed\n", "1.5"), (string.Concat(outputs.OfType<StreamOutput>().Select(o => o.Text)), Shown));
    }

    [Fact]
    public async Task FSharpErrors_NameTheCellsLine()
    {
        var error = (await Run("var a = 1;\n#!fsharp\nlet b = 2\nlet c: int = \"text\"")).Error!;
        Assert.Equal((4, "FS0001"), (error.Line, error.Name));
        Assert.StartsWith("cell 1, line 4, column 14: FS0001", error.Message);
        error = (await Run("#!fsharp\nlet d: int = failwith \"no such luck\"")).Error!;
        Assert.Contains("no such luck", error.Message);
    }

    [Fact]
    public async Task Sql_ReadsFilesAndShowsATable()
    {
        File.WriteAllLines(Path.Combine(shared.Folder, "samples.jsonl"), ["""{"id":"a","lang":"vi","em":1,"loss":0.123456789}""", """{"id":"b","lang":"vi","em":0,"loss":2}""", """{"id":"c","lang":"sw","em":1,"loss":4}"""]);
        var result = await Run($"#!sql --name scores\nSELECT lang, avg(em) AS em, sum(em) AS n, max(loss) AS loss\nFROM read_json_auto('{shared.Folder}/samples.jsonl')\nGROUP BY lang ORDER BY lang");
        Assert.Matches(@"sw +1 +1 +4\nvi +0\.5 +1 +2", result.Plain());
        Assert.Contains("text-align:right", (string?)result.Value!["text/html"]);
        Assert.Equal("3 sw", (await Run("#!share --from sql scores\n$\"{scores.Column<double>(\"n\").Sum() + scores.Count - 1} {scores[0][\"lang\"]}\"")).Plain());
        await Run($"#!sql\nCOPY (SELECT 1 AS x UNION ALL SELECT 2) TO '{shared.Folder}/x.parquet';\nCREATE TABLE kept AS SELECT * FROM read_parquet('{shared.Folder}/x.parquet');\nSELECT sum(x) AS s FROM kept;");
        Assert.Equal("3", (await Run("#!share --from sql kept --as rows\nrows.Column<int>(\"x\").Sum()")).Plain());
    }

    [Fact]
    public async Task SqlErrors_NameTheCellsLine()
    {
        var error = (await Run("1\n#!sql\nSELECT ';'; -- ;\nSELECT * FROM nowhere")).Error!;
        Assert.True((4, "SQL") == (error.Line, error.Name), string.Join('\n', error.Trace));
        Assert.StartsWith("cell 1, line 4: Catalog Error", error.Message);
        Assert.Contains("XL740 Line 1", (await Run("#!sql --nam x\nSELECT 1")).Error!.Message);
    }

    [Fact]
    public async Task Interrupt_StopsAQuery()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var result = await shared.Session.RunAsync("#!sql\nSELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = 7", "cell 1", outputs.Add, cancel: source.Token);
        Assert.True(result.Interrupted && result.Error!.Name == "Interrupted", result.Error?.Message);
        Assert.False(shared.Session.IsAbandoned);
    }

    [Fact]
    public async Task Values_CrossLanguages()
    {
        await Run("var rates = new[] { 0.5, 1.5 }; var people = new[] { (Name: \"A\", Age: 7) }; record Row(string Lang, int N); var list = new List<Row> { new(\"vi\", 2), new(\"sw\", 5) };");
        Assert.Equal("2", (await Run("#!fsharp\n#!share --from csharp rates\nArray.sum rates")).Plain());
        Assert.Equal("[3, 4]", (await Run("#!fsharp\nlet more = [3; 4]\n#!c#\n#!share --from f# more --as fromF\n$\"[{string.Join(\", \", fromF)}]\"")).Plain());
        Assert.Equal("9", (await Run("#!fsharp\ntype Point = { X: int }\nlet point = { X = 9 }\n#!csharp\n#!share --from fsharp point\n(int)point.X")).Plain());
        Assert.Matches("^ *s\n-+\n *7", (await Run("#!sql\n#!share --from csharp list\nSELECT sum(N) AS s FROM list")).Plain());
        Assert.Equal("XL743", (await Run("#!fsharp\n#!share --from csharp list --as rows2")).Error!.Name);
        Assert.Equal("XL743", (await Run("#!html\n#!share --from csharp rates")).Error!.Name);
    }

    [Fact]
    public async Task Set_TakesJsonAndReferences()
    {
        await Run("#!set --name n --value 3\n#!set --value [\"a b\", \"c\"] --name words\n#!set --name text --value plain\n#!set --name again --value @csharp:n");
        Assert.Equal("3 a b 2 plain 4", (await Run("$\"{n} {words[0]} {words.Length} {text} {again + 1}\"")).Plain());
        Assert.Contains("XL740 Line 2", (await Run("\n#!set --name x --value [1,")).Error!.Message);
        Assert.Contains("XL743 Line 1", (await Run("#!set --name 1x --value 1")).Error!.Message);
    }

    [Fact]
    public async Task Who_ListsVariablesOfTheLanguage()
    {
        var session = new CellSession(shared.Folder);
        await session.RunAsync("var b = 1; var a = \"x\"; int b2() => 2;", "cell 1", _ => { });
        await session.RunAsync("var b = new List<int>();\n#!who", "cell 2", outputs.Add);
        Assert.Equal("a  b", Shown);
        await session.RunAsync("#!whos", "cell 3", outputs.Add);
        Assert.Matches("a +String +x\nb +List<Int32>", Shown);
        await session.RunAsync("#!fsharp\n#!who", "cell 4", outputs.Add);
        Assert.EndsWith("\n", Shown);
    }

    [Fact]
    public async Task ShownLanguages_CarryTheirType()
    {
        await Run("#!html\n<b>x</b>\n#!js\nalert(1)\n#!mermaid\ngraph LR; a-->b\n#!md\n**x**");
        var shown = outputs.OfType<DisplayOutput>().Select(o => o.Data).ToList();
        Assert.Equal(["text/html", "text/html", "text/vnd.mermaid", "text/markdown"], shown.Select(d => d.First().Key));
        Assert.Equal("<script type=\"text/javascript\">alert(1)</script>", (string?)shown[1]["text/html"]);
        Assert.Equal("graph LR; a-->b", (string?)shown[2]["text/plain"]);
    }

    [Fact]
    public async Task Magics_AreKnownTimedAndListed()
    {
        Assert.Equal("5", (await Run("#!csharp\n2 + 3")).Plain());
        Assert.Equal("#!sql", (await Run("var s = \"\"\"\n    #!sql\n    \"\"\";\ns")).Plain());
        Assert.Equal("2", (await Run("#!time\n#!lsmagic\n1\n#!csharp\n2")).Plain());
        Assert.Matches(@"(?s)#!share --from.*\n1\nWall time: [\d.]+ ms", Shown);
        var failed = (await Run("\n#!cshap\nselect 1")).Error!;
        Assert.Equal("XL704", failed.Name);
        Assert.Contains("Line 2: '#!cshap'", failed.Message);
        Assert.Contains("Did you mean #!csharp? There are: #!c#, #!csharp", failed.Message);
        Assert.Contains("did you mean 'text1'", (await Run("var text1 = 1;\n#!share --from csharp text2 --as t")).Error!.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("XL740 Line 1", (await Run("#!fsharp --name x\n1")).Error!.Message);
        Assert.Contains("XL740 Line 1", (await Run("#!time now")).Error!.Message);
        Assert.Contains("XL741", (await Run("#!share --from cobol x")).Error!.Message);
    }

    [Fact]
    public async Task Import_RunsNotebooksAndFilesInTheirLanguage()
    {
        File.WriteAllText(Path.Combine(shared.Folder, "a.dib"), "#!meta\n\n{\"kernelInfo\":{\"defaultKernelName\":\"csharp\",\"items\":[{\"name\":\"pwsh\"}]}}\n\n#!csharp\n\nvar fromDib = 4;\nfromDib\n\n#!markdown\n\n# Title\n\n#!fsharp\n\nlet fromDibF = 5\n");
        File.WriteAllText(Path.Combine(shared.Folder, "b.fsx"), "let fromFsx = fromDibF + 1\n");
        File.WriteAllText(Path.Combine(shared.Folder, "c.csx"), "#!import c.csx\n");
        Assert.Equal("4", (await Run("#!import a.dib\n#!import b.fsx\n#!share --from fsharp fromFsx\nfromDib * 1")).Plain());
        Assert.Equal("6", (await Run("fromFsx")).Plain());
        Assert.Equal("4", Shown);
        Assert.Contains("XL745", (await Run("#!import c.csx")).Error!.Message);
        Assert.Contains("XL744", (await Run("#!import none.cs")).Error!.Message);
        File.WriteAllText(Path.Combine(shared.Folder, "d.cs"), "\nint broken = missing;");
        Assert.StartsWith("d.cs, line 2", (await Run("#!import d.cs")).Error!.Message);
    }

    [Fact]
    public async Task Extension_ForDotnetInteractiveIsImported()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows makes symbolic links for administrators alone.");
        var notebooks = Directory.CreateDirectory(Path.Combine(shared.Folder, "notebooks")).FullName;
        File.Copy(Path.Combine(AppContext.BaseDirectory, "extension.dib"), Path.Combine(notebooks, "extension.dib"));
        Directory.CreateDirectory(Path.Combine(shared.Folder, "artifacts"));
        Directory.CreateSymbolicLink(Path.Combine(shared.Folder, "artifacts", "interactive"), AppContext.BaseDirectory);
        var session = new CellSession(notebooks);
        var said = (await session.RunAsync("#!import extension.dib\nnew Table(\"EM\").Add(62.5).ToDisplayString(\"text/html\") + Figure.Bars(\"F\", [\"a\"], new BarSeries(\"s\", 1)).ToDisplayString(\"text/html\")", "cell 2", _ => { })).Plain();
        Assert.Contains("<table class=\"xl-table\">", said);
        Assert.Contains("<svg", said);
        Assert.Equal("62.5 [58.1, 66.7]", (await session.RunAsync("new Estimate(62.5, 58.1, 66.7).ToDisplayString()", "cell 3", _ => { })).Plain());
    }

    [Fact]
    public void Editors_AreAnsweredWithinTheirLanguage()
    {
        const string Code = "#!fsharp\nlet a = 1\n#!csharp\nConsole.Wri";
        var found = shared.Session.Complete(Code, Code.Length);
        Assert.Equal(("Write", Code.Length - 3), (found.Matches[0], found.Start));
        Assert.Empty(shared.Session.Complete("#!sql\nSEL", 9).Matches);
        Assert.Equal(["#!share"], shared.Session.Complete("1\n#!sh", 6).Matches);
        Assert.Contains("Console.Write", shared.Session.Inspect("#!csharp\nConsole.Write(1)", 19)!.Signature);
        Assert.True(CellSession.IsComplete("#!sql\nSELECT ("));
        Assert.False(CellSession.IsComplete("#!csharp\nif (true) {"));
    }

    private async Task<CellResult> Run(string code) => await shared.Session.RunAsync(code, "cell 1", outputs.Add);

    public sealed class Shared : IDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("xl-languages-").FullName;

        public CellSession Session => field ??= new CellSession(Folder);

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
