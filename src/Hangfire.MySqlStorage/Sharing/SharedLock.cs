using System.Globalization;
using Hangfire.MySql.Commands;
using Hangfire.MySql.Sql;
using Hangfire.Storage;

namespace Hangfire.MySql.Sharing;

/// <summary>A lock in the shared session or one of its own; mostly the one that Hangfire takes on a job to change its state.</summary>
internal sealed class SharedLock(string resource, string name)
{
    public const string Before = "job:";
    public const string After = ":state-lock";

    private JobData? _job;
    private JobData? _given;
    private bool _isRead;

    public string Resource => resource;

    /// <summary>The server's name for it.</summary>
    public string Name => name;

    /// <summary>The job whose state it guards; null for any other lock.</summary>
    public long? JobId { get; } = JobOf(resource);

    /// <summary>The session in which it is held; none as long as it is not.</summary>
    public SharedConnection.Session? Session { get; set; }

    /// <summary>How often its connection has taken it and not given back.</summary>
    public int Count { get; set; }

    /// <summary>Freed with a commit, though its owner has not yet given it back: Hangfire always does so at once.</summary>
    public bool IsSurrendered { get; set; }

    /// <summary>What its job's worker has decided under it, and did not wait to see written.</summary>
    public UnwrittenStep? Step { get; set; }

    /// <summary>The row of the state in which the job was read; none where it was not, or may have changed since.</summary>
    public long? StateId => ((_job ?? _given) as StoredJob.ReadJob)?.StateId;

    /// <summary>The job's state as it was when the lock was taken, where that was asked for and nothing was written since.</summary>
    public StateData? State { get; set; }

    /// <summary>Notes the job as it was when the lock was taken; null where there is none.</summary>
    public void Read(JobData? job) => (_job, _isRead) = (job, true);

    /// <summary>Gives the job that was read with the lock, once: later it may have changed.</summary>
    public bool TryTakeJob(out JobData? job)
    {
        var fresh = _isRead;
        (job, _given) = (_job, _job ?? _given);
        (_job, _isRead) = (null, false);
        return fresh;
    }

    /// <summary>The job that will be given.</summary>
    public JobData? Peek() => _job;

    /// <summary>What was read with the lock may not be true any more.</summary>
    public void Forget() => (_job, _given, _isRead, State) = (null, null, false, null);

    /// <summary>Whether another job, as far as was read with the lock, continues this one: then Hangfire takes its lock under this one.</summary>
    public bool IsContinuedBy(long jobId) => (_job ?? _given)?.ParametersSnapshot?.GetValueOrDefault("Continuations")?.Contains(
        string.Create(CultureInfo.InvariantCulture, $"\"{jobId}\""), StringComparison.Ordinal) == true;

    /// <summary>The same lock, held on after a commit, with the job as it is by that.</summary>
    public SharedLock KeptAfter(JobChange change)
    {
        var next = new SharedLock(resource, name) { Session = Session };
        if (_given is { } job)
        {
            var parameters = new Dictionary<string, string>(job.ParametersSnapshot!, StringComparer.Ordinal);
            foreach (var (parameter, value) in change.Parameters)
            {
                parameters[parameter] = value!;
            }

            next.Read(new JobData
            {
                InvocationData = job.InvocationData,
                Job = job.Job,
                LoadException = job.LoadException,
                CreatedAt = job.CreatedAt,
                State = change.States.Last(state => state.IsCurrent).Name,
                ParametersSnapshot = parameters,
            });
        }

        return next;
    }

    /// <summary>Whether nothing more is done under it after a commit, so that it need not be held longer.</summary>
    public bool GoesWith(WriteSet writes) => Count == 1 && JobId is { } id && writes.ChangesStateOf(id);

    public static void Release(SqlBatch sql, IReadOnlyCollection<SharedLock> held)
    {
        if (held.Count == 0)
        {
            return;
        }

        var calls = new RowList(sql.Piece($"do "));
        foreach (var one in held)
        {
            calls.Next().Piece($"release_lock({one.Name})");
        }

        sql.End();
    }

    public static string ResourceOf(long jobId) => string.Create(CultureInfo.InvariantCulture, $"{Before}{jobId}{After}");

    public static bool GuardsJob(string resource) => JobOf(resource) is not null;

    public static long? JobOf(string resource) =>
        resource.StartsWith(Before, StringComparison.Ordinal) && resource.EndsWith(After, StringComparison.Ordinal)
        && long.TryParse(resource.AsSpan(Before.Length, Math.Max(resource.Length - Before.Length - After.Length, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && ResourceOf(id) == resource
            ? id
            : null;
}
