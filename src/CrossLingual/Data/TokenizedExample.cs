using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>A conversation as token ids, with the tokens marked on which loss falls.</summary>
/// <param name="Id">The conversation's identity.</param>
/// <param name="Ids">Token ids, the begin token included.</param>
/// <param name="Learned">Whether token i is to be predicted from those before it; never true for the first.</param>
public sealed record TokenizedExample(string Id, int[] Ids, bool[] Learned)
{
    /// <summary>Tokens that carry loss.</summary>
    public int LearnedCount { get; } = Learned.Count(l => l);

    /// <summary>Kind of work; empty when unknown.</summary>
    public string Task { get; init; } = "";

    /// <summary>The source that it comes from; empty when there is but one.</summary>
    public string Source { get; init; } = "";

    /// <summary>Factor of its loss, above 0.</summary>
    public float Weight { get; init; } = 1;

    /// <summary>Encodes a conversation; a text longer than the limit loses its end.</summary>
    /// <param name="conversation">The turns.</param>
    /// <param name="template">How turns become text.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maxLength">Most tokens, at least 2.</param>
    public static TokenizedExample Encode(Conversation conversation, ChatTemplate template, Tokenizer tokenizer, int maxLength)
    {
        var ids = new List<int>();
        var learned = new List<bool>();
        if (tokenizer.BosId is { } bos)
        {
            ids.Add(bos);
            learned.Add(false);
        }

        // A bare text starts like any text; turns after the first go on from it.
        var continuation = false;
        foreach (var segment in template.Render(conversation.Turns))
        {
            foreach (var id in tokenizer.Encode(segment.Text, continuation: continuation))
            {
                learned.Add(segment.Learned && ids.Count > 0);
                ids.Add(id);
            }

            continuation = true;
            if (segment.EndsTurn && tokenizer.EosId is { } eos)
            {
                learned.Add(segment.Learned && ids.Count > 0);
                ids.Add(eos);
            }
        }

        var length = Math.Min(ids.Count, maxLength);
        return new TokenizedExample(conversation.Id, [.. ids.Take(length)], [.. learned.Take(length)]) { Task = conversation.Task };
    }

    /// <summary>The ids of a prompt that asks for an answer: the turns, the last being the user's.</summary>
    public static int[] EncodePrompt(IReadOnlyList<Turn> turns, ChatTemplate template, Tokenizer tokenizer) =>
        Encode(new Conversation { Id = "", Turns = turns }, template, tokenizer, int.MaxValue).Ids;
}
