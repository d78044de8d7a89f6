using WarehouseBench.Data;
using WarehouseBench.Peers;
using WarehouseBench.Report;

namespace WarehouseBench.Nights;

/// <summary>Each way over the same files in turn, round by round, its results held against those of the others.</summary>
internal sealed class NightsRun(string folder, int rounds, string[] ways, TimeSpan patience, string databaseSettings, bool keep)
{
    public const string Ours = "ours";
    public const string DuckDb = "duckdb";
    public const string Naive = "naive";

    private readonly IReadOnlyList<DataFile> _files = DataFile.ReadList(folder);
    private readonly Dictionary<(string Way, int Night), List<NightFigures>> _figures = [];

    private int Nights => _files.Max(static file => file.Night);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var server = "";
        for (var round = 1; round <= rounds; round++)
        {
            var results = new Dictionary<int, List<(string Way, Dictionary<string, string> Results)>>();
            if (ways.Contains(Ours))
            {
                await using var scheduler = await OurScheduler.StartAsync(folder, databaseSettings, keep, cancellationToken);
                server = await scheduler.ServerAsync(cancellationToken);
                for (var night = 1; night <= Nights; night++)
                {
                    Add(round, Ours, night, await scheduler.RunAsync([.. _files.Where(file => file.Night == night)], cancellationToken));
                    Keep(results, night, Ours, await scheduler.ResultsAsync(cancellationToken));
                }

                if (ways.Contains(Naive) && round == 1)
                {
                    var (figures, naive) = await NaiveSql.RunAsync(scheduler.ConnectionString, patience, cancellationToken);
                    Add(round, Naive, Nights, figures);
                    Keep(results, Nights, Naive, naive);
                }
            }

            if (ways.Contains(DuckDb))
            {
                using var duck = new DuckDbChild(folder);
                for (var night = 1; night <= Nights; night++)
                {
                    Add(round, DuckDb, night, duck.Run(night));
                    Keep(results, night, DuckDb, duck.Results());
                }
            }

            Compare(results);
        }

        Write(server);
        return 0;
    }

    private void Add(int round, string way, int night, NightFigures figures)
    {
        if (!_figures.TryGetValue((way, night), out var list))
        {
            _figures[(way, night)] = list = [];
        }

        list.Add(figures);
        Console.Error.WriteLine($"round {round}/{rounds}  {way}, night {night}: clean {Figures.Text(figures.Clean)} s, analyses {Figures.Text(figures.Analyses)} s, whole {Figures.Text(figures.Whole)} s, {Figures.Text(figures.PeakMegabytes)} MB");
    }

    private static void Keep(Dictionary<int, List<(string, Dictionary<string, string>)>> results, int night, string way, Dictionary<string, string> found)
    {
        results.TryAdd(night, []);
        results[night].Add((way, found));
    }

    private static void Compare(Dictionary<int, List<(string Way, Dictionary<string, string> Results)>> results)
    {
        foreach (var (night, list) in results)
        {
            var first = list[0];
            foreach (var other in list[1..])
            {
                // a query that was given up has no result
                foreach (var (analysis, csv) in other.Results)
                {
                    if (ResultSet.Of(first.Results[analysis]) is var left && ResultSet.Of(csv) is var right && !left.SetEquals(right))
                    {
                        throw new InvalidOperationException($"Night {night}: '{analysis}' by {first.Way} and by {other.Way} differ: only {first.Way}: {string.Join(" / ", left.Except(right).Take(5))}; only {other.Way}: {string.Join(" / ", right.Except(left).Take(5))}");
                    }
                }

                Console.Error.WriteLine($"night {night}: {other.Results.Count} results by {other.Way} equal those by {first.Way}, {first.Results.Sum(result => ResultSet.Of(result.Value).Count):N0} rows in all");
            }
        }
    }

    private void Write(string server)
    {
        Console.WriteLine($"\n{Figures.Machine(server)}\n\n{_files.Sum(static file => file.Records):N0} records, {_files.Sum(static file => file.Bytes) / 1e6:N0} MB of JSON in {_files.Count} files; the last night {_files.Where(file => file.Night == Nights).Sum(static file => file.Records):N0} records; medians of {rounds} rounds");
        Figures.Write(["way, night", "clean s", "analyses s", "both s", "checks s", "whole run s", "database CPU s", "own CPU s", "peak MB"], _figures.OrderBy(static pair => pair.Key.Night).Select(pair =>
        {
            double Of(Func<NightFigures, double> figure) => Figures.Median(pair.Value.Select(figure));
            return (IReadOnlyList<string>)
            [
                $"{pair.Key.Way}, night {pair.Key.Night}{pair.Value[0].Note}", Figures.Text(Of(one => one.Clean)), Figures.Text(Of(one => one.Analyses)), Figures.Text(Of(one => one.Clean + one.Analyses)), Figures.Text(Of(one => one.Checks)), Figures.Text(Of(one => one.Whole)),
                Figures.Text(Of(one => one.ServerCpu)), Figures.Text(Of(one => one.OwnCpu)), Figures.Text(Of(one => one.PeakMegabytes)),
            ];
        }));
    }
}
