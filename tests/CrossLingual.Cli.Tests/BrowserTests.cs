using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CrossLingual.Cli.Tests;

/// <summary>The kernel behind Jupyter's classic notebook, in a browser.</summary>
public sealed class BrowserTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("xling-browser-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task ClassicNotebook_RunsCellsAndShowsTheirFigure()
    {
        var python = Jupyter.Python("notebook.notebookapp");
        Assert.SkipWhen(python is null, "Jupyter's classic notebook is not installed.");
        Assert.SkipWhen(DevTools.Program is null, "Chromium is not installed.");
        Command.Succeed(folder, "kernel", "install", "--prefix", "env");
        await File.WriteAllTextAsync(Path.Combine(folder, "n.ipynb"), """
            {"cells": [
              {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["var bar = progress(\"counting\");\n", "bar.Report(1);\n", "Figure.Bars(\"A figure\", [\"a\", \"b\"], new BarSeries(\"s\", 1, 2))"]},
              {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["#!sql\n", "SELECT 6 * 7 AS answer"]}],
             "metadata": {"kernelspec": {"display_name": "C#", "language": "C#", "name": "crosslingual-csharp"}}, "nbformat": 4, "nbformat_minor": 4}
            """);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var port = FreePort();
        using var server = Serve(python!, port);
        try
        {
            await WaitForAsync(new Uri($"http://127.0.0.1:{port}/api"), limit.Token);
            using var page = await DevTools.OpenAsync(folder, $"http://127.0.0.1:{port}/notebooks/n.ipynb", limit.Token);
            await page.WaitAsync("Jupyter.notebook.kernel.is_connected()", limit.Token);
            await page.WaitAsync("(Jupyter.notebook.execute_all_cells(), true)", limit.Token);
            Assert.Equal("true", await page.WaitAsync("document.querySelector('.output_png img').naturalWidth > 100", limit.Token));
            Assert.Equal("answer 42", await page.WaitAsync("document.querySelector('.output_html table').innerText.trim().replace(/\\s+/, ' ')", limit.Token));
            Assert.Equal("1", await page.WaitAsync("document.querySelector('progress').value", limit.Token));
            Assert.Equal([0x89, (byte)'P'], (await page.PictureAsync(limit.Token))[..2]);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task WaitForAsync(Uri address, CancellationToken cancel)
    {
        using var http = new HttpClient();
        while (true)
        {
            try
            {
                await http.GetStringAsync(address, cancel);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(200, cancel);
            }
        }
    }

    // A server of its own: on this machine alone, and with settings, files and a home below the test's folder.
    private Process Serve(string python, int port)
    {
        var start = new ProcessStartInfo(
            python,
            ["-m", "notebook", "--no-browser", "--ip=127.0.0.1", $"--port={port}", "--NotebookApp.token=", "--NotebookApp.password=", "--allow-root", $"--notebook-dir={folder}"])
        { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["JUPYTER_PATH"] = Path.Combine(folder, "env", "share", "jupyter");
        foreach (var name in new[] { "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR" })
        {
            start.Environment[name] = Path.Combine(folder, "jupyter");
        }

        var server = Process.Start(start)!;
        _ = server.StandardOutput.ReadToEndAsync(CancellationToken.None);
        _ = server.StandardError.ReadToEndAsync(CancellationToken.None);
        return server;
    }
}
