using CrossLingual.Text;

namespace CrossLingual.Metrics;

/// <summary>
/// Does a model answer in the language it was asked in? Models tuned on English often fall back to it, and a judge or an
/// exact match hides that, so it is reported beside them. Answers without letters, such as numbers, are right in every language and
/// are counted apart; so are answers too short for the identifier to be sure.
/// </summary>
/// <param name="Wrong">Share of the judged answers that are in another language, Wilson interval.</param>
/// <param name="Undetermined">Answers that were not judged.</param>
/// <param name="Languages">Judged answers by language.</param>
public sealed record LanguageFidelity(Score Wrong, int Undetermined, IReadOnlyDictionary<string, int> Languages)
{
    /// <summary>Judges answers.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="language">The language wanted, BCP 47.</param>
    /// <param name="identifier">Knows the wanted language and those to expect instead.</param>
    /// <param name="leastConfidence">An answer counts when the identifier is at least so sure, 0 to 1.</param>
    /// <exception cref="UserException">XL630: the identifier does not know the language.</exception>
    public static LanguageFidelity Of(IEnumerable<string> answers, string language, LanguageIdentifier identifier, double leastConfidence = 0.5)
    {
        var wanted = LanguageIdentifier.Code(language);
        if (!identifier.Languages.Contains(wanted))
        {
            throw new UserException("XL630", $"'{language}' is not among the languages that are told apart here: {string.Join(", ", identifier.Languages)}. Add it.");
        }

        var (languages, undetermined) = (new SortedDictionary<string, int>(StringComparer.Ordinal), 0);
        foreach (var answer in answers)
        {
            if (identifier.Identify(answer) is { } guess && guess.Confidence >= leastConfidence)
            {
                languages[guess.Language] = languages.GetValueOrDefault(guess.Language) + 1;
            }
            else
            {
                undetermined++;
            }
        }

        var judged = languages.Values.Sum();
        return new LanguageFidelity(Score.Share(judged - languages.GetValueOrDefault(wanted), judged), undetermined, languages);
    }
}
