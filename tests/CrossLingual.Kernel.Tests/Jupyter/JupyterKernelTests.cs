using System.Text.Json.Nodes;
using CrossLingual.Kernel.Jupyter;

namespace CrossLingual.Kernel.Tests.Jupyter;

public class JupyterKernelTests
{
    [Fact]
    public void Information_NamesTheLanguage()
    {
        using var front = new FrontEnd();
        var answer = front.Ask("kernel_info_request", []);
        Assert.Equal(("5.4", ".cs"), ((string?)answer["protocol_version"], (string?)answer["language_info"]!["file_extension"]));
    }

    [Fact]
    public void Cells_ShowStreamsResultsAndErrorsWithTheirLine()
    {
        using var front = new FrontEnd();
        var (shown, answer) = front.Run("var x = 20;\nConsole.Write(\"o\");\nConsole.Error.Write(\"e\");\nx * 2");
        Assert.Equal(["status", "execute_input", "stream", "stream", "execute_result"], shown.Select(m => m.Type));
        Assert.Equal(["stdout o", "stderr e"], shown.Where(m => m.Type == "stream").Select(m => $"{m.Text("name")} {m.Text("text")}"));
        Assert.Equal("40", (string?)shown[^1].Content["data"]!["text/plain"]);
        Assert.Equal(("ok", 1), ((string?)answer["status"], (int)answer["execution_count"]!));

        (shown, answer) = front.Run("var a = 1;\nvar b = a / (a - 1);");
        Assert.Equal(("error", "DivideByZeroException", 2), ((string?)answer["status"], (string?)answer["ename"], (int)answer["execution_count"]!));
        Assert.Contains("cell 2, line 2", shown.Single(m => m.Type == "error").Text("evalue"));
        Assert.Equal("20", (string?)front.Run("x").Shown[^1].Content["data"]!["text/plain"]);
    }

    [Fact]
    public void Silent_ShowsAndCountsNothing()
    {
        using var front = new FrontEnd();
        var (shown, answer) = front.Run("Console.WriteLine(1); 2", c => c["silent"] = true);
        Assert.Equal(["status"], shown.Select(m => m.Type));
        Assert.Equal(0, (int)answer["execution_count"]!);
        Assert.Equal(0, (int)front.Run("1", c => c["store_history"] = false).Answer["execution_count"]!);
        Assert.Empty(front.Ask("history_request", new JsonObject { ["hist_access_type"] = "tail", ["n"] = 5 })["history"]!.AsArray());
    }

    [Fact]
    public void Displays_AreUpdatedAndCleared()
    {
        using var front = new FrontEnd();
        var shown = front.Run("var d = display(\"one\");").Shown[^1];
        Assert.Equal("display_data", shown.Type);
        var later = front.Run("d.Update(\"two\"); clear_output(wait: true);").Shown;
        Assert.Equal(["update_display_data", "clear_output"], later.Skip(2).Select(m => m.Type));
        Assert.Equal((string?)shown.Content["transient"]!["display_id"], (string?)later[2].Content["transient"]!["display_id"]);
        Assert.Equal("two", (string?)later[2].Content["data"]!["text/plain"]);
        Assert.True((bool)later[3].Content["wait"]!);
    }

    [Fact]
    public void Expressions_AreEvaluatedAfterTheCell()
    {
        using var front = new FrontEnd();
        var values = front.Run("var x = 3;", c => c["user_expressions"] = new JsonObject { ["good"] = "x + 1", ["bad"] = "y" }).Answer["user_expressions"]!;
        Assert.Equal("4", (string?)values["good"]!["data"]!["text/plain"]);
        Assert.Equal("error", (string?)values["bad"]!["status"]);
    }

    [Fact]
    public void WaitingCells_AreAbortedAfterAnError()
    {
        using var front = new FrontEnd();
        front.Post("execute_request", new JsonObject { ["code"] = "Thread.Sleep(500); throw new Exception(\"no\");" });
        front.Post("execute_request", new JsonObject { ["code"] = "1" });
        Assert.Equal(["error", "aborted"], new[] { front.Answer(), front.Answer() }.Select(a => a.Text("status")));
        front.Post("execute_request", new JsonObject { ["code"] = "Thread.Sleep(500); throw new Exception(\"no\");", ["stop_on_error"] = false });
        front.Post("execute_request", new JsonObject { ["code"] = "1" });
        Assert.Equal(["error", "ok"], new[] { front.Answer(), front.Answer() }.Select(a => a.Text("status")));
    }

    [Fact]
    public void Interrupt_StopsACellThatHeedsItsToken()
    {
        using var front = new FrontEnd();
        var id = front.Post("execute_request", new JsonObject { ["code"] = "var n = 0;\nConsole.WriteLine();\nwhile (true) { Cancel.ThrowIfCancellationRequested(); n++; Thread.Sleep(5); }" });
        front.Wait(id, "stream");
        Thread.Sleep(100);
        front.Post("interrupt_request", []);
        Assert.Equal("ok", front.Answer(fromControl: true).Text("status"));
        Assert.Equal("Interrupted", front.Answer().Text("ename"));
        Assert.Contains(front.Shown(id), m => m.Type == "error");
        Assert.Equal("True", (string?)front.Run("n > 0").Shown[^1].Content["data"]!["text/plain"]);
    }

    [Fact]
    public void Input_IsAskedOfTheFrontEnd()
    {
        using var front = new FrontEnd();
        var id = front.Post("execute_request", new JsonObject { ["code"] = "\"<\" + Console.ReadLine() + \">\"", ["allow_stdin"] = true });
        front.Tell("xin chào");
        Assert.Equal("<xin chào>", (string?)front.Shown(id)[^1].Content["data"]!["text/plain"]);
        Assert.Equal("ok", front.Answer().Text("status"));
        Assert.Contains("takes no input", (string?)front.Run("Console.ReadLine()").Answer["evalue"]);
    }

    [Fact]
    public void Completion_CountsCodePoints()
    {
        using var front = new FrontEnd();
        front.Run("var words = new List<string>();");
        const string Code = "/*😀*/ words.Ad";
        var answer = front.Ask("complete_request", new JsonObject { ["code"] = Code, ["cursor_pos"] = 14 });
        Assert.Equal(["Add", "AddRange"], answer["matches"]!.AsArray().Select(m => (string?)m));
        Assert.Equal((12, 14), ((int)answer["cursor_start"]!, (int)answer["cursor_end"]!));
        Assert.Contains("words", front.Ask("complete_request", new JsonObject { ["code"] = "wor", ["cursor_pos"] = 3 })["matches"]!.AsArray().Select(m => (string?)m));
        Assert.Contains("MaxValue", front.Ask("complete_request", new JsonObject { ["code"] = "int.Max", ["cursor_pos"] = 7 })["matches"]!.AsArray().Select(m => (string?)m));
    }

    [Fact]
    public void Inspection_GivesSignatureAndDocumentation()
    {
        using var front = new FrontEnd();
        var answer = front.Ask("inspect_request", new JsonObject { ["code"] = "Lab.CheckTarget(", ["cursor_pos"] = 16 });
        Assert.True((bool)answer["found"]!);
        Assert.Contains("CheckTarget(string", (string?)answer["data"]!["text/plain"]);
        Assert.False((bool)front.Ask("inspect_request", new JsonObject { ["code"] = "1 + 2", ["cursor_pos"] = 2 })["found"]!);
    }

    [Fact]
    public void Completeness_SeesOpenBrackets()
    {
        using var front = new FrontEnd();
        string? Status(string code) => (string?)front.Ask("is_complete_request", new JsonObject { ["code"] = code })["status"];
        Assert.Equal("complete", Status("1 + 1"));
        Assert.Equal("incomplete", Status("if (true) {"));
    }

    [Fact]
    public void History_IsGivenByEndRangeAndPattern()
    {
        using var front = new FrontEnd();
        foreach (var code in new[] { "1", "22", "1" })
        {
            front.Run(code);
        }

        string Ask(JsonObject content) => front.Ask("history_request", content)["history"]!.ToJsonString();
        Assert.Equal("""[[1,2,"22"],[1,3,"1"]]""", Ask(new JsonObject { ["hist_access_type"] = "tail", ["n"] = 2 }));
        Assert.Equal("""[[1,1,"1"]]""", Ask(new JsonObject { ["hist_access_type"] = "range", ["session"] = 0, ["start"] = 1, ["stop"] = 2 }));
        Assert.Equal("""[[1,3,["1",null]]]""", Ask(new JsonObject { ["hist_access_type"] = "search", ["pattern"] = "1*", ["unique"] = true, ["n"] = 5, ["output"] = true }));
    }

    [Fact]
    public void Writing_IsBatchedAndCut()
    {
        using var front = new FrontEnd();
        var streams = front.Run("for (var i = 0; i < 20_000; i++) Console.WriteLine(i);").Shown.Where(m => m.Type == "stream").ToList();
        Assert.InRange(streams.Count, 1, 500);
        Assert.Equal(20_000, string.Concat(streams.Select(m => m.Text("text"))).Count(c => c == '\n'));
        streams = [.. front.Run("var line = new string('x', 99_999);\nfor (var i = 0; i < 50; i++) Console.WriteLine(line);").Shown.Where(m => m.Type == "stream")];
        Assert.Equal(StreamBatch.Most, streams.Where(m => m.Text("name") == "stdout").Sum(m => m.Text("text").Length));
        Assert.Contains("1,000,000 more characters", streams[^1].Text("text"));
    }

    [Fact]
    public void WrongMessages_AreDroppedAndSaid()
    {
        using var front = new FrontEnd();
        var delimiter = "<IDS|MSG>"u8.ToArray();
        byte[] header = [.. """{"msg_type":"execute_request","msg_id":"1"}"""u8], empty = [.. "{}"u8], code = [.. """{"code":"Environment.Exit(9)"}"""u8];
        front.SendRaw([1, 2, 3]);
        front.SendRaw(delimiter, [.. "0000"u8], header, empty, empty, code);
        front.SendRaw(delimiter, [.. new string('0', 64).Select(c => (byte)c)], header, empty, empty, code);
        front.SendRaw(delimiter, [], [], [], [], []);
        front.Post("unheard_request", []);
        Assert.Equal("ok", (string?)front.Run("1").Answer["status"]);
        lock (front.Log)
        {
            Assert.Equal(5, front.Log.Count);
            Assert.Equal(3, front.Log.Count(l => l.Contains("signature is not", StringComparison.Ordinal)));
            Assert.Contains(front.Log, l => l.Contains("'unheard_request' is not known", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void UnknownTargets_AreClosed()
    {
        using var front = new FrontEnd();
        var id = front.Post("comm_open", new JsonObject { ["comm_id"] = "c", ["target_name"] = "widgets" });
        front.Run("1");
        Assert.NotEmpty(id);
        Assert.Empty(front.Ask("comm_info_request", [])["comms"]!.AsObject());
    }

    [Fact]
    public void Shutdown_EndsTheKernel()
    {
        using var front = new FrontEnd();
        Assert.False((bool)front.Ask("shutdown_request", new JsonObject { ["restart"] = false })["restart"]!);
        Assert.True(front.HasEnded());
    }

    [Theory]
    [InlineData("{", "no connection file")]
    [InlineData("[]", "no connection file")]
    [InlineData("""{"transport":"tcp","ip":"127.0.0.1","key":"","signature_scheme":"hmac-sha256"}""", "'shell_port' is missing")]
    [InlineData("""{"transport":"ipc","ip":"x","key":"","signature_scheme":"hmac-sha256"}""", "is not served")]
    [InlineData("""{"transport":"tcp","ip":"127.0.0.1","key":"","signature_scheme":"md5"}""", "is not served")]
    public void BadConnectionFiles_AreRefused(string text, string said)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        var error = Assert.Throws<UserException>(() => ConnectionFile.Read(path));
        File.Delete(path);
        Assert.Equal("XL710", error.Id);
        Assert.Contains(said, error.Message);
    }

    [Fact]
    public void Specification_IsInstalledAndRemoved()
    {
        var data = Directory.CreateTempSubdirectory("xling-spec-").FullName;
        var folder = KernelSpec.Install(data, ["/opt/x y/xling"]);
        var spec = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "kernel.json")))!;
        Assert.Equal(["/opt/x y/xling", "kernel", "run", "{connection_file}"], spec["argv"]!.AsArray().Select(a => (string?)a));
        Assert.Equal("message", (string?)spec["interrupt_mode"]);
        Assert.Equal("0", (string?)spec["env"]!["DOTNET_TieredPGO"]);
        Assert.Equal(folder, KernelSpec.Uninstall(data));
        Assert.Null(KernelSpec.Uninstall(data));
        Directory.Delete(data, recursive: true);
    }
}
