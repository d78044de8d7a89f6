using Hangfire.MySql.Commands;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Sharing;

/// <summary>
/// What several workers want, in one packet: first locks and reads, then all their writes in one transaction, last the locks that are given back.
/// So an error in it means that nothing was committed; what was locked and read before it holds all the same.
/// </summary>
internal sealed class SharedPacket(Tables tables, SharedSession.Session session, IEnumerable<SharedRequest> requests)
{
    private readonly List<SharedRequest> _requests = requests.ToList();

    /// <summary>Sends it; a single write that is too large for one packet goes in several, in one transaction.</summary>
    public void Send()
    {
        var locks = _requests.OfType<LockRequest>().SelectMany(request => request.Locks).Where(taken => taken.Session is null).ToList();
        var first = new SqlBatch();
        if (locks.Count > 0)
        {
            Ask(first, locks);
        }

        var writes = Writes();
        var packets = writes?.Packets(first) ?? [first];
        Release(packets[^1]);
        if (first.Statements == 0 && packets.Count == 1)
        {
            return;
        }

        session.Connection.Read(first, reader => locks.Count > 0 && Receive(reader, locks));
        foreach (var packet in packets.Skip(1))
        {
            if (packet == packets[^1])
            {
                writes!.EnqueueElsewhere(session.Connection);
            }

            session.Connection.Execute(packet);
        }
    }

    private WriteSet? Writes()
    {
        var commits = _requests.OfType<CommitRequest>().ToList();
        if (commits.Count <= 1)
        {
            return commits.Count == 0 ? null : commits[0].Writes;
        }

        var all = new WriteSet(tables);
        commits.ForEach(commit => all.Append(commit.Writes));
        return all;
    }

    private void Ask(SqlBatch sql, List<SharedLock> locks)
    {
        var calls = new RowList(sql.Piece($"select "));
        locks.ForEach(wanted => calls.Next().Piece($"get_lock({wanted.Name}, 0)"));
        sql.End();
        StoredJob.SelectAll(sql, tables, locks.Where(wanted => wanted.JobId is not null).Select(wanted => wanted.JobId!.Value).ToList());
    }

    private bool Receive(MySqlDataReader reader, List<SharedLock> locks)
    {
        reader.Read();
        for (var i = 0; i < locks.Count; i++)
        {
            locks[i].Session = !reader.IsDBNull(i) && reader.GetInt64(i) == 1 ? session : null;
        }

        if (locks.Exists(taken => taken.JobId is not null))
        {
            reader.NextResult();
            var jobs = StoredJob.ReadAll(reader);
            foreach (var taken in locks.Where(taken => taken.Session is not null && taken.JobId is not null))
            {
                taken.Read(jobs.GetValueOrDefault(taken.JobId!.Value));
            }
        }

        return true;
    }

    private void Release(SqlBatch sql)
    {
        var releases = _requests.SelectMany(request => request switch
        {
            CommitRequest commit => commit.Releases,
            ReleaseRequest release => release.Releases,
            _ => [],
        }).Where(held => held.Session == session).ToList();
        if (releases.Count > 0)
        {
            var calls = new RowList(sql.Piece($"do "));
            releases.ForEach(held => calls.Next().Piece($"release_lock({held.Name})"));
            sql.End();
        }
    }
}
