using Dapper;
using Microsoft.Extensions.Options;
using PinScheduler.Database;

namespace PinScheduler.Landing;

/// <summary>
/// Removes landing files that are cleaned and old enough. Their rows stay and say so: the ledger still tells where each offset went, and
/// clean what it can not make anew. Dead letters stay: nothing has cleaned them.
/// </summary>
internal sealed class LandingRetention(Warehouse warehouse, LandingFolder folder, IOptions<LandingOptions> options)
{
    private const int BatchFiles = 500;

    /// <summary>To be called by who holds the lock that keeps others from cleaning the data set anew: they would miss what is removed.</summary>
    /// <returns>How many files went.</returns>
    public async Task<int> RemoveAsync(string dataSet, Fence fence, CancellationToken cancellationToken)
    {
        if (options.Value.LandingRetentionDays is not { } days)
        {
            return 0;
        }

        var removed = 0;
        while (await MarkAsync(dataSet, days, fence, cancellationToken) is { Count: > 0 } paths)
        {
            // dying before this leaves files whose rows say that they are gone: the next drain of their topic removes them
            foreach (var path in paths.Select(folder.FullPath).Where(File.Exists))
            {
                File.Delete(path);
            }

            removed += paths.Count;
        }

        return removed;
    }

    private Task<List<string>> MarkAsync(string dataSet, int days, Fence fence, CancellationToken cancellationToken) =>
        warehouse.TransactAsync(async (connection, transaction) =>
        {
            var old = (await connection.QueryAsync<(long Id, string Path)>(
                """
                select id, path from landing_file
                where data_set = @dataSet and cleaned_with is not null and removed_at is null and created_at < utc_timestamp(6) - interval @days day
                order by id limit @BatchFiles for update
                """,
                new { dataSet, days, BatchFiles }, transaction)).AsList();
            if (old.Count > 0)
            {
                await connection.ExecuteAsync("update landing_file set removed_at = utc_timestamp(6), damaged_at = null where id in @ids", new { ids = old.Select(file => file.Id) }, transaction);
            }

            await fence.CheckAsync(connection, transaction);
            return old.ConvertAll(file => file.Path);
        }, cancellationToken);
}
