using System.Text;

namespace CrossLingual.Text;

/// <summary>
/// The likeliest way to cut a text into pieces of a Unigram language model (Kudo, ACL 2018): the sum of the pieces' log
/// probabilities is largest, found by Viterbi's algorithm.
/// <code>
/// best(j) = max over pieces x[i..j] of best(i) + score(x[i..j])        best(0) = 0
/// </code>
/// A character that is no piece may stand as unknown, 10 below the lowest score. As in SentencePiece's own program scores
/// are float32, and of equal sums the one whose last piece is longest wins; neighbouring unknown characters are one unknown.
/// </summary>
internal sealed class UnigramCut
{
    private const float UnknownPenalty = 10;
    private readonly SentencePieceModel _model;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly int[] _byteIds;
    private readonly int _longest;
    private readonly float _unknownScore;

    /// <param name="model">The vocabulary.</param>
    /// <param name="ids">Ids of the pieces that are made from text.</param>
    /// <param name="byteIds">Id of each byte's piece.</param>
    public UnigramCut(SentencePieceModel model, Dictionary<string, int> ids, int[] byteIds)
    {
        (_model, _byteIds) = (model, byteIds);
        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _longest = ids.Keys.Select(t => t.Length).DefaultIfEmpty(0).Max();
        _unknownScore = model.Pieces.Where(p => p.Kind == PieceKind.Normal).Select(p => p.Score).DefaultIfEmpty(0).Min() - UnknownPenalty;
    }

    /// <summary>Appends the ids of a normalised text.</summary>
    public void Cut(List<int> ids, ReadOnlySpan<char> text)
    {
        // For each place: the best sum up to it, where the last piece starts and its id, -1 for unknown.
        var best = new (float Score, int Start, int Id)[text.Length + 1];
        Array.Fill(best, (float.NegativeInfinity, -1, -1), 1, text.Length);
        for (var start = 0; start < text.Length;)
        {
            var character = Rune.DecodeFromUtf16(text[start..], out _, out var width) == System.Buffers.OperationStatus.Done ? width : 1;
            var isPiece = false;
            for (var length = character; length <= Math.Min(_longest, text.Length - start); length++)
            {
                if (_ids.TryGetValue(text.Slice(start, length), out var id) && _model.Pieces[id].Kind == PieceKind.Normal)
                {
                    Offer(ref best[start + length], best[start].Score + _model.Pieces[id].Score, start, id);
                    isPiece |= length == character;
                }
            }

            if (!isPiece)
            {
                Offer(ref best[start + character], best[start].Score + _unknownScore, start, -1);
            }

            start += character;
        }

        var pieces = new Stack<(int Id, int Start, int End)>();
        for (var end = text.Length; end > 0; end = best[end].Start)
        {
            pieces.Push((best[end].Id, best[end].Start, end));
        }

        var afterUnknown = false;
        foreach (var (id, start, end) in pieces)
        {
            if (id >= 0)
            {
                ids.Add(id);
            }
            else if (_model.ByteFallback)
            {
                ids.AddRange(Encoding.UTF8.GetBytes(text[start..end].ToString()).Select(b => _byteIds[b]));
            }
            else if (!afterUnknown)
            {
                ids.Add(_model.UnknownId);
            }

            afterUnknown = id < 0;
        }
    }

    private static void Offer(ref (float Score, int Start, int Id) place, float score, int start, int id)
    {
        if (place.Start < 0 || score > place.Score)
        {
            place = (score, start, id);
        }
    }
}
