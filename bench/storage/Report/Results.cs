using StorageBench.Scenarios;

namespace StorageBench.Report;

/// <summary>The figures of all rounds; a table takes their medians.</summary>
internal sealed class Results
{
    private readonly Dictionary<(string Scenario, string Peer), Dictionary<string, List<double>>> _figures = [];

    public void Add(string scenario, string peer, IEnumerable<Measure> measures)
    {
        if (!_figures.TryGetValue((scenario, peer), out var figures))
        {
            _figures.Add((scenario, peer), figures = []);
        }

        foreach (var measure in measures)
        {
            if (!figures.TryGetValue(measure.Name, out var values))
            {
                figures.Add(measure.Name, values = []);
            }

            values.Add(measure.Value);
        }
    }

    /// <summary>The table of a scenario: the first column's ratio to the reference stands beside it.</summary>
    public Table? Table(Scenario scenario, IReadOnlyList<string> peers)
    {
        var rows = peers.Where(peer => _figures.ContainsKey((scenario.Name, peer))).ToList();
        if (rows.Count == 0)
        {
            return null;
        }

        var columns = rows.SelectMany(peer => _figures[(scenario.Name, peer)].Keys).Distinct().ToList();
        var reference = rows.Contains("postgres") ? "postgres" : rows[0];
        List<string> header = ["storage", .. columns];
        if (rows.Count > 1)
        {
            header.Insert(2, $"× {reference}");
        }

        return new Table(
            scenario.Title, header,
            rows.Select(peer =>
            {
                List<string> cells = [peer, .. columns.Select(column => Figure.Text(Value(scenario.Name, peer, column)))];
                if (rows.Count > 1)
                {
                    cells.Insert(2, Figure.Text(Value(scenario.Name, peer, columns[0]) / Value(scenario.Name, reference, columns[0])));
                }

                return (IReadOnlyList<string>)cells;
            }).ToList());
    }

    /// <summary>The median, but of errors the sum: one in any round is one too many.</summary>
    private double Value(string scenario, string peer, string column)
    {
        if (!_figures[(scenario, peer)].TryGetValue(column, out var values))
        {
            return double.NaN;
        }

        return column is "lost" or "doubled" or "deadlocks" ? values.Sum() : Measure.Median(values);
    }
}

/// <summary>Text to be shown.</summary>
internal sealed record Table(string Title, IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows);
