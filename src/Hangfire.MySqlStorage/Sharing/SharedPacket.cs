using System.Transactions;
using Hangfire.MySql.Commands;
using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Sharing;

/// <summary>
/// What several workers want, in one packet: first locks and reads, then in one transaction the claims and all writes, last the locks that are given
/// back. So an error in it means that nothing was claimed or written; what was locked and read before the transaction holds all the same.
/// </summary>
internal sealed class SharedPacket(MySqlStorage storage, SharedSession.Session session, IEnumerable<SharedRequest> requests)
{
    private readonly List<SharedRequest> _requests = requests.ToList();
    private readonly List<QueueClaim> _claims = [];
    private readonly List<Action<MySqlDataReader>> _answers = [];

    private Tables Tables => storage.Database.Tables;

    /// <summary>Read with the claims only where a read within a transaction sees what was committed until then.</summary>
    private bool ReadsCommitted => storage.Options.TransactionIsolationLevel is null or IsolationLevel.ReadCommitted;

    /// <summary>Sends it; a single write that is too large for one packet goes in several, in one transaction.</summary>
    public void Send()
    {
        var first = new SqlBatch();
        Ask(first, _requests.OfType<LockRequest>().SelectMany(request => request.Locks).Where(taken => taken.Session is null).ToList());
        var begin = first.Length;
        var claims = _requests.Select(request => request as ClaimRequest ?? (request as CommitRequest)?.Next).OfType<ClaimRequest>().ToList();
        claims.GroupBy(claim => claim.Source).ToList().ForEach(group => Claim(first, group.Key, group.ToList()));
        var writes = Writes(claims.Count > 0);
        var packets = writes?.Packets(first, begin) ?? [first];
        var unwanted = session.Unwanted.ToList();
        Release(packets[^1], unwanted);
        if (first.Statements == 0 && packets.Count == 1)
        {
            return;
        }

        PacketLimit.Check(session.Connection, packets, writes?.JobIds ?? []);
        try
        {
            Send(packets, writes);
            session.Unwanted.RemoveRange(0, unwanted.Count);
        }
        catch
        {
            TakeBack(claims);
            throw;
        }
    }

    private void Send(List<SqlBatch> packets, WriteSet? writes)
    {
        session.Connection.Read(packets[0], Receive);
        foreach (var packet in packets.Skip(1))
        {
            if (packet == packets[^1])
            {
                writes!.EnqueueElsewhere(session.Connection);
            }

            session.Connection.Execute(packet);
        }
    }

    private WriteSet? Writes(bool needed)
    {
        var commits = _requests.OfType<CommitRequest>().ToList();
        if (commits.Count <= 1)
        {
            return commits.Count == 0 ? needed ? new WriteSet(Tables) : null : commits[0].Writes;
        }

        var all = new WriteSet(Tables);
        commits.ForEach(commit => all.Append(commit.Writes));
        return all;
    }

    private void Ask(SqlBatch sql, List<SharedLock> locks)
    {
        if (locks.Count == 0)
        {
            return;
        }

        var calls = new RowList(sql.Piece($"select "));
        locks.ForEach(wanted => calls.Next().Piece($"get_lock({wanted.Name}, 0)"));
        sql.End();
        _answers.Add(reader =>
        {
            reader.Read();
            for (var i = 0; i < locks.Count; i++)
            {
                locks[i].Session = IsTaken(reader, i) ? session : null;
            }
        });

        var jobs = locks.Where(wanted => wanted.JobId is not null).Select(wanted => wanted.JobId!.Value).ToList();
        if (jobs.Count > 0)
        {
            StoredJob.SelectAll(sql, Tables, jobs);
            _answers.Add(reader => Note(StoredJob.ReadAll(reader), locks));
        }
    }

    private void Claim(SqlBatch sql, JobSource source, List<ClaimRequest> requests)
    {
        var claim = new QueueClaim(storage, source, requests.Sum(request => request.Wanted));
        _claims.Add(claim);
        claim.WriteLocking(sql);
        _answers.Add(reader =>
        {
            var rows = reader.Rows(row => (Job: claim.Fetched(row.GetInt64(0), row.GetInt64(1)), IsTaken: IsTaken(row, 2))).OrderBy(row => row.Job.RowId).ToList();
            foreach (var request in requests)
            {
                request.Claimed.AddRange(rows.Take(request.Wanted).Select(row => (row.Job, Lock(row.Job.Id, row.IsTaken))));
                rows = rows.Skip(request.Wanted).ToList();
            }
        });

        if (ReadsCommitted)
        {
            claim.SelectJobs(sql);
            _answers.Add(reader => Note(StoredJob.ReadAll(reader), requests.SelectMany(request => request.Claimed).Select(claimed => claimed.Lock)));
        }
    }

    private SharedLock Lock(long jobId, bool isTaken)
    {
        var resource = SharedLock.ResourceOf(jobId);
        return new SharedLock(resource, storage.LockName.Of(resource)) { Session = isTaken ? session : null };
    }

    private static bool IsTaken(MySqlDataReader reader, int column) => !reader.IsDBNull(column) && reader.GetInt64(column) == 1;

    private static void Note(Dictionary<long, Hangfire.Storage.JobData> jobs, IEnumerable<SharedLock> locks)
    {
        foreach (var taken in locks.Where(taken => taken.Session is not null && taken.JobId is not null))
        {
            taken.Read(jobs.GetValueOrDefault(taken.JobId!.Value));
        }
    }

    private bool Receive(MySqlDataReader reader)
    {
        for (var i = 0; i < _answers.Count; i++)
        {
            // the reader stands at the first answer by itself
            if (i > 0)
            {
                reader.NextResult();
            }

            _answers[i](reader);
        }

        return true;
    }

    private void Release(SqlBatch sql, IEnumerable<SharedLock> unwanted)
    {
        var releases = _requests.SelectMany(request => request switch
        {
            CommitRequest commit => commit.Releases,
            ReleaseRequest release => release.Releases,
            _ => [],
        }).Concat(unwanted).Where(held => held.Session == session).ToList();
        SharedLock.Release(sql, releases);
    }

    /// <summary>The transaction is undone, or nobody knows: then the rows may bear our tokens, and nobody else would free them for long.</summary>
    private void TakeBack(List<ClaimRequest> claims)
    {
        foreach (var claim in claims)
        {
            session.Unwanted.AddRange(claim.Claimed.Select(claimed => claimed.Lock).Where(taken => taken.Session is not null));
            claim.Claimed.Clear();
        }

        _claims.ForEach(claim => storage.Leases.Owe(claim.Source.Queue, claim.Token));
    }
}
