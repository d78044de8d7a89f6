using Hangfire.MySql.Sql;
using Hangfire.Storage.Monitoring;
using MySqlConnector;

namespace Hangfire.MySql.Monitoring;

/// <summary>One job with its parameters and its history.</summary>
internal sealed class JobPage(MySqlStorage storage)
{
    public JobDetailsDto? Read(long id)
    {
        var tables = storage.Database.Tables;
        storage.Unwritten.Write(id, asking: null);
        storage.Shared?.Behind.Settle(id);
        return storage.Database.Read(connection => connection.Read(
            new SqlBatch()
                .Add($"select InvocationData, Arguments, CreatedAt, ExpireAt from {tables.Job} where Id = {id}")
                .Add($"select Name, `Value` from {tables.JobParameter} where JobId = {id}")
                .Add($"select Name, Reason, CreatedAt, Data from {tables.State} where JobId = {id} order by Id desc"),
            reader => reader.Read() ? Read(reader) : null));
    }

    private static JobDetailsDto Read(MySqlDataReader reader)
    {
        var stored = StoredJob.Load(reader.GetString(0), reader.GetString(1));
        var details = new JobDetailsDto
        {
            Job = stored.Job,
            InvocationData = stored.InvocationData,
            LoadException = stored.LoadException,
            CreatedAt = reader.Utc(2),
            ExpireAt = reader.Instant(3),
        };
        reader.NextResult();
        details.Properties = reader.Rows(row => (Name: row.GetString(0), Value: row.Text(1))).ToDictionary(pair => pair.Name, pair => pair.Value!, StringComparer.Ordinal);
        reader.NextResult();
        details.History = reader.Rows(row => new StateHistoryDto
        {
            StateName = row.GetString(0),
            Reason = row.Text(1),
            CreatedAt = row.Utc(2),
            Data = ShownJob.ReadData(row.Text(3)),
        });
        return details;
    }
}
