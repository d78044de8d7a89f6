using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>States of jobs and their history.</summary>
public sealed class StateCases(StorageUnderTest subject) : StorageCases(subject)
{
    public void SetJobState_SetsNameReasonAndData()
    {
        var id = CreateJobIn(new TestState("State", "a reason", ("first", "1"), ("second", "2")));
        var state = Read(connection => connection.GetStateData(id));
        Assert.Equal(("State", "a reason", "1", "2"), (state.Name, state.Reason, state.Data["first"], state.Data["second"]));
        Assert.Equal("State", Read(connection => connection.GetJobData(id)).State);
    }

    public void SetJobState_TakesNoReasonAndNoData()
    {
        var state = Read(connection => connection.GetStateData(CreateJobIn(new TestState("State"))));
        Assert.Null(state.Reason);
        Assert.Empty(state.Data);
    }

    public void SetJobState_TakesNullData()
    {
        var state = Read(connection => connection.GetStateData(CreateJobIn(new DatalessState())));
        Assert.Equal("Dataless", state.Name);
        Assert.Empty(state.Data);
    }

    public void SetJobState_TakesNullAndEmptyValues()
    {
        var state = Read(connection => connection.GetStateData(CreateJobIn(new TestState("State", "", ("null", null!), ("empty", "")))));
        Assert.Equal((null, ""), (state.Data["null"], state.Data["empty"]));
        Assert.Equal("", state.Reason);
    }

    [Row("ServerId", "serverid")]
    [Row("serverId", "ServerId")]
    public void GetStateData_FindsDataByNamesInAnyCase(string written, string read) =>
        // states written by older versions of Hangfire have names in another case
        Assert.Equal("value", Read(connection => connection.GetStateData(CreateJobIn(new TestState("State", null, (written, "value"))))).Data[read]);

    public void SetJobState_ReplacesState()
    {
        var id = CreateJobIn(new TestState("First"));
        Commit(transaction => transaction.SetJobState(id, new TestState("Second")));
        Assert.Equal("Second", Read(connection => connection.GetStateData(id)).Name);
        Assert.Equal("Second", Read(connection => connection.GetJobData(id)).State);
    }

    public void SetJobState_OfOneTransaction_LastWins()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.SetJobState(id, new TestState("A"));
            transaction.SetJobState(id, new TestState("B", "last"));
        });
        Assert.Equal(("B", "last"), (Read(connection => connection.GetStateData(id)).Name, Read(connection => connection.GetStateData(id)).Reason));
        Assert.Equal(["B", "A"], Monitor.JobDetails(id).History.Select(entry => entry.StateName));
    }

    public void SetJobState_AndThenAddJobState_KeepsTheFirstAsCurrent()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.SetJobState(id, new TestState("Current"));
            transaction.AddJobState(id, new TestState("Aside"));
        });
        Assert.Equal("Current", Read(connection => connection.GetStateData(id)).Name);
        Assert.Equal(["Aside", "Current"], Monitor.JobDetails(id).History.Select(entry => entry.StateName));
    }

    public void AddJobState_AndThenSetJobState_KeepsTheOrder()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.AddJobState(id, new TestState("Aside"));
            transaction.SetJobState(id, new TestState("Current"));
        });
        Assert.Equal("Current", Read(connection => connection.GetStateData(id)).Name);
        Assert.Equal(["Current", "Aside"], Monitor.JobDetails(id).History.Select(entry => entry.StateName));
    }

    public void AddJobState_LeavesStateOpen()
    {
        var id = CreateJob();
        Commit(transaction => transaction.AddJobState(id, new TestState("Aside", "why", ("a", "b"))));
        Assert.Null(Read(connection => connection.GetJobData(id)).State);
        Assert.Null(Read(connection => connection.GetStateData(id)));
        var entry = Monitor.JobDetails(id).History.Single();
        Assert.Equal(("Aside", "why", "b"), (entry.StateName, entry.Reason, entry.Data["a"]));
    }

    public void SetJobState_OfSeveralJobs_KeepsThemApart()
    {
        var ids = CreateJobs(5);
        Commit(transaction =>
        {
            foreach (var id in ids.Reverse())
            {
                transaction.SetJobState(id, new TestState($"State {id}", null, ("id", id)));
            }
        });
        Assert.All(ids, id => Assert.Equal(($"State {id}", id), (Read(connection => connection.GetStateData(id)).Name, Read(connection => connection.GetStateData(id)).Data["id"])));
    }

    public void SetJobState_DoesNotFail_WhenJobIsMissing()
    {
        Commit(transaction =>
        {
            transaction.SetJobState(NoJob, new TestState("State"));
            transaction.AddJobState(NoJob, new TestState("Aside"));
            transaction.IncrementCounter(Key);
        });
        Assert.Null(Read(connection => connection.GetJobData(NoJob)));
        Assert.Equal(1, Read(connection => connection.GetCounter(Key)));
    }

    public void SetJobState_AsksStateForItsDataBeforeCommit()
    {
        var id = CreateJob();
        using var connection = Connect();
        using var transaction = connection.CreateWriteTransaction();
        // it is the user's code, and must not fail in the middle of a commit
        Assert.Throws<InvalidOperationException>(() => transaction.SetJobState(id, new FailingState()));
    }

    [Row(2048)]
    [Row(65536)]
    public void SetJobState_KeepsLongReasonAndData(int length)
    {
        var text = new string('r', length) + "😀";
        var state = Read(connection => connection.GetStateData(CreateJobIn(new TestState("State", text, ("data", text)))));
        Assert.Equal((text, text), (state.Reason, state.Data["data"]));
    }

    public void SetJobState_KeepsManyStatesInOrder()
    {
        var id = CreateJob();
        for (var i = 0; i < 4; i++)
        {
            var number = i;
            Commit(transaction => transaction.SetJobState(id, new TestState($"State {number}")));
        }

        Assert.Equal(["State 3", "State 2", "State 1", "State 0"], Monitor.JobDetails(id).History.Select(entry => entry.StateName));
    }

    public void SetJobState_GivesUtcTimeOfNow()
    {
        var entry = Monitor.JobDetails(CreateJobIn(new TestState("State"))).History.Single();
        Assert.Equal(DateTimeKind.Utc, entry.CreatedAt.Kind);
        Assert.InRange((TimeProvider.System.GetUtcNow().UtcDateTime - entry.CreatedAt).TotalSeconds, -20, 20);
    }

    private sealed class DatalessState : IState
    {
        public string Name => "Dataless";

        public string? Reason => null;

        public bool IsFinal => false;

        public bool IgnoreJobLoadException => false;

        public Dictionary<string, string> SerializeData() => null!;
    }

    private sealed class FailingState : IState
    {
        public string Name => "Failing";

        public string? Reason => null;

        public bool IsFinal => false;

        public bool IgnoreJobLoadException => false;

        public Dictionary<string, string> SerializeData() => throw new InvalidOperationException("This state has no data.");
    }
}
