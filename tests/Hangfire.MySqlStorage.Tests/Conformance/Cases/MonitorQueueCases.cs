using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>What the monitor says of queues.</summary>
public sealed class MonitorQueueCases(StorageUnderTest subject) : StorageCases(subject)
{
    public void Queues_AreEmpty_WhenThereAreNone() => Assert.Empty(Monitor.Queues());

    public void Queues_ShowLengthAndFirstJobs()
    {
        var ids = Enumerable.Range(0, 7).Select(_ => Enqueue()).ToArray();
        var queue = Monitor.Queues().Single();
        Assert.Equal((Queue, 7), (queue.Name, queue.Length));
        Assert.Equal(ids[..5], queue.FirstJobs.Select(job => job.Key));
        Assert.All(queue.FirstJobs, job => Assert.True(job.Value.InEnqueuedState));
    }

    public void Queues_AreSortedByName()
    {
        foreach (var queue in new[] { "c", "a", "b" })
        {
            Enqueue(queue);
        }

        Assert.Equal(["a", "b", "c"], Monitor.Queues().Select(queue => queue.Name));
    }

    public void Queues_CountFetchedJobsApart()
    {
        var ids = new[] { Enqueue(), Enqueue(), Enqueue() };
        using var connection = Connect();
        using var fetched = Fetch(connection);
        var queue = Monitor.Queues().Single();
        Assert.Equal((2, 1), (queue.Length, queue.Fetched));
        Assert.Equal(ids[1..], queue.FirstJobs.Select(job => job.Key));
        Assert.Equal((2, 1), (Monitor.EnqueuedCount(Queue), Monitor.FetchedCount(Queue)));
        fetched.RemoveFromQueue();
    }

    public void Queues_ShowQueueWithNothingButFetchedJobs()
    {
        Enqueue();
        using var connection = Connect();
        using var fetched = Fetch(connection);
        var queue = Monitor.Queues().Single();
        Assert.Equal((Queue, 0, 1, 0), (queue.Name, queue.Length, queue.Fetched, queue.FirstJobs.Count));
        fetched.RemoveFromQueue();
    }

    public void Queues_ShowJobThatIsMissing()
    {
        Commit(transaction => transaction.AddToQueue(Queue, NoJob));
        Assert.Equal(NoJob, Monitor.Queues().Single().FirstJobs.Single().Key);
        Assert.Equal(1, Monitor.Queues().Single().Length);
    }

    public void EnqueuedJobs_ShowJobThatIsMissing_AsNothing()
    {
        var there = Enqueue();
        Commit(transaction => transaction.AddToQueue(Queue, NoJob));
        var jobs = Monitor.EnqueuedJobs(Queue, 0, 10);
        Assert.Equal([there, NoJob], jobs.Select(job => job.Key));
        Assert.NotNull(jobs[0].Value);
        Assert.Null(jobs[1].Value);
    }

    public void EnqueuedJobs_ShowJobWithoutState()
    {
        var id = CreateJob();
        Commit(transaction => transaction.AddToQueue(Queue, id));
        var job = Monitor.EnqueuedJobs(Queue, 0, 10).Single();
        Assert.Equal(id, job.Key);
        Assert.NotNull(job.Value.Job);
        Assert.False(job.Value.InEnqueuedState);
        Assert.Null(job.Value.State);
        Assert.Null(job.Value.EnqueuedAt);
    }

    public void EnqueuedJobs_ShowJobInAnotherState()
    {
        var id = Enqueue();
        Commit(transaction => transaction.SetJobState(id, new TestState("Processing")));
        var job = Monitor.EnqueuedJobs(Queue, 0, 10).Single().Value;
        Assert.Equal(("Processing", false), (job.State, job.InEnqueuedState));
        Assert.Null(job.EnqueuedAt);
    }

    [Row("Enqueued")]
    [Row("enqueued")]
    [Row("ENQUEUED")]
    public void EnqueuedJobs_TakeStateInAnyCase(string state)
    {
        var id = CreateJobIn(new TestState(state));
        Commit(transaction => transaction.AddToQueue(Queue, id));
        var job = Monitor.EnqueuedJobs(Queue, 0, 10).Single().Value;
        Assert.True(job.InEnqueuedState);
        Assert.NotNull(job.EnqueuedAt);
    }

    public void EnqueuedJobs_ShowAllOfJob()
    {
        var id = CreateJobIn(new EnqueuedState { Queue = Queue, Reason = "because" });
        Commit(transaction => transaction.AddToQueue(Queue, id));
        var job = Monitor.EnqueuedJobs(Queue, 0, 10).Single().Value;
        Assert.Equal((nameof(Jobs.Nothing), EnqueuedState.StateName), (job.Job.Method.Name, job.State));
        Assert.NotNull(job.InvocationData);
        Assert.Null(job.LoadException);
        Assert.Equal(Queue, job.StateData["Queue"]);
        Assert.InRange((TimeProvider.System.GetUtcNow().UtcDateTime - job.EnqueuedAt!.Value).TotalSeconds, -20, 20);
    }

    [Row(0, 10, "0123456")]
    [Row(0, 3, "012")]
    [Row(2, 3, "234")]
    [Row(5, 10, "56")]
    [Row(7, 10, "")]
    [Row(100, 10, "")]
    [Row(0, 0, "")]
    [Row(1, 1, "1")]
    public void EnqueuedJobs_ArePagedInOrderOfFetching(int from, int count, string expected)
    {
        var ids = Enumerable.Range(0, 7).Select(_ => Enqueue()).ToArray();
        Assert.Equal(expected, string.Concat(Monitor.EnqueuedJobs(Queue, from, count).Select(job => Array.IndexOf(ids, job.Key))));
    }

    public void EnqueuedJobs_ShowJobAsOftenAsItIsQueued()
    {
        var id = Enqueue();
        Commit(transaction => transaction.AddToQueue(Queue, id));
        Assert.Equal([id, id], Monitor.EnqueuedJobs(Queue, 0, 10).Select(job => job.Key));
        Assert.Equal(2, Monitor.EnqueuedCount(Queue));
    }

    public void EnqueuedAndFetchedJobs_OfMissingQueue_AreEmpty()
    {
        Enqueue("another");
        Assert.Empty(Monitor.EnqueuedJobs(Queue, 0, 10));
        Assert.Empty(Monitor.FetchedJobs(Queue, 0, 10));
        Assert.Equal((0, 0), (Monitor.EnqueuedCount(Queue), Monitor.FetchedCount(Queue)));
    }

    public void FetchedJobs_ShowWhatWorkersHold()
    {
        var ids = new[] { Enqueue(), Enqueue(), Enqueue() };
        using var connection = Connect();
        using var first = Fetch(connection);
        using var another = Connect();
        using var second = Fetch(another);
        var jobs = Monitor.FetchedJobs(Queue, 0, 10);
        Assert.Equal(ids[..2], jobs.Select(job => job.Key));
        Assert.All(jobs, job =>
        {
            Assert.Equal((nameof(Jobs.Nothing), EnqueuedState.StateName), (job.Value.Job.Method.Name, job.Value.State));
            Assert.InRange((TimeProvider.System.GetUtcNow().UtcDateTime - job.Value.FetchedAt!.Value).TotalSeconds, -20, 20);
        });
        Assert.Equal(ids[1], Monitor.FetchedJobs(Queue, 1, 10).Single().Key);
        first.RemoveFromQueue();
        second.RemoveFromQueue();
        Assert.Empty(Monitor.FetchedJobs(Queue, 0, 10));
    }

    public void FetchedJobs_ShowJobThatIsMissing_AsNothing()
    {
        Commit(transaction => transaction.AddToQueue(Queue, NoJob));
        using var connection = Connect();
        using var fetched = Fetch(connection);
        var job = Monitor.FetchedJobs(Queue, 0, 10).Single();
        Assert.Equal(NoJob, job.Key);
        Assert.Null(job.Value);
        fetched.RemoveFromQueue();
    }
}
