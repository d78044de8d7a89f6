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
    public async Task RequireAsync(MySqlConnection connection, MySqlTransaction transaction)
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

    // a folder of before the mark came, or one that was moved without it
    private async Task RequireKnownAsync(MySqlConnection connection, MySqlTransaction transaction)
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
