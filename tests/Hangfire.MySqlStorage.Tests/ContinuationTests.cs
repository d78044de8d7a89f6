using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;
using static Hangfire.MySqlStorage.Tests.Support.JobLocks;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>A continuation's lock is taken when Hangfire first asks for it under its parent's, and given back where it does not come for it.</summary>
public sealed class ContinuationTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(ContinuationTests));
    private readonly BackgroundJobStateChanger _changer = new();
    private readonly BackgroundJobClient _client;
    private readonly JobStorageConnection _connection;
    private readonly JobStorageConnection _other;
    private readonly string _parent;

    public ContinuationTests()
    {
        _client = new BackgroundJobClient(_database.Storage);
        _connection = Connection(_database.Storage);
        _other = Connection(_database.Another());
        _parent = _client.Schedule(() => Jobs.Nothing(), TimeSpan.FromDays(1));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _other.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void EndOfJob_TakesTwoPacketsMore_ForEachContinuation()
    {
        var children = new List<string> { Continue(), Continue(), Continue() };
        Assert.Equal(2 + (2 * 3), Packets.Of(() => End(_parent)));
        Assert.All(children, child => Assert.Equal("Enqueued", _other.GetJobData(child)!.State));
        Assert.All(children.Append(_parent), id => Assert.Null(_database.Owner(LockOf(id))));
    }

    [Fact]
    public void OneThatIsNotWaited_IsFree_WhenTheParentIs()
    {
        var child = Continue();
        _client.Delete(child);
        End(_parent);
        Assert.Equal("Deleted", _other.GetJobData(child)!.State);
        Assert.Null(_database.Owner(LockOf(child)));
        using var held = _connection.AcquireDistributedLock(LockOf(child), TimeSpan.Zero);
        Assert.NotNull(_database.Owner(LockOf(child)));
    }

    [Fact]
    public void OneThatAnotherProcessHas_IsReadWithoutWaiting()
    {
        var child = Continue();
        using var parent = LockParent();
        using (_other.AcquireDistributedLock(LockOf(child), TimeSpan.Zero))
        {
            Assert.Equal(("Awaiting", "Awaiting"), Ask(child));
            ChangeState(_other, child, new DeletedState());
            Assert.Equal(("Deleted", "Deleted"), Ask(child));
        }

        Assert.Equal(("Deleted", "Deleted"), Ask(child));
    }

    [Fact]
    public void OneThatAnotherWorkerOfTheProcessHas_IsReadWithoutWaiting()
    {
        var child = Continue();
        using var neighbour = Connection(_database.Storage);
        using var parent = LockParent();
        using (neighbour.AcquireDistributedLock(LockOf(child), TimeSpan.Zero))
        {
            Assert.Equal(("Awaiting", "Awaiting"), Ask(child));
            ChangeState(neighbour, child, new DeletedState());
            Assert.Equal(("Deleted", "Deleted"), Ask(child));
        }
    }

    [Fact]
    public void OneWithoutState_IsAskedForUntilItHasOne()
    {
        var child = _other.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1));
        _other.SetJobParameter(_parent, "Continuations", $$"""[{"JobId":"{{child}}"},{"JobId":"123456789"}]""");
        using var parent = LockParent();
        Assert.Equal((null, null), Ask(child));
        Assert.Equal((null, null), Ask("123456789"));
        Assert.Null(_database.Owner(LockOf(child)));
        ChangeState(_other, child, new AwaitingState(_parent));
        Assert.Equal(("Awaiting", "Awaiting"), Ask(child));
        Assert.NotNull(_database.Owner(LockOf(child)));
    }

    /// <summary>A new job gets its state without its lock, between any two statements of who asks for it.</summary>
    [Fact]
    public async Task OneThatGetsItsState_WhileItIsAskedFor_IsStarted()
    {
        for (var i = 0; i < 300; i++)
        {
            var parent = _client.Schedule(() => Jobs.Nothing(), TimeSpan.FromDays(1));
            var child = _other.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string>(), TimeProvider.System.GetUtcNow().UtcDateTime, TimeSpan.FromHours(1));
            _other.SetJobParameter(parent, "Continuations", $$"""[{"JobId":"{{child}}","Options":1}]""");
            using var asks = new Barrier(2);
            var writes = Task.Factory.StartNew(
                () =>
                {
                    asks.SignalAndWait();
                    Thread.SpinWait(i * 100);
                    ChangeState(_other, child, new AwaitingState(parent, new EnqueuedState()));
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            asks.SignalAndWait();
            End(parent);
            await writes;
            Assert.Equal("Enqueued", _other.GetJobData(child)!.State);
        }
    }

    [Fact]
    public void WhatIsWrittenMeanwhile_IsReadUnderItsLock()
    {
        var child = Continue();
        using var parent = LockParent();
        Ask(child);
        _connection.SetJobParameter(child, "AntecedentResult", "42");
        using var held = _connection.AcquireDistributedLock(LockOf(child), TimeSpan.Zero);
        Assert.Equal("42", _connection.GetJobData(child)!.ParametersSnapshot["AntecedentResult"]);
        ChangeState(_connection, child, new DeletedState());
        Assert.Equal(("Deleted", "Deleted"), Ask(child));
    }

    [Fact]
    public void Others_AreNotKeptFromIt_WhileAnotherLockIsWaitedFor()
    {
        var child = Continue();
        var third = _client.Schedule(() => Jobs.Nothing(), TimeSpan.FromDays(1));
        using var parent = LockParent();
        Ask(child);
        using (_other.AcquireDistributedLock(LockOf(third), TimeSpan.Zero))
        {
            Assert.Throws<MySqlDistributedLockException>(() => _connection.AcquireDistributedLock(LockOf(third), TimeSpan.Zero));
        }

        using var free = _other.AcquireDistributedLock(LockOf(child), TimeSpan.Zero);
    }

    [Fact]
    public void OneThatWentWithItsSession_IsTakenAnew()
    {
        var child = Continue();
        using var parent = LockParent();
        Ask(child);
        _database.Execute($"kill {_database.Owner(LockOf(child))}");
        Wait.Until(
            () =>
            {
                _database.Storage.Shared!.Ping();
                return !_database.Storage.Shared.HasSession;
            },
            "the loss to be noticed");
        ChangeState(_other, child, new DeletedState());
        using var held = _connection.AcquireDistributedLock(LockOf(child), TimeSpan.Zero);
        Assert.NotNull(_database.Owner(LockOf(child)));
        Assert.Equal("Deleted", _connection.GetJobData(child)!.State);
    }

    [Fact]
    public void OfMany_OnlySomeAreKeptFromOthers_AndAllAreRead()
    {
        const int Most = 64;
        var children = Enumerable.Range(0, Most + 6).Select(_ => Continue()).ToList();
        using (LockParent())
        {
            Assert.All(children, child => Assert.Equal(("Awaiting", "Awaiting"), Ask(child)));
            Assert.Equal(Most, children.Count(child => _database.Owner(LockOf(child)) is not null));
        }

        Assert.All(children, child => Assert.Null(_database.Owner(LockOf(child))));
    }

    [Fact]
    public void Job_ThatContinuesNothing_IsOnlyRead()
    {
        var other = _client.Schedule(() => Jobs.Nothing(), TimeSpan.FromDays(1));
        using var parent = LockParent();
        Assert.Equal(("Scheduled", "Scheduled"), Ask(other));
        Assert.Null(_database.Owner(LockOf(other)));
    }

    /// <summary>What Hangfire asks of a continuation under its parent's lock.</summary>
    private (string? Job, string? State) Ask(string id) => (_connection.GetJobData(id)?.State, _connection.GetStateData(id)?.Name);

    private IDisposable LockParent()
    {
        var held = _connection.AcquireDistributedLock(LockOf(_parent), TimeSpan.Zero);
        _connection.GetJobData(_parent);
        return held;
    }

    private string Continue() => _client.ContinueJobWith(_parent, () => Jobs.Nothing());

    private void End(string jobId) => Assert.Equal("Succeeded", _changer.ChangeState(
        new StateChangeContext(_database.Storage, _connection, jobId, new SucceededState(null, 0, 0), ScheduledState.StateName))?.Name);
}
