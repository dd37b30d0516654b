using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>A sentence as pieces, or the part of a long one that fits a model.</summary>
/// <param name="Ids">The pieces, those that begin and end it included.</param>
/// <param name="Words">Where each word's pieces start, and how many they are.</param>
/// <param name="First">Number of its first word in the sentence.</param>
public sealed record WordRow(int[] Ids, IReadOnlyList<(int Start, int Count)> Words, int First);

/// <summary>Rows of pieces, filled up on the right, and which pieces make which word; its tensors live in the scope of the caller.</summary>
internal sealed class WordBatch
{
    // Few different sizes: with a new one at every step, freed memory fits nothing and the process grows.
    private const int TimeRound = 8;
    private const int WordRound = 64;

    /// <summary>Makes a batch.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="encoder">The model that they are for.</param>
    public WordBatch(IReadOnlyList<WordRow> rows, ISentenceEncoder encoder)
    {
        var time = Math.Min(encoder.LongestText, Rounded(rows.Max(r => r.Ids.Length), TimeRound));
        var ids = new long[rows.Count * time];
        var present = new bool[ids.Length];
        Array.Fill(ids, encoder.PadId);
        Count = rows.Sum(r => r.Words.Count);
        Places = Rounded(Count, WordRound);
        var (pieces, owners, sizes) = (new List<long>(), new List<long>(), new float[Places]);
        Array.Fill(sizes, 1);
        var word = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            for (var i = 0; i < rows[row].Ids.Length; i++)
            {
                (ids[(row * time) + i], present[(row * time) + i]) = (rows[row].Ids[i], true);
            }

            foreach (var (start, count) in rows[row].Words)
            {
                for (var i = start; i < start + count; i++)
                {
                    pieces.Add((row * time) + i);
                    owners.Add(word);
                }

                sizes[word++] = count;
            }
        }

        var device = encoder.Device;
        Ids = tensor(ids, device: device).view(rows.Count, time);
        Present = tensor(present, device: device).view(rows.Count, time);
        Pieces = tensor(pieces, device: device);
        Owners = tensor(owners, device: device);
        Sizes = tensor(sizes, device: device).unsqueeze(1);
    }

    /// <summary>Number of words.</summary>
    public int Count { get; }

    /// <summary>Places for words, of which the first <see cref="Count"/> are used.</summary>
    public int Places { get; }

    /// <summary>[rows, time], int64.</summary>
    public Tensor Ids { get; }

    /// <summary>[rows, time], bool.</summary>
    public Tensor Present { get; }

    /// <summary>[pieces]: places of the words' pieces among rows x time.</summary>
    public Tensor Pieces { get; }

    /// <summary>[pieces]: each one's word.</summary>
    public Tensor Owners { get; }

    /// <summary>[places, 1]: pieces of each word; 1 where there is none.</summary>
    public Tensor Sizes { get; }

    private static int Rounded(int count, int round) => (count + round - 1) / round * round;
}
