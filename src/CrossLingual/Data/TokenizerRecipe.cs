using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Data;

/// <summary>A recipe for a SentencePiece vocabulary: data as in a training recipe, and the size.</summary>
public sealed record TokenizerRecipe
{
    /// <summary>Texts to learn from; <c>repeat</c> weighs a source.</summary>
    public required IReadOnlyList<DataSource> Data { get; init; }

    /// <summary>How instructions are framed.</summary>
    public required ChatTemplate Template { get; init; }

    /// <summary>The vocabulary's settings.</summary>
    public required SentencePieceTrainerOptions Options { get; init; }

    /// <summary>The file to write.</summary>
    public required string Output { get; init; }

    /// <summary>Reads and checks a recipe.</summary>
    /// <exception cref="UserException">XL101 to XL103: everything that is wrong with it.</exception>
    public static TokenizerRecipe Read(string path, IReadOnlyList<string>? overrides = null)
    {
        var file = RecipeFile.Read(path, overrides);
        var root = file.Root;
        var recipe = new TokenizerRecipe
        {
            Data = [.. root.Sections("data").Select(DataSource.Read)],
            Template = ChatTemplate.Read(root),
            Options = new SentencePieceTrainerOptions
            {
                VocabularySize = root.Integer("vocab_size", 4000, 300, 1_000_000),
                WholePieces = root.Texts("whole_pieces"),
                RarestCharacter = root.Integer("rarest_character", 2, 1),
            },
            Output = root.Text("output"),
        };
        file.Check();
        return recipe;
    }

    /// <summary>Learns the vocabulary and writes the file.</summary>
    /// <exception cref="UserException">XL213: too little text, or too few pieces.</exception>
    public SentencePieceModel Build()
    {
        var lab = new Lazy<Lab>(() => Lab.Load());
        var model = SentencePieceTrainer.Train(Data.SelectMany(source => Texts(source, lab)), Options);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Output))!);
        AtomicFile.WriteBytes(Output, model.ToBytes());
        return model;
    }

    private IEnumerable<string> Texts(DataSource source, Lazy<Lab> lab)
    {
        var template = source.TemplateOr(Template);
        foreach (var conversation in source.Load(lab))
        {
            var text = string.Concat(template.Render(conversation.Turns).Select(s => s.Text));
            for (var i = 0; i < source.Repeat; i++)
            {
                yield return text;
            }
        }
    }
}
