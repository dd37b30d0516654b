namespace CrossLingual.Kernel.Languages;

/// <summary>A variable that cells of a language have made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it is declared as.</param>
/// <param name="Value">What it holds.</param>
internal sealed record CellVariable(string Name, Type Type, object? Value);

/// <summary>A language that cells can be in. Its state lasts as long as the session.</summary>
internal interface ICellLanguage
{
    /// <summary>Its name in magics and in notebooks' metadata, such as <c>csharp</c>.</summary>
    string Name { get; }

    /// <summary>Variables that later cells of this language see.</summary>
    IReadOnlyList<CellVariable> Variables { get; }

    /// <summary>Runs a part of a cell; whatever its code does wrong is in the result.</summary>
    /// <param name="part">The code and the magic that opened it.</param>
    /// <param name="name">What errors call the cell.</param>
    /// <param name="cancel">Asks it to stop.</param>
    /// <exception cref="UserException">The magic's own arguments are wrong.</exception>
    Task<CellEnd> RunAsync(CellPart part, string name, CancellationToken cancel);

    /// <summary>The value of a name, for another language; where this one can give more names than it lists, those too.</summary>
    /// <returns>Whether there is such a name.</returns>
    bool TryGet(string name, out object? value);

    /// <summary>Declares a variable with a value of another language.</summary>
    /// <exception cref="UserException">XL743: this language cannot hold it, or not under this name.</exception>
    Task SetAsync(string name, object? value, CancellationToken cancel);
}
