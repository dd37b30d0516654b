namespace CrossLingual.Text;

/// <summary>Turns text into the ids that a model reads, and back.</summary>
public abstract class Tokenizer
{
    /// <summary>Name of XLM-RoBERTa's SentencePiece model, whose ids are not the model's own.</summary>
    public const string XlmRobertaFile = "sentencepiece.bpe.model";

    /// <summary>Number of ids; every id lies in [0, VocabularySize).</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Id that starts a text, or null.</summary>
    public abstract int? BosId { get; }

    /// <summary>Id that ends a text, or null.</summary>
    public abstract int? EosId { get; }

    /// <summary>The files that make this tokenizer, to be copied beside a saved model: name and content.</summary>
    public abstract IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">Any Unicode text; unpaired surrogates become U+FFFD.</param>
    /// <param name="addBos">Whether to start with <see cref="BosId"/>.</param>
    /// <param name="continuation">
    /// Whether the text goes on from earlier text: then no leading space is added, so that the decoded whole is the
    /// plain concatenation.
    /// </param>
    public int[] Encode(string text, bool addBos = false, bool continuation = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 3) + 2);
        if (addBos && BosId is { } bos)
        {
            ids.Add(bos);
        }

        if (text.Length > 0)
        {
            EncodeInto(ids, text, continuation);
        }

        return [.. ids];
    }

    /// <summary>Encodes a word as it stands in a text: with the space before it, where the vocabulary has it so. At least one id.</summary>
    /// <param name="word">A word, not empty.</param>
    /// <param name="isFirst">Whether it begins the text.</param>
    public virtual int[] EncodeWord(string word, bool isFirst) => isFirst ? Encode(word) : Encode(" " + word, continuation: true);

    /// <summary>Decodes ids; control tokens vanish and broken UTF-8 becomes U+FFFD.</summary>
    /// <param name="ids">Ids in [0, <see cref="VocabularySize"/>).</param>
    /// <param name="continuation">Whether the ids go on from earlier ids: then a leading space is kept.</param>
    public abstract string Decode(IEnumerable<int> ids, bool continuation = false);

    /// <summary>The vocabulary's own spelling of an id, for display.</summary>
    public abstract string PieceOf(int id);

    /// <summary>
    /// Loads the tokenizer of a file, or of a model folder: <c>tokenizer.model</c> first, then XLM-RoBERTa's
    /// <c>sentencepiece.bpe.model</c> (with that model's own ids), then <c>tokenizer.json</c>.
    /// </summary>
    /// <exception cref="UserException">XL211: no tokenizer there; XL210, XL212: not readable; XL685: not of XLM-RoBERTa's order.</exception>
    public static Tokenizer Load(string path)
    {
        var file = path;
        if (Directory.Exists(path))
        {
            file = new[] { "tokenizer.model", XlmRobertaFile, "tokenizer.json" }.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists)
                ?? throw new UserException(
                    "XL211",
                    $"{path} has no tokenizer. A model folder needs tokenizer.model or sentencepiece.bpe.model (SentencePiece) or tokenizer.json (Hugging Face); copy one into it.");
        }
        else if (!File.Exists(path))
        {
            throw new UserException("XL211", $"Tokenizer {path} does not exist. Give a tokenizer.model, a tokenizer.json or a model folder.");
        }

        var bytes = File.ReadAllBytes(file);
        if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return TokenizerJson.Parse(bytes, file);
        }

        var model = SentencePieceModel.Parse(bytes, file);
        return Path.GetFileName(file) == XlmRobertaFile
            ? new SentencePieceTokenizer(model.ToXlmRoberta(file), new() { [XlmRobertaFile] = bytes })
            : new SentencePieceTokenizer(model, new() { ["tokenizer.model"] = bytes });
    }

    /// <summary>Appends the ids of a text that is not empty.</summary>
    protected abstract void EncodeInto(List<int> ids, string text, bool continuation);
}
