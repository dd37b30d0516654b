namespace CrossLingual.Evaluation;

/// <summary>How a mathematical problem is asked (Shi et al., ICLR 2023, section 3).</summary>
public enum MgsmMode
{
    /// <summary>The number alone.</summary>
    Direct,

    /// <summary>A native problem, solved step by step in English.</summary>
    EnglishCot,

    /// <summary>A native problem, solved step by step in its language.</summary>
    NativeCot,
}

/// <summary>
/// The words around MGSM's problems (Shi et al., ICLR 2023). The form "Question: …", "Step-by-Step Answer: …" is the data
/// set's own, and so are English and Bengali words; the words of the other languages are ours. For numbers to set beside
/// the paper's, put the data set's eight exemplars, with its words, into the exemplar file.
/// </summary>
public static class MgsmWords
{
    private static readonly Dictionary<string, (string Question, string Answer, string Steps)> Words = new()
    {
        ["en"] = ("Question", "Answer", "Step-by-Step Answer"),
        ["bn"] = ("প্রশ্ন", "উত্তর", "ধাপে ধাপে উত্তর"),
        ["de"] = ("Frage", "Antwort", "Schritt-für-Schritt-Antwort"),
        ["es"] = ("Pregunta", "Respuesta", "Respuesta paso a paso"),
        ["fr"] = ("Question", "Réponse", "Réponse étape par étape"),
        ["hi"] = ("प्रश्न", "उत्तर", "चरण दर चरण उत्तर"),
        ["ja"] = ("問題", "答え", "ステップごとの答え"),
        ["ru"] = ("Задача", "Ответ", "Пошаговое решение"),
        ["sw"] = ("Swali", "Jibu", "Jibu la Hatua kwa Hatua"),
        ["te"] = ("ప్రశ్న", "సమాధానం", "దశలవారీగా సమాధానం"),
        ["th"] = ("โจทย์", "คำตอบ", "คำตอบทีละขั้นตอน"),
        ["vi"] = ("Câu hỏi", "Trả lời", "Trả lời từng bước"),
        ["zh"] = ("问题", "答案", "逐步解答"),
    };

    /// <summary>Languages with words.</summary>
    public static IReadOnlyCollection<string> Languages => Words.Keys;

    /// <summary>The prompt with <c>{1}</c> for the problem, and what begins the next problem, where a model that runs on is cut.</summary>
    /// <exception cref="UserException">XL661: no words for the language.</exception>
    public static (string Prompt, string Next) Of(string language, MgsmMode mode)
    {
        var native = Words.TryGetValue(language, out var found)
            ? found
            : throw new UserException("XL661", $"There are no words for mathematics in '{language}'; there are for: {string.Join(", ", Words.Keys)}. Write a 'prompt' of your own, as in \"Question: {{1}}\\nAnswer:\".");
        var answer = mode switch { MgsmMode.Direct => native.Answer, MgsmMode.NativeCot => native.Steps, _ => Words["en"].Steps };
        return ($"{native.Question}: {{1}}\n{answer}:", $"\n{native.Question}:");
    }
}
