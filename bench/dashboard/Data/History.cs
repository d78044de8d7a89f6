using System.Diagnostics;
using System.Globalization;
using Dapper;
using DashboardBench.Servers;
using MySqlConnector;
using PinScheduler.Orchestration.Jobs;

namespace DashboardBench.Data;

/// <param name="Runs">Of each of the two pipelines.</param>
/// <param name="Jobs">Succeeded ones in Hangfire's tables.</param>
/// <param name="LogMegabytes">Of text in all.</param>
internal sealed record HistorySize(int Runs, int Jobs, int LogMegabytes);

/// <summary>What the pages are asked for.</summary>
internal sealed record Landmarks(string Nightly, string Wide, string Loud, string Job, string Check);

/// <summary>Copies, by SQL, of one run of each pipeline that has really run: a year of nights of `nightly` with results and checks, as many runs of `wide` with logs, and jobs.</summary>
internal static class History
{
    private const long FirstRun = 1000;
    private const long FirstJob = 1_000_000;

    // as many as the server keeps of an attempt: no log of a task tried once can be longer
    private const int LoudLines = 10_000;

    private const string Text = "batch of records read from the topic, checked against the rules and written to its table; nothing was left out";

    public static async Task<bool> IsThereAsync(string database)
    {
        await using var connection = new MySqlConnection(database);
        await connection.OpenAsync();
        return await connection.ExecuteScalarAsync<int>("select count(*) from information_schema.tables where table_schema = database() and table_name = 'run'") > 0
            && await connection.ExecuteScalarAsync<int>($"select count(*) from run where id >= {FirstRun}") > 0;
    }

    public static async Task MakeAsync(string database, HistorySize size, string nightly, string wide)
    {
        await using var connection = new MySqlConnection(database + ";Allow User Variables=true");
        await connection.OpenAsync();
        await RunsAsync(connection, size, nightly, wide);
        await LogsAsync(connection, size);
        await DigestAsync(connection, FirstRun + (2 * size.Runs) + 1);
        await JobsAsync(connection, size, wide);
        await ExecuteAsync(connection, "sizes", "analyze table run, task_run, task_attempt, task_log, analysis_result, analysis_row, check_result, check_row, HangfireJob, HangfireJobParameter, HangfireState");
    }

    public static async Task<Landmarks> LandmarksAsync(string database)
    {
        await using var connection = new MySqlConnection(database);
        await connection.OpenAsync();
        return await connection.QuerySingleAsync<Landmarks>(
            """
            select cast((select max(id) from run where pipeline = 'nightly' and state = 'succeeded') as char) as Nightly,
                cast((select max(id) - 20 from run where pipeline = @Wide and id in (select run_id from task_attempt where hangfire_job_id = '0')) as char) as Wide,
                cast((select max(id) from run where pipeline = @Wide and id in (select run_id from task_attempt where hangfire_job_id = '0')) as char) as Loud,
                cast((select min(Id) + 10 from HangfireJob where Id > @FirstJob) as char) as Job,
                (select check_name from check_result order by broken desc, check_name limit 1) as `Check`
            """, new { BenchPipelines.Wide, FirstJob });
    }

    // of both pipelines by turns, as a server makes them
    private static Task RunsAsync(MySqlConnection connection, HistorySize size, string nightly, string wide) => ExecuteAsync(connection, "runs",
        $"""
        set @first = {FirstRun}, @nightly = {nightly}, @wide = {wide}, @runs = {size.Runs};
        insert into run (id, pipeline, version, logical_date, state, `trigger`, parameters, created_at, started_at, ended_at)
            select @first + 2 * seq + (r.id = @wide), r.pipeline, r.version, r.logical_date - interval @runs + 1 - seq day, if(seq % 33 = 5, 'failed', 'succeeded'), 'schedule', r.parameters,
                r.created_at - interval @runs + 1 - seq day, r.created_at - interval @runs + 1 - seq day, r.created_at - interval (@runs + 1 - seq) * 86400 - 200 - (seq * 7919) % 200 second
            from seq_1_to_{size.Runs}, run r where r.id in (@nightly, @wide);
        insert into task_run (run_id, task_key, ordinal, state, attempts, failures, fence, counts, error, server, started_at, ended_at)
            select r.id, t.task_key, t.ordinal, if(r.state = 'succeeded' or t.ordinal < 6, 'succeeded', if(t.ordinal = 6, 'failed', 'upstream_failed')), 1, 0, 1, t.counts,
                if(r.state = 'failed' and t.ordinal = 6, 'It was broken', null), t.server, r.started_at + interval t.ordinal * 5 second, r.started_at + interval t.ordinal * 5 + 4 second
            from run r join task_run t on t.run_id = if(r.pipeline = 'nightly', @nightly, @wide) where r.id > @first;
        insert into task_attempt (run_id, task_key, attempt, state, server, hangfire_job_id, started_at, ended_at)
            select run_id, task_key, 1, if(state = 'failed', 'failed', 'succeeded'), server, '0', started_at, ended_at from task_run where run_id > @first;
        insert into analysis_result (run, analysis, column_names, row_count, sql_hash, milliseconds, created_at)
            select r.id, a.analysis, a.column_names, a.row_count, a.sql_hash, a.milliseconds, r.ended_at from run r join analysis_result a on a.run = @nightly where r.id > @first and r.pipeline = 'nightly' and r.state = 'succeeded';
        insert into analysis_row (run, analysis, ordinal, cells) select r.run, r.analysis, a.ordinal, a.cells from analysis_result r join analysis_row a on a.run = @nightly and a.analysis = r.analysis where r.run > @first;
        insert into check_result (run, check_name, severity, sql_hash, column_names, broken, milliseconds, created_at, threshold, message)
            select r.id, c.check_name, c.severity, c.sql_hash, c.column_names, c.broken, c.milliseconds, r.ended_at, c.threshold, c.message from run r join check_result c on c.run = @nightly where r.id > @first and r.pipeline = 'nightly' and r.state = 'succeeded';
        insert into check_row (run, check_name, ordinal, cells) select r.run, r.check_name, c.ordinal, c.cells from check_result r join check_row c on c.run = @nightly and c.check_name = r.check_name where r.run > @first;
        insert into table_sample (run, table_name, row_estimate, data_bytes, index_bytes, sampled_at)
            select r.id, t.table_name, t.row_estimate, t.data_bytes + r.id, t.index_bytes, r.ended_at from run r join table_sample t on t.run = @nightly where r.id > @first and r.pipeline = 'nightly' and r.state = 'succeeded';
        """);

    // the newest run is as loud as the server allows, each of its tasks; what is left of the text goes to the others alike
    private static Task LogsAsync(MySqlConnection connection, HistorySize size)
    {
        var all = size.LogMegabytes * 1_000_000L / (Text.Length + 5);
        var tasks = BenchPipelines.Layers * BenchPipelines.Width;
        var each = Math.Max(1, (all - (tasks * LoudLines)) / (tasks * size.Runs));
        const string Lines = "insert into task_log (run_id, task_key, attempt, seq, logged_at, level, text) select a.run_id, a.task_key, 1, seq";
        const string Said = $"if(seq % 50 = 7, 'warning', 'information'), concat(seq, ': {Text}')";
        return ExecuteAsync(connection, "logs",
            $"""
            {Lines}, a.started_at + interval seq * 30000 microsecond, {Said}
                from task_attempt a join run r on r.id = a.run_id and r.pipeline = '{BenchPipelines.Wide}', seq_1_to_{each} where a.run_id > {FirstRun} and a.run_id < {FirstRun + (2 * size.Runs) + 1};
            {Lines}, a.started_at + interval seq * 390 microsecond, {Said} from task_attempt a, seq_1_to_{LoudLines} where a.run_id = {FirstRun + (2 * size.Runs) + 1};
            """);
    }

    // as the journal makes them of what a task says: here each says the same
    private static async Task DigestAsync(MySqlConnection connection, long run)
    {
        var digest = new LogDigest();
        for (var line = 1; line <= LoudLines; line++)
        {
            digest.Add(line, string.Create(CultureInfo.InvariantCulture, $"{line}: {Text}"));
            if (digest.IsFull)
            {
                await connection.ExecuteAsync(
                    "insert into task_log_digest (run_id, task_key, attempt, first_seq, last_seq, marks) select run_id, task_key, attempt, @First, @Last, @Marks from task_attempt where run_id = @run",
                    new { run, digest.First, digest.Last, digest.Marks });
                digest.Clear();
            }
        }
    }

    // of a task of the run that has really run: its job, with its parameters and states
    private static Task JobsAsync(MySqlConnection connection, HistorySize size, string wide) => ExecuteAsync(connection, "jobs",
        $"""
        set @pattern = (select cast(min(hangfire_job_id) as unsigned) from task_attempt where run_id = {wide});
        set @states = (select count(*) from HangfireState where JobId = @pattern);
        insert into HangfireJob (Id, StateId, StateName, InvocationData, Arguments, CreatedAt, ExpireAt)
            select {FirstJob} + seq, {10 * FirstJob} + seq * 10 + @states, StateName, InvocationData, Arguments, CreatedAt + interval seq microsecond, ExpireAt from HangfireJob, seq_1_to_{size.Jobs} where Id = @pattern;
        insert into HangfireJobParameter (JobId, Name, Value) select {FirstJob} + seq, Name, Value from HangfireJobParameter, seq_1_to_{size.Jobs} where JobId = @pattern;
        insert into HangfireState (Id, JobId, Name, Reason, CreatedAt, Data)
            select {10 * FirstJob} + seq * 10 + s.place, {FirstJob} + seq, s.Name, s.Reason, s.CreatedAt, s.Data
            from (select Name, Reason, CreatedAt, Data, row_number() over (order by Id) as place from HangfireState where JobId = @pattern) s, seq_1_to_{size.Jobs};
        insert into HangfireAggregatedCounter (`Key`, Value) values ('stats:succeeded', {size.Jobs}) on duplicate key update Value = Value + {size.Jobs};
        """);

    private static async Task ExecuteAsync(MySqlConnection connection, string what, string sql)
    {
        var started = Stopwatch.GetTimestamp();
        await connection.ExecuteAsync(sql, commandTimeout: 3600);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} made in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"));
    }
}
