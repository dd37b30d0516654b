using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace CrossLingual.Tests.Tiny;

/// <summary>An OpenAI-compatible server on this machine that misbehaves as it is told before it answers.</summary>
public sealed class JudgeServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<string, int, string> _behave;
    private readonly CancellationTokenSource _stop = new();

    /// <param name="behave">From a prompt and the number of its tries so far: ok, 429, 500, 401, hang, cut, evil, empty, reset.</param>
    public JudgeServer(Func<string, int, string> behave)
    {
        _behave = behave;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/v1");
        }

        _listener.Prefixes.Add($"http://127.0.0.1:{Endpoint.Port}/");
        _listener.Start();
        _ = ListenAsync();
    }

    public Uri Endpoint { get; }

    /// <summary>Tries of each prompt.</summary>
    public ConcurrentDictionary<string, int> Tries { get; } = new();

    /// <summary>Whole answers sent for each prompt: what would be paid for.</summary>
    public ConcurrentDictionary<string, int> Paid { get; } = new();

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Close();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var body = JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement;
            var last = body.GetProperty("messages").EnumerateArray().Last().GetProperty("content");
            var prompt = last.ValueKind == JsonValueKind.String ? last.GetString()! : last[0].GetProperty("text").GetString()!;
            var tries = Tries.AddOrUpdate(prompt, 1, (_, n) => n + 1);
            switch (_behave(prompt, tries - 1))
            {
                case "429":
                    context.Response.AddHeader("Retry-After", "0.02");
                    await Send(context, 429, """{"error":{"message":"slow down"}}""");
                    break;
                case "500":
                    await Send(context, 500, "<html>oops</html>");
                    break;
                case "401":
                    await Send(context, 401, $"{{\"error\":{{\"message\":\"bad key {context.Request.Headers["Authorization"]}\"}}}}");
                    break;
                case "hang":
                    await Task.Delay(TimeSpan.FromSeconds(30), _stop.Token);
                    break;
                case "cut":
                    var half = Encoding.UTF8.GetBytes(Whole("[[5]]"))[..40];
                    context.Response.ContentLength64 = 400;
                    await context.Response.OutputStream.WriteAsync(half);
                    context.Response.Abort();
                    break;
                case "evil":
                    await Send(context, 200, $"{{\"choices\": {{\"a\": {new string('[', 500)}1{new string(']', 500)}}}}}");
                    break;
                case "empty":
                    await Send(context, 200, Whole(""));
                    break;
                case "reset":
                    context.Response.Abort();
                    break;
                default:
                    Paid.AddOrUpdate(prompt, 1, (_, n) => n + 1);
                    await Send(context, 200, Whole("Fine. [[7]]"));
                    break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The client went away, or the test is over.
        }
    }

    private static string Whole(string text) => JsonSerializer.Serialize(new
    {
        id = "1",
        @object = "chat.completion",
        created = 1,
        model = "m",
        choices = new[] { new { index = 0, finish_reason = "stop", message = new { role = "assistant", content = text } } },
        usage = new { prompt_tokens = 50, completion_tokens = 5, total_tokens = 55 },
    });

    private static async Task Send(HttpListenerContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
        context.Response.Close();
    }
}
