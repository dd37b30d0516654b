using Google.Protobuf;

namespace CrossLingual.Text;

/// <summary>What a SentencePiece entry is for (the numbers of sentencepiece_model.proto).</summary>
public enum PieceKind
{
    /// <summary>Text learnt from the corpus.</summary>
    Normal = 1,

    /// <summary>The unknown token.</summary>
    Unknown = 2,

    /// <summary>A control token such as <c>&lt;s&gt;</c>; never made from text.</summary>
    Control = 3,

    /// <summary>A token that is always cut out of the text whole.</summary>
    UserDefined = 4,

    /// <summary>A reserved place.</summary>
    Unused = 5,

    /// <summary>One byte, <c>&lt;0x0A&gt;</c>, for characters outside the vocabulary.</summary>
    Byte = 6,
}

/// <summary>One entry of a SentencePiece vocabulary; its id is its place in the list.</summary>
/// <param name="Text">The piece; U+2581 stands for a space.</param>
/// <param name="Score">Merge priority (BPE: minus the merge's rank) or log probability (Unigram).</param>
/// <param name="Kind">What the entry is for.</param>
public readonly record struct Piece(string Text, float Score, PieceKind Kind);

/// <summary>The algorithm that cuts text into pieces.</summary>
public enum SentencePieceAlgorithm
{
    /// <summary>Unigram language model (Kudo 2018).</summary>
    Unigram = 1,

    /// <summary>Byte-pair encoding (Sennrich et al. 2016).</summary>
    Bpe = 2,
}

/// <summary>
/// A SentencePiece model file (<c>tokenizer.model</c>): pieces, algorithm and the few settings that matter when text is
/// encoded. Read and written as Protocol Buffers, with the field numbers of sentencepiece_model.proto.
/// </summary>
public sealed record SentencePieceModel
{
    /// <summary>The vocabulary in id order.</summary>
    public required IReadOnlyList<Piece> Pieces { get; init; }

    /// <summary>The algorithm; BPE for Llama models.</summary>
    public SentencePieceAlgorithm Algorithm { get; init; } = SentencePieceAlgorithm.Bpe;

    /// <summary>Whether characters outside the vocabulary become byte pieces.</summary>
    public bool ByteFallback { get; init; } = true;

    /// <summary>Whether a space is put before the text.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Whether runs of spaces are squeezed.</summary>
    public bool RemoveExtraWhitespaces { get; init; }

    /// <summary>Compiled normalisation table; empty for identity.</summary>
    public ReadOnlyMemory<byte> NormalizationTable { get; init; }

    /// <summary>Id of the unknown token.</summary>
    public int UnknownId { get; init; }

    /// <summary>Id that starts a text, or -1.</summary>
    public int BosId { get; init; } = 1;

    /// <summary>Id that ends a text, or -1.</summary>
    public int EosId { get; init; } = 2;

    /// <summary>Id for padding, or -1.</summary>
    public int PadId { get; init; } = -1;

    /// <summary>Reads a model from its bytes.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="origin">The file's name, for error messages.</param>
    /// <exception cref="UserException">XL210: not a SentencePiece model.</exception>
    public static SentencePieceModel Parse(ReadOnlySpan<byte> bytes, string origin)
    {
        try
        {
            return ParseMessage(new CodedInputStream(bytes.ToArray()));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException)
        {
            throw new UserException(
                "XL210",
                $"{origin} is not a SentencePiece model: {e.Message} It must be the tokenizer.model of the model folder; download it again.",
                e);
        }
    }

    /// <summary>
    /// The model with XLM-RoBERTa's ids, which are fairseq's: <c>&lt;s&gt;</c> 0, <c>&lt;pad&gt;</c> 1, <c>&lt;/s&gt;</c> 2,
    /// <c>&lt;unk&gt;</c> 3, the other pieces one higher than here, <c>&lt;mask&gt;</c> last.
    /// </summary>
    /// <param name="origin">The file's name, for error messages.</param>
    /// <exception cref="UserException">XL685: the first three pieces are not unknown, begin and end.</exception>
    public SentencePieceModel ToXlmRoberta(string origin)
    {
        if (Pieces is not [{ Kind: PieceKind.Unknown }, { Kind: PieceKind.Control }, { Kind: PieceKind.Control }, ..])
        {
            var found = string.Join(", ", Pieces.Take(3).Select(p => p.Text));
            throw new UserException("XL685", $"{origin} begins with {found}; a vocabulary of XLM-RoBERTa begins with <unk>, <s>, </s>. Name the file tokenizer.model if its ids are the model's own.");
        }

        Piece[] first = [new("<s>", 0, PieceKind.Control), new("<pad>", 0, PieceKind.Control), new("</s>", 0, PieceKind.Control), new("<unk>", 0, PieceKind.Unknown)];
        return this with
        {
            Pieces = [.. first, .. Pieces.Skip(3), new Piece("<mask>", 0, PieceKind.Control)],
            BosId = 0,
            PadId = 1,
            EosId = 2,
            UnknownId = 3,
        };
    }

    /// <summary>Writes the model; equal models give equal bytes.</summary>
    public byte[] ToBytes()
    {
        return Message(model =>
        {
            foreach (var piece in Pieces)
            {
                Nested(model, 1, entry =>
                {
                    Text(entry, 1, piece.Text);
                    Float(entry, 2, piece.Score);
                    if (piece.Kind != PieceKind.Normal)
                    {
                        Number(entry, 3, (int)piece.Kind);
                    }
                });
            }

            Nested(model, 2, trainer =>
            {
                Number(trainer, 3, (int)Algorithm);
                Number(trainer, 4, Pieces.Count);
                Number(trainer, 35, ByteFallback ? 1 : 0);
                Number(trainer, 40, UnknownId);
                Number(trainer, 41, BosId);
                Number(trainer, 42, EosId);
                Number(trainer, 43, PadId);
            });
            Nested(model, 3, normalizer =>
            {
                Text(normalizer, 1, NormalizationTable.IsEmpty ? "identity" : "custom");
                if (!NormalizationTable.IsEmpty)
                {
                    normalizer.WriteTag(2, WireFormat.WireType.LengthDelimited);
                    normalizer.WriteBytes(ByteString.CopyFrom(NormalizationTable.Span));
                }

                Number(normalizer, 3, AddDummyPrefix ? 1 : 0);
                Number(normalizer, 4, RemoveExtraWhitespaces ? 1 : 0);
                Number(normalizer, 5, 1);
            });
        });
    }

    private static SentencePieceModel ParseMessage(CodedInputStream input)
    {
        var pieces = new List<Piece>();
        var model = new SentencePieceModel { Pieces = pieces, ByteFallback = false, RemoveExtraWhitespaces = true };
        while (input.ReadTag() is var tag && tag != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    pieces.Add(ParsePiece(input.ReadBytes().CreateCodedInput()));
                    break;
                case 2:
                    model = WithTrainer(model, input.ReadBytes().CreateCodedInput());
                    break;
                case 3:
                    model = WithNormalizer(model, input.ReadBytes().CreateCodedInput());
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        if (pieces.Count == 0)
        {
            throw new InvalidOperationException("it has no pieces.");
        }

        if (!pieces.Exists(p => p.Kind == PieceKind.Unknown))
        {
            throw new InvalidOperationException("it has no unknown token.");
        }

        if (pieces.Find(p => p.Kind == PieceKind.Byte && !IsByte(p.Text)) is { Text: not null } strange)
        {
            throw new InvalidOperationException($"the byte '{strange.Text}' is not spelt as <0x0A>.");
        }

        _ = new SentencePieceNormalizer(model);

        return model;
    }

    private static bool IsByte(string text) =>
        text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>' && char.IsAsciiHexDigit(text[3]) && char.IsAsciiHexDigit(text[4]);

    private static Piece ParsePiece(CodedInputStream input)
    {
        var piece = new Piece("", 0, PieceKind.Normal);
        while (input.ReadTag() is var tag && tag != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    piece = piece with { Text = input.ReadString() };
                    break;
                case 2:
                    piece = piece with { Score = input.ReadFloat() };
                    break;
                case 3:
                    piece = piece with { Kind = (PieceKind)input.ReadEnum() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return piece;
    }

    private static SentencePieceModel WithTrainer(SentencePieceModel model, CodedInputStream input)
    {
        // Protocol Buffers defaults of trainer_spec: unigram, unknown 0, begin 1, end 2, padding -1.
        model = model with { Algorithm = SentencePieceAlgorithm.Unigram };
        while (input.ReadTag() is var tag && tag != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 3:
                    model = model with { Algorithm = (SentencePieceAlgorithm)input.ReadEnum() };
                    break;
                case 35:
                    model = model with { ByteFallback = input.ReadBool() };
                    break;
                case 40:
                    model = model with { UnknownId = input.ReadInt32() };
                    break;
                case 41:
                    model = model with { BosId = input.ReadInt32() };
                    break;
                case 42:
                    model = model with { EosId = input.ReadInt32() };
                    break;
                case 43:
                    model = model with { PadId = input.ReadInt32() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return model;
    }

    private static SentencePieceModel WithNormalizer(SentencePieceModel model, CodedInputStream input)
    {
        while (input.ReadTag() is var tag && tag != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 2:
                    model = model with { NormalizationTable = input.ReadBytes().ToByteArray() };
                    break;
                case 3:
                    model = model with { AddDummyPrefix = input.ReadBool() };
                    break;
                case 4:
                    model = model with { RemoveExtraWhitespaces = input.ReadBool() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return model;
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(output);
        }

        return buffer.ToArray();
    }

    private static void Nested(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Message(write)));
    }

    private static void Text(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Number(CodedOutputStream output, int field, int value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt32(value);
    }

    private static void Float(CodedOutputStream output, int field, float value)
    {
        output.WriteTag(field, WireFormat.WireType.Fixed32);
        output.WriteFixed32(BitConverter.SingleToUInt32Bits(value));
    }
}
