using Hangfire.Common;
using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>Jobs and their parameters.</summary>
public sealed class JobCases(StorageUnderTest subject) : StorageCases(subject)
{
    public void CreateExpiredJob_GivesIdsThatDiffer() => Assert.Equal(20, CreateJobs(20).Distinct().Count());

    public void CreateExpiredJob_GivesGrowingIds()
    {
        var ids = CreateJobs(5).Select(long.Parse).ToArray();
        Assert.Equal(ids.Order(), ids);
    }

    public void CreateExpiredJob_KeepsMethodAndArguments()
    {
        var job = Read(connection => connection.GetJobData(CreateJob(TestJobs.Run("what")))).Job;
        Assert.Equal((typeof(Jobs), nameof(Jobs.Run)), (job.Type, job.Method.Name));
        Assert.Equal(["test", "what"], job.Args);
    }

    public void CreateExpiredJob_KeepsCreationTime() =>
        Assert.Equal(CreatedAt, Read(connection => connection.GetJobData(CreateJob())).CreatedAt);

    public void CreateExpiredJob_KeepsCreationTimeToTheMicrosecond()
    {
        var precise = CreatedAt.AddTicks(1234560);
        var id = Read(connection => connection.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string>(), precise, TimeSpan.FromHours(1)));
        Assert.Equal(precise, Read(connection => connection.GetJobData(id)).CreatedAt);
    }

    public void CreateExpiredJob_GivesUtcTimes()
    {
        var id = CreateJob();
        Assert.Equal(DateTimeKind.Utc, Read(connection => connection.GetJobData(id)).CreatedAt.Kind);
        Assert.Equal(DateTimeKind.Utc, Monitor.JobDetails(id).CreatedAt!.Value.Kind);
        Assert.Equal(DateTimeKind.Utc, Monitor.JobDetails(id).ExpireAt!.Value.Kind);
    }

    [Row(30)]
    [Row(3600)]
    [Row(86400 * 30)]
    public void CreateExpiredJob_SetsItsEndFromNow(int seconds)
    {
        var end = Monitor.JobDetails(CreateJob(expireIn: TimeSpan.FromSeconds(seconds))).ExpireAt!.Value;
        Assert.InRange((end - TimeProvider.System.GetUtcNow().UtcDateTime).TotalSeconds, seconds - 20, seconds + 20);
    }

    public void CreateExpiredJob_KeepsQueue() => Assert.Equal("critical", Read(connection => connection.GetJobData(CreateJob(TestJobs.Nothing("critical")))).Job.Queue);

    public void CreateExpiredJob_KeepsNoQueue_WhenThereIsNone() => Assert.Null(Read(connection => connection.GetJobData(CreateJob())).Job.Queue);

    [Row(0)]
    [Row(1)]
    [Row(2)]
    [Row(3)]
    [Row(4)]
    [Row(50)]
    public void CreateExpiredJob_KeepsParameters(int count)
    {
        var parameters = Enumerable.Range(0, count).ToDictionary(i => $"name {i}", i => $"value {i}");
        var id = CreateJob(parameters: parameters);
        Assert.Equal(parameters, Read(connection => connection.GetJobData(id)).ParametersSnapshot);
        Assert.All(parameters, pair => Assert.Equal(pair.Value, Read(connection => connection.GetJobParameter(id, pair.Key))));
    }

    [Row(1)]
    [Row(2)]
    [Row(5)]
    public void CreateExpiredJob_KeepsParametersWithoutValue(int count)
    {
        var id = CreateJob(parameters: Enumerable.Range(0, count).ToDictionary(i => $"name {i}", _ => (string)null!));
        Assert.All(Enumerable.Range(0, count), i => Assert.Null(Read(connection => connection.GetJobParameter(id, $"name {i}"))));
    }

    public void CreateExpiredJob_LeavesStateOpen()
    {
        var id = CreateJob();
        Assert.Null(Read(connection => connection.GetJobData(id)).State);
        Assert.Null(Read(connection => connection.GetStateData(id)));
    }

    public void CreateExpiredJob_KeepsArgumentsOfOneMegabyte()
    {
        var big = new string('x', 1 << 20) + "😀\0\\'\" end";
        Assert.Equal(big, Read(connection => connection.GetJobData(CreateJob(TestJobs.Run(big)))).Job.Args[1]);
    }

    public void CreateExpiredJob_KeepsNullArgument() => Assert.Null(Read(connection => connection.GetJobData(CreateJob(TestJobs.Run(null!)))).Job.Args[1]);

    public void GetJobData_GivesInvocationData()
    {
        var data = Read(connection => connection.GetJobData(CreateJob(TestJobs.Run("what"))));
        Assert.Equal(nameof(Jobs.Run), data.InvocationData.Method);
        Assert.Contains("what", data.InvocationData.Arguments, StringComparison.Ordinal);
        Assert.Null(data.LoadException);
    }

    public void GetJobData_GivesSnapshotOfParametersSetLater()
    {
        var id = CreateJob(parameters: new Dictionary<string, string> { ["first"] = "1" });
        Do(connection => connection.SetJobParameter(id, "second", "2"));
        var snapshot = Read(connection => connection.GetJobData(id)).ParametersSnapshot;
        Assert.Equal(("1", "2"), (snapshot["first"], snapshot["second"]));
    }

    public void GetJobData_GivesEmptySnapshot_WhenThereAreNoParameters() =>
        Assert.Empty(Read(connection => connection.GetJobData(CreateJob())).ParametersSnapshot);

    public void GetJobData_DistinguishesParametersByCase()
    {
        var id = CreateJob(parameters: new Dictionary<string, string> { ["name"] = "lower", ["NAME"] = "upper" });
        var snapshot = Read(connection => connection.GetJobData(id)).ParametersSnapshot;
        Assert.Equal(("lower", "upper"), (snapshot["name"], snapshot["NAME"]));
    }

    public void GetJobData_GivesLoadException_WhenMethodIsGone()
    {
        var data = Read(connection => connection.GetJobData(CreateJob(Gone.Job())));
        Assert.NotNull(data.LoadException);
        Assert.Null(data.Job);
    }

    public void GetJobData_GivesInvocationData_WhenMethodIsGone()
    {
        var data = Read(connection => connection.GetJobData(CreateJob(Gone.Job())));
        Assert.Equal(nameof(Gone.Was), data.InvocationData.Method);
    }

    [Row(NoJob)]
    [Row("2147483648")]
    [Row("0")]
    [Row("-1")]
    public void MissingJob_ReadsAsNull(string id)
    {
        Assert.Null(Read(connection => connection.GetJobData(id)));
        Assert.Null(Read(connection => connection.GetStateData(id)));
        Assert.Null(Read(connection => connection.GetJobParameter(id, "name")));
        Assert.Null(Monitor.JobDetails(id));
    }

    [Row("no id")]
    [Row("")]
    [Row("1.5")]
    [Row("99999999999999999999999")]
    public void IdThatIsNoNumber_ReadsAsMissingJob(string id)
    {
        Assert.Null(Read(connection => connection.GetJobData(id)));
        Assert.Null(Read(connection => connection.GetStateData(id)));
        Assert.Null(Read(connection => connection.GetJobParameter(id, "name")));
        Assert.Null(Monitor.JobDetails(id));
    }

    public void SetJobParameter_SetsReplacesAndClears()
    {
        var id = CreateJob();
        Assert.Null(Read(connection => connection.GetJobParameter(id, "name")));
        foreach (var value in new[] { "first", "second", null, "third" })
        {
            Do(connection => connection.SetJobParameter(id, "name", value));
            Assert.Equal(value, Read(connection => connection.GetJobParameter(id, "name")));
        }
    }

    public void SetJobParameter_KeepsEmptyValue()
    {
        var id = CreateJob();
        Do(connection => connection.SetJobParameter(id, "name", ""));
        Assert.Equal("", Read(connection => connection.GetJobParameter(id, "name")));
    }

    public void SetJobParameter_TouchesThisJobOnly()
    {
        var (id, other) = (CreateJob(), CreateJob());
        Do(connection => connection.SetJobParameter(id, "name", "value"));
        Assert.Null(Read(connection => connection.GetJobParameter(other, "name")));
    }

    public void SetJobParameter_DoesNothing_WhenJobIsMissing()
    {
        Do(connection => connection.SetJobParameter(NoJob, "name", "value"));
        Assert.Null(Read(connection => connection.GetJobParameter(NoJob, "name")));
    }

    [Row(20)]
    public void SetJobParameter_OfManyAtOnce_KeepsOneOfThem(int writers)
    {
        var id = CreateJob();
        Parallel.For(0, writers, i => Do(connection => connection.SetJobParameter(id, "name", $"{i}")));
        Assert.InRange(int.Parse(Read(connection => connection.GetJobParameter(id, "name"))), 0, writers - 1);
    }

    [Needs("Transaction.SetJobParameter")]
    public void SetJobParameter_OfTransaction_IsThereAfterCommitOnly()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.SetJobParameter(id, "name", "value");
            Assert.Null(Read(connection => connection.GetJobParameter(id, "name")));
        });
        Assert.Equal("value", Read(connection => connection.GetJobParameter(id, "name")));
    }

    [Needs("Transaction.SetJobParameter")]
    public void SetJobParameter_OfTransaction_LastWins()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.SetJobParameter(id, "name", "first");
            transaction.SetJobParameter(id, "other", "aside");
            transaction.SetJobParameter(id, "name", null);
            transaction.SetJobParameter(id, "name", "last");
        });
        Assert.Equal(("last", "aside"), (Read(connection => connection.GetJobParameter(id, "name")), Read(connection => connection.GetJobParameter(id, "other"))));
    }

    [Needs("Transaction.SetJobParameter")]
    public void SetJobParameter_OfTransaction_DoesNothing_WhenJobIsMissing()
    {
        Commit(transaction => transaction.SetJobParameter(NoJob, "name", "value"));
        Assert.Null(Read(connection => connection.GetJobParameter(NoJob, "name")));
    }

    [Row(60)]
    [Row(86400)]
    public void ExpireJob_SetsItsEndFromNow(int seconds)
    {
        var id = CreateJob();
        Commit(transaction => transaction.ExpireJob(id, TimeSpan.FromSeconds(seconds)));
        Assert.InRange((Monitor.JobDetails(id).ExpireAt!.Value - TimeProvider.System.GetUtcNow().UtcDateTime).TotalSeconds, seconds - 20, seconds + 20);
    }

    public void ExpireJob_IsLong_ForDaysAndYears()
    {
        var id = CreateJob();
        Commit(transaction => transaction.ExpireJob(id, TimeSpan.FromDays(3650)));
        Assert.InRange((Monitor.JobDetails(id).ExpireAt!.Value - TimeProvider.System.GetUtcNow().UtcDateTime).TotalDays, 3649, 3651);
    }

    public void PersistJob_TakesItsEndAway()
    {
        var id = CreateJob();
        Commit(transaction => transaction.PersistJob(id));
        Assert.Null(Monitor.JobDetails(id).ExpireAt);
        Assert.NotNull(Read(connection => connection.GetJobData(id)));
    }

    public void ExpireAndPersist_LastWins()
    {
        var (kept, ending) = (CreateJob(), CreateJob());
        Commit(transaction =>
        {
            transaction.ExpireJob(kept, TimeSpan.FromMinutes(1));
            transaction.PersistJob(kept);
            transaction.PersistJob(ending);
            transaction.ExpireJob(ending, TimeSpan.FromDays(1));
        });
        Assert.Null(Monitor.JobDetails(kept).ExpireAt);
        Assert.NotNull(Monitor.JobDetails(ending).ExpireAt);
    }

    public void JobsChangedTogether_KeepWhatIsNotChanged()
    {
        var (moved, ending, alike) = (CreateJob(), CreateJob(), CreateJob());
        Commit(transaction => transaction.SetJobState(ending, new TestState("Before")));
        Commit(transaction =>
        {
            transaction.SetJobState(moved, new TestState("After"));
            transaction.ExpireJob(ending, TimeSpan.FromDays(30));
        });
        Assert.Equal(["After", "Before"], new[] { moved, ending }.Select(id => Read(connection => connection.GetJobData(id)!.State)));
        Assert.InRange(Monitor.JobDetails(ending).ExpireAt!.Value, Monitor.JobDetails(moved).ExpireAt!.Value.AddDays(20), DateTime.MaxValue);
        Commit(transaction =>
        {
            transaction.SetJobState(moved, new TestState("Same"));
            transaction.SetJobState(alike, new TestState("Same"));
            transaction.ExpireJob(moved, TimeSpan.FromDays(60));
            transaction.ExpireJob(alike, TimeSpan.FromDays(60));
        });
        Assert.Equal(["Same", "Before", "Same"], new[] { moved, ending, alike }.Select(id => Read(connection => connection.GetJobData(id)!.State)));
        Assert.All(new[] { moved, alike }, id => Assert.True(Monitor.JobDetails(id).ExpireAt > Monitor.JobDetails(ending).ExpireAt));
    }

    public void ExpireAndPersist_DoNothing_WhenJobIsMissing()
    {
        Commit(transaction =>
        {
            transaction.ExpireJob(NoJob, TimeSpan.FromDays(1));
            transaction.PersistJob(NoJob);
        });
        Assert.Null(Monitor.JobDetails(NoJob));
    }

    [Needs("Transaction.CreateJob")]
    public void CreateJob_OfTransaction_IsThereAfterCommitOnly()
    {
        string? id = null;
        Commit(transaction =>
        {
            id = transaction.CreateJob(TestJobs.Run("later"), new Dictionary<string, string> { ["P"] = "1" }, CreatedAt, TimeSpan.FromHours(1));
            Assert.Null(Read(connection => connection.GetJobData(id)));
        });
        var data = Read(connection => connection.GetJobData(id));
        Assert.Equal(("later", "1"), (data.Job.Args[1], data.ParametersSnapshot["P"]));
    }

    [Needs("Transaction.CreateJob")]
    public void CreateJob_OfTransaction_TakesStateParameterEndAndQueueAtOnce()
    {
        string? id = null;
        Commit(transaction =>
        {
            id = transaction.CreateJob(TestJobs.Nothing("critical"), new Dictionary<string, string>(), CreatedAt, TimeSpan.FromHours(1));
            transaction.SetJobState(id, new TestState("Born", "reason", ("a", "b")));
            transaction.SetJobParameter(id, "name", "value");
            transaction.PersistJob(id);
            transaction.AddToQueue(Queue, id);
        });
        var data = Read(connection => connection.GetJobData(id));
        Assert.Equal(("Born", "value", "critical"), (data.State, data.ParametersSnapshot["name"], data.Job.Queue));
        Assert.Null(Monitor.JobDetails(id).ExpireAt);
        Assert.Equal(id, FetchAndRemove());
    }

    [Needs("Transaction.CreateJob")]
    public void CreateJob_OfTransaction_GivesIdsThatDiffer()
    {
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            Commit(transaction => ids.AddRange(Enumerable.Range(0, 20).Select(_ => transaction.CreateJob(TestJobs.Nothing(), new Dictionary<string, string>(), CreatedAt, TimeSpan.FromHours(1)))));
            ids.Add(CreateJob());
        }

        Assert.Equal(63, ids.Distinct().Count());
        Assert.All(ids, id => Assert.NotNull(Read(connection => connection.GetJobData(id))));
    }

    [Needs("Transaction.CreateJob")]
    public void CreateJob_OfTransaction_LeavesNothing_WithoutCommit()
    {
        string id;
        using (var connection = Connect())
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            id = transaction.CreateJob(TestJobs.Nothing(), new Dictionary<string, string>(), CreatedAt, TimeSpan.FromHours(1));
        }

        Assert.Null(Read(connection => connection.GetJobData(id)));
    }
}
