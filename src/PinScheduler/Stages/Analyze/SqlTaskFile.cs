using System.Security.Cryptography;
using System.Text;
using PinScheduler.Stages.Analyze.Rollups;

namespace PinScheduler.Stages.Analyze;

internal enum SqlTaskKind
{
    Analysis,
    Rollup,
    Check,
}

/// <summary>One file of sql/analytics, sql/rollups or sql/checks: a query, and in its header what the pipeline and the pages need to know of it.</summary>
internal sealed record SqlTaskFile
{
    public const string Warn = "warn";
    public const string Fail = "fail";

    public required string Path { get; init; }

    public required SqlTaskKind Kind { get; init; }

    /// <summary>Task key, result name and, in the API, resource.</summary>
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>The original pipeline's number for it ("6.1"); null for a user's own.</summary>
    public string? Task { get; init; }

    /// <summary>The result's columns as the header promises them; empty when it promises none.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>An analysis's: the columns that tell its rows apart, where the header says so.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>What it reads: tables, and results as `result:NAME`, NAME or `result:*`.</summary>
    public required IReadOnlyList<string> Tables { get; init; }

    public Chart? Chart { get; init; }

    /// <summary>A check's: `warn` or `fail`.</summary>
    public string Severity { get; init; } = Warn;

    /// <summary>A check's, where it has one; the query's @threshold.</summary>
    public decimal? Threshold { get; init; }

    /// <summary>What a check that found something says.</summary>
    public CheckMessage Message { get; init; } = CheckMessage.Default;

    /// <summary>A rollup's; null of the others.</summary>
    public RollupShape? Rollup { get; init; }

    public required string Sql { get; init; }

    /// <summary>Of the whole text, so that a result can be told to be of this version.</summary>
    public string Hash => HashOf(Sql);

    /// <summary>What the file says on the disk now, be it right or wrong; of one that is not there any more, what it said at start.</summary>
    public string TextNow => File.Exists(Path) ? File.ReadAllText(Path) : Sql;

    public static string HashOf(string sql) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));

    /// <exception cref="SqlFileException">The header is wrong: file, line and what would be right.</exception>
    public static SqlTaskFile Load(string path, SqlTaskKind kind) => Parse(path, kind, File.ReadAllText(path));

    /// <inheritdoc cref="Load"/>
    public static SqlTaskFile Parse(string path, SqlTaskKind kind, string sql)
    {
        var header = SqlHeader.Read(path, kind, sql);
        var name = header.Value("name") ?? System.IO.Path.GetFileNameWithoutExtension(path);
        header.CheckName(name);
        var columns = header.Words("columns");
        var threshold = kind == SqlTaskKind.Check ? header.Threshold(sql) : null;
        return new SqlTaskFile
        {
            Path = path,
            Kind = kind,
            Name = name,
            Title = header.Value("title") ?? Humanized(name),
            Task = header.Value("task"),
            Columns = columns,
            Key = kind == SqlTaskKind.Analysis ? header.ColumnsOf("key", columns) : [],
            Tables = header.Words("tables"),
            Chart = header.Value("chart") is { } chart ? Chart.Parse(chart, columns, problem => header.Wrong("chart", problem)) : null,
            Severity = header.Value("severity") ?? Warn,
            Threshold = threshold,
            Message = header.Value("message") is { } message ? CheckMessage.Parse(message, threshold, problem => header.Wrong("message", problem)) : CheckMessage.Default,
            Rollup = kind == SqlTaskKind.Rollup ? RollupShape.Parse(header, columns, sql) : null,
            Sql = sql,
        };
    }

    /// <summary>
    /// As it is on the disk now, so that a query that was mended need not wait for a restart. One that is not there any more is as it was at start.
    /// </summary>
    /// <exception cref="StageFailedException">Its header is wrong, or says otherwise than at start what it is called or reads, of which the pipeline's graph was made.</exception>
    public SqlTaskFile AsItIsNow()
    {
        var sql = TextNow;
        if (sql == Sql)
        {
            return this;
        }

        SqlTaskFile now;
        try
        {
            now = Parse(Path, Kind, sql);
        }
        catch (SqlFileException exception)
        {
            throw new StageFailedException(exception.Message, retry: false, exception);
        }

        return now.Name == Name && now.Tables.ToHashSet().SetEquals(Tables)
            ? now
            : throw new StageFailedException($"{Path} has another 'name' or other 'tables' than when this server started, and the pipeline's graph is made of these: restart the server, then retry.");
    }

    private static string Humanized(string name) => char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');
}
