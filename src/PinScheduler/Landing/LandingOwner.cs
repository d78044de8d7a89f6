using System.Text;
using Dapper;
using MySqlConnector;
using PinScheduler.Stages;

namespace PinScheduler.Landing;

/// <summary>
/// Whose a landing folder is: a file in it bears the id of the database that keeps its ledger. What another ledger knows nothing of would
/// be removed there as nobody's.
/// </summary>
internal sealed class LandingOwner(LandingFolder folder)
{
    public const string MarkFile = ".pinscheduler";

    // more than a crash leaves behind
    private const int EnoughToTell = 1000;

    /// <summary>Marks a folder that is nobody's yet.</summary>
    /// <exception cref="StageFailedException">It is another's.</exception>
    public async Task RequireAsync(MySqlConnection connection, MySqlTransaction? transaction)
    {
        var ours = await connection.ExecuteScalarAsync<string>("select id from installation", transaction: transaction)
            ?? throw new InvalidOperationException("The table 'installation' is empty; it must have one row, with an id of this database's own (insert into installation (id) select uuid()).");
        var mark = Path.Combine(folder.Root, MarkFile);
        if (!File.Exists(mark))
        {
            await RequireKnownAsync(connection, transaction);
            Write(mark, ours);
        }

        var owner = (await File.ReadAllTextAsync(mark)).Trim();
        if (owner != ours)
        {
            throw new StageFailedException(
                $"The landing folder '{folder.Root}' belongs to another database: '{mark}' names {owner}, and this database is {ours}. Nothing in it was touched. "
                + $"Name a folder of its own in 'Pipeline:LandingDirectory'; or, if that other database is gone for good, remove the folder, or '{MarkFile}' and the landing files in it.");
        }
    }

    /// <summary>At the start of a server, so that nothing is produced for a drain that then cannot land it.</summary>
    /// <returns>What should be known about the folder; null where all is well.</returns>
    /// <exception cref="InvalidOperationException">It is another database's, or cannot be written.</exception>
    public async Task<string?> CheckAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        RequireWritable();
        if (File.Exists(Path.Combine(folder.Root, MarkFile)) || folder.AllFiles().Any())
        {
            try
            {
                await RequireAsync(connection, null);
                return null;
            }
            catch (StageFailedException another)
            {
                throw new InvalidOperationException(another.Message, another);
            }
        }

        var missing = await connection.ExecuteScalarAsync<long>(new CommandDefinition("select count(*) from landing_file where removed_at is null and records > 0", cancellationToken: cancellationToken));
        return missing == 0
            ? null
            : $"The landing folder '{folder.Root}' is empty, and this database has {missing} landing files on record: they are in another folder ('Pipeline:LandingDirectory', '--data'), or its disk is not mounted. "
                + "What is not cleaned yet cannot be, and rules cannot be changed, until they are there; and what is landed here meanwhile will be missing there.";
    }

    private void RequireWritable()
    {
        try
        {
            folder.CreateRoot();
            using (File.Create(Path.Combine(folder.Root, $"{MarkFile}.{Guid.NewGuid():N}"), 1, FileOptions.DeleteOnClose))
            {
                // that it could be made is all
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The landing folder '{folder.Root}' cannot be written: {exception.Message} Give it to the user that runs this program, or name another in 'Pipeline:LandingDirectory'.", exception);
        }
    }

    // a folder of before the mark came, or one that was moved without it
    private async Task RequireKnownAsync(MySqlConnection connection, MySqlTransaction? transaction)
    {
        var some = folder.AllFiles().Take(EnoughToTell).ToList();
        if (some.Count > 0 && !await connection.ExecuteScalarAsync<bool>("select exists (select 1 from landing_file where path in @some)", new { some }, transaction))
        {
            throw new StageFailedException(
                $"The landing folder '{folder.Root}' holds landing files such as '{some[0]}', and this database knows nothing of them: they are another's. Nothing in it was touched. "
                + "Name a folder of its own in 'Pipeline:LandingDirectory'; or, if nobody needs the files, remove them.");
        }
    }

    // of two who come at once, one's mark stands
    private void Write(string mark, string id)
    {
        folder.CreateRoot();
        var draft = $"{mark}.{Guid.NewGuid():N}";
        using (var handle = File.OpenHandle(draft, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(handle, Encoding.UTF8.GetBytes(id + "\n"), 0);
            RandomAccess.FlushToDisk(handle);
        }

        try
        {
            DurableFiles.RenameWithoutReplacing(draft, mark);
        }
        catch (IOException) when (File.Exists(mark))
        {
            File.Delete(draft);
        }

        DurableFiles.FlushFolder(folder.Root);
    }
}
