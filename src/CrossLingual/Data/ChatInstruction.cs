using System.Diagnostics.CodeAnalysis;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>
/// X-CIT's chat-instruction data (Wu, Wei, Yang and Lu, ACL 2025): the model first understands and answers in its strong
/// language, then in the target language.
/// <code>
/// user:      ¿Cuál es la capital de Francia? Understand and answer in English first.
/// assistant: What is the capital of France?     (understands)
///            Paris                              (answers in English)
/// user:      Responde ahora en español.
/// assistant: París
/// </code>
/// That it is a dialogue of two turns comes from reading notes on the paper; the exact strings could not be verified and
/// are ours. So is the cue at the end of the first turn: without it a question asked directly looks like the beginning of a
/// chat, and the model has to guess which of the two it is in. Loss falls on both of the assistant's turns.
/// </summary>
public static class ChatInstruction
{
    /// <summary>The cue that ends the first turn.</summary>
    public const string Cue = "Understand and answer in English first.";

    private static readonly Dictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ar"] = "أجب الآن بالعربية.",
        ["bn"] = "এখন বাংলায় উত্তর দিন।",
        ["de"] = "Antworte jetzt auf Deutsch.",
        ["en"] = "Now answer in English.",
        ["es"] = "Responde ahora en español.",
        ["fr"] = "Réponds maintenant en français.",
        ["hi"] = "अब हिंदी में उत्तर दीजिए।",
        ["id"] = "Sekarang jawab dalam bahasa Indonesia.",
        ["it"] = "Ora rispondi in italiano.",
        ["ja"] = "では、日本語で答えてください。",
        ["ko"] = "이제 한국어로 답해 주세요.",
        ["pt"] = "Agora responda em português.",
        ["ru"] = "Теперь ответь по-русски.",
        ["sw"] = "Sasa jibu kwa Kiswahili.",
        ["te"] = "ఇప్పుడు తెలుగులో సమాధానం ఇవ్వండి.",
        ["th"] = "ตอนนี้ตอบเป็นภาษาไทย",
        ["tr"] = "Şimdi Türkçe cevap ver.",
        ["vi"] = "Bây giờ hãy trả lời bằng tiếng Việt.",
        ["zh"] = "现在请用中文回答。",
    };

    /// <summary>Languages whose second request is known.</summary>
    public static IEnumerable<string> Languages => Known.Keys.Order(StringComparer.Ordinal);

    /// <summary>The user's second turn in a language: "now answer in …".</summary>
    public static bool TryFollowUp(string language, [NotNullWhen(true)] out string? text) =>
        Known.TryGetValue(language, out text) || Known.TryGetValue(language.Split('-', '_')[0], out text);

    /// <summary>The two-turn dialogue of an example and its English original.</summary>
    /// <param name="english">The original.</param>
    /// <param name="target">Its translation.</param>
    /// <param name="followUp">The user's second turn.</param>
    /// <param name="cue">What ends the first turn; empty for nothing.</param>
    public static Conversation Of(Example english, Example target, string followUp, string cue = Cue) => new()
    {
        Id = target.Id,
        Language = target.Language,
        Task = target.Task,
        Turns =
        [
            WithCue(new Turn(Role.User, target.Instruction, target.Input), cue),
            new Turn(Role.Assistant, InEnglish(english)),
            new Turn(Role.User, followUp),
            new Turn(Role.Assistant, target.Output),
        ],
    };

    /// <summary>The first turn with its cue.</summary>
    /// <param name="question">The user's question.</param>
    /// <param name="cue">The cue; empty for nothing.</param>
    public static Turn WithCue(Turn question, string cue) => cue.Length == 0 ? question : question with { Text = $"{question.Text} {cue}" };

    /// <summary>What the first answer says: the instruction, its input if any, and the answer, a line each.</summary>
    public static string InEnglish(Example english) => english.Input.Length > 0
        ? $"{english.Instruction}\n{english.Input}\n{english.Output}"
        : $"{english.Instruction}\n{english.Output}";
}
