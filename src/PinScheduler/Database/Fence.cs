using Dapper;
using MySqlConnector;

namespace PinScheduler.Database;

/// <summary>
/// The right to commit under a name: whoever took the name's number last has it. An attempt that was thought dead and comes back
/// finds a newer number, and its transaction is rolled back.
/// </summary>
public sealed record Fence(string Name, long Number)
{
    /// <summary>Takes the name's next number, inside the caller's transaction; holds the name's row until its end.</summary>
    public static async Task<Fence> TakeAsync(MySqlConnection connection, MySqlTransaction transaction, string name)
    {
        await connection.ExecuteAsync("insert into task_fence (name, number) values (@name, 1) on duplicate key update number = number + 1", new { name }, transaction);
        return new Fence(name, await connection.ExecuteScalarAsync<long>("select number from task_fence where name = @name", new { name }, transaction));
    }

    /// <summary>The last statement before a commit: nobody can take a newer number until that commit.</summary>
    /// <exception cref="FenceLostException">A newer attempt has the name; roll back.</exception>
    public async Task CheckAsync(MySqlConnection connection, MySqlTransaction transaction)
    {
        var newest = await connection.ExecuteScalarAsync<long?>("select number from task_fence where name = @Name lock in share mode", new { Name }, transaction);
        if (newest != Number)
        {
            throw new FenceLostException(this, newest);
        }
    }
}

/// <summary>This attempt is no longer the newest of its name: what it was about to commit is rolled back, and it ends without a word.</summary>
public sealed class FenceLostException(Fence fence, long? newest)
    : Exception($"The attempt '{fence.Name}' number {fence.Number} is not the newest any more ({newest?.ToString() ?? "none"} is): another has taken over, and this one's work was rolled back.");
