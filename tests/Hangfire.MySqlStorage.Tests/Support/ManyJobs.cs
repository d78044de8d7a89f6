using System.Globalization;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Support;

/// <summary>Fills the tables with many jobs, by SQL: as Hangfire would leave them, with three states each.</summary>
public sealed class ManyJobs(TestStorage database)
{
    private long _next = 1;

    /// <summary>Jobs that have come to a state by way of Enqueued and Processing.</summary>
    public void Add(string state, int count, string queue = "")
    {
        // neither MySQL nor MariaDB has a source of numbers that the other has too
        var doubling = string.Concat(Enumerable.Range(0, 31).TakeWhile(i => 1L << i < count).Select(i => $"insert into Numbers select n + {1L << i} from Numbers;"));
        database.Execute($"create table if not exists Numbers (n int primary key); truncate Numbers; insert into Numbers values (1); {doubling}");
        AddJobs(state, count, queue);
        database.Execute("drop table Numbers");
    }

    private void AddJobs(string state, int count, string queue)
    {
        var from = _next;
        _next += count;
        long States(int number) => (3L * from) + (number * (long)count);
        var payload = InvocationData.SerializeJob(TestJobs.Run("what"));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        database.Execute($$"""
            set unique_checks = 0;
            insert into Job (Id, StateId, StateName, InvocationData, Arguments, CreatedAt, ExpireAt)
            select {{from}} + n, {{States(2)}} + n, '{{state}}', '{{payload.SerializePayload(excludeArguments: true)}}', '{{payload.Arguments.Replace("\\", @"\\", StringComparison.Ordinal)}}',
                utc_timestamp(6), {{(state is "Succeeded" or "Deleted" ? "utc_timestamp(6) + interval 1 day" : "null")}} from Numbers where n <= {{count}};
            insert into JobParameter (JobId, Name, Value) select {{from}} + n, 'CurrentCulture', '"en-US"' from Numbers where n <= {{count}};
            insert into State (Id, JobId, Name, CreatedAt, Data)
            select {{States(0)}} + n, {{from}} + n, 'Enqueued', utc_timestamp(6), '{"EnqueuedAt":"{{now}}","Queue":"default"}' from Numbers where n <= {{count}};
            insert into State (Id, JobId, Name, CreatedAt, Data)
            select {{States(1)}} + n, {{from}} + n, 'Processing', utc_timestamp(6), '{"StartedAt":"{{now}}","ServerId":"server:1:0123456789","WorkerId":"01234567-89ab"}' from Numbers where n <= {{count}};
            insert into State (Id, JobId, Name, CreatedAt, Data)
            select {{States(2)}} + n, {{from}} + n, '{{state}}', utc_timestamp(6), '{"EnqueueAt":"{{now}}","PerformanceDuration":"12","Latency":"30","ExceptionType":"Some.Exception","ParentId":"2"}'
            from Numbers where n <= {{count}};
            {{(queue.Length == 0 ? "" : $"insert into JobQueue (JobId, Queue) select {from} + n, '{queue}' from Numbers where n <= {count};")}}
            """);
    }
}
