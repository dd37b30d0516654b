using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>Which way a translation demonstration goes.</summary>
public enum TranslationDirection
{
    /// <summary>Each pair once, half of them either way.</summary>
    Both,

    /// <summary>From English.</summary>
    FromEnglish,

    /// <summary>Into English.</summary>
    IntoEnglish,
}

/// <summary>
/// Translation-following demonstrations (CrossAlpaca: Ranaldi, Pucci and Freitas, Findings of ACL 2024): a parallel sentence
/// as an instruction, a source and a translation.
/// <code>
/// user:      Translate the text from English to Vietnamese.  /  input: the cat sleeps
/// assistant: con mèo ngủ
/// </code>
/// The paper's instruction string, corpus and directions could not be verified. The family of wordings below is ours; that
/// many wordings take turns in training and the first is used in tests follows x-LLaMA (Zhu et al., arXiv 2308.04948).
/// </summary>
public static class TranslationDemos
{
    /// <summary>The wordings, with <c>{source}</c> and <c>{target}</c> for the languages' English names.</summary>
    public static IReadOnlyList<string> Wordings { get; } =
    [
        "Translate the text from {source} to {target}.",
        "Give the {target} translation of this {source} text.",
        "How would you say the following in {target}?",
        "Put this {source} sentence into {target}.",
        "Please translate the input into {target}.",
        "Write the following in {target}, keeping its meaning.",
        "What is this {source} text in {target}?",
        "Turn the {source} text below into {target}.",
        "Express the same in {target}.",
        "Render the {source} sentence in {target}.",
        "Say this in {target}.",
        "You are a translator from {source} to {target}. Translate.",
    ];

    /// <summary>Makes the demonstration of a pair.</summary>
    /// <param name="pair">The sentence and its translation.</param>
    /// <param name="language">BCP 47 tag of the other language.</param>
    /// <param name="fromEnglish">The way it goes.</param>
    /// <param name="wordings">The instruction's wordings; the pair's own text chooses among them.</param>
    public static Conversation Of(ParallelPair pair, string language, bool fromEnglish, IReadOnlyList<string> wordings)
    {
        var (source, target) = fromEnglish ? ("en", language) : (language, "en");
        var wording = Seed.For("translation wording", pair.English, pair.Other).Dice().Pick(wordings);
        return new Conversation
        {
            Id = pair.Where,
            Language = source,
            Task = "translation",
            Turns =
            [
                new Turn(Role.User, Named(wording, source, target), fromEnglish ? pair.English : pair.Other),
                new Turn(Role.Assistant, fromEnglish ? pair.Other : pair.English),
            ],
        };
    }

    /// <summary>Whether a pair goes from English; with <see cref="TranslationDirection.Both"/> its own text decides, about evenly.</summary>
    public static bool FromEnglish(ParallelPair pair, TranslationDirection direction) => direction switch
    {
        TranslationDirection.FromEnglish => true,
        TranslationDirection.IntoEnglish => false,
        _ => (Seed.For("translation direction", pair.English, pair.Other).Value & 1) == 0,
    };

    private static string Named(string wording, string source, string target) => wording
        .Replace("{source}", LanguageName.Of(source), StringComparison.Ordinal)
        .Replace("{target}", LanguageName.Of(target), StringComparison.Ordinal);
}
