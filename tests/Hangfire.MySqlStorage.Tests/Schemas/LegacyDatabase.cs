using Hangfire.Common;
using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using MySqlConnector;
using PinScheduler.Tests;

namespace Hangfire.MySqlStorage.Tests.Schemas;

/// <summary>A database as an earlier library has left it, with jobs in every state.</summary>
public sealed class LegacyDatabase(string name, string prefix = "")
{
    /// <summary>More rows than a table may have to be rebuilt by itself, with <see cref="Storage"/>.</summary>
    public const int Large = 200;

    public string ConnectionString { get; } = MariaDb.CreateDatabase(name);

    public string Prefix => prefix;

    public static string Script(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schemas", file + ".sql"));

    public void RunScript(string file) => Execute(Script(file).Replace("{prefix}", prefix, StringComparison.Ordinal));

    public MySql.MySqlStorage Storage(Action<MySqlStorageOptions>? configure = null)
    {
        var options = new MySqlStorageOptions { TablesPrefix = prefix, SmallTableRows = Large };
        configure?.Invoke(options);
        return new MySql.MySqlStorage(ConnectionString, options);
    }

    public MySqlConnection Open()
    {
        var connection = new MySqlConnection(ConnectionString);
        connection.Open();
        return connection;
    }

    public void Execute(string sql)
    {
        using var connection = Open();
        using var command = new MySqlCommand(sql.Replace("{prefix}", prefix, StringComparison.Ordinal), connection);
        command.ExecuteNonQuery();
    }

    public List<string> Rows(string sql)
    {
        using var connection = Open();
        using var command = new MySqlCommand(sql.Replace("{prefix}", prefix, StringComparison.Ordinal), connection);
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "null" : reader.GetValue(i).ToString())));
        }

        return rows;
    }

    /// <summary>Tables, columns and keys, as far as they mean something.</summary>
    public List<string> Layout(bool withKeyNames = false) => Rows($"""
        select table_name, column_name, column_type, is_nullable, coalesce(collation_name, ''), extra from information_schema.columns
        where table_schema = database() and table_name not in ('JobState', 'HangfireJobState') order by table_name, column_name
        """).Concat(Rows($"""
        select table_name, {(withKeyNames ? "index_name" : "index_name = 'PRIMARY'")}, non_unique, group_concat(column_name order by seq_in_index) from information_schema.statistics
        where table_schema = database() and table_name not in ('JobState', 'HangfireJobState') group by table_name, index_name, non_unique order by 1, 4, 2
        """)).ToList();

    /// <summary>Jobs 1 to 9: one in each state, job 9 half run by a server that is gone.</summary>
    /// <param name="filler">Further jobs, states, parameters, queue rows, hash fields and list items, long succeeded.</param>
    public void FillLikeHangfireMySqlStorage(int filler = 0)
    {
        var invocation = InvocationData.SerializeJob(Job.FromExpression(() => Jobs.Nothing()));
        // as Hangfire 1.6 writes a job: type, method and parameter types by name, the arguments apart
        var data = $$"""{"Type":"{{invocation.Type}}","Method":"Nothing","ParameterTypes":"[]","Arguments":null}""";
        Execute($$"""
            insert into `{prefix}Job` (Id, StateName, InvocationData, Arguments, CreatedAt, ExpireAt) values
              (1, 'Enqueued', '{{data}}', '[]', utc_timestamp(6), null), (2, 'Scheduled', '{{data}}', '[]', utc_timestamp(6), null),
              (3, 'Processing', '{{data}}', '[]', utc_timestamp(6), null), (4, 'Succeeded', '{{data}}', '[]', utc_timestamp(6), utc_timestamp(6) + interval 1 day),
              (5, 'Failed', '{{data}}', '[]', utc_timestamp(6), null), (6, 'Deleted', '{{data}}', '[]', utc_timestamp(6), utc_timestamp(6) + interval 1 day),
              (7, 'Awaiting', '{{data}}', '[]', utc_timestamp(6), null), (8, null, '{{data}}', '[]', utc_timestamp(6), utc_timestamp(6) - interval 1 day),
              (9, 'Processing', '{{data}}', '[]', utc_timestamp(6), null);
            insert into `{prefix}State` (JobId, Name, Reason, CreatedAt, Data) select Id, StateName, 'a reason', utc_timestamp(6), case StateName
              when 'Enqueued' then '{"EnqueuedAt":"2020-01-01T00:00:00.0000000Z","Queue":"default"}'
              when 'Scheduled' then '{"EnqueueAt":"2020-01-01T00:00:00.0000000Z","ScheduledAt":"2020-01-01T00:00:00.0000000Z"}'
              when 'Processing' then '{"StartedAt":"2020-01-01T00:00:00.0000000Z","ServerId":"gone","WorkerId":"1"}'
              when 'Succeeded' then '{"SucceededAt":"2020-01-01T00:00:00.0000000Z","PerformanceDuration":"1","Latency":"2"}'
              when 'Failed' then '{"FailedAt":"2020-01-01T00:00:00.0000000Z","ExceptionType":"E","ExceptionMessage":"message","ExceptionDetails":"details"}'
              when 'Deleted' then '{"DeletedAt":"2020-01-01T00:00:00.0000000Z"}'
              else '{"ParentId":"3","NextState":"{}","Options":"OnlyOnSucceededState"}' end from `{prefix}Job` where StateName is not null;
            update `{prefix}Job` j inner join `{prefix}State` s on s.JobId = j.Id set j.StateId = s.Id;
            insert into `{prefix}JobParameter` (JobId, Name, `Value`) select Id, 'CurrentCulture', '"en-US"' from `{prefix}Job`;
            insert into `{prefix}JobParameter` (JobId, Name, `Value`) values (5, 'RetryCount', '10'), (3, 'Continuations', '[{"JobId":"7","Options":0}]');
            insert into `{prefix}JobQueue` (JobId, Queue, FetchedAt, FetchToken) values
              (1, 'default', null, null), (9, 'default', utc_timestamp(6) - interval 1 hour, 'b7bd6b9a-6bd7-4be3-9fd8-0c4d5a4d4b1e');
            insert into `{prefix}Set` (`Key`, `Value`, Score) values ('schedule', '2', 1577836800), ('recurring-jobs', 'every', -1);
            insert into `{prefix}Hash` (`Key`, Field, `Value`) values ('recurring-job:every', 'Cron', '0 0 1 1 *'), ('recurring-job:every', 'Queue', 'default');
            insert into `{prefix}List` (`Key`, `Value`) values ('list', 'first'), ('list', 'second');
            insert into `{prefix}Counter` (`Key`, `Value`) values ('stats:succeeded', 1), ('stats:succeeded', 1);
            insert into `{prefix}AggregatedCounter` (`Key`, `Value`) values ('stats:succeeded', 2147483640);
            insert into `{prefix}Server` values ('gone', '{"WorkerCount":20,"Queues":["default"],"StartedAt":"2020-01-01T00:00:00Z"}', utc_timestamp(6) - interval 1 day);
            insert into `{prefix}DistributedLock` values ('orphan', utc_timestamp(6)), ('orphan', utc_timestamp(6));
            """);
        if (filler > 0)
        {
            Execute($$"""
                insert into `{prefix}Job` (Id, StateName, InvocationData, Arguments, CreatedAt) select 1000 + seq, 'Archived', '{{data}}', '[]', utc_timestamp(6) from {{MariaDb.Numbers(filler)}};
                insert into `{prefix}State` (JobId, Name, CreatedAt, Data) select Id, StateName, CreatedAt, '{}' from `{prefix}Job` where Id > 1000;
                insert into `{prefix}JobParameter` (JobId, Name, `Value`) select Id, 'CurrentCulture', '"en-US"' from `{prefix}Job` where Id > 1000;
                insert into `{prefix}Hash` (`Key`, Field, `Value`) select concat('archive:', Id div 100), Id, 'v' from `{prefix}Job` where Id > 1000;
                insert into `{prefix}List` (`Key`, `Value`) select 'archive', Id from `{prefix}Job` where Id > 1000;
                insert into `{prefix}JobQueue` (JobId, Queue) select Id, 'archive' from `{prefix}Job` where Id > 1000;
                insert into `{prefix}Counter` (`Key`, `Value`) select 'archived', 1 from `{prefix}Job` where Id > 1000;
                """);
        }
    }
}
