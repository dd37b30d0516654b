using System.Globalization;
using CrossLingual.Models;
using CrossLingual.Runs;

namespace CrossLingual.Reporting;

/// <summary>The block at the end of a notebook: what its numbers were made with.</summary>
public static class Reproducibility
{
    /// <summary>Version, machine and settings as a table.</summary>
    /// <param name="command">The command line that repeats the notebook.</param>
    /// <param name="settings">Names and values that matter.</param>
    public static Table Of(string command, params IReadOnlyList<(string Name, object Value)> settings)
    {
        var made = new Manifest { Command = command, Seed = 0 };
        var table = new Table("", "");
        table.Add("repeat with", command);
        foreach (var (name, value) in settings)
        {
            table.Add(name, Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        var (device, type) = Compute.Default;
        return table.Add("version", made.Version).Add("runtime", made.Runtime).Add("machine", $"{made.Processor}; {made.System}")
            .Add("compute", $"{device} {TensorTypes.ConfigNameOf(type)}");
    }
}
