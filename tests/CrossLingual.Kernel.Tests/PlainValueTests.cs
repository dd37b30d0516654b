namespace CrossLingual.Kernel.Tests;

public class PlainValueTests(PlainValueTests.Declared declared) : IClassFixture<PlainValueTests.Declared>
{
    private const string Before = """
        class Base { public int Level => 1; public int Hidden = 1; public virtual string Kind => "base"; }
        class Derived : Base { public new string Hidden => "new"; public override string Kind => "derived"; public int Fails => throw new InvalidOperationException("no"); internal int Inside => 5; public static int Shared => 6; }
        struct Counter { public int Count; public int Next => ++Count; }
        interface INamed { string Name { get; } }
        class Named : INamed { string INamed.Name => "by interface"; public int[] Numbers = [1, 2, 3]; public Derived? Nothing; }
        enum Colour { Red, Blue }
        var derived = new Derived(); Base asBase = derived; var counter = new Counter(); var named = new Named(); INamed asNamed = named;
        var text = "words"; int? perhaps = 3; int? never = null; dynamic any = "x"; const int Fixed = 7; var colour = Colour.Blue; object boxed = 2.5;
        private int secret = 4; static int common = 9; int Property => 8;
        """;

    [Theory]
    [InlineData("1")]
    [InlineData("-1.5 + 2 * (3 - 1)")]
    [InlineData("\"a\" + \"b\"")]
    [InlineData("Fixed")]
    [InlineData("\n\n  text // a word")]
    [InlineData("text.Length")]
    [InlineData("(derived).Level")]
    [InlineData("derived.Hidden")]
    [InlineData("asBase.Hidden")]
    [InlineData("asBase.Kind")]
    [InlineData("named.Numbers.Length")]
    [InlineData("asNamed.Name")]
    [InlineData("perhaps")]
    [InlineData("never")]
    [InlineData("any")]
    [InlineData("colour")]
    [InlineData("boxed")]
    [InlineData("counter")]
    [InlineData("secret")]
    [InlineData("derived.Inside")]
    [InlineData("Cancel")]
    public async Task PlainCells_AreReadWithoutBeingCompiled_AndShowTheSame(string code)
    {
        var cells = await declared.Cells;
        var plain = cells.Look(code);
        Assert.NotNull(plain);
        Assert.Equal(await cells.RunAsync($"var compiled = (object)({code.Split("//")[0].Trim()}); compiled"), plain.Read());
    }

    [Theory]
    [InlineData("counter.Next")]              // a structure's own property may change it
    [InlineData("counter.Count")]
    [InlineData("perhaps.HasValue")]
    [InlineData("any.Length")]                // found out while it runs
    [InlineData("Derived.Shared")]
    [InlineData("Colour.Blue")]
    [InlineData("common")]
    [InlineData("Property")]
    [InlineData("text.Length + 1")]           // is calculated
    [InlineData("text.ToUpper()")]
    [InlineData("text = \"other\"")]
    [InlineData("Math.PI; 2")]
    [InlineData("var x = 1; x")]
    [InlineData("using System.Text;\ntext")]
    [InlineData("missing")]                   // wrong: the compiler says so
    [InlineData("text.Missing")]
    [InlineData("1 / 0")]
    [InlineData("text;")]
    [InlineData("")]
    public async Task OtherCells_AreLeftToTheCompiler(string code) => Assert.Null((await declared.Cells).Look(code));

    [Fact]
    public async Task Values_AreThoseOfTheNewestDeclaration()
    {
        var cells = new Chain();
        await cells.RunAsync("var x = 1;");
        await cells.RunAsync("var x = \"text\";");
        await cells.RunAsync("x += \"s\";");
        Assert.Equal("texts", cells.Look("x")!.Read());
    }

    [Fact]
    public async Task ThrowingProperty_NamesTheCellsLine()
    {
        var session = new CSharpSession(Path.GetTempPath());
        await session.Run("class A { public int Fails =>\n    throw new InvalidOperationException(\"no\"); } var a = new A(); A? nothing = null;");
        var failed = (await session.RunAsync("\n a.Fails", "cell 2", _ => { })).Error!;
        Assert.Equal(["cell 2, line 2: InvalidOperationException: no", "   at cell 1, line 2", "   at cell 2, line 2"], failed.Trace);
        Assert.Equal(2, failed.Line);
        Assert.Equal("cell 2, line 1: NullReferenceException: Object reference not set to an instance of an object.", (await session.RunAsync("nothing.Fails", "cell 2", _ => { })).Error!.Trace[0]);
    }

    [Fact]
    public async Task Property_IsAskedOnce()
    {
        var session = new CSharpSession(Path.GetTempPath());
        await session.Run("class A { public int Asked; public A Me { get { Asked++; return this; } } } var a = new A();");
        Assert.Equal("2", (await session.Run("a.Me.Me.Asked")).Plain());
        Assert.Equal("2", (await session.Run("a.Asked")).Plain());
    }

    /// <summary>Cells on the declarations; a session is only this behind walls.</summary>
    public sealed class Declared
    {
        private readonly Lazy<Task<Chain>> cells = new(async () =>
        {
            var chain = new Chain();
            await chain.RunAsync(Before);
            return chain;
        });

        internal Task<Chain> Cells => cells.Value;
    }

    internal sealed class Chain
    {
        private readonly SubmissionChain chain = new(Path.GetTempPath());
        private readonly CellGlobals globals = new();

        public PlainValue? Look(string code) => chain.Look(chain.Compile(code, "cell"), globals, CancellationToken.None);

        public async Task<object?> RunAsync(string code)
        {
            var value = await chain.RunAsync(chain.Compile(code, "cell"), globals, out var problems, CancellationToken.None);
            Assert.Empty(problems.Select(p => p.GetMessage()));
            return value;
        }
    }
}
