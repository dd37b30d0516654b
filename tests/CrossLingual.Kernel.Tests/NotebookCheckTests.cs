namespace CrossLingual.Kernel.Tests;

public class NotebookCheckTests
{
    [Theory]
    [InlineData("Exact match 41.0 of 90", "Exact match 41.5 of 90", null)]
    [InlineData("41.0", "43.0", "41.0 in '41.0'")]
    [InlineData("a  b\n---\n1", "a b\n-----\n1", null)]
    [InlineData("1,000 rows", "1,010 rows", null)]
    [InlineData("[-3.0, 4]", "[3.0, 4]", "-3.0 in '[-3.0, 4]'")]
    [InlineData("0.0", "0.3", "0.0 in '0.0'")]
    [InlineData("word", "wort", "word in 'word'")]
    [InlineData("one", "one two", "nothing more")]
    [InlineData("layer3", "layer4", "layer3 in 'layer3'")]
    public void Texts_DifferByWordsAndByNumbersBeyondTheTolerance(string committed, string fresh, string? said) =>
        Assert.Equal(said, new OutputComparison(0.02).Text("text", committed, fresh)?.Committed);

    [Fact]
    public async Task Check_NamesTheCellAndBothValues()
    {
        var notebook = Cells.Of(
            "\"same\"", "Console.Write(\"to\"); Console.Write(\"gether\");", "Figure.Bars(\"F\", [\"a\"], new BarSeries(\"s\", [new Estimate(50)]))",
            "DateTime.Now.Ticks", "new Table(\"EM\").Add(62.5)", "1");
        notebook.Cells[3].Tag("volatile");
        await NotebookRunner.RunAsync(notebook);
        Assert.Empty((await NotebookCheck.RunAsync(notebook, 0)).Differences);

        var committed = notebook.ToText().Replace("50.0", "50.5", StringComparison.Ordinal).Replace("62.5", "66.0", StringComparison.Ordinal);
        var changed = Notebook.Parse(committed);
        changed.Cells[4].Source = "new Table(\"EM\").Add(62.5)";
        changed.Cells[5].Outputs.Clear();
        var before = changed.ToText();
        var check = await NotebookCheck.RunAsync(changed, 0.02);
        Assert.Equal((5, 1), (check.Compared, check.Volatile));
        Assert.Equal(before, changed.ToText());
        Assert.Equal([5, 6], check.Differences.Select(d => d.Cell));
        Assert.Equal(("66.0 in '66.0'", "62.5 in '62.5'"), (check.Differences[0].Difference.Committed, check.Differences[0].Difference.Fresh));
        Assert.Equal(("0 outputs", "1 outputs"), (check.Differences[1].Difference.Committed, check.Differences[1].Difference.Fresh));
        var strict = (await NotebookCheck.RunAsync(changed, 0.001)).Differences;
        Assert.Equal([3, 5, 6], strict.Select(d => d.Cell));
        Assert.StartsWith("figure: data[0].", strict[0].Difference.Where);
        Assert.Equal("XL750", (await Assert.ThrowsAsync<UserException>(() => NotebookCheck.RunAsync(changed, 1))).Id);
    }

    [Fact]
    public async Task FailingCell_IsADifference()
    {
        var notebook = Cells.Of("2", "int x = missing;", "3");
        var check = await NotebookCheck.RunAsync(notebook, 0.02);
        Assert.Equal([1, 2], check.Differences.Select(d => d.Cell));
        Assert.Contains("CS0103", check.Differences[1].Difference.Fresh);
    }
}
