using System.Text.Json.Nodes;

namespace CrossLingual.Kernel.Tests;

public class NotebookRunnerTests
{
    [Fact]
    public async Task Run_FillsOutputsAndCounts()
    {
        var notebook = Cells.Of("Console.WriteLine(\"one\");\nConsole.WriteLine(\"two\");\nvar x = 2;", "", "display(\"shown\");\nx * 21");
        notebook.Insert(0, "markdown", "# Title");
        var run = await NotebookRunner.RunAsync(notebook);
        Assert.Equal((RunOutcome.Succeeded, 2), (run.Outcome, run.CellsRun));
        Assert.Equal(["one\n", "two\n"], notebook.Cells[1].Outputs.Single()!["text"]!.AsArray().Select(line => (string?)line));
        Assert.Equal("display_data", (string?)notebook.Cells[3].Outputs[0]!["output_type"]);
        Assert.Equal("execute_result", (string?)notebook.Cells[3].Outputs[1]!["output_type"]);
        Assert.Equal("42", notebook.Cells[3].Value());
        Assert.Equal(2, notebook.Cells[3].ExecutionCount);
        Assert.NotNull(notebook.Cells[3].Metadata["execution"]!["iopub.status.idle"]);
        Assert.Null(notebook.Cells[2].ExecutionCount);
    }

    [Fact]
    public async Task FailingCell_NamesCellAndLine()
    {
        var notebook = Cells.Of("var fine = 1;", "\nvar text = (string?)null;\nvar n = text!.Length;", "Console.Write(1);");
        var run = await NotebookRunner.RunAsync(notebook);
        Assert.Equal((RunOutcome.Failed, 2), (run.Outcome, run.FailedCell));
        Assert.Equal("NullReferenceException", (string?)notebook.Cells[1].Outputs[^1]!["ename"]);
        Assert.StartsWith("cell 2, line 3: NullReferenceException", notebook.Cells[1].Error());
        Assert.Empty(notebook.Cells[2].Outputs);
        Assert.Null(notebook.Cells[2].ExecutionCount);
    }

    [Fact]
    public async Task EarlierOutputs_AreCleared()
    {
        var notebook = Cells.Of("Console.Write(\"a\");");
        await NotebookRunner.RunAsync(notebook);
        await NotebookRunner.RunAsync(notebook);
        Assert.Single(notebook.Cells[0].Outputs);
    }

    [Fact]
    public async Task Figure_CarriesPlotlyPictureAndText()
    {
        var notebook = Cells.Of("Figure.Bars(\"Exact match\", [\"es\", \"हिन्दी\"], new BarSeries(\"X-CIT\", new Estimate(62.5, 58.1, 66.7), 51))");
        await NotebookRunner.RunAsync(notebook);
        var data = notebook.Cells[0].Outputs.Single()!["data"]!;
        Assert.Equal("bar", (string?)data["application/vnd.plotly.v1+json"]!["data"]![0]!["type"]);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], Convert.FromBase64String((string)data["image/png"]!)[..4]);
        Assert.Equal("Exact match", notebook.Cells[0].Value());
    }

    [Fact]
    public async Task Table_AndOtherObjects_CarryHtmlAndText()
    {
        var notebook = Cells.Of("new Table(\"Method\", \"EM\").Add(\"X-CIT\", new Estimate(62.5, 58.1, 66.7))", "new[] { new { Name = \"a<b\", N = 1 } }");
        await NotebookRunner.RunAsync(notebook);
        Assert.Contains("62.5 [58.1, 66.7]", Cells.Text(notebook.Cells[0].Outputs[0]!["data"]!["text/html"]));
        Assert.Contains("62.5 [58.1, 66.7]", notebook.Cells[0].Value());
        Assert.Contains("a&lt;b", Cells.Text(notebook.Cells[1].Outputs[0]!["data"]!["text/html"]));
        Assert.Contains("Name", notebook.Cells[1].Value());
    }

    [Fact]
    public async Task Parameters_AreInjected()
    {
        var notebook = Cells.Of("var rate = 0.5; string name = \"x\"; int n = 1; string[] languages = [\"es\"]; var half = 0.5f;", "$\"{rate / 2} {name} {n + 1} {languages.Length} {half}\"");
        notebook.Cells[0].Tag("parameters");
        var values = new Dictionary<string, object?> { ["rate"] = "1", ["name"] = "07", ["n"] = 4, ["languages"] = "[\"vi\", \"hi\"]", ["half"] = "0.25" };
        var run = await NotebookRunner.RunAsync(notebook, values);
        Assert.Null(run.Error);
        Assert.Equal("0.5 07 5 2 0.25", notebook.Cells[2].Value());
        Assert.Equal("injected-parameters", notebook.Cells[1].Tags.Single());

        // Another run replaces the cell of the first.
        await NotebookRunner.RunAsync(notebook, new Dictionary<string, object?> { ["n"] = "8" });
        Assert.Equal(3, notebook.Cells.Count);
        Assert.Equal("0.25 x 9 1 0.5", notebook.Cells[2].Value());
    }

    [Fact]
    public async Task UnknownParameter_NamesTheKnown()
    {
        var notebook = Cells.Of("int seeds = 3;");
        notebook.Cells[0].Tag("parameters");
        var error = await Assert.ThrowsAsync<UserException>(() => NotebookRunner.RunAsync(notebook, new Dictionary<string, object?> { ["seed"] = 4 }));
        Assert.Equal("XL706", error.Id);
        Assert.Contains("seeds", error.Message);
    }

    [Fact]
    public async Task Cells_RunInTheLanguageOfTheirMetadata()
    {
        var notebook = Cells.Of("1", "<i>x</i>", "ls");
        notebook.Cells[0].Metadata["vscode"] = new JsonObject { ["languageId"] = "polyglot-notebook" };
        notebook.Cells[1].Metadata["dotnet_interactive"] = new JsonObject { ["language"] = "html" };
        notebook.Cells[2].Metadata["polyglot_notebook"] = new JsonObject { ["kernelName"] = "pwsh" };
        var run = await NotebookRunner.RunAsync(notebook);
        Assert.Equal((RunOutcome.Failed, 3, "XL703"), (run.Outcome, run.FailedCell, run.Error!.Name));
        Assert.Contains("pwsh", run.Error.Message);
        Assert.Equal("<i>x</i>", Cells.Text(notebook.Cells[1].Outputs.Single()!["data"]!["text/html"]));
        Assert.Equal("html", (string?)notebook.Cells[1].Metadata["dotnet_interactive"]!["language"]);
    }

    [Fact]
    public async Task Progress_IsOneOutputThatKeepsItsLastState()
    {
        var notebook = Cells.Of(
            "var bar = progress(\"a < b\");\nfor (var i = 0; i <= 500; i++) bar.Report(i / 1000.0, $\"at {i}\");",
            "Action<double, string> report = progress(\"whole\").Report;\nreport(1, \"ready\");",
            "foreach (var x in progress(\"list\", new[] { 1, 2, 3 })) { if (x == 3) throw new Exception(\"no\"); }");
        await NotebookRunner.RunAsync(notebook);
        var data = notebook.Cells[0].Outputs.Single()!["data"]!;
        Assert.Equal("a < b: 50 %, at 500", Cells.Text(data["text/plain"]));
        Assert.Equal("<div><progress max=\"1\" value=\"0.5\"></progress> a &lt; b: 50 %, at 500</div>", Cells.Text(data["text/html"]));
        Assert.Equal("whole: 100 %, ready", notebook.Cells[1].Value());
        Assert.Equal("list: 67 %", Cells.Text(notebook.Cells[2].Outputs[0]!["data"]!["text/plain"]));
    }

    [Fact]
    public async Task Progress_IsMovedByTheLibrary()
    {
        var session = new CellSession(Path.GetTempPath());
        var outputs = new List<CellOutput>();
        await session.RunAsync("IProgress<TrainingProgress> t = progress(\"train\"); t.Report(new TrainingProgress(4, 4, 1.5, 0, 0, 0, 0));\nIProgress<int> n = progress(\"count\"); Thread.Sleep(150); n.Report(7);", "cell 1", outputs.Add);
        var shown = outputs.Cast<DisplayOutput>().ToList();
        Assert.Equal([false, true, false, true], shown.Select(s => s.Updates));
        Assert.Equal(["train: 100 %, step 4 of 4, loss 1.500", "count: 7 done"], shown.Where(s => s.Updates).Select(s => (string?)s.Data["text/plain"]));
    }

    [Fact]
    public async Task Interrupt_EndsTheRun()
    {
        using var source = new CancellationTokenSource();
        var notebook = Cells.Of("Console.Write(\"begun\");", "await Task.Delay(-1, Cancel);", "1");
        var progress = new Watch(step =>
        {
            if (step.Cell == 2)
            {
                source.CancelAfter(500);
            }
        });
        var run = await NotebookRunner.RunAsync(notebook, progress: progress, cancel: source.Token);
        Assert.Equal((RunOutcome.Interrupted, 2), (run.Outcome, run.FailedCell));
        Assert.Single(notebook.Cells[0].Outputs);
        Assert.Equal("Interrupted", (string?)notebook.Cells[1].Outputs[^1]!["ename"]);
    }

    [Fact]
    public async Task RelativePaths_StartInTheWorkingFolder()
    {
        var folder = Directory.CreateTempSubdirectory("xl-run-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "data.txt"), "found");
            await File.WriteAllTextAsync(Path.Combine(folder, "more.csx"), "var more = 5;");
            var notebook = Cells.Of("File.ReadAllText(\"data.txt\")", "#load \"more.csx\"\nmore");
            var run = await NotebookRunner.RunAsync(notebook, workingFolder: folder);
            Assert.Null(run.Error);
            Assert.Equal("found", notebook.Cells[0].Value());
            Assert.Equal("5", notebook.Cells[1].Value());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Watch(Action<NotebookProgress> report) : IProgress<NotebookProgress>
    {
        public void Report(NotebookProgress value) => report(value);
    }
}
