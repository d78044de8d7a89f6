using Hangfire.Common;
using Hangfire.MySql;
using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Sharing;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;
using static Hangfire.MySqlStorage.Tests.Support.JobLocks;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>Claims that follow each other begin where the last one ended; a job that lies before is found all the same, however long the queue is.</summary>
public sealed class QueueHeadTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(QueueHeadTests));
    private readonly JobStorageConnection _connection;
    private readonly QueueHead _head = new() { Longest = TimeSpan.FromHours(1) };

    public QueueHeadTests()
    {
        _connection = Connection(_database.Storage);
        _database.Storage.ServerStarts();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void Claim_BeginsBehindTheLast_UntilItFindsLessThanItWants()
    {
        var ids = Enqueue(4);
        Assert.Equal([ids[0], ids[1]], Claim(2, mayBeMore: true));
        ComesBack(ids[0]);
        Assert.Equal([ids[2]], Claim(1, mayBeMore: true));
        Assert.Equal([ids[3]], Claim(2, mayBeMore: true));
        Assert.Equal([ids[0]], Claim(2, mayBeMore: false));
    }

    [Fact]
    public void Claim_ThatGetsAllItWants_MayLeaveMore()
    {
        Enqueue(1);
        Assert.Single(Claim(1, mayBeMore: true));
        Assert.Empty(Claim(1, mayBeMore: true));
        Assert.Empty(Claim(1, mayBeMore: false));
    }

    [Fact]
    public void Job_ThatComesBack_IsFound_WhileTheQueueNeverEnds()
    {
        var head = new QueueHead();
        var first = Enqueue(2)[0];
        Assert.Equal([first], Claim(1, mayBeMore: true, head));
        ComesBack(first);
        Wait.Until(() =>
        {
            Enqueue(1);
            return Claim(1, mayBeMore: true, head)[0] == first;
        }, "the job to be claimed again");
    }

    [Fact]
    public void Claims_OfOtherQueues_BeginWhereTheyDid()
    {
        var other = new QueueHead();
        var ids = Enqueue(3);
        Assert.Equal([ids[0], ids[1]], Claim(2, mayBeMore: true));
        ComesBack(ids[0]);
        Assert.Equal([ids[0]], Claim(1, mayBeMore: true, other));
    }

    private List<string> Claim(int wanted, bool mayBeMore, QueueHead? head = null)
    {
        using var request = new ClaimRequest(new JobSource("q", Fresh: true, head ?? _head), wanted);
        _database.Storage.Shared!.Run(request);
        Assert.Equal(mayBeMore, request.MayBeMore);
        return _database.Storage.Shared.Keep(request).ConvertAll(job => job.JobId);
    }

    private void ComesBack(string jobId) => _database.Execute($"update JobQueue set FetchedAt = null, FetchToken = null where JobId = {jobId}");

    private List<string> Enqueue(int jobs) => Enumerable.Range(0, jobs).Select(_ =>
    {
        var id = _connection.CreateExpiredJob(Job.FromExpression(() => Jobs.Nothing()), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1));
        using var transaction = _connection.CreateWriteTransaction();
        transaction.SetJobState(id, new EnqueuedState("q"));
        transaction.AddToQueue("q", id);
        transaction.Commit();
        return id;
    }).ToList();
}
