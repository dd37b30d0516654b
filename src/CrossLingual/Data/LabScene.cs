using System.Globalization;
using CrossLingual.Runs;

namespace CrossLingual.Data;

/// <summary>A part of the lab; within a task no wording of an instruction, entity or pair of numbers of one is used in another.</summary>
public enum LabSplit
{
    /// <summary>For training.</summary>
    Train,

    /// <summary>For choosing settings.</summary>
    Dev,

    /// <summary>For the numbers that are reported.</summary>
    Test,

    /// <summary>Everything: what the base model may read, as statements and never as instructions.</summary>
    Any,
}

/// <summary>
/// What an example is about, before any language: dice, and slots bound to places in the entity lists. Rendered in two
/// languages, the same scene gives two texts of the same meaning.
/// </summary>
/// <param name="shape">A language, for the lengths of its lists.</param>
/// <param name="split">The part.</param>
/// <param name="dice">Where chance comes from.</param>
/// <param name="shift">
/// Which sixth of the entities is held back; each task has its own, so that a word kept from one task is known from others,
/// as words are to a real model.
/// </param>
internal sealed class LabScene(LabLanguage shape, LabSplit split, Dice dice, int shift = 0)
{
    private readonly Dictionary<string, (string Group, int Place)> _entities = [];
    private readonly Dictionary<string, LabEntity> _literals = [];

    public Dice Dice => dice;

    public LabSplit Split => split;

    /// <summary>Where the instruction's wordings are, and which was taken, once the scene is an example.</summary>
    public (string List, int Wording) Asked { get; set; }

    /// <summary>Texts that are the same in every language: numbers, names of functions.</summary>
    public IEnumerable<string> Literals => _literals.Values.Select(l => l.Base);

    /// <summary>Binds a slot to an entity of the split that no other slot of the group has.</summary>
    public int Bind(string slot, string group)
    {
        var open = Open(shape.Entities[group].Count, 6, shift).Where(place => !_entities.ContainsValue((group, place))).ToList();
        var place = dice.Pick(open);
        _entities[slot] = (group, place);
        return place;
    }

    public void Bind(string slot, string group, int place) => _entities[slot] = (group, place);

    public void Set(string slot, int number) => Set(slot, number.ToString(CultureInfo.InvariantCulture));

    public void Set(string slot, string text) => _literals[slot] = new LabEntity(text, new Dictionary<string, string> { ["base"] = text });

    /// <summary>Two numbers whose pair, in either order, belongs to the split.</summary>
    public (int X, int Y) Pair(Func<(int X, int Y)> draw) =>
        Held(draw, pair => $"{Math.Min(pair.X, pair.Y)} {Math.Max(pair.X, pair.Y)}");

    /// <summary>Draws until the key's hash belongs to the split: a tenth is for development, a tenth for test.</summary>
    public T Held<T>(Func<T> draw, Func<T, string> key)
    {
        while (true)
        {
            var drawn = draw();
            var tenth = Seed.For("lab held", key(drawn)).Value % 10;
            if (split == LabSplit.Any || split == tenth switch { 8 => LabSplit.Dev, 9 => LabSplit.Test, _ => LabSplit.Train })
            {
                return drawn;
            }
        }
    }

    /// <summary>
    /// Picks the wording: a place in a list that is as long in every language. Of an instruction's wordings each split has its
    /// own; the sentences about persons ("say") are material, which all splits share.
    /// </summary>
    public int Wording(string list)
    {
        var count = shape.Templates[list].Count;
        return list.StartsWith("say.", StringComparison.Ordinal) ? dice.Next(count) : dice.Pick(Open(count, count, 0).ToList());
    }

    /// <summary>Several different entities of a group.</summary>
    public List<int> Several(string group, int count)
    {
        var open = Open(shape.Entities[group].Count, 6, shift).ToArray();
        dice.Shuffle<int>(open);
        return [.. open.Take(count)];
    }

    public Dictionary<string, LabEntity> In(LabLanguage language)
    {
        var slots = new Dictionary<string, LabEntity>(_literals);
        foreach (var (slot, (group, place)) in _entities)
        {
            slots[slot] = language.Entities[group][place];
        }

        return slots;
    }

    public LabText Say(LabLanguage language, string list, int wording) => language.Templates[list][wording].Render(In(language));

    // Of every `period` places the last but one is for development and the last for test, counted from the shift.
    private IEnumerable<int> Open(int count, int period, int from) => Enumerable.Range(0, count).Where(place => split switch
    {
        LabSplit.Any => true,
        LabSplit.Dev => (place + from) % period == period - 2,
        LabSplit.Test => (place + from) % period == period - 1,
        _ => (place + from) % period < period - 2,
    });
}
