namespace CrossLingual.Cli.Tests;

public class ExpertsTests
{
    [Fact]
    public void Experts_AreTrainedMergedInEveryWayAndAsked()
    {
        var folder = Directory.CreateTempSubdirectory("xling-experts-");
        try
        {
            var result = Command.Succeed(folder.FullName, "experts", "--languages", "sw", "--seeds", "1", "--questions", "2", "--examples", "8", "--tokens", "500", "--out", "run", "--json").Json;
            var ways = result.GetProperty("scores").EnumerateArray().Select(s => s.GetProperty("way").GetString()).ToList();
            Assert.Equal(14, ways.Distinct().Count());
            Assert.All(result.GetProperty("scores").EnumerateArray(), s => Assert.Equal(2, s.GetProperty("own").GetProperty("n").GetInt32()));
            Assert.Contains("What the papers claim", File.ReadAllText(Path.Combine(folder.FullName, "run", "report.html")));
            Assert.True(File.Exists(Path.Combine(folder.FullName, "run", "sw-seed1", "swap", "model", "README.md")));
            Assert.True(File.Exists(Path.Combine(folder.FullName, "run", "sw-seed1", "simultaneous", "partition.json")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
