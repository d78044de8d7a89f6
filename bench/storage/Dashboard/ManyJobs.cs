using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Hangfire.MySql;
using Hangfire.Storage;
using MySqlConnector;

namespace StorageBench.Dashboard;

/// <summary>Copies of one job that has really run, with its states and parameters; by SQL, since running as many would take long.</summary>
internal static class ManyJobs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>The id of one in the middle.</returns>
    public static async Task<string> MakeAsync(MySqlStorage storage, string address, int jobs, CancellationToken cancellationToken)
    {
        var pattern = await RunOneAsync(storage, cancellationToken);
        using var connection = new MySqlConnection(address);
        await connection.OpenAsync(cancellationToken);
        foreach (var sql in (string[])
        [
            $"insert into Job (Id, StateId, StateName, InvocationData, Arguments, CreatedAt, ExpireAt) select Id + seq, StateId + seq * 10, StateName, InvocationData, Arguments, CreatedAt + interval seq microsecond, ExpireAt from Job, seq_1_to_{jobs - 1} where Id = {pattern}",
            $"insert into JobParameter (JobId, Name, Value) select JobId + seq, Name, Value from JobParameter, seq_1_to_{jobs - 1} where JobId = {pattern}",
            $"insert into State (Id, JobId, Name, Reason, CreatedAt, Data) select Id + seq * 10, JobId + seq, Name, Reason, CreatedAt, Data from State, seq_1_to_{jobs - 1} where JobId = {pattern}",
            $"insert into AggregatedCounter (`Key`, Value) values ('stats:succeeded', {jobs - 1}) on duplicate key update Value = {jobs}",
            "analyze table Job, JobParameter, State",
        ])
        {
            using var command = new MySqlCommand(sql, connection) { CommandTimeout = 600 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{pattern + (jobs / 2)}");
    }

    private static async Task<long> RunOneAsync(MySqlStorage storage, CancellationToken cancellationToken)
    {
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1 }, storage);
        var run = Work.Expect(1).Run;
        var job = new BackgroundJobClient(storage).Enqueue(() => Work.Count(run, 0));
        using var connection = storage.GetReadOnlyConnection();
        var waiting = Stopwatch.StartNew();
        while (connection.GetStateData(job)?.Name != "Succeeded")
        {
            if (waiting.Elapsed > Patience)
            {
                throw new TimeoutException($"Job {job} did not succeed within {Patience.TotalSeconds:0} s.");
            }

            await Task.Delay(50, cancellationToken);
        }

        return long.Parse(job, CultureInfo.InvariantCulture);
    }
}
