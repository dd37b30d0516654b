namespace CrossLingual.Cli.Tests;

public class LabTests
{
    [Fact]
    public void Lab_WritesAReportOfWhatItFound()
    {
        using var tiny = new TinyRecipe();
        var result = Command.Succeed(tiny.Folder, "lab", "--languages", "sw", "--questions", "30", "--examples", "200", "--tokens", "9000", "--out", "lab", "--json").Json;
        var swahili = result.GetProperty("changes").EnumerateArray().Single(c => c.GetProperty("language").GetString() == "sw");
        Assert.Equal(30, swahili.GetProperty("before").GetProperty("n").GetInt32());
        var page = File.ReadAllText(tiny["lab/report.html"]);
        Assert.Contains("Swahili", page);
        Assert.Contains(result.GetProperty("findings")[0].GetString()![..20], page);
        Assert.Equal(6 * 30, File.ReadLines(tiny["lab/samples-before.jsonl"]).Count());
        Assert.True(File.Exists(tiny["lab/translated-sft-sw-seed1/model/model.safetensors"]));
    }

    [Fact]
    public void AllMethods_AreComparedInOneTable()
    {
        using var tiny = new TinyRecipe();
        string[] command = ["lab", "--methods", "all", "--languages", "es", "--questions", "12", "--examples", "60", "--tokens", "3000", "--out", "lab", "--json"];
        var result = Command.Succeed(tiny.Folder, command).Json;
        var compared = result.GetProperty("againstTranslatedSft").EnumerateArray().Select(c => c.GetProperty("name").GetString()!).ToList();
        Assert.Equal(["xcit", "xcit, two turns", "xcit-unpaced", "xcit-unpaced, two turns", "crossalpaca"], compared);
        var page = File.ReadAllText(tiny["lab/report.html"]);
        Assert.All(new[] { "wrong language %", "p (Holm)", "tokens scored", "what was admitted when", "how long the admitted answers are", "find their English translation" }, text => Assert.Contains(text, page));

        // Nothing is trained again, and the numbers are the same.
        var trained = File.GetLastWriteTimeUtc(tiny["lab/xcit-es-seed1/model/model.safetensors"]);
        var again = Command.Succeed(tiny.Folder, [.. command, "--resume"]).Json;
        Assert.Equal(trained, File.GetLastWriteTimeUtc(tiny["lab/xcit-es-seed1/model/model.safetensors"]));
        Assert.Equal(result.GetProperty("changes").GetRawText(), again.GetProperty("changes").GetRawText());
    }
}
