using System.Transactions;
using Hangfire.MySql.Commands;
using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Sharing;

/// <summary>
/// What several workers want, in one packet: first locks and reads, then in one transaction all writes and the claims, last the locks
/// that are given back. So an error in it means that nothing was claimed or written; what was locked and read before the transaction holds all the same.
/// </summary>
internal sealed class SharedPacket(MySqlStorage storage, SharedConnection.Session session, IEnumerable<SharedRequest> requests)
{
    private readonly List<SharedRequest> _requests = requests.ToList();
    private readonly List<(string Queue, string Token)> _tokens = [];
    private readonly List<Action<MySqlDataReader>> _asked = [];
    private readonly List<Action<MySqlDataReader>> _claimed = [];

    private Tables Tables => storage.Database.Tables;

    /// <summary>Read with the claims only where a read within a transaction sees what was committed until then.</summary>
    private bool ReadsCommitted => storage.Options.TransactionIsolationLevel is null or IsolationLevel.ReadCommitted;

    /// <summary>Sends it; a single write that is too large for one packet goes in several, in one transaction.</summary>
    public void Send()
    {
        var first = new SqlBatch();
        Ask(first, _requests.OfType<LockRequest>().SelectMany(request => request.Locks).Where(taken => taken.Session is null).ToList());
        var claims = _requests.SelectMany(request => request.Claims).ToList();
        foreach (var claim in claims.Where(claim => claim.Given.Count > 0))
        {
            var token = storage.ProcessLease.NextToken();
            _tokens.Add((claim.Source.Queue, token));
            claim.Given.ToList().ForEach(job => job.Token = token);
        }

        var writes = Writes(claims.Count > 0);
        if (writes?.Owned.Any() == true)
        {
            // whether the fetched jobs are their workers': an error where not, so the answer says nothing
            _asked.Add(_ => { });
        }

        var packets = writes?.Packets(first, last => Claim(last, claims)) ?? [first];
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
        foreach (var packet in packets)
        {
            var (isFirst, isLast) = (packet == packets[0], packet == packets[^1]);
            if (isLast)
            {
                writes?.EnqueueElsewhere(session.Connection);
            }

            session.Connection.Read(packet, reader => Receive(reader, [.. isFirst ? _asked : [], .. isLast ? _claimed : []]));
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
        _asked.Add(reader =>
        {
            reader.Read();
            for (var i = 0; i < locks.Count; i++)
            {
                locks[i].Session = IsTaken(reader, i) ? session : null;
            }
        });

        // before the jobs: a new job gets its state without its lock, and one that was read before its state would be changed by nobody
        AskForStates(sql, _requests.OfType<LockRequest>().Where(request => request.WithStates).SelectMany(request => request.Locks).Intersect(locks).ToList());
        var jobs = locks.Where(wanted => wanted.JobId is not null).Select(wanted => wanted.JobId!.Value).ToList();
        if (jobs.Count > 0)
        {
            StoredJob.SelectAll(sql, Tables, jobs);
            _asked.Add(reader => Note(StoredJob.ReadAll(reader), locks));
        }
    }

    private void AskForStates(SqlBatch sql, List<SharedLock> locks)
    {
        if (locks.Count > 0)
        {
            StoredJob.SelectStates(sql, Tables, locks.ConvertAll(taken => taken.JobId!.Value));
            _asked.Add(reader =>
            {
                var states = StoredJob.ReadStates(reader);
                locks.Where(taken => taken.Session is not null).ToList().ForEach(taken => taken.State = states.GetValueOrDefault(taken.JobId!.Value));
            });
        }
    }

    private void Claim(SqlBatch sql, List<ClaimRequest> claims)
    {
        var given = claims.Where(claim => claim.Given.Count > 0).ToList();
        if (given.Count > 0)
        {
            HandOver(sql, given);
        }

        foreach (var group in claims.Except(given).GroupBy(claim => claim.Source))
        {
            Claim(sql, group.Key, group.ToList());
        }
    }

    /// <summary>Asks for what the rows that were just written do not tell: their ids, the rows of the jobs' states, and the locks where they are free.</summary>
    private void HandOver(SqlBatch sql, List<ClaimRequest> claims)
    {
        var commits = _requests.OfType<CommitRequest>().ToList();
        var rows = commits.SelectMany(commit => commit.Writes.HandedOver.Select(job => (Job: job, Created: commit.Writes.CreatedJob(job.JobId)))).ToList();
        var begun = TimeProvider.System.GetTimestamp();
        sql.Piece($"select last_insert_id(), @@auto_increment_increment");
        foreach (var (job, created) in rows)
        {
            sql.Piece($", get_lock({storage.LockName.Of(SharedLock.ResourceOf(job.JobId))}, 0)");
            _ = created is null ? sql.Piece($", null") : sql.Piece($", (select StateId from {Tables.Job} where Id = {job.JobId})");
        }

        sql.End();
        _claimed.Add(reader =>
        {
            reader.Read();
            var (rowId, step) = (reader.GetInt64(0), reader.GetInt64(1));
            for (var i = 0; i < rows.Count; i++, rowId += step)
            {
                var (job, created) = rows[i];
                var taken = Lock(job.JobId, IsTaken(reader, (2 * i) + 2));
                if (created is not null)
                {
                    taken.Read(StoredJob.Of(created, reader.GetInt64((2 * i) + 3), Tables));
                }

                claims.Find(claim => claim.Given.Contains(job))!.Claimed.Add((new MySqlFetchedJob(storage, rowId, job.JobId, job.Queue, job.Token!, begun), taken));
            }
        });

        var others = rows.Where(row => row.Created is null).Select(row => row.Job.JobId).ToHashSet();
        if (others.Count > 0 && ReadsCommitted)
        {
            StoredJob.SelectAll(sql, Tables, others);
            _claimed.Add(reader => Note(StoredJob.ReadAll(reader), claims.SelectMany(claim => claim.Claimed).Select(claimed => claimed.Lock).Where(taken => others.Contains(taken.JobId!.Value))));
        }
    }

    private void Claim(SqlBatch sql, JobSource source, List<ClaimRequest> requests)
    {
        var claim = new QueueClaim(storage, source, requests.Sum(request => request.Wanted));
        _tokens.Add((source.Queue, claim.Token));
        claim.WriteLocking(sql);
        _claimed.Add(reader =>
        {
            var rows = reader.Rows(row => (Job: claim.Fetched(row.GetInt64(0), row.GetInt64(1)), IsTaken: IsTaken(row, 2))).OrderBy(row => row.Job.RowId).ToList();
            var mayBeMore = claim.Note(rows.ConvertAll(row => row.Job.RowId));
            foreach (var request in requests)
            {
                request.Claimed.AddRange(rows.Take(request.Wanted).Select(row => (row.Job, Lock(row.Job.Id, row.IsTaken))));
                request.MayBeMore = mayBeMore;
                rows = rows.Skip(request.Wanted).ToList();
            }
        });

        if (ReadsCommitted)
        {
            claim.SelectJobs(sql);
            _claimed.Add(reader => Note(StoredJob.ReadAll(reader), requests.SelectMany(request => request.Claimed).Select(claimed => claimed.Lock)));
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

    private static bool Receive(MySqlDataReader reader, List<Action<MySqlDataReader>> answers)
    {
        for (var i = 0; i < answers.Count; i++)
        {
            // the reader stands at the first answer by itself
            if (i > 0)
            {
                reader.NextResult();
            }

            answers[i](reader);
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

        _tokens.ForEach(claim => storage.Leases.Owe(claim.Queue, claim.Token));
    }
}
