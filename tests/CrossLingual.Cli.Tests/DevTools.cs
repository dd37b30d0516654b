using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace CrossLingual.Cli.Tests;

/// <summary>A page in headless Chromium, spoken to over its DevTools socket.</summary>
internal sealed class DevTools : IDisposable
{
    private readonly Process browser;
    private readonly ClientWebSocket socket = new();
    private int last;

    private DevTools(Process browser) => this.browser = browser;

    /// <summary>The browser's program; null where none is installed.</summary>
    public static string? Program => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>Opens a page.</summary>
    public static async Task<DevTools> OpenAsync(string folder, string address, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(
            Program!,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--window-size=1200,1600", $"--user-data-dir={Path.Combine(folder, "browser")}", "--remote-debugging-port=0", "about:blank",
            ])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        var tools = new DevTools(Process.Start(start)!);
        try
        {
            // DevTools listening on ws://127.0.0.1:1234/devtools/browser/…
            string? line;
            do
            {
                line = await tools.browser.StandardError.ReadLineAsync(cancel) ?? throw new InvalidOperationException("the browser ended");
            }
            while (!line.StartsWith("DevTools listening on ", StringComparison.Ordinal));
            _ = tools.browser.StandardError.ReadToEndAsync(CancellationToken.None);
            var port = new Uri(line["DevTools listening on ".Length..]).Port;
            using var http = new HttpClient();
            var pages = JsonNode.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json/list"), cancel))!.AsArray();
            var page = pages.First(p => (string?)p!["type"] == "page")!;
            await tools.socket.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), cancel);
            await tools.AskAsync("Page.navigate", new JsonObject { ["url"] = address }, cancel);
            return tools;
        }
        catch
        {
            tools.Dispose();
            throw;
        }
    }

    /// <summary>Waits until an expression of the page's script is neither false nor null, and gives its value.</summary>
    public async Task<string> WaitAsync(string expression, CancellationToken cancel)
    {
        while (true)
        {
            var said = await AskAsync("Runtime.evaluate", new JsonObject { ["expression"] = $"try {{ String({expression}) }} catch (e) {{ 'false' }}" }, cancel);
            if ((string?)said["result"]?["value"] is { } value and not ("false" or "null" or "undefined"))
            {
                return value;
            }

            await Task.Delay(200, cancel);
        }
    }

    /// <summary>A picture of the page, as PNG.</summary>
    public async Task<byte[]> PictureAsync(CancellationToken cancel) => Convert.FromBase64String((string)(await AskAsync("Page.captureScreenshot", [], cancel))["data"]!);

    public void Dispose()
    {
        browser.Kill(entireProcessTree: true);
        browser.WaitForExit();
        browser.Dispose();
        socket.Dispose();
    }

    private async Task<JsonNode> AskAsync(string method, JsonObject parameters, CancellationToken cancel)
    {
        var id = ++last;
        var request = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await socket.SendAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), WebSocketMessageType.Text, true, cancel);
        while (true)
        {
            using var whole = new MemoryStream();
            var buffer = new byte[1 << 16];
            WebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer, cancel);
                whole.Write(buffer, 0, part.Count);
            }
            while (!part.EndOfMessage);
            if (JsonNode.Parse(whole.ToArray()) is { } answer && (int?)answer["id"] == id)
            {
                return answer["result"] ?? throw new InvalidOperationException(answer.ToJsonString());
            }
        }
    }
}
