using Hangfire.Common;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>A job is written together with its first state; until then, whoever in this process asks for it by its id has it written.</summary>
public sealed class CreationTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(CreationTests));
    private readonly JobStorageConnection _connection;

    public CreationTests() => _connection = (JobStorageConnection)_database.Storage.GetConnection();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    private string NewJob() => _connection.CreateExpiredJob(
        Job.FromExpression(() => Jobs.Nothing()), new Dictionary<string, string> { ["p"] = "1" }, DateTime.UnixEpoch, TimeSpan.FromHours(1));

    private long Rows() => _database.Scalar<long>("select count(*) from Job");

    [Fact]
    public void Job_IsWrittenWithItsFirstState()
    {
        var id = NewJob();
        Assert.Equal(0, Rows());
        using (var transaction = _connection.CreateWriteTransaction())
        {
            transaction.SetJobState(id, new EnqueuedState());
            transaction.PersistJob(id);
            transaction.AddToQueue("default", id);
            Assert.Equal(0, Rows());
            transaction.Commit();
        }

        Assert.Equal($"{id} Enqueued null 1", _database.Scalar<string>(
            "select concat_ws(' ', j.Id, s.Name, ifnull(j.ExpireAt, 'null'), p.Value) from Job j join State s on s.Id = j.StateId join JobParameter p on p.JobId = j.Id join JobQueue q on q.JobId = j.Id"));
    }

    [Fact]
    public void Job_IsWritten_ForStorageWhosePrefixDiffersInCase_BecauseTheTablesAreTheSame()
    {
        using var database = new TestStorage("creationcase", options => options.TablesPrefix = "cr_");
        using var other = database.Another(options => options.TablesPrefix = "CR_");
        using var first = JobLocks.Connection(database.Storage);
        using var second = JobLocks.Connection(other);
        var id = first.CreateExpiredJob(Job.FromExpression(() => Jobs.Nothing()), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1));
        Assert.NotNull(second.GetJobData(id));
    }

    public static readonly TheoryData<string, Action<JobStorage, JobStorageConnection, string>> Askers = new()
    {
        { "its connection", (_, connection, id) => Assert.NotNull(connection.GetJobData(id)) },
        { "its connection, for anything", (_, connection, _) => connection.GetSetCount("any") },
        { "its connection, for a lock", (_, connection, _) => connection.AcquireDistributedLock("any", TimeSpan.Zero).Dispose() },
        { "its connection, for a next job", (_, connection, id) => Assert.NotEqual(id, connection.CreateExpiredJob(Job.FromExpression(() => Jobs.Nothing()), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1))) },
        { "the end of its connection", (_, connection, _) => connection.Dispose() },
        { "another connection", (storage, _, id) => Assert.Equal("1", Other(storage, other => other.GetJobData(id)!.ParametersSnapshot["p"])) },
        { "another connection, for a parameter", (storage, _, id) => Assert.Equal("1", Other(storage, other => other.GetJobParameter(id, "p"))) },
        { "another connection, for its state", (storage, _, id) => Assert.Null(Other(storage, other => other.GetStateData(id))) },
        { "another connection, to set a parameter", (storage, _, id) => Other(storage, other => Do(() => other.SetJobParameter(id, "q", "2"))) },
        { "the dashboard", (storage, _, id) => Assert.Equal("1", storage.GetMonitoringApi().JobDetails(id).Properties["p"]) },
    };

    [Theory]
    [MemberData(nameof(Askers))]
    public void Job_IsWritten_WhenAskedForBy(string who, Action<JobStorage, JobStorageConnection, string> ask)
    {
        Assert.NotNull(who);
        var id = NewJob();
        Assert.Equal(0, Rows());
        ask(_database.Storage, _connection, id);
        Assert.Equal(1, Rows());
    }

    [Fact]
    public void Job_IsWritten_WhenAnotherStorageOfTheProcessAsks()
    {
        using var another = _database.Another();
        var id = NewJob();
        Assert.Equal("1", Other(another, other => other.GetJobData(id)!.ParametersSnapshot["p"]));
    }

    [Fact]
    public void Job_IsWrittenOnce_WhenItsCommitFailsAndIsTriedAgain()
    {
        var id = NewJob();
        using (var transaction = _connection.CreateWriteTransaction())
        {
            transaction.SetJobState(id, new EnqueuedState());
            transaction.AddToQueue(new string('q', 300), id);
            Assert.Throws<MySqlConnector.MySqlException>(transaction.Commit);
        }

        Assert.Equal(0, Rows());
        Assert.Null(_connection.GetJobData(id)!.State);
        using (var transaction = _connection.CreateWriteTransaction())
        {
            transaction.SetJobState(id, new EnqueuedState());
            transaction.Commit();
        }

        Assert.Equal("Enqueued", _connection.GetJobData(id)!.State);
        Assert.Equal(1, Rows());
    }

    [Fact]
    public void Job_IsWrittenOnce_WhenNobodyKnowsWhetherItsCommitWasDone()
    {
        var id = NewJob();
        // as if the commit had been done and its answer lost
        _database.Execute($"insert into Job (Id, InvocationData, Arguments, CreatedAt, StateName) values ({id}, '', '', utc_timestamp(6), 'Enqueued')");
        using (var transaction = _connection.CreateWriteTransaction())
        {
            transaction.SetJobState(id, new EnqueuedState());
            Assert.Throws<MySqlConnector.MySqlException>(transaction.Commit);
        }

        Assert.Equal("Enqueued", _connection.GetJobData(id)!.State);
        Assert.Equal(1, Rows());
    }

    private static T Other<T>(JobStorage storage, Func<JobStorageConnection, T> ask)
    {
        using var other = (JobStorageConnection)storage.GetConnection();
        return ask(other);
    }

    private static bool Do(Action action)
    {
        action();
        return true;
    }
}
