namespace Hangfire.MySql.Commands;

/// <summary>The job that a storage connection has created last, until it is written: with what its connection writes next, or by itself.</summary>
/// <param name="storage">The storage.</param>
/// <param name="write">Writes in the session that its connection must use.</param>
internal sealed class CreatedJob(MySqlStorage storage, Action<WriteSet> write)
{
    private readonly object _gate = new();
    private JobChange? _created;

    /// <summary>Keeps a job to be written; the one before must have been.</summary>
    public void Keep(JobChange created)
    {
        lock (_gate)
        {
            _created = created;
        }

        storage.Unwritten.Add(created.JobId, this);
    }

    /// <summary>Writes the job by itself, before its connection does something else.</summary>
    public void Write()
    {
        if (Volatile.Read(ref _created) is not null)
        {
            Write(write);
        }
    }

    /// <summary>The same by another connection's thread, which must not meddle with this one's locks.</summary>
    public void WriteForOthers() => Write(writes => storage.Database.Write(connection => writes.Send(connection, writes.Packets())));

    /// <summary>Writes the job, if there is one, in the transaction of what follows.</summary>
    public void WriteWith(WriteSet next)
    {
        JobChange? created;
        lock (_gate)
        {
            (created, _created) = (_created, null);
        }

        if (created is null)
        {
            write(next);
            return;
        }

        try
        {
            var all = Alone(created);
            all.Append(next);
            write(all);
            storage.Unwritten.Remove(created.JobId);
        }
        catch
        {
            // Hangfire asks for the job next, to see how far this came
            lock (_gate)
            {
                created.MayBeWritten = true;
                _created = created;
            }

            throw;
        }
    }

    /// <summary>Gives the job up where it could not be written: nobody else may know of it.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            if (_created is { } created)
            {
                storage.Unwritten.Remove(created.JobId);
                _created = null;
            }
        }
    }

    private void Write(Action<WriteSet> by)
    {
        lock (_gate)
        {
            if (_created is { } created)
            {
                var writes = Alone(created);
                created.MayBeWritten = true;
                by(writes);
                storage.Unwritten.Remove(created.JobId);
                _created = null;
            }
        }
    }

    private WriteSet Alone(JobChange created)
    {
        var writes = new WriteSet(storage.Database.Tables);
        writes.Job(created.JobId).Append(created);
        return writes;
    }
}
