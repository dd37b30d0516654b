namespace CrossLingual.Kernel.Tests;

public class NotebookTests
{
    private const string AsJupyterWrites =
        """
        {
         "cells": [
          {
           "cell_type": "markdown",
           "id": "m1",
           "metadata": {},
           "source": [
            "# Tiếng Việt, हिन्दी 😀\n",
            "\"quoted\" & <b> \\ +\t\u0007"
           ]
          },
          {
           "cell_type": "code",
           "execution_count": null,
           "id": "c1",
           "metadata": {
            "from_the_future": [
             1.0,
             {
              "x": null
             }
            ]
           },
           "outputs": [],
           "source": []
          }
         ],
         "metadata": {},
         "nbformat": 4,
         "nbformat_minor": 5,
         "unknown": true
        }

        """;

    [Fact]
    public void UnknownFields_SurviveARoundTrip()
    {
        var text = AsJupyterWrites.ReplaceLineEndings("\n");
        Assert.Equal(text, Notebook.Parse(text).ToText());
    }

    [Fact]
    public void SourceAsOneString_IsRead() =>
        Assert.Equal("a\nb", Notebook.Parse("""{"nbformat":4,"cells":[{"cell_type":"code","source":"a\nb"}]}""").Cells[0].Source);

    [Theory]
    [InlineData("", "not a notebook")]
    [InlineData("[]", "nbformat is missing")]
    [InlineData("""{"nbformat":3,"worksheets":[]}""", "nbformat is 3")]
    [InlineData("""{"nbformat":4,"cells":[1]}""", "not a notebook")]
    [InlineData("""{"nbformat":"4","cells":[]}""", "not a notebook")]
    public void OtherFiles_AreRefused(string text, string why)
    {
        var error = Assert.Throws<UserException>(() => Notebook.Parse(text, "x.ipynb"));
        Assert.Equal("XL702", error.Id);
        Assert.Contains(why, error.Message);
    }

    [Fact]
    public void MissingFile_IsNamed() => Assert.Equal("XL701", Assert.Throws<UserException>(() => Notebook.Read("none.ipynb")).Id);

    [Fact]
    public void NewCells_HaveNamesOfTheirOwn()
    {
        var notebook = Cells.Of("1", "1", "2");
        Assert.Equal(3, notebook.Cells.Select(cell => (string?)cell.Json["id"]).Distinct().Count());
    }

    [Fact]
    public void Dib_BecomesCellsOfItsLanguages()
    {
        var notebook = DibFile.Parse("#!meta\r\n\r\n{\"kernelInfo\":{\"defaultKernelName\":\"fsharp\",\"items\":[{\"aliases\":[\"kusto\"],\"name\":\"kql\"}]}}\r\n\r\n#!markdown\r\n\r\n# Title\r\n#!sql --name x\nSELECT 1\n\n#!kql\n\nT | take 1\n#!csharp\n\n#!share --from sql x\nx\n", "n.dib");
        Assert.Equal(["# Title", "#!sql --name x\nSELECT 1", "T | take 1", "#!share --from sql x\nx"], notebook.Cells.Select(c => c.Source));
        Assert.Equal([null, "sql", "kql", "csharp"], notebook.Cells.Select(c => c.Language));
        Assert.Equal("XL748", Assert.Throws<UserException>(() => DibFile.Parse("#!meta\n{\n#!csharp\n1", "n.dib")).Id);
    }
}
