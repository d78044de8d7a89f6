using System.Diagnostics;
using Hangfire.MySqlStorage.Tests.Support;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>A process is killed while it creates many jobs in one transaction.</summary>
public sealed class CreateJobFaults : IDisposable
{
    public const int Batch = 1000;

    private readonly TestStorage _database = new(nameof(CreateJobFaults));

    public void Dispose() => _database.Dispose();

    [Fact]
    public void CreateJob_CreatesAllOrNone_WhenProcessIsKilledMeanwhile()
    {
        long least = 0;
        for (var round = 0; round < 4; round++)
        {
            using var process = FaultProcess.Start("create-jobs", _database.ConnectionString);
            Wait.Until(() => process.Lines.Count(line => line == "begin") >= 2, "the second transaction to begin");
            // somewhere between its first command and its answer
            var begun = Stopwatch.GetTimestamp();
            var moment = Random.Shared.Next(0, 60);
            Wait.Until(() => Stopwatch.GetElapsedTime(begun).TotalMilliseconds >= moment, "a random moment");
            process.Kill();
            least += process.Lines.Count(line => line == "committed") * Batch;
            // the server may still be busy with what the process had sent
            Wait.Until(() => _database.Scalar<long>("select count(*) from information_schema.processlist where db = database() and id <> connection_id() and command <> 'Sleep'") == 0, "the server to end the process's session");
            var jobs = Rows("Job");
            Assert.Equal(0, jobs % Batch);
            Assert.InRange(jobs, least, least + Batch);
            Assert.Equal((jobs, jobs, jobs), (Rows("State"), Rows("JobParameter"), Rows("JobQueue")));
            Assert.Equal(jobs, _database.Scalar<long>("select count(*) from Job j inner join State s on s.Id = j.StateId and s.JobId = j.Id where j.StateName = 'Enqueued'"));
            least = jobs;
        }
    }

    private long Rows(string table) => _database.Scalar<long>($"select count(*) from {table}");
}
