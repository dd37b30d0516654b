namespace CrossLingual.Merging;

/// <summary>How one model is made of several. The names in recipes are in snake case: <c>task_arithmetic</c>.</summary>
public enum MergeMethod
{
    /// <summary>Weighted mean of the weights: a soup (Wortsman et al., arXiv 2203.05482). See <see cref="Merging.Linear"/>.</summary>
    Linear,

    /// <summary>Base plus scaled sum of task vectors (Ilharco et al., arXiv 2212.04089). See <see cref="Merging.TaskArithmetic"/>.</summary>
    TaskArithmetic,

    /// <summary>Interpolation on the sphere. See <see cref="Merging.Slerp"/>.</summary>
    Slerp,

    /// <summary>Trim, elect sign, disjoint mean (Yadav et al., arXiv 2306.01708). See <see cref="Merging.Ties"/>.</summary>
    Ties,

    /// <summary>Random drop and rescale, then a sum (Yu et al., arXiv 2311.03099). See <see cref="Merging.Dare"/>.</summary>
    DareLinear,

    /// <summary>Random drop and rescale, then the sign election of TIES. See <see cref="Merging.Dare"/>.</summary>
    DareTies,

    /// <summary>Outer layers of a language expert around the middle of a task expert (Bandarkar et al., arXiv 2410.01335). See <see cref="Merging.LayerSwap"/>.</summary>
    LayerSwap,

    /// <summary>A trained model with part of its training undone (Bandarkar and Peng, arXiv 2505.18356). See <see cref="Merging.RevertUpdates"/>.</summary>
    Revert,

    /// <summary>Layers of several models one after another, unchanged. See <see cref="LayerRange"/>.</summary>
    Passthrough,
}
