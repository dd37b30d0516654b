using System.ClientModel;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CrossLingual.Runs;
using Microsoft.Extensions.AI;
using Polly;
using Polly.Retry;

namespace CrossLingual.Evaluation;

/// <summary>How a judge is asked.</summary>
public sealed record JudgeOptions
{
    /// <summary>The model's name at its server.</summary>
    public required string Model { get; init; }

    /// <summary>0 in MT-bench.</summary>
    public float Temperature { get; init; }

    /// <summary>Most tokens of a reply; 2,048 in MT-bench.</summary>
    public int MaxTokens { get; init; } = 2048;

    /// <summary>Tries again after a failure that may pass: 408, 429, 5xx, a broken connection, a reply that is no reply.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>Wait before the first of them; doubled each time, with jitter, unless the server says how long.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time of one request.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Requests a minute; 0 for no limit.</summary>
    public int RequestsPerMinute { get; init; }

    /// <summary>Most tokens, prompts and replies together; 0 for no limit. Replies from the cache count as paid before.</summary>
    public long TokenBudget { get; init; }

    /// <summary>Most money, in the currency of the prices; 0 for no limit.</summary>
    public double CostBudget { get; init; }

    /// <summary>Price of a million prompt tokens.</summary>
    public double InputPrice { get; init; }

    /// <summary>Price of a million reply tokens.</summary>
    public double OutputPrice { get; init; }
}

/// <summary>A judge's reply.</summary>
/// <param name="Text">What it wrote.</param>
/// <param name="InputTokens">Tokens of the prompt, counted by the server, or estimated.</param>
/// <param name="OutputTokens">Tokens of the reply.</param>
/// <param name="Estimated">Whether the server gave no counts, and a third of the characters stands for them.</param>
public sealed record JudgeReply(string Text, long InputTokens, long OutputTokens, bool Estimated);

/// <summary>What was spent.</summary>
/// <param name="Requests">Replies bought now.</param>
/// <param name="Cached">Replies that were there.</param>
/// <param name="InputTokens">Prompt tokens, cached ones too.</param>
/// <param name="OutputTokens">Reply tokens, cached ones too.</param>
/// <param name="Cost">Their price.</param>
public sealed record JudgeSpending(int Requests, int Cached, long InputTokens, long OutputTokens, double Cost);

/// <summary>The budget is spent; what was judged is kept, and a larger budget goes on from there.</summary>
public sealed class BudgetSpentException() : Exception("The judge's budget is spent.");

/// <summary>
/// Asks a judge through any <see cref="IChatClient"/>, so that hosted and local servers serve alike. Every reply is written to disk under the hash of
/// what was asked before anything is made of it: what was paid for is never asked again, in this run or the next.
/// </summary>
public sealed class JudgeClient : IDisposable
{
    private const double CharactersAToken = 3;
    private readonly IChatClient _client;
    private readonly JudgeOptions _options;
    private readonly string _cache;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<JudgeReply> _pipeline;
    private readonly ConcurrentDictionary<string, Lazy<Task<JudgeReply>>> _asked = new();
    private readonly Lock _spending = new();
    private JudgeSpending _spent = new(0, 0, 0, 0, 0);
    private (long Tokens, double Cost) _reserved;
    private DateTimeOffset _free;

    /// <param name="client">The judge.</param>
    /// <param name="options">How it is asked.</param>
    /// <param name="cacheFolder">Where replies are kept; several runs may share it.</param>
    /// <param name="time">The clock that waiting goes by.</param>
    public JudgeClient(IChatClient client, JudgeOptions options, string cacheFolder, TimeProvider? time = null)
    {
        (_client, _options, _time) = (client, options, time ?? TimeProvider.System);
        _cache = Directory.CreateDirectory(cacheFolder).FullName;
        _pipeline = new ResiliencePipelineBuilder<JudgeReply> { TimeProvider = _time }.AddRetry(new RetryStrategyOptions<JudgeReply>
        {
            ShouldHandle = arguments => ValueTask.FromResult(MayPass(arguments.Outcome.Exception, arguments.Context.CancellationToken)),
            MaxRetryAttempts = Math.Max(1, options.Retries),
            Delay = options.Wait,
            MaxDelay = TimeSpan.FromSeconds(60),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            DelayGenerator = arguments => ValueTask.FromResult(RetryAfter(arguments.Outcome.Exception)),
        }).Build();
    }

    /// <summary>What was spent so far.</summary>
    public JudgeSpending Spent
    {
        get
        {
            lock (_spending)
            {
                return _spent;
            }
        }
    }

    /// <summary>Asks, or takes the reply that is there.</summary>
    /// <param name="system">What the judge is told about its work; empty for none.</param>
    /// <param name="user">What it is to judge.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="BudgetSpentException">The reply would cost more than is left.</exception>
    /// <exception cref="UserException">XL671: the server refuses the request.</exception>
    public async Task<JudgeReply> AskAsync(string system, string user, CancellationToken cancel = default)
    {
        var key = Key(system, user);
        var one = _asked.GetOrAdd(key, _ => new Lazy<Task<JudgeReply>>(() => ReplyAsync(key, system, user, cancel)));
        try
        {
            return await one.Value;
        }
        catch
        {
            _asked.TryRemove(key, out _);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<JudgeReply> ReplyAsync(string key, string system, string user, CancellationToken cancel)
    {
        var file = Path.Combine(_cache, key[..2], key + ".json");
        if (File.Exists(file))
        {
            return Count(Cached(file), bought: false);
        }

        var estimate = Estimate(system + user);
        Reserve(estimate);
        try
        {
            var reply = await _pipeline.ExecuteAsync(async stop => await RequestAsync(system, user, stop), cancel);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.WriteText(file, JsonSerializer.Serialize(new { _options.Model, system, user, reply }, JsonText.Indented) + "\n");
            return Count(reply, bought: true);
        }
        catch (ClientResultException e)
        {
            // The client's own message may repeat what was sent, headers too.
            throw e.Status is 408 or 429 or >= 500
                ? new IOException(string.Create(CultureInfo.InvariantCulture, $"The judge's server answered {e.Status} to {_options.Retries + 1} tries."))
                : new UserException("XL671", string.Create(CultureInfo.InvariantCulture, $"The judge's server refuses the request with status {e.Status}. 401 and 403: check the key in the environment; 404: the endpoint and the model's name; 400: the model's limits."));
        }
        finally
        {
            Reserve((-estimate.Tokens, -estimate.Cost), check: false);
        }
    }

    private async Task<JudgeReply> RequestAsync(string system, string user, CancellationToken cancel)
    {
        await TurnAsync(cancel);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_options.Timeout);
        ChatMessage[] messages = system.Length > 0 ? [new(ChatRole.System, system), new(ChatRole.User, user)] : [new(ChatRole.User, user)];
        var response = await _client.GetResponseAsync(
            messages, new ChatOptions { ModelId = _options.Model, Temperature = _options.Temperature, MaxOutputTokens = _options.MaxTokens }, limit.Token);
        if (string.IsNullOrWhiteSpace(response.Text))
        {
            throw new InvalidDataException("The judge's reply is empty.");
        }

        var (input, output) = (response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount);
        return new JudgeReply(response.Text, input ?? Tokens(system + user), output ?? Tokens(response.Text), input is null || output is null);
    }

    /// <summary>Waits until the rate allows another request: they start evenly, 60 / rate seconds apart, tries again too.</summary>
    private async Task TurnAsync(CancellationToken cancel)
    {
        if (_options.RequestsPerMinute == 0)
        {
            return;
        }

        TimeSpan wait;
        lock (_spending)
        {
            var now = _time.GetUtcNow();
            var mine = _free > now ? _free : now;
            _free = mine + TimeSpan.FromMinutes(1.0 / _options.RequestsPerMinute);
            wait = mine - now;
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _time, cancel);
        }
    }

    private static JudgeReply Cached(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.GetProperty("reply").Deserialize<JudgeReply>(JsonText.Line)!;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserException("XL672", $"The kept reply {file} is damaged: {e.Message} Remove it; the judge is asked again then.", e);
        }
    }

    private JudgeReply Count(JudgeReply reply, bool bought)
    {
        lock (_spending)
        {
            _spent = new JudgeSpending(
                _spent.Requests + (bought ? 1 : 0),
                _spent.Cached + (bought ? 0 : 1),
                _spent.InputTokens + reply.InputTokens,
                _spent.OutputTokens + reply.OutputTokens,
                _spent.Cost + Price(reply.InputTokens, reply.OutputTokens));
        }

        return reply;
    }

    private void Reserve((long Tokens, double Cost) amount, bool check = true)
    {
        lock (_spending)
        {
            var (tokens, cost) = (_reserved.Tokens + amount.Tokens, _reserved.Cost + amount.Cost);
            if (check && ((_options.TokenBudget > 0 && _spent.InputTokens + _spent.OutputTokens + tokens > _options.TokenBudget)
                || (_options.CostBudget > 0 && _spent.Cost + cost > _options.CostBudget)))
            {
                throw new BudgetSpentException();
            }

            _reserved = (tokens, cost);
        }
    }

    private (long Tokens, double Cost) Estimate(string prompt) => (Tokens(prompt) + _options.MaxTokens, Price(Tokens(prompt), _options.MaxTokens));

    private double Price(long input, long output) => ((input * _options.InputPrice) + (output * _options.OutputPrice)) / 1e6;

    private static long Tokens(string text) => (long)Math.Ceiling(text.Length / CharactersAToken);

    private static bool MayPass(Exception? exception, CancellationToken cancel) => exception switch
    {
        ClientResultException e => e.Status is 0 or 408 or 429 or >= 500,
        OperationCanceledException => !cancel.IsCancellationRequested,
        HttpRequestException or IOException or InvalidDataException or JsonException or FormatException or InvalidOperationException or ArgumentException or KeyNotFoundException => true,
        _ => false,
    };

    private static TimeSpan? RetryAfter(Exception? exception) =>
        exception is ClientResultException e && e.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var text) == true
        && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 600
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private string Key(string system, string user) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{_options.Model}\0{_options.Temperature}\0{_options.MaxTokens}\0{system}\0{user}"))));
}
