using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace CrossLingual.Tests.Tiny;

/// <summary>A judge that says what a function says, and counts how often each prompt was asked.</summary>
public sealed class ScriptedJudge(Func<string, string> reply) : IChatClient
{
    public ConcurrentDictionary<string, int> Asked { get; } = new();

    public long? InputTokens { get; init; } = 100;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var user = messages.Last().Text;
        Asked.AddOrUpdate(user, 1, (_, n) => n + 1);
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, reply(user)))
        {
            Usage = InputTokens is { } n ? new UsageDetails { InputTokenCount = n, OutputTokenCount = 10 } : null,
        });
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
