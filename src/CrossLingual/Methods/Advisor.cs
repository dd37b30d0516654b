using System.Globalization;
using CrossLingual.Text;

namespace CrossLingual.Methods;

/// <summary>What one has for a language.</summary>
/// <param name="Language">BCP 47 tag.</param>
/// <param name="Monolingual">Texts in the language.</param>
/// <param name="Parallel">Sentences with their English.</param>
/// <param name="Instructions">Instructions with answers in the language, translated ones included.</param>
/// <param name="Fertility">Tokens against English for the same meaning; null when it was not measured.</param>
/// <param name="Parameters">Weights of the model.</param>
public sealed record Resources(string Language, long Monolingual, long Parallel, long Instructions, double? Fertility = null, long Parameters = 7_000_000_000);

/// <summary>Ways to move a model into a language.</summary>
public enum AdaptationPath
{
    /// <summary>English first, then pairs and chats.</summary>
    XCit,

    /// <summary>Instructions together with translations.</summary>
    CrossAlpaca,

    /// <summary>A language expert and an English task expert, merged by Layer-Swapping.</summary>
    Modular,

    /// <summary>Too little of everything: gather or translate first.</summary>
    GatherData,
}

/// <summary>One path with what speaks for and against it.</summary>
/// <param name="Path">The path.</param>
/// <param name="Fits">Whether the data suffices for it.</param>
/// <param name="Reason">Why, in words with the numbers.</param>
/// <param name="Tokens">Training tokens that it takes.</param>
/// <param name="Flops">Floating-point operations: 6 for each weight and token (Kaplan et al., arXiv 2001.08361).</param>
public sealed record AdviceOption(AdaptationPath Path, bool Fits, string Reason, long Tokens, double Flops);

/// <summary>A recommendation.</summary>
/// <param name="Resources">What it is for.</param>
/// <param name="Options">All paths, the recommended one first.</param>
/// <param name="Warnings">What to look out for.</param>
/// <param name="Recipes">File names and texts of recipes that do it, paths to be filled in.</param>
public sealed record Advice(Resources Resources, IReadOnlyList<AdviceOption> Options, IReadOnlyList<string> Warnings, IReadOnlyDictionary<string, string> Recipes)
{
    /// <summary>The recommended path.</summary>
    public AdviceOption Recommended => Options[0];
}

/// <summary>
/// Which method fits the data one has? The rules follow what the methods feed on; their thresholds are ours, from the data
/// sizes that the papers report, and no more than orders of magnitude:
/// <code>
/// X-CIT         instructions with their English, thousands    (5,200: a tenth of Alpaca's 52,000, after reading notes)
/// CrossAlpaca   fewer instructions, but parallel text         (translations carry the meaning across)
/// modular       hardly any instructions, some text            (the task is learnt in English, the language apart)
/// </code>
/// </summary>
public static class Advisor
{
    /// <summary>Instructions from which X-CIT is recommended.</summary>
    public const long EnoughForXCit = 5_000;

    /// <summary>Instructions from which CrossAlpaca is recommended, given parallel text.</summary>
    public const long EnoughForCrossAlpaca = 1_000;

    /// <summary>Parallel sentences from which translation demonstrations are worth their place.</summary>
    public const long EnoughParallel = 10_000;

    /// <summary>Texts, of whatever kind, from which a language expert can be trained.</summary>
    public const long EnoughForModular = 10_000;

    /// <summary>Fertility from which the tokenizer itself is in the way.</summary>
    public const double HighFertility = 3;

    // Mean lengths in English tokens: of Alpaca's records with their prompt, of a sentence, of a text. Ours, rounded.
    private const double InstructionTokens = 120;
    private const double SentenceTokens = 25;
    private const double TextTokens = 300;
    private const double Epochs = 3;

    /// <summary>Weighs the paths.</summary>
    public static Advice Weigh(Resources resources)
    {
        var fertility = resources.Fertility ?? 1;
        var (instructions, parallel, texts) = (resources.Instructions, resources.Parallel, resources.Monolingual + resources.Parallel + resources.Instructions);
        var options = new List<AdviceOption>
        {
            Option(
                AdaptationPath.XCit,
                instructions >= EnoughForXCit,
                $"X-CIT needs instructions in the language with their English originals: {N(instructions)} of about {N(EnoughForXCit)}.",
                Epochs * instructions * InstructionTokens * (fertility + (1 + (2 * fertility)))),   // a pair, and a chat that holds question, English and answer
            Option(
                AdaptationPath.CrossAlpaca,
                instructions >= EnoughForCrossAlpaca && parallel >= EnoughParallel,
                $"CrossAlpaca needs some instructions ({N(instructions)} of about {N(EnoughForCrossAlpaca)}) and parallel text ({N(parallel)} of about {N(EnoughParallel)}).",
                Epochs * ((instructions * InstructionTokens * fertility) + (parallel * SentenceTokens * (1 + fertility)))),
            Option(
                AdaptationPath.Modular,
                texts >= EnoughForModular,
                $"Separate experts need text of any kind for the language expert ({N(texts)} of about {N(EnoughForModular)}); the task is learnt in English, so instructions in the language are not needed.",
                Epochs * ((resources.Monolingual * TextTokens * fertility) + (instructions * InstructionTokens * fertility) + (parallel * SentenceTokens * fertility))),
        };
        var best = options.Find(o => o.Fits)?.Path ?? AdaptationPath.GatherData;

        // With few instructions beside much parallel text the translations are the larger treasure.
        if (best == AdaptationPath.XCit && parallel >= 20 * instructions)
        {
            best = AdaptationPath.CrossAlpaca;
        }

        if (best == AdaptationPath.GatherData)
        {
            options.Insert(0, Option(
                AdaptationPath.GatherData,
                true,
                $"None of the methods has enough to feed on. Translate English instructions by machine ({N(EnoughForCrossAlpaca)} or more), or gather {N(EnoughForModular)} texts; until then ask in English, or translate questions and answers.",
                0));
        }

        return new Advice(
            resources,
            [.. options.OrderByDescending(o => o.Path == best).ThenByDescending(o => o.Fits)],
            [.. Warnings(resources, best)],
            AdvisorRecipes.For(best, resources.Language));

        AdviceOption Option(AdaptationPath path, bool fits, string reason, double tokens) =>
            new(path, fits, reason, (long)tokens, 6.0 * resources.Parameters * tokens);
    }

    private static IEnumerable<string> Warnings(Resources resources, AdaptationPath path)
    {
        var name = LanguageName.Of(resources.Language);
        if (resources.Fertility is { } fertility)
        {
            if (fertility >= HighFertility)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{name} takes {fertility:0.0} times the tokens of English with this tokenizer: training and answers cost that much more, and the context holds that much less. A model with a better vocabulary for {name} is worth looking for.");
            }
        }
        else
        {
            yield return $"The tokenizer's fertility for {name} was not measured; costs are computed as if it were English's. Give a model and, for languages without a built-in sentence, a sample.";
        }

        if (path == AdaptationPath.XCit && !Data.ChatInstruction.TryFollowUp(resources.Language, out _))
        {
            yield return $"The second turn of X-CIT's chats is not known in {name}: give 'follow_up' in the recipe.";
        }

        if (path is AdaptationPath.XCit or AdaptationPath.CrossAlpaca && resources.Instructions < 10 * EnoughForCrossAlpaca)
        {
            yield return "So few instructions are easily overfitted: watch the held-out loss, and compare with translated SFT on the same data.";
        }
    }

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
