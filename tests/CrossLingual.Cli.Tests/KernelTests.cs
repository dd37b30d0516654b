using System.Text.Json.Nodes;

namespace CrossLingual.Cli.Tests;

/// <summary>The kernel as Jupyter's own programs find, start and test it.</summary>
public sealed class KernelTests : IDisposable
{
    private const string KernelTest = """"
        import unittest, jupyter_kernel_test as jkt
        class CSharp(jkt.KernelTests):
            kernel_name = "crosslingual-csharp"
            language_name = "C#"
            file_extension = ".cs"
            code_hello_world = 'Console.WriteLine("hello, world");'
            code_stderr = 'Console.Error.WriteLine("oops");'
            completion_samples = [{"text": "Console.Wri", "matches": ["Write", "WriteLine"]}]
            complete_code_samples = ["1", "var x = 1;"]
            incomplete_code_samples = ["if (true) {", 'var s = """']
            code_generate_error = 'throw new Exception("x");'
            code_execute_result = [{"code": "1+2", "result": "3"}]
            code_display_data = [{"code": 'display(Figure.Bars("t", ["a"], new BarSeries("s", [new Estimate(1)])));', "mime": "image/png"}]
            code_history_pattern = "1?2*"
            supported_history_operations = ("tail", "search", "range")
            code_inspect_sample = "Console.WriteLine"
            code_clear_output = "clear_output();"
        if __name__ == "__main__":
            unittest.main()
        """";

    // Runs a cell that takes the kernel down, and prints what its front end was shown; or kills the guard, and prints whether the kernel went too.
    private const string Death = """"
        import os, signal, subprocess, sys, time
        from jupyter_client.manager import KernelManager
        manager = KernelManager(kernel_name="crosslingual-csharp")
        manager.start_kernel(stderr=subprocess.DEVNULL)
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=120)
        if sys.argv[1] == "":
            guard = manager.provisioner.pid
            children = open(f"/proc/{guard}/task/{guard}/children").read().split()
            os.kill(guard, signal.SIGKILL)
            end = time.time() + 60
            while any(os.path.exists(f"/proc/{c}") for c in children) and time.time() < end: time.sleep(0.05)
            print(len(children), "gone" if time.time() < end else "stays")
        else:
            id, end = client.execute(sys.argv[1]), time.time() + 60
            while time.time() < end:
                try:
                    message = client.get_iopub_msg(timeout=0.2)
                    if message["msg_type"] == "stream" and message["parent_header"].get("msg_id") == id: print(message["content"]["text"])
                except Exception:
                    if not manager.is_alive(): break
            print("dead" if not manager.is_alive() else "alive")
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        """";

    private readonly string folder = Directory.CreateTempSubdirectory("xling-kernel-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Kernel_IsInstalledFoundAndRemoved()
    {
        Assert.Equal("crosslingual-csharp", Command.Succeed(folder, "kernel", "install", "--prefix", "env", "--json").Json.GetProperty("name").GetString());
        Assert.True(File.Exists(Path.Combine(folder, "env", "share", "jupyter", "kernels", "crosslingual-csharp", "kernel.json")));
        if (Jupyter.Python() is { } python)
        {
            var (code, text) = Jupyter.Run(folder, python, "-m", "jupyter", "kernelspec", "list");
            Assert.True(code == 0 && text.Contains("crosslingual-csharp", StringComparison.Ordinal), text);
        }

        Command.Succeed(folder, "kernel", "uninstall", "--prefix", "env");
        Assert.False(Directory.Exists(Path.Combine(folder, "env", "share", "jupyter", "kernels", "crosslingual-csharp")));
        Assert.Contains("XL710", Command.Run(folder, "kernel", "run", "nowhere.json").Error);
    }

    [Fact]
    public void Nbconvert_RunsANotebook()
    {
        var python = Installed("nbconvert");
        File.WriteAllText(Path.Combine(folder, "n.ipynb"), """
            {"cells": [
              {"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [], "source": ["var n = 6;\n", "Console.WriteLine(\"start\");"]},
              {"cell_type": "code", "execution_count": null, "id": "b", "metadata": {}, "outputs": [], "source": ["await Task.Delay(1);\n", "n * 7"]}],
             "metadata": {"kernelspec": {"display_name": "C#", "language": "C#", "name": "crosslingual-csharp"}}, "nbformat": 4, "nbformat_minor": 5}
            """);
        var (code, text) = Jupyter.Run(folder, python, "-m", "nbconvert", "--to", "notebook", "--execute", "--output", "run", "n.ipynb");
        Assert.True(code == 0, text);
        var cells = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "run.ipynb")))!["cells"]!.AsArray();
        Assert.Equal("start\n", string.Concat(cells[0]!["outputs"]![0]!["text"]!.AsArray().Select(l => (string?)l)));
        Assert.Equal("42", (string?)cells[1]!["outputs"]![0]!["data"]!["text/plain"]![0]);
    }

    [Fact]
    public void JupyterKernelTest_Passes()
    {
        var python = Installed("jupyter_kernel_test");
        File.WriteAllText(Path.Combine(folder, "t.py"), KernelTest);
        var (code, text) = Jupyter.Run(folder, python, "t.py");
        Assert.True(code == 0 && text.Contains("Ran 12 tests", StringComparison.Ordinal), text);
    }

    [Theory]
    [InlineData("int F(int n) => F(n + 1) + 1;\nF(0)", "stack overflowed")]
    [InlineData("Environment.Exit(3);", "exit code 3")]
    [InlineData("System.Diagnostics.Process.GetCurrentProcess().Kill(); Thread.Sleep(9000);", "memory was exhausted")]
    [InlineData("new Thread(() => throw new Exception(\"beside\")).Start(); Thread.Sleep(9000);", "System.Exception: beside")]
    public void DyingKernel_SaysWhyOnTheFrontEnd(string code, string reason)
    {
        var python = Installed("jupyter_client");
        File.WriteAllText(Path.Combine(folder, "death.py"), Death);
        var (_, text) = Jupyter.Run(folder, python, "death.py", code);
        Assert.Matches($"(?s)XL719.*{reason}.*dead", text);
    }

    [Fact]
    public void Kernel_EndsWhenItsParentIsKilled()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Children are listed by Linux alone.");
        var python = Installed("jupyter_client");
        File.WriteAllText(Path.Combine(folder, "death.py"), Death);
        Assert.Contains("1 gone", Jupyter.Run(folder, python, "death.py", "").Text, StringComparison.Ordinal);
    }

    private string Installed(string module)
    {
        var python = Jupyter.Python(module);
        Assert.SkipWhen(python is null, $"Python's {module} is not installed.");
        Command.Succeed(folder, "kernel", "install", "--prefix", "env");
        return python!;
    }
}
