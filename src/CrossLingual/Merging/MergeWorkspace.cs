using CrossLingual.Models;
using CrossLingual.Runs;

namespace CrossLingual.Merging;

/// <summary>
/// What one thread needs to merge a stretch: blocks that fit into its nearest cache, in which a stretch of every operand
/// is loaded as float32, changed and added up.
/// </summary>
internal sealed class MergeWorkspace
{
    /// <summary>Elements of a block: with a few operands it stays within the second-level cache.</summary>
    public const int Block = 4096;

    private readonly MergePlan _plan;
    private readonly MergeMeasures _measures;
    private readonly float[] _start = new float[Block];
    private readonly float[][] _operands;
    private readonly float[] _weights;
    private byte[] _stored = [];   // made by the first piece that is written
    private (string Tensor, Seed[] Seeds) _masks = ("", []);

    public MergeWorkspace(MergePlan plan, MergeMeasures measures)
    {
        (_plan, _measures) = (plan, measures);
        var most = plan.Tensors.Max(t => t.Operands.Count);
        _operands = [.. Enumerable.Range(0, most).Select(_ => new float[Block])];
        _weights = new float[most];
    }

    /// <summary>Bytes of a thread's blocks.</summary>
    public static long BytesFor(int operands) => ((operands + 2L) * Block * sizeof(float)) + (MergePieces.Elements * sizeof(double));

    /// <summary>The last loaded block of each operand.</summary>
    public float[][] Operands => _operands;

    /// <summary>Merges a piece.</summary>
    /// <returns>Its bytes in the output's type; valid until the next call.</returns>
    public ReadOnlySpan<byte> Merge(MergePiece piece)
    {
        var size = Safetensors.ElementSize(piece.Tensor.Type);
        if (_stored.Length < piece.Count * size)
        {
            _stored = new byte[MergePieces.Elements * size];
        }

        Span<float> result = stackalloc float[Block];
        for (var done = 0; done < piece.Count; done += Block)
        {
            var count = Math.Min(Block, piece.Count - done);
            Merge(piece.Tensor, piece.First + done, result[..count]);
            StoredNumbers.Narrow(result[..count], piece.Tensor.Type, _stored.AsSpan(done * size, count * size));
        }

        return _stored.AsSpan(0, piece.Count * size);
    }

    /// <summary>Loads a block of every operand as it is stored.</summary>
    public void Load(TensorPlan tensor, long first, int count)
    {
        for (var i = 0; i < tensor.Operands.Count; i++)
        {
            Load(tensor.Operands[i], first, _operands[i].AsSpan(0, count));
        }
    }

    /// <summary>Loads a block of the base.</summary>
    public ReadOnlySpan<float> LoadStart(TensorPlan tensor, long first, int count)
    {
        Load(tensor.Start!, first, _start.AsSpan(0, count));
        return _start.AsSpan(0, count);
    }

    /// <summary>Loads a block of the task vector of every operand.</summary>
    public void LoadTasks(TensorPlan tensor, long first, int count)
    {
        var start = Halves(tensor.Start!, first, count);
        ReadOnlySpan<float> numbers = default;
        for (var i = 0; i < tensor.Operands.Count; i++)
        {
            var values = _operands[i].AsSpan(0, count);
            var tuned = Halves(tensor.Operands[i], first, count);
            if (start.IsEmpty || tuned.IsEmpty)
            {
                numbers = numbers.IsEmpty ? LoadStart(tensor, first, count) : numbers;
                Load(tensor.Operands[i], first, values);
                TaskArithmetic.TaskVector(values, numbers);
            }
            else
            {
                StoredNumbers.WidenChange(tuned, start, values);
            }
        }
    }

    /// <summary>Loads a block of every task vector with what DARE leaves of it.</summary>
    public void LoadDropped(TensorPlan tensor, long first, int count)
    {
        LoadTasks(tensor, first, count);
        if (_plan.Recipe.Method is MergeMethod.DareLinear or MergeMethod.DareTies)
        {
            for (var i = 0; i < tensor.Operands.Count; i++)
            {
                var operand = tensor.Operands[i];
                Dare.DropAndRescale(_operands[i].AsSpan(0, count), first, operand.Density, _measures.DareScale(tensor, i), MaskOf(tensor, i));
            }
        }
    }

    /// <summary>Loads a block of every task vector, dropped, trimmed and times its weight.</summary>
    public void LoadSparse(TensorPlan tensor, long first, int count)
    {
        LoadDropped(tensor, first, count);
        for (var i = 0; i < tensor.Operands.Count; i++)
        {
            var values = _operands[i].AsSpan(0, count);
            if (_measures.Trims)
            {
                Ties.Trim(values, _measures.Threshold(tensor, i));
            }

            if (tensor.Operands[i].Weight != 1)
            {
                System.Numerics.Tensors.TensorPrimitives.Multiply(values, (float)tensor.Operands[i].Weight, values);
            }
        }
    }

    /// <summary>The mask of a model and tensor.</summary>
    public Seed MaskOf(TensorPlan tensor, int operand)
    {
        // A hash a tensor, not a block.
        if (_masks.Tensor != tensor.Name)
        {
            _masks = (tensor.Name, [.. tensor.Operands.Select(o => Seed.For("dare", _plan.Recipe.Seed, o.Mask, tensor.Name))]);
        }

        return _masks.Seeds[operand];
    }

    private ReadOnlySpan<byte> Halves(Operand operand, long first, int count) => _plan.Opened[operand.Source].Halves(operand.Tensor, first, count);

    private void Load(Operand operand, long first, Span<float> numbers) => _plan.Opened[operand.Source].Load(operand.Tensor, first, numbers);

    private void Merge(TensorPlan tensor, long first, Span<float> result)
    {
        var count = result.Length;
        var operands = _operands.AsSpan(0, tensor.Operands.Count);
        var weights = _weights.AsSpan(0, operands.Length);
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)tensor.Operands[i].Weight;
        }

        switch (tensor.Operation)
        {
            case TensorOperation.Copy:
            case TensorOperation.Sum:
                Load(tensor, first, count);
                Linear.Merge(operands, weights, result);
                break;
            case TensorOperation.Slerp:
                Load(tensor, first, count);
                var (one, other) = _measures.SlerpFactors(tensor);
                Linear.Merge(operands, [(float)one, (float)other], result);
                break;
            case TensorOperation.Revert:
                Load(tensor.Operands[0], first, result);
                RevertUpdates.PutBack(result, LoadStart(tensor, first, count), _measures.Threshold(tensor, 0));
                break;
            default:
                MergeTasks(tensor, first, operands, weights, result);
                break;
        }
    }

    private void MergeTasks(TensorPlan tensor, long first, ReadOnlySpan<float[]> operands, ReadOnlySpan<float> weights, Span<float> result)
    {
        if (_measures.Elects)
        {
            LoadSparse(tensor, first, result.Length);
            Ties.ElectAndMerge(operands, weights, _measures.ZeroIsPositive(tensor), _plan.Recipe.Ties.Average, result);
        }
        else
        {
            LoadDropped(tensor, first, result.Length);
            TaskArithmetic.Sum(operands, weights, result);
        }

        TaskArithmetic.AddTo(LoadStart(tensor, first, result.Length), result, (float)tensor.Factor);
    }
}
