namespace CrossLingual.Cli.Tests;

public class LabTests
{
    [Fact]
    public void Lab_WritesAReportOfWhatItFound()
    {
        using var tiny = new TinyRecipe();
        var result = Command.Succeed(tiny.Folder, "lab", "--languages", "sw", "--questions", "30", "--examples", "200", "--out", "lab", "--json").Json;
        var swahili = result.GetProperty("changes").EnumerateArray().Single(c => c.GetProperty("language").GetString() == "sw");
        Assert.Equal(30, swahili.GetProperty("before").GetProperty("n").GetInt32());
        var page = File.ReadAllText(tiny["lab/report.html"]);
        Assert.Contains("Swahili", page);
        Assert.Contains(result.GetProperty("findings")[0].GetString()![..20], page);
        Assert.Equal(6 * 30, File.ReadLines(tiny["lab/samples-before.jsonl"]).Count());
        Assert.True(File.Exists(tiny["lab/translated-sft-sw-seed1/model/model.safetensors"]));
    }
}
