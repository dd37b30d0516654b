namespace CrossLingual.Evaluation;

/// <summary>
/// What the built-in prompts say, in one language. English is MT-bench's way and the default; the others are ours, for <c>prompt_language: own</c>, and
/// <b>no native reader has checked them</b>: before numbers made with them are published, let one do so, or give prompts of your own.
/// The marks stay <c>[[7]]</c> and <c>[[A]]</c> in every language, so that they are read alike.
/// </summary>
internal sealed record JudgePhrases
{
    /// <summary>Languages that there are.</summary>
    public static IReadOnlyDictionary<string, JudgePhrases> All { get; } = new Dictionary<string, JudgePhrases>
    {
        ["en"] = new()
        {
            Work = "You compare and grade answers of AI assistants. Judge how helpful, relevant, correct, deep, creative and detailed an answer is. Neither the order of the answers, nor their length, nor the assistants' names may matter. ",
            Fluency = "The answers should be in English; count against them what is unnatural, ungrammatical or in another language. ",
            Reference = "A reference answer is given. Find the mistakes of the answers by it. ",
            GradeSecond = "Grade the answer to the second question. ",
            CompareSecond = "Compare the answers to the second question. ",
            Grade = "First explain your judgement in a few sentences. Then give a whole number from 1 (worst) to 10 (best) in exactly this form: [[rating]], for example [[5]].",
            Choose = "First compare the two answers in a few sentences. Then give your verdict in exactly this form: [[A]] if assistant A is better, [[B]] if assistant B is better, [[C]] if they are equally good.",
            Question = "Question",
            FirstQuestion = "First question",
            SecondQuestion = "Second question",
            ReferenceAnswer = "Reference answer",
            ReferenceAnswers = "Reference answers",
            Answer = "Answer of the assistant",
            FirstAnswer = "First answer",
            SecondAnswer = "Second answer",
            EndOfAnswer = "End of the answer",
            EndOfAnswers = "End of the answers",
            AnswerOf = "Answer of assistant {0}",
            EndOfAnswerOf = "End of answer {0}",
            FirstOf = "Assistant {0}, first answer",
            SecondOf = "Assistant {0}, second answer",
            EndOf = "End of {0}",
        },
        ["es"] = new()
        {
            Work = "Comparas y calificas respuestas de asistentes de IA. Juzga si una respuesta es útil, pertinente, correcta, profunda, creativa y detallada. No deben importar ni el orden de las respuestas, ni su longitud, ni los nombres de los asistentes. ",
            Fluency = "Las respuestas deben estar en español; resta valor a lo que suene poco natural, tenga errores de gramática o esté en otro idioma. ",
            Reference = "Se da una respuesta de referencia. Úsala para encontrar los errores de las respuestas. ",
            GradeSecond = "Califica la respuesta a la segunda pregunta. ",
            CompareSecond = "Compara las respuestas a la segunda pregunta. ",
            Grade = "Primero explica tu juicio en unas pocas frases. Después da un número entero de 1 (lo peor) a 10 (lo mejor) exactamente en esta forma: [[número]], por ejemplo [[5]].",
            Choose = "Primero compara las dos respuestas en unas pocas frases. Después da tu veredicto exactamente en esta forma: [[A]] si el asistente A es mejor, [[B]] si el asistente B es mejor, [[C]] si son igual de buenos.",
            Question = "Pregunta",
            FirstQuestion = "Primera pregunta",
            SecondQuestion = "Segunda pregunta",
            ReferenceAnswer = "Respuesta de referencia",
            ReferenceAnswers = "Respuestas de referencia",
            Answer = "Respuesta del asistente",
            FirstAnswer = "Primera respuesta",
            SecondAnswer = "Segunda respuesta",
            EndOfAnswer = "Fin de la respuesta",
            EndOfAnswers = "Fin de las respuestas",
            AnswerOf = "Respuesta del asistente {0}",
            EndOfAnswerOf = "Fin de la respuesta {0}",
            FirstOf = "Asistente {0}, primera respuesta",
            SecondOf = "Asistente {0}, segunda respuesta",
            EndOf = "Fin de {0}",
        },
        ["de"] = new()
        {
            Work = "Du vergleichst und benotest Antworten von KI-Assistenten. Beurteile, wie hilfreich, treffend, richtig, gründlich, einfallsreich und ausführlich eine Antwort ist. Weder die Reihenfolge der Antworten noch ihre Länge noch die Namen der Assistenten dürfen eine Rolle spielen. ",
            Fluency = "Die Antworten sollen auf Deutsch sein; werte ab, was unnatürlich klingt, grammatisch falsch oder in einer anderen Sprache ist. ",
            Reference = "Eine Musterantwort ist gegeben. Finde mit ihr die Fehler der Antworten. ",
            GradeSecond = "Benote die Antwort auf die zweite Frage. ",
            CompareSecond = "Vergleiche die Antworten auf die zweite Frage. ",
            Grade = "Begründe zuerst dein Urteil in wenigen Sätzen. Gib dann eine ganze Zahl von 1 (am schlechtesten) bis 10 (am besten) in genau dieser Form an: [[Zahl]], zum Beispiel [[5]].",
            Choose = "Vergleiche zuerst die beiden Antworten in wenigen Sätzen. Gib dann dein Urteil in genau dieser Form an: [[A]], wenn Assistent A besser ist, [[B]], wenn Assistent B besser ist, [[C]], wenn beide gleich gut sind.",
            Question = "Frage",
            FirstQuestion = "Erste Frage",
            SecondQuestion = "Zweite Frage",
            ReferenceAnswer = "Musterantwort",
            ReferenceAnswers = "Musterantworten",
            Answer = "Antwort des Assistenten",
            FirstAnswer = "Erste Antwort",
            SecondAnswer = "Zweite Antwort",
            EndOfAnswer = "Ende der Antwort",
            EndOfAnswers = "Ende der Antworten",
            AnswerOf = "Antwort von Assistent {0}",
            EndOfAnswerOf = "Ende von Antwort {0}",
            FirstOf = "Assistent {0}, erste Antwort",
            SecondOf = "Assistent {0}, zweite Antwort",
            EndOf = "Ende von {0}",
        },
        ["hi"] = new()
        {
            Work = "आप एआई सहायकों के उत्तरों की तुलना करते हैं और उन्हें अंक देते हैं। देखिए कि उत्तर कितना उपयोगी, प्रासंगिक, सही, गहरा, रचनात्मक और विस्तृत है। उत्तरों का क्रम, उनकी लंबाई और सहायकों के नाम निर्णय पर असर न डालें। ",
            Fluency = "उत्तर हिन्दी में होने चाहिए; जो अस्वाभाविक हो, व्याकरण में गलत हो या दूसरी भाषा में हो, उसके अंक घटाइए। ",
            Reference = "एक संदर्भ उत्तर दिया गया है। उसकी सहायता से उत्तरों की गलतियाँ खोजिए। ",
            GradeSecond = "दूसरे प्रश्न के उत्तर को अंक दीजिए। ",
            CompareSecond = "दूसरे प्रश्न के उत्तरों की तुलना कीजिए। ",
            Grade = "पहले कुछ वाक्यों में अपना निर्णय समझाइए। फिर 1 (सबसे खराब) से 10 (सबसे अच्छा) तक एक पूर्ण संख्या ठीक इसी रूप में दीजिए: [[संख्या]], जैसे [[5]]।",
            Choose = "पहले कुछ वाक्यों में दोनों उत्तरों की तुलना कीजिए। फिर अपना निर्णय ठीक इसी रूप में दीजिए: [[A]] यदि सहायक A बेहतर है, [[B]] यदि सहायक B बेहतर है, [[C]] यदि दोनों बराबर हैं।",
            Question = "प्रश्न",
            FirstQuestion = "पहला प्रश्न",
            SecondQuestion = "दूसरा प्रश्न",
            ReferenceAnswer = "संदर्भ उत्तर",
            ReferenceAnswers = "संदर्भ उत्तर",
            Answer = "सहायक का उत्तर",
            FirstAnswer = "पहला उत्तर",
            SecondAnswer = "दूसरा उत्तर",
            EndOfAnswer = "उत्तर समाप्त",
            EndOfAnswers = "उत्तर समाप्त",
            AnswerOf = "सहायक {0} का उत्तर",
            EndOfAnswerOf = "उत्तर {0} समाप्त",
            FirstOf = "सहायक {0}, पहला उत्तर",
            SecondOf = "सहायक {0}, दूसरा उत्तर",
            EndOf = "{0} समाप्त",
        },
        ["vi"] = new()
        {
            Work = "Bạn so sánh và chấm điểm câu trả lời của các trợ lý AI. Hãy xét xem câu trả lời hữu ích, đúng trọng tâm, chính xác, sâu sắc, sáng tạo và chi tiết đến đâu. Thứ tự, độ dài của câu trả lời và tên của trợ lý không được ảnh hưởng đến đánh giá. ",
            Fluency = "Câu trả lời phải bằng tiếng Việt; hãy trừ điểm những chỗ thiếu tự nhiên, sai ngữ pháp hoặc viết bằng ngôn ngữ khác. ",
            Reference = "Có một câu trả lời tham khảo. Hãy dựa vào đó để tìm lỗi của các câu trả lời. ",
            GradeSecond = "Hãy chấm điểm câu trả lời cho câu hỏi thứ hai. ",
            CompareSecond = "Hãy so sánh các câu trả lời cho câu hỏi thứ hai. ",
            Grade = "Trước hết hãy giải thích đánh giá của bạn trong vài câu. Sau đó cho một số nguyên từ 1 (kém nhất) đến 10 (tốt nhất) theo đúng dạng này: [[số]], ví dụ [[5]].",
            Choose = "Trước hết hãy so sánh hai câu trả lời trong vài câu. Sau đó đưa ra kết luận theo đúng dạng này: [[A]] nếu trợ lý A tốt hơn, [[B]] nếu trợ lý B tốt hơn, [[C]] nếu hai bên ngang nhau.",
            Question = "Câu hỏi",
            FirstQuestion = "Câu hỏi thứ nhất",
            SecondQuestion = "Câu hỏi thứ hai",
            ReferenceAnswer = "Câu trả lời tham khảo",
            ReferenceAnswers = "Các câu trả lời tham khảo",
            Answer = "Câu trả lời của trợ lý",
            FirstAnswer = "Câu trả lời thứ nhất",
            SecondAnswer = "Câu trả lời thứ hai",
            EndOfAnswer = "Hết câu trả lời",
            EndOfAnswers = "Hết các câu trả lời",
            AnswerOf = "Câu trả lời của trợ lý {0}",
            EndOfAnswerOf = "Hết câu trả lời {0}",
            FirstOf = "Trợ lý {0}, câu trả lời thứ nhất",
            SecondOf = "Trợ lý {0}, câu trả lời thứ hai",
            EndOf = "Hết phần {0}",
        },
        ["sw"] = new()
        {
            Work = "Unalinganisha na kutoa alama kwa majibu ya wasaidizi wa akili bandia. Pima jinsi jibu linavyosaidia, linavyohusika, lilivyo sahihi, la kina, la ubunifu na lenye maelezo ya kutosha. Mpangilio wa majibu, urefu wake na majina ya wasaidizi visiathiri uamuzi wako. ",
            Fluency = "Majibu yanapaswa kuwa kwa Kiswahili; punguza alama kwa yasiyo ya kawaida, yenye makosa ya sarufi au yaliyo katika lugha nyingine. ",
            Reference = "Jibu la marejeo limetolewa. Litumie kutafuta makosa ya majibu. ",
            GradeSecond = "Toa alama kwa jibu la swali la pili. ",
            CompareSecond = "Linganisha majibu ya swali la pili. ",
            Grade = "Kwanza eleza uamuzi wako kwa sentensi chache. Kisha toa namba nzima kuanzia 1 (mbaya zaidi) hadi 10 (bora zaidi) kwa muundo huu hasa: [[namba]], kwa mfano [[5]].",
            Choose = "Kwanza linganisha majibu mawili kwa sentensi chache. Kisha toa uamuzi wako kwa muundo huu hasa: [[A]] ikiwa msaidizi A ni bora, [[B]] ikiwa msaidizi B ni bora, [[C]] ikiwa wanalingana.",
            Question = "Swali",
            FirstQuestion = "Swali la kwanza",
            SecondQuestion = "Swali la pili",
            ReferenceAnswer = "Jibu la marejeo",
            ReferenceAnswers = "Majibu ya marejeo",
            Answer = "Jibu la msaidizi",
            FirstAnswer = "Jibu la kwanza",
            SecondAnswer = "Jibu la pili",
            EndOfAnswer = "Mwisho wa jibu",
            EndOfAnswers = "Mwisho wa majibu",
            AnswerOf = "Jibu la msaidizi {0}",
            EndOfAnswerOf = "Mwisho wa jibu {0}",
            FirstOf = "Msaidizi {0}, jibu la kwanza",
            SecondOf = "Msaidizi {0}, jibu la pili",
            EndOf = "Mwisho wa {0}",
        },
    };

    public required string Work { get; init; }

    public required string Fluency { get; init; }

    public required string Reference { get; init; }

    public required string GradeSecond { get; init; }

    public required string CompareSecond { get; init; }

    public required string Grade { get; init; }

    public required string Choose { get; init; }

    public required string Question { get; init; }

    public required string FirstQuestion { get; init; }

    public required string SecondQuestion { get; init; }

    public required string ReferenceAnswer { get; init; }

    public required string ReferenceAnswers { get; init; }

    public required string Answer { get; init; }

    public required string FirstAnswer { get; init; }

    public required string SecondAnswer { get; init; }

    public required string EndOfAnswer { get; init; }

    public required string EndOfAnswers { get; init; }

    public required string AnswerOf { get; init; }

    public required string EndOfAnswerOf { get; init; }

    public required string FirstOf { get; init; }

    public required string SecondOf { get; init; }

    public required string EndOf { get; init; }
}
