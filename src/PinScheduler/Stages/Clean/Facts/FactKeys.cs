using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Stages.Clean.Facts;

/// <summary>
/// The keys of a fact table beside its primary one. A load that brings more rows than are there does without them, and they are made
/// after it: in one go a key costs a third of what it costs row by row.
/// </summary>
internal sealed class FactKeys(Warehouse warehouse, TimeProvider time, long largeLoad = 100_000)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <returns>Whether it is such a load.</returns>
    public async Task<bool> BeforeLoadAsync(CleanTarget target, long records, StageContext context, CancellationToken cancellationToken)
    {
        if (records < largeLoad || records < await HeldAsync(target, cancellationToken))
        {
            return false;
        }

        await ChangeAsync(target, context, static (key, _) => $"drop key `{key}`", missing: false, cancellationToken);
        return true;
    }

    /// <summary>Also in the attempt after one that died before this.</summary>
    public Task AfterLoadAsync(CleanTarget target, StageContext context, CancellationToken cancellationToken) =>
        ChangeAsync(target, context, static (key, column) => $"add key `{key}` (`{column}`)", missing: true, cancellationToken);

    private async Task<long> HeldAsync(CleanTarget target, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select cast(coalesce(sum(accepted), 0) as signed) from cleaned_file where data_set = @Key and rules = @Rules", new { target.DataSet.Key, target.Rules }, cancellationToken: cancellationToken));
    }

    private async Task ChangeAsync(CleanTarget target, StageContext context, Func<string, string, string> change, bool missing, CancellationToken cancellationToken)
    {
        if (await ToChangeAsync(target, missing, cancellationToken) is { Count: 0 })
        {
            return;
        }

        // nobody else may be between the look and the change
        await using var held = await NamedLock.TryTakeAsync(warehouse, $"clean:{target.DataSet.Key}:keys", LongestWait, time, cancellationToken)
            ?? throw new StageFailedException($"Another cleaner has been changing the keys of '{target.FactTable}' for {LongestWait.TotalHours:0} hour; see which run it is, and retry this one after it.", retry: true);
        if (await ToChangeAsync(target, missing, cancellationToken) is { Count: > 0 } keys)
        {
            var changes = string.Join(", ", keys.Select(key => change(key.Name, key.Column)));
            await warehouse.ChangeAsync(context.Fence, [$"alter table `{target.FactTable}` {changes}"], cancellationToken);
            CleanLog.ChangedKeys(context.Log, target.FactTable, changes);
        }
    }

    private async Task<List<(string Name, string Column)>> ToChangeAsync(CleanTarget target, bool missing, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var present = (await connection.QueryAsync<string>(new CommandDefinition(
            "select distinct index_name from information_schema.statistics where table_schema = database() and table_name = @FactTable", new { target.FactTable }, cancellationToken: cancellationToken)))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        // a table that is to take another's place has its keys' names
        return [.. FactColumns.Of(target.DataSet).Keyed.Select(column => (Name: $"{target.DataSet.FactTable}_{column}", Column: column)).Where(key => present.Contains(key.Name) != missing)];
    }
}
