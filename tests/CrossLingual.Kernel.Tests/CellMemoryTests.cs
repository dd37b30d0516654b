namespace CrossLingual.Kernel.Tests;

/// <summary>What a declaration hides leaves memory; what can still be reached stays. Counts the whole process's memory, so nothing may run beside it.</summary>
[CollectionDefinition(nameof(CellMemoryTests), DisableParallelization = true)]
[Collection(nameof(CellMemoryTests))]
public class CellMemoryTests
{
    private readonly CSharpSession session = new(Path.GetTempPath());

    [Fact]
    public async Task RedeclaredArrays_AreFreed()
    {
        await Repeat(10, i => "var v = new byte[1 << 20];");
        var before = Live();
        await Repeat(300, i => "var v = new byte[1 << 20];");
        Assert.InRange(Live() - before, long.MinValue, 20 << 20);   // 300 MB were allocated
        Assert.Equal("1048576", (await session.Run("v.Length")).Plain());
    }

    [Fact]
    public async Task RedeclaredTensors_AreFreed()
    {
        await session.Run("using TorchSharp;\nstatic int Live() { GC.Collect(); GC.WaitForPendingFinalizers(); GC.Collect(); return (int)torch.Tensor.TotalCount; }");
        await Repeat(10, i => "var t = torch.zeros(1 << 18);");
        var before = int.Parse((await session.Run("Live()")).Plain(), System.Globalization.CultureInfo.InvariantCulture);
        await Repeat(300, i => "var t = torch.zeros(1 << 18);");
        var after = int.Parse((await session.Run("Live()")).Plain(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(after - before, -10, 5);
        Assert.Equal("0", (await session.Run("t.sum().item<float>()")).Plain());
    }

    [Fact]
    public async Task RerunCells_DoNotLengthenTheChain()
    {
        // Two cells in turns, the second standing on the first, and a type and a function that each run declares again.
        await Repeat(150, i => i % 2 == 0
            ? "var data = new byte[1 << 20]; record Row(int N); int Twice(int n) => 2 * n;"
            : "var sum = data.Length + Twice(1); var row = new Row(sum);");
        Assert.InRange(session.KeptCells, 2, 60);
        Assert.Equal("Row { N = 1048578 }", (await session.Run("row.ToString()")).Plain());
        Assert.Equal("6", (await session.Run("Twice(3)")).Plain());
    }

    [Fact]
    public async Task CellsThatDeclareNothing_AreNotKept()
    {
        await Repeat(20, i => $"{i} + 1");
        Assert.Equal(0, session.KeptCells);
    }

    [Fact]
    public async Task HiddenVariables_StayForFunctionsAndLambdasThatUseThem()
    {
        await session.Run("var x = 5; int F() => x; var list = new List<int> { 1, 2 };");
        await session.Run("Func<int> count = () => list.Count;");
        await session.Run("var x = \"text\"; var list = new List<int>();");
        Assert.Equal("5 2 text 0", (await session.Run("$\"{F()} {count()} {x} {list.Count}\"")).Plain());
        await Repeat(80, i => "var x = 1; var list = new List<int>();");
        Assert.Equal("5 2 1 0", (await session.Run("$\"{F()} {count()} {x} {list.Count}\"")).Plain());
    }

    [Fact]
    public async Task ChainThatWasShortened_KeepsTypesUsingsAndAnonymousValues()
    {
        await session.Run("using System.Text;\nclass A { public int N = 1; }");
        await session.Run("var a = new A(); var pair = new { Left = 1, Right = \"r\" };");
        await Repeat(60, i => $"var step = {i};");
        await session.Run("var b = new StringBuilder(\"s\"); A Make() => a;");
        await Repeat(60, i => $"var step = {i}; var other = new {{ Left = {i}, Right = \"q\" }};");
        Assert.Equal("1 1r s 59 q True", (await session.Run("$\"{Make().N} {pair.Left}{pair.Right} {b} {step} {other.Right} {pair.GetType() == other.GetType()}\"")).Plain());
    }

    [Fact]
    public async Task Redeclaration_DisposesNothingThatIsHeldElsewhere()
    {
        await session.Run("var stream = new MemoryStream([1, 2, 3]); var keeper = new List<MemoryStream> { stream };");
        await session.Run("var stream = new MemoryStream();");
        Live();
        Assert.Equal("3", (await session.Run("keeper[0].Length")).Plain());
    }

    private static long Live()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private async Task Repeat(int times, Func<int, string> cell)
    {
        for (var i = 0; i < times; i++)
        {
            var result = await session.Run(cell(i));
            Assert.True(result.Error is null, result.Error?.Message);
        }
    }
}
