namespace CrossLingual.Text;

/// <summary>
/// What a language costs with a tokenizer: tokens for the same meaning, against English. 1 is parity; 3 means that texts
/// are three times as long for the model, in time, memory and context. (Petrov et al., NeurIPS 2023, call it the premium.)
/// </summary>
public static class Fertility
{
    // Article 1 of the Universal Declaration of Human Rights (UN General Assembly, 1948), first sentence, as published by
    // the UN in each language: the same meaning everywhere.
    private static readonly Dictionary<string, string> Declaration = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ar"] = "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
        ["de"] = "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
        ["en"] = "All human beings are born free and equal in dignity and rights.",
        ["es"] = "Todos los seres humanos nacen libres e iguales en dignidad y derechos.",
        ["fr"] = "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
        ["hi"] = "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतंत्रता और समानता प्राप्त है।",
        ["id"] = "Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama.",
        ["it"] = "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti.",
        ["ja"] = "すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。",
        ["pt"] = "Todos os seres humanos nascem livres e iguais em dignidade e em direitos.",
        ["ru"] = "Все люди рождаются свободными и равными в своем достоинстве и правах.",
        ["sw"] = "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa.",
        ["tr"] = "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.",
        ["vi"] = "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.",
        ["zh"] = "人人生而自由，在尊严和权利上一律平等。",
    };

    /// <summary>Tokens of a text for each token of its English.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">The text.</param>
    /// <param name="english">The same in English.</param>
    public static double Of(Tokenizer tokenizer, string text, string english) =>
        (double)tokenizer.Encode(text).Length / Math.Max(1, tokenizer.Encode(english).Length);

    /// <summary>The same on one sentence that is known in many languages: a rough value; null where it is not known.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="language">BCP 47 tag.</param>
    public static double? Of(Tokenizer tokenizer, string language) =>
        Declaration.TryGetValue(language.Split('-', '_')[0], out var text) ? Of(tokenizer, text, Declaration["en"]) : null;
}
