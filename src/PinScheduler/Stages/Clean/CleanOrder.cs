using Dapper;
using MySqlConnector;

namespace PinScheduler.Stages.Clean;

/// <summary>Numbers the transactions that add files to a data set, in the order of their commits (table clean_order).</summary>
internal static class CleanOrder
{
    private const int LongestWaitSeconds = 3600;

    /// <summary>
    /// The first statement of such a transaction. Who sums up the data set keeps others from committing for as long as that takes, and what a
    /// killed cleaner has loaded is undone before the next can load it: with a server's usual 50 s a load would be lost each time.
    /// </summary>
    public static Task BeginAsync(MySqlConnection connection, MySqlTransaction transaction) =>
        connection.ExecuteAsync($"set session innodb_lock_wait_timeout = {LongestWaitSeconds}", transaction: transaction);

    /// <summary>Among the last statements of a transaction: the data set's other cleaners wait for its end.</summary>
    public static async Task<long> NextAsync(MySqlConnection connection, MySqlTransaction transaction, DataSet dataSet, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into clean_order (data_set, last_number) values (@Key, 1) on duplicate key update last_number = last_number + 1", dataSet, transaction, LongestWaitSeconds, cancellationToken: cancellationToken));
        return await connection.ExecuteScalarAsync<long>("select last_number from clean_order where data_set = @Key", dataSet, transaction);
    }
}
