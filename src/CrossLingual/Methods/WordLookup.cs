using CrossLingual.Data;

namespace CrossLingual.Methods;

/// <summary>The simplest tagger, to see what a model adds: a known word gets its commonest tag, another the commonest of all.</summary>
internal static class WordLookup
{
    /// <summary>Tags of each sentence's words.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Tag(IReadOnlyList<TaggedWords> train, IReadOnlyList<TaggedWords> sentences)
    {
        var pairs = train.SelectMany(s => s.Words.Zip(s.Tags, (word, tag) => (Word: word.ToLowerInvariant(), Tag: tag))).ToList();
        var known = pairs.GroupBy(p => p.Word).ToDictionary(g => g.Key, g => Commonest(g.Select(p => p.Tag)));
        var other = Commonest(pairs.Select(p => p.Tag));
        return [.. sentences.Select(s => s.Words.Select(w => known.GetValueOrDefault(w.ToLowerInvariant(), other)).ToList())];
    }

    private static string Commonest(IEnumerable<string> tags) => tags.GroupBy(t => t).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().Key;
}
