using PinScheduler.Hosting;

namespace PinScheduler.Stages.Analyze;

/// <summary>All SQL tasks: each file of sql/rollups, sql/analytics and sql/checks is one, so a file dropped there is all that a new one needs.</summary>
internal sealed class SqlTasks
{
    private const string Result = "result:";
    private const string EveryResult = "result:*";

    // the nightly pipeline's own tasks (Pipelines/NightlyPipeline.cs), beside which these stand
    private static readonly string[] Taken = ["topics", "emulate", .. DataSet.All.SelectMany(static set => new[] { "drain-" + set.Key, "clean-" + set.Key })];

    private readonly Dictionary<string, SqlTaskFile> _analyses;
    private readonly Dictionary<string, SqlTaskFile> _rollups;

    private SqlTasks(IReadOnlyList<SqlTaskFile> rollups, IReadOnlyList<SqlTaskFile> analyses, IReadOnlyList<SqlTaskFile> checks, List<string> wrong)
    {
        _rollups = rollups.DistinctBy(static file => file.Name).ToDictionary(static file => file.Name, StringComparer.Ordinal);
        _analyses = analyses.DistinctBy(static file => file.Name).ToDictionary(static file => file.Name, StringComparer.Ordinal);
        foreach (var twice in rollups.Concat(analyses).Concat(checks).GroupBy(static file => file.Name).Where(static group => group.Count() > 1))
        {
            wrong.Add($"{string.Join(" and ", twice.Select(static file => file.Path))} are both named '{twice.Key}'; give one of them another '-- name:'.");
        }

        foreach (var file in rollups.Concat(analyses).Concat(checks).Where(static file => Taken.Contains(file.Name)))
        {
            wrong.Add($"{file.Path} is named '{file.Name}', as a task of the pipeline's own is; give it another '-- name:'.");
        }

        Rollups = [.. rollups.Select(file => AsTask(file, wrong))];
        Analyses = [.. InTaskOrder(analyses).Select(file => AsTask(file, wrong))];
        Checks = [.. checks.Select(file => AsTask(file, wrong))];
    }

    public IReadOnlyList<SqlTask> Rollups { get; }

    /// <summary>In the order of the original's task numbers, a user's own after them.</summary>
    public IReadOnlyList<SqlTask> Analyses { get; }

    public IReadOnlyList<SqlTask> Checks { get; }

    public SqlTaskFile? FindAnalysis(string name) => _analyses.GetValueOrDefault(name);

    /// <summary>The file of a task, of whichever kind it is.</summary>
    public SqlTaskFile? Find(string name) => Rollups.Concat(Analyses).Concat(Checks).FirstOrDefault(task => task.File.Name == name)?.File;

    /// <summary>The tables that the file reads, and those that the rollups among them are made of.</summary>
    public IEnumerable<string> TablesBehind(SqlTaskFile file) => file.Tables.SelectMany(table => _rollups.TryGetValue(table, out var rollup) ? rollup.Tables : [table]).Distinct();

    /// <exception cref="SqlFileException">One or more files are wrong: all that is wrong, a line each.</exception>
    public static SqlTasks Load(SqlFolder folder)
    {
        var wrong = new List<string>();
        var rollups = LoadAll(folder.Files("rollups"), SqlTaskKind.Rollup, wrong);
        var own = OwnTables.Of(folder);
        wrong.AddRange(rollups.Where(rollup => own.Has(rollup.Name)).Select(static rollup =>
            $"{rollup.Path}: '{rollup.Name}' is the name of a table of PinScheduler's own, and a rollup makes a table of its name; give it another ('-- name: {rollup.Name}_rollup')."));
        var tasks = new SqlTasks(rollups, LoadAll(folder.Files("analytics"), SqlTaskKind.Analysis, wrong), LoadAll(folder.Files("checks"), SqlTaskKind.Check, wrong), wrong);
        return wrong.Count == 0 ? tasks : throw new SqlFileException(string.Join(Environment.NewLine, wrong));
    }

    private static List<SqlTaskFile> LoadAll(IReadOnlyList<string> paths, SqlTaskKind kind, List<string> wrong)
    {
        var files = new List<SqlTaskFile>();
        foreach (var path in paths)
        {
            try
            {
                files.Add(SqlTaskFile.Load(path, kind));
            }
            catch (SqlFileException exception)
            {
                wrong.Add(exception.Message);
            }
        }

        return files;
    }

    private static IEnumerable<SqlTaskFile> InTaskOrder(IEnumerable<SqlTaskFile> files) => files
        .OrderBy(static file => decimal.TryParse(file.Task, out var number) ? number : decimal.MaxValue)
        .ThenBy(static file => file.Name, StringComparer.Ordinal);

    private SqlTask AsTask(SqlTaskFile file, List<string> wrong) =>
        new(file, [.. file.Tables.SelectMany(table => MakersOf(file, table, wrong)).Where(key => key != file.Name).Distinct()], [.. file.Tables.Where(_rollups.ContainsKey).Distinct().Select(name => _rollups[name])]);

    // a table of the user's own is made by no task
    private string[] MakersOf(SqlTaskFile file, string table, List<string> wrong)
    {
        if (table == EveryResult)
        {
            return [.. _analyses.Keys];
        }

        if (_rollups.ContainsKey(table))
        {
            return [table];
        }

        var name = table.StartsWith(Result, StringComparison.Ordinal) ? table[Result.Length..] : table;
        if (_analyses.ContainsKey(name))
        {
            return [name];
        }

        // narrow copies of a clean table are filled by the task that fills it
        if (DataSet.All.FirstOrDefault(set => table == set.CleanTable || table == set.FactTable) is { } made)
        {
            return ["clean-" + made.Key];
        }

        if (name != table || table.StartsWith("clean_", StringComparison.Ordinal) || table.StartsWith("fact_", StringComparison.Ordinal))
        {
            wrong.Add($"{file.Path}: 'tables' names '{table}', which no task makes{DidYouMean.Suffix(name, [.. _analyses.Keys, .. _rollups.Keys, .. DataSet.All.Select(static set => set.CleanTable), .. DataSet.All.Select(static set => set.FactTable)])}");
        }

        return [];
    }
}
