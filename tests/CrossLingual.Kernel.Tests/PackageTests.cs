using CrossLingual.Kernel.Packages;

namespace CrossLingual.Kernel.Tests;

/// <summary>References of cells: packages that NuGet's folder holds already, so that no network is needed; files; scripts.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("xling-packages-").FullName;
    private readonly CSharpSession session;

    public PackageTests() => session = New();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Package_IsRestoredAndUsed()
    {
        var version = Cached("commandlineparser");
        Assert.Equal("3", (await session.Run($"#r \"nuget: CommandLineParser, {version}\"\nvar n = CommandLine.Parser.Default is null ? 2 : 3;\nn")).Plain());
        Assert.Equal("CommandLine", (await session.Run("typeof(CommandLine.Parser).Namespace")).Plain());

        // Again, in another session, and in other words.
        var other = New();
        Assert.Equal("CommandLine", (await other.Run($"#r \"nuget:CommandLineParser,{version}\"\ntypeof(CommandLine.Parser).Namespace")).Plain());
    }

    [Fact]
    public async Task Package_IsUsedFromFSharp()
    {
        var version = Cached("commandlineparser");
        var both = new CellSession(folder, new PackageRestore(Path.Combine(folder, "cache")));
        Assert.Equal("CommandLine", (await both.RunAsync($"#!fsharp\n#r \"nuget: CommandLineParser, {version}\"\nlet parser = CommandLine.Parser.Default\nparser.GetType().Namespace", "cell 1", _ => { })).Plain());
        Assert.Equal("XL712", (await both.RunAsync("#!fsharp\n#r \"nuget:\"", "cell 2", _ => { })).Error!.Name);
    }

    [Fact]
    public async Task NativeLibrary_OfAPackageIsFound()
    {
        var version = Cached("gee.external.capstone");
        var result = await session.Run($$"""
            #r "nuget: Gee.External.Capstone, {{version}}"
            using Gee.External.Capstone.X86;
            var machine = Gee.External.Capstone.CapstoneDisassembler.CreateX86Disassembler(X86DisassembleMode.Bit64);
            machine.Disassemble([0xC3])[0].Mnemonic
            """);
        Assert.Equal("ret", result.Plain());
    }

    [Fact]
    public async Task PackageOfTheKernel_IsNotLoadedTwice()
    {
        var version = Cached("mathnet.numerics");
        var result = await session.Run($"#r \"nuget: MathNet.Numerics, {version}\"\ntypeof(MathNet.Numerics.Constants).Assembly.Location");
        Assert.Equal(typeof(MathNet.Numerics.Constants).Assembly.Location, result.Plain());
    }

    [Fact]
    public async Task UnknownPackage_LeavesTheStateAlone()
    {
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration><packageSources><clear /><add key="here" value="{folder}" /></packageSources></configuration>
            """);
        await session.Run("var x = 1;");
        var failed = await session.Run("x = 2;\n#r \"nuget: No.Such.Package.Anywhere, 1.0.0\"");
        Assert.Equal("XL713", failed.Error!.Name);
        Assert.Contains("No.Such.Package.Anywhere", failed.Error.Message);
        Assert.Equal("1", (await session.Run("x")).Plain());
    }

    [Fact]
    public async Task UnreachableSource_IsNamed()
    {
        File.WriteAllText(Path.Combine(folder, "nuget.config"), """
            <configuration><packageSources><clear /><add key="gone" value="http://127.0.0.1:9/index.json" allowInsecureConnections="true" /></packageSources></configuration>
            """);
        var failed = await session.Run("#r \"nuget: No.Such.Package.Anywhere, 1.0.0\"");
        Assert.Equal("XL715", failed.Error!.Name);
        Assert.Contains("127.0.0.1:9", failed.Error.Message);
    }

    [Theory]
    [InlineData("nuget:")]
    [InlineData("nuget: a b")]
    [InlineData("nuget: Name, latest")]
    public async Task WrongReference_IsRefused(string text)
    {
        var failed = await session.Run($"\n#r \"{text}\"");
        Assert.Equal("XL712", failed.Error!.Name);
        Assert.Contains("Line 2", failed.Error.Message);
    }

    [Fact]
    public void Names_AreReadInEachForm()
    {
        Assert.Equal(new PackageName("A.B-c", null), PackageName.Parse(" A.B-c ", 1));
        Assert.Equal(new PackageName("A", "1.2.3-beta.1"), PackageName.Parse("A,1.2.3-beta.1", 1));
        Assert.Equal(new PackageName("A", "1.2.*"), PackageName.Parse("A/1.2.*", 1));
        Assert.Equal(new PackageName("A", "[1.0,2.0)"), PackageName.Parse("A, [1.0,2.0)", 1));
        Assert.True(PackageName.Parse("A, 1.0", 1).IsExact);
        Assert.False(PackageName.Parse("A, 1.*", 1).IsExact);
    }

    [Fact]
    public async Task AssemblyByPath_IsLoadedWithItsNeighbours()
    {
        Compile("inner.dll", "public class Inner { public static int N => 20; }");
        Compile("outer.dll", "public class Outer { public static int N => Inner.N + 1; }", "inner.dll");
        Assert.Equal("21", (await session.Run("#r \"outer.dll\"\nOuter.N")).Plain());
        Assert.Equal("42", (await session.Run("Outer.N * 2")).Plain());
        Assert.Equal("CS0006", (await session.Run("#r \"missing.dll\"")).Error!.Name);
    }

    [Fact]
    public async Task Script_IsLoaded()
    {
        File.WriteAllText(Path.Combine(folder, "part.csx"), "int Half(int n) => n / 2;\nvar seven = 7;");
        Assert.Equal("11", (await session.Run("#load \"part.csx\"\nHalf(8) + seven")).Plain());
        Assert.Equal("3", (await session.Run("Half(seven)")).Plain());
        Assert.Contains("CS1504", (await session.Run("#load \"missing.csx\"")).Error!.Message);
    }

    private CSharpSession New() => new(folder, new PackageRestore(Path.Combine(folder, "cache")));

    private static string Root => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Cached(string package)
    {
        var place = Path.Combine(Root, package);
        Assert.SkipUnless(Directory.Exists(place), $"{package} is not in NuGet's folder.");
        return Path.GetFileName(Directory.EnumerateDirectories(place).Order(StringComparer.Ordinal).Last());
    }

    private void Compile(string name, string code, params string[] references)
    {
        var result = Microsoft.CodeAnalysis.CSharp.CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(name),
            [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(code)],
            [.. ScriptSurroundings.References, .. references.Select(r => ScriptSurroundings.Reference(Path.Combine(folder, r)))],
            new Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary));
        using var file = File.Create(Path.Combine(folder, name));
        Assert.True(result.Emit(file).Success);
    }
}
