using System.Diagnostics;

namespace CrossLingual.Kernel.Tests;

public class CSharpSessionTests
{
    private readonly CSharpSession session = new(Path.GetTempPath());

    [Fact]
    public async Task State_CrossesCells()
    {
        await session.Run("var x = 20; int Twice(int n) => 2 * n;");
        Assert.Equal("42", (await session.Run("Twice(x) + 2")).Plain());
    }

    [Fact]
    public async Task Redeclaring_TakesTheNewType()
    {
        await session.Run("var x = 1; class A { public int N = 1; }");
        await session.Run("var x = \"text\"; class A { public int N = 2; }");
        Assert.Equal("text2", (await session.Run("x + new A().N")).Plain());
    }

    [Fact]
    public async Task TopLevelAwait_Works() => Assert.Equal("3", (await session.Run("await Task.Delay(1); await Task.FromResult(3)")).Plain());

    [Fact]
    public async Task ThrowingCell_KeepsWhatItDidBefore()
    {
        await session.Run("var list = new List<int>(); var n = 0;");
        var failed = await session.Run("n = 7; list.Add(1);\nvar late = 5;\nthrow new InvalidOperationException(\"no\");");
        Assert.Equal(3, failed.Error!.Line);
        Assert.Equal("InvalidOperationException", failed.Error.Name);
        Assert.Equal("8 5", (await session.Run("$\"{n + list.Count} {late}\"")).Plain());
    }

    [Fact]
    public async Task CompilerError_NamesItsLineAndLeavesTheStateAlone()
    {
        await session.Run("var x = 1;");
        var failed = await session.Run("x = 2;\n\nint y = missing;");
        Assert.Equal("cell 1, line 3, column 9: CS0103 The name 'missing' does not exist in the current context", failed.Error!.Message);
        Assert.Equal("1", (await session.Run("x")).Plain());
    }

    [Fact]
    public async Task ErrorInAnEarlierCellsMethod_NamesBothLines()
    {
        await session.RunAsync("int Divide(int n)\n{\n    return 1 / n;\n}", "cell 1", _ => { });
        var failed = await session.RunAsync("var a = 1;\nDivide(0)", "cell 2", _ => { });
        Assert.Equal("cell 2, line 2: DivideByZeroException: Attempted to divide by zero.", failed.Error!.Trace[0]);
        Assert.Equal("   at cell 1, line 3", failed.Error.Trace[1]);
    }

    [Fact]
    public async Task UserError_HasItsIdAndNoStack()
    {
        var failed = await session.Run("ModelFolder.Open(\"/nowhere\")");
        Assert.Equal("XL312", failed.Error!.Name);
        Assert.Single(failed.Error.Trace);
    }

    [Fact]
    public async Task Output_ArrivesInOrderAndByStream()
    {
        var outputs = new List<CellOutput>();
        await session.Run("Console.Write(\"a\"); Console.Error.WriteLine(\"b\"); display(1.5); await Task.Run(() => Console.WriteLine(\"ü हि\"));", outputs);
        Assert.Equal("a", ((StreamOutput)outputs[0]).Text);
        Assert.Equal("stderr", ((StreamOutput)outputs[1]).Name);
        Assert.Equal("1.5", (string?)((DisplayOutput)outputs[2]).Data["text/plain"]);
        Assert.Equal("ü हि\n", string.Concat(outputs.Skip(3).Cast<StreamOutput>().Select(o => o.Text)));
    }

    [Fact]
    public async Task ListenerThatPrints_DoesNotHearItself()
    {
        var heard = 0;
        await session.RunAsync("Console.Write(\"1\"); display(2);", "cell 1", output => Console.WriteLine($"{output.GetType().Name} {heard++}"));
        Assert.Equal(2, heard);
    }

    [Fact]
    public async Task Cancel_ReachesTheCell()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(800));
        var result = await session.RunAsync("while (true) { await Task.Delay(10, Cancel); }", "cell 1", _ => { }, source.Token);
        Assert.True(result.Interrupted);
        Assert.False(session.IsAbandoned);
        Assert.Equal("2", (await session.Run("1 + 1")).Plain());
    }

    [Fact]
    public async Task CellThatHeedsNothing_IsLeftBehind()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(800));
        var watch = Stopwatch.StartNew();
        var result = await session.RunAsync("Thread.Sleep(15000);", "cell 1", _ => { }, source.Token);
        Assert.True(result.Interrupted && session.IsAbandoned);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.5, 10);
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.Run("1"));
    }

    [Fact]
    public async Task Library_AndTorchAreTheHostsOwn()
    {
        Assert.Equal("True", (await session.Run($"typeof(UserException).Assembly.Location == \"{typeof(UserException).Assembly.Location}\"")).Plain());
        var result = await session.Run("using TorchSharp;\nvar t = torch.ones(2, 3);\nreturn t.sum().item<float>();");
        Assert.Equal("6", result.Plain());
        Assert.Contains("1", (await session.Run("t")).Plain());
    }

    [Fact]
    public async Task AssemblyReference_ByRelativePathWorks()
    {
        var folder = Path.GetDirectoryName(typeof(CsCheck.Check).Assembly.Location)!;
        var here = new CSharpSession(folder);
        Assert.Equal("CsCheck", (await here.Run("#r \"CsCheck.dll\"\ntypeof(CsCheck.Check).Namespace")).Plain());
    }

    [Fact]
    public async Task Numbers_AreWrittenAlikeInEveryCulture()
    {
        var culture = Thread.CurrentThread.CurrentCulture;
        try
        {
            Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo("de-DE");
            Assert.Equal("1.5", (await session.Run("1.5")).Plain());
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = culture;
        }
    }
}
