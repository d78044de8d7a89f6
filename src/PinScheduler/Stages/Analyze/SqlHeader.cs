using System.Globalization;
using System.Text.RegularExpressions;

namespace PinScheduler.Stages.Analyze;

/// <summary>The comment lines at the top of a SQL task's file, each `-- key: value`; the first line that is no comment ends it.</summary>
internal sealed partial class SqlHeader
{
    private static readonly string[] AnalysisKeys = ["name", "title", "task", "columns", "key", "tables", "chart"];
    private static readonly string[] RollupKeys = ["name", "title", "columns", "key", "merge", "tables"];
    private static readonly string[] CheckKeys = ["name", "title", "severity", "threshold", "message", "columns", "tables"];

    // the tables analysis_result and check_result keep it
    private const int LongestName = 100;

    private readonly string _path;
    private readonly Dictionary<string, (string Value, int Line)> _values = new(StringComparer.Ordinal);

    private SqlHeader(string path) => _path = path;

    public string? Value(string key) => _values.TryGetValue(key, out var found) ? found.Value : null;

    public IReadOnlyList<string> Words(string key) =>
        Value(key)?.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(static word => word.Trim('`')).ToList() ?? [];

    public SqlFileException Wrong(string key, string problem) => Wrong(_values.TryGetValue(key, out var found) ? found.Line : 1, problem);

    /// <exception cref="SqlFileException">A word is none of the columns.</exception>
    public IReadOnlyList<string> ColumnsOf(string key, IReadOnlyList<string> columns) => Words(key).FirstOrDefault(word => !columns.Contains(word)) is { } stranger
        ? throw Wrong(key, $"'{stranger}' is none of the columns{DidYouMean.Suffix(stranger, columns)}; they are {(columns.Count == 0 ? "to be named by '-- columns: …'" : string.Join(", ", columns))}.")
        : Words(key);

    /// <exception cref="SqlFileException">It is no number, or the query and the header do not both have it.</exception>
    public decimal? Threshold(string sql)
    {
        var used = sql.Contains("@threshold", StringComparison.Ordinal);
        return Value("threshold") switch
        {
            null when used => throw Wrong(1, "the query uses @threshold, but the header has no '-- threshold: 0.05'."),
            null => null,
            { } text when !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => throw Wrong("threshold", $"the threshold is '{text}'; it must be a number such as 0.05 or 100."),
            _ when !used => throw Wrong("threshold", "the query does not use @threshold; compare with it there, or leave the line out."),
            { } text => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
    }

    /// <exception cref="SqlFileException">The name cannot be a task's.</exception>
    public void CheckName(string name)
    {
        if (!TaskName().IsMatch(name) || name.Length > LongestName)
        {
            throw Wrong("name", $"'{name}' cannot be a task's name: it has 1 to {LongestName} of a-z 0-9 _ - and begins with a letter. " +
                (Value("name") is null ? "Give it one in the header ('-- name: …'), or rename the file." : "Change it."));
        }
    }

    /// <exception cref="SqlFileException">A line is not `-- key: value`, or a key is unknown, repeated, empty or missing.</exception>
    public static SqlHeader Read(string path, SqlTaskKind kind, string sql)
    {
        var header = new SqlHeader(path);
        var keys = kind switch
        {
            SqlTaskKind.Rollup => RollupKeys,
            SqlTaskKind.Check => CheckKeys,
            _ => AnalysisKeys,
        };
        var number = 0;
        foreach (var line in sql.Split('\n').Select(static line => line.TrimEnd()).TakeWhile(static line => line.StartsWith("--", StringComparison.Ordinal)))
        {
            header.Add(line, ++number, keys);
        }

        header.CheckRequired(kind, keys);
        return header;
    }

    private void Add(string line, int number, string[] keys)
    {
        if (HeaderLine().Match(line) is not { Success: true } match)
        {
            throw Wrong(number, $"'{line}' is not a header line; expected '-- key: value' with one of {string.Join(", ", keys)}. (Other comments go below an empty line.)");
        }

        var (key, value) = (match.Groups["key"].Value, match.Groups["value"].Value);
        if (!keys.Contains(key))
        {
            throw Wrong(number, $"unknown header key '{key}'{DidYouMean.Suffix(key, keys)}; expected one of {string.Join(", ", keys)}.");
        }

        if (value.Length == 0)
        {
            throw Wrong(number, $"'{key}' has no value; give it one or leave the line out.");
        }

        if (!_values.TryAdd(key, (value, number)))
        {
            throw Wrong(number, $"'{key}' stands in line {_values[key].Line} already; keep one of both.");
        }
    }

    private void CheckRequired(SqlTaskKind kind, string[] keys)
    {
        if (!_values.ContainsKey("tables"))
        {
            throw Wrong(1, "the header has no '-- tables: …': name what the query reads (clean_pin, fact_pin, …, a rollup, or result:NAME), so that it runs after that was made.");
        }

        if (kind == SqlTaskKind.Rollup && keys.FirstOrDefault(key => key is not ("name" or "title") && !_values.ContainsKey(key)) is { } missing)
        {
            throw Wrong(1, $"the header has no '-- {missing}: …'. A rollup has {string.Join(", ", keys)}: columns in all, those of its key, and for each other one how it is merged ('posts sum, top_followers max').");
        }

        if (kind == SqlTaskKind.Check && Value("severity") is not (SqlTaskFile.Warn or SqlTaskFile.Fail))
        {
            throw _values.ContainsKey("severity")
                ? Wrong("severity", $"severity is '{Value("severity")}'; it must be 'warn' or 'fail'.")
                : Wrong(1, $"the header has no '-- severity: warn' (or fail). A check may have {string.Join(", ", keys)}.");
        }
    }

    private SqlFileException Wrong(int line, string problem) => new($"{_path}:{line}: {problem}");

    [GeneratedRegex(@"^--[ \t]*(?<key>[A-Za-z_]+)[ \t]*:[ \t]*(?<value>.*)$")]
    private static partial Regex HeaderLine();

    [GeneratedRegex("^[a-z][a-z0-9_-]*$")]
    private static partial Regex TaskName();
}
