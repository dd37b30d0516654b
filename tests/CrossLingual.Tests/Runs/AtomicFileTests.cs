using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Runs;

public class AtomicFileTests
{
    [Fact]
    public void FailingWrite_LeavesNeitherFileNorRubbish()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["new"], Failing));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void FailingWrite_KeepsTheOldFile()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteText(folder["file"], "old é");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["file"], Failing));
        Assert.Equal(folder["file"], Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path)));
        Assert.Equal("old é"u8.ToArray(), File.ReadAllBytes(folder["file"]));
        AtomicFile.WriteBytes(folder["file"], new byte[] { 1, 2 });
        Assert.Equal([1, 2], File.ReadAllBytes(folder["file"]));
    }

    [Fact]
    public void FailingFolder_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidOperationException>(() => AtomicFile.WriteFolder(folder["new"], FailingFill));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run/")]
    public void Folder_IsReplacedOnlyWhenTheNewOneIsWhole(string name)
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteFolder(folder[name], into => File.WriteAllText(Path.Combine(into, "old"), "1"));
        Assert.Throws<InvalidOperationException>(() => AtomicFile.WriteFolder(folder[name], FailingFill));
        Assert.Equal(["old"], Names(folder["run"]));
        AtomicFile.WriteFolder(folder[name], into =>
        {
            Assert.Equal(["old"], Names(folder["run"]));
            File.WriteAllText(Path.Combine(into, "new"), "2");
        });
        Assert.Equal(["new"], Names(folder["run"]));
        Assert.Equal(["run"], Names(folder.Path));
    }

    [Fact]
    public void FolderThatCannotBePutInPlace_KeepsTheOldOne()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteFolder(folder["run"], into => File.WriteAllText(Path.Combine(into, "old"), "1"));

        // The filled folder vanishes, so that the last move fails after the old folder has been moved away.
        Assert.ThrowsAny<IOException>(() => AtomicFile.WriteFolder(folder["run"], into => Directory.Delete(into)));
        Assert.Equal(["run"], Names(folder.Path));
        Assert.Equal(["old"], Names(folder["run"]));
    }

    [Fact]
    public void RubbishOfAKilledProcess_DoesNotGetIn()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder[$"run.{Environment.ProcessId}.partial"]);
        File.WriteAllText(folder[$"run.{Environment.ProcessId}.partial/half"], "…");
        AtomicFile.WriteFolder(folder["run"], into => File.WriteAllText(Path.Combine(into, "whole"), "1"));
        Assert.Equal(["whole"], Names(folder["run"]));
        Assert.Equal(["run"], Names(folder.Path));
    }

    [Fact]
    public void FolderOfAKilledProcess_IsPutBackFirst()
    {
        // Killed after the old folder was moved away: it is the only copy there is.
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder[$"run.{Environment.ProcessId}.replaced"]);
        File.WriteAllText(folder[$"run.{Environment.ProcessId}.replaced/only"], "1");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.WriteFolder(folder["run"], FailingFill));
        Assert.Equal(["only"], Names(folder["run"]));
        Assert.Equal(["run"], Names(folder.Path));
    }

    private static void Failing(Stream stream)
    {
        stream.Write(new byte[5000]);
        throw new InvalidOperationException("the disk is full");
    }

    private static void FailingFill(string into)
    {
        File.WriteAllText(Path.Combine(into, "half"), "1");
        throw new InvalidOperationException("the disk is full");
    }

    private static IEnumerable<string?> Names(string folder) => Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order();
}
