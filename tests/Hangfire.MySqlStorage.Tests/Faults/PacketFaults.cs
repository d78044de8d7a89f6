using System.Reflection;
using Hangfire.Common;
using Hangfire.MySql;
using Hangfire.MySql.Commands;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using MySqlConnector;
using static Hangfire.MySqlStorage.Tests.Support.JobLocks;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>Values that are too long for a packet of the server: whose fault it is fails, and nobody else.</summary>
public sealed class PacketFaults : IClassFixture<PacketFaults.SmallPackets>, IDisposable
{
    private const int Limit = 1 << 20;

    private readonly string _test = Guid.NewGuid().ToString();
    private readonly MySql.MySqlStorage _storage;
    private readonly string _connectionString;
    private readonly JobStorageConnection _first;
    private readonly JobStorageConnection _second;

    public PacketFaults(SmallPackets database)
    {
        _connectionString = database.Server.CreateDatabase($"packets_{Guid.NewGuid():N}");
        _storage = OwnServer.Storage(_connectionString);
        _first = Connection(_storage);
        _second = Connection(_storage);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _storage.Dispose();
    }

    public static string Lengthy(string test)
    {
        Jobs.Run(test, "long");
        return new string('x', Limit);
    }

    [Theory]
    [InlineData(Limit - 2000, false)]
    [InlineData(Limit, true)]
    // as long in characters, longer in the packet
    [InlineData((Limit / 2) + 1000, true, '\\')]
    [InlineData((Limit / 3) + 1000, true, '€')]
    public void Commit_FailsAlone_WhenTooLarge(int length, bool fails, char of = 'x')
    {
        var (a, b) = (NewJob(), NewJob());
        using (_first.AcquireDistributedLock(LockOf(a), TimeSpan.FromSeconds(20)))
        using (_second.AcquireDistributedLock(LockOf(b), TimeSpan.FromSeconds(20)))
        {
            var error = Record.Exception(() => ChangeState(_first, a, new EnqueuedState { Reason = new string(of, length) }));
            Assert.Equal(fails, error is not null);
            if (fails)
            {
                Assert.IsType<PacketTooLargeException>(error);
                Assert.Contains($"for job {a} makes", error.Message, StringComparison.Ordinal);
                Assert.Contains("takes 1,048,576. Set its max_allowed_packet", error.Message, StringComparison.Ordinal);
            }

            // under locks that are gone if the session is
            ChangeState(_second, b, new EnqueuedState());
            _first.SetJobParameter(a, "p", "still locked");
        }

        Assert.Equal((fails ? null : "Enqueued", "Enqueued"), (_first.GetJobData(a)!.State, _first.GetJobData(b)!.State));
    }

    [Fact]
    public void Commits_AreSplit_WhenTheirSumIsTooLarge()
    {
        var jobs = Enumerable.Range(0, 60).Select(_ => NewJob()).ToList();
        Assert.NotNull(_first.GetJobData(jobs[^1]));
        using var outside = new MySqlConnection(_connectionString);
        outside.Open();
        using var holding = outside.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        using (var command = new MySqlCommand($"select Id from Job where Id = {jobs[0]} for update", outside, holding))
        {
            command.ExecuteScalar();
        }

        // all but the first wait until that has waited for its row, and are sent together then
        using var locked = new CountdownEvent(jobs.Count);
        using var go = new ManualResetEventSlim();
        using var gone = new CountdownEvent(jobs.Count);
        var errors = new Exception?[jobs.Count];
        var threads = jobs.Select((id, i) => new Thread(() => errors[i] = Record.Exception(() =>
        {
            using var connection = Connection(_storage);
            using (connection.AcquireDistributedLock(LockOf(id), TimeSpan.FromSeconds(20)))
            {
                locked.Signal();
                _ = i == 0 || go.Wait(Wait.Deadline);
                gone.Signal();
                ChangeState(connection, id, new EnqueuedState { Reason = new string('r', 20_000) });
            }
        }))).ToList();
        threads.ForEach(thread => thread.Start());
        Wait.Until(() => locked.IsSet && IsWaiting(), "the first to wait for its row");
        go.Set();
        Wait.Until(() => gone.IsSet && threads.Count(thread => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin)) >= jobs.Count - 1, "the others to wait for the first");
        holding.Rollback();
        threads.ForEach(thread => Assert.True(thread.Join(Wait.Deadline)));
        Assert.All(errors, Assert.Null);
        Assert.All(jobs, id => Assert.Equal("Enqueued", _first.GetJobData(id)!.State));
    }

    [Fact]
    public void Enqueue_FailsAlone_WhenItsArgumentIsTooLong()
    {
        var client = new BackgroundJobClient(_storage);
        var waiting = NewJob();
        using (_first.AcquireDistributedLock(LockOf(waiting), TimeSpan.FromSeconds(20)))
        {
            var text = new string('x', Limit);
            Assert.Contains("max_allowed_packet", Assert.ThrowsAny<Exception>(() => client.Enqueue(() => Jobs.Run(_test, text))).GetBaseException().Message, StringComparison.Ordinal);
            client.Enqueue(() => Jobs.Run(_test, "short"));
            ChangeState(_first, waiting, new EnqueuedState());
        }

        Assert.Equal(2, _storage.GetMonitoringApi().GetStatistics().Enqueued);
        // given up, and not kept in memory for good
        Assert.Equal(0, UnwrittenJobs.Of(_storage.Database.Name, "").Count);
    }

    [Fact]
    public void Parameter_FailsAlone_WhenTooLong()
    {
        var id = NewJob();
        Assert.Throws<PacketTooLargeException>(() => _first.SetJobParameter(id, "p", new string('x', Limit)));
        Assert.Null(_second.GetJobParameter(id, "p"));
    }

    [Fact]
    public void Job_WithTooLongResult_EndsFailed_AndSaysWhy()
    {
        var client = new BackgroundJobClient(_storage);
        var id = client.Enqueue(() => Lengthy(_test));
        var worker = new Worker();
        // Hangfire tries a change of state ten times, for 45 s in all
        typeof(Worker).GetField("_maxStateChangeAttempts", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(worker, 2);
        using (new BackgroundProcessingServer(_storage, [worker]))
        {
            var monitor = _storage.GetMonitoringApi();
            Wait.Until(() => monitor.FailedCount() == 1, "the job to fail");
        }

        var state = _first.GetStateData(id)!;
        Assert.Contains("'Succeeded'", state.Reason, StringComparison.Ordinal);
        Assert.Contains("max_allowed_packet", state.Data["ExceptionMessage"], StringComparison.Ordinal);
        Assert.Single(Jobs.RunsOf(_test));
        Assert.Equal(0, _storage.GetMonitoringApi().FetchedCount("default"));
    }

    private string NewJob() => _first.CreateExpiredJob(Job.FromExpression(() => Jobs.Nothing()), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1));

    private bool IsWaiting()
    {
        using var connection = new MySqlConnection(_connectionString);
        connection.Open();
        using var command = new MySqlCommand("select count(*) from information_schema.processlist where db = database() and info like 'update `Job`%'", connection);
        return (long)command.ExecuteScalar()! > 0;
    }

    /// <summary>A server that takes packets of 1 MB.</summary>
    public sealed class SmallPackets : IDisposable
    {
        public SmallPackets() => Server.Execute($"set global max_allowed_packet = {Limit}");

        public OwnServer Server { get; } = new();

        public void Dispose() => Server.Dispose();
    }
}
