using System.IO.Enumeration;
using System.Text.Json.Nodes;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>The cells that this kernel ran, for a front end's arrow keys.</summary>
internal sealed class CellHistory
{
    private const int Session = 1;
    private readonly Lock gate = new();
    private readonly List<(int Number, string Code)> cells = [];

    /// <summary>Notes a cell.</summary>
    public void Add(int number, string code)
    {
        lock (gate)
        {
            cells.Add((number, code));
        }
    }

    /// <summary>What a history request asks for: the last ones, a range, or those that match a pattern with * and ?.</summary>
    public JsonObject Answer(JupyterMessage request)
    {
        lock (gate)
        {
            IEnumerable<(int Number, string Code)> found = request.Text("hist_access_type") switch
            {
                "range" => cells.Where(c => c.Number >= (request.Number("start") ?? 0) && c.Number < (request.Number("stop") ?? int.MaxValue)),
                "search" => cells.Where(c => FileSystemName.MatchesSimpleExpression(request.Text("pattern") is { Length: > 0 } p ? p : "*", c.Code, ignoreCase: false)),
                _ => cells,
            };
            if (request.Flag("unique", false))
            {
                found = found.Reverse().DistinctBy(c => c.Code).Reverse();
            }

            if (request.Text("hist_access_type") != "range" && request.Number("n") is { } n)
            {
                found = found.TakeLast(n);
            }

            var whole = request.Flag("output", false);
            return new JsonObject
            {
                ["status"] = "ok",
                ["history"] = new JsonArray([.. found.Select(c => (JsonNode)new JsonArray(Session, c.Number, whole ? new JsonArray(c.Code, null) : c.Code))]),
            };
        }
    }
}
