using System.Text;
using System.Text.Json;
using Dapper;
using MySqlConnector;

namespace PinScheduler.Stages.Analyze;

/// <summary>Where a kind of SQL task keeps what it found: a row a run, and the rows of the result.</summary>
internal sealed record ResultTables(string Head, string Rows, string NameColumn, string CountColumn)
{
    // a statement of a few hundred kilobytes: far below any max_allowed_packet, and large enough to hide the round trip
    private const int RowsAStatement = 500;
    private const int CharactersAStatement = 400_000;

    public static ResultTables Of(SqlTaskKind kind) => kind == SqlTaskKind.Analysis
        ? new("analysis_result", "analysis_row", "analysis", "row_count")
        : new("check_result", "check_row", "check_name", "broken");

    public async Task ClearAsync(MySqlConnection connection, MySqlTransaction transaction, long run, string name, CancellationToken cancellationToken)
    {
        foreach (var table in new[] { Rows, Head })
        {
            await connection.ExecuteAsync(new CommandDefinition($"delete from {table} where run = @run and {NameColumn} = @name", new { run, name }, transaction, cancellationToken: cancellationToken));
        }
    }

    public static bool IsFull(List<string> batch) => batch.Count == RowsAStatement || batch.Sum(static cells => cells.Length) > CharactersAStatement;

    public async Task AddRowsAsync(MySqlConnection connection, MySqlTransaction transaction, long run, string name, long first, List<string> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var text = new StringBuilder($"insert into {Rows} (run, {NameColumn}, ordinal, cells) values ");
        await using var command = new MySqlCommand { Connection = connection, Transaction = transaction };
        command.Parameters.AddWithValue("@run", run);
        command.Parameters.AddWithValue("@name", name);
        for (var i = 0; i < batch.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append($"(@run, @name, {first + i}, @c{i})");
            command.Parameters.AddWithValue($"@c{i}", batch[i]);
        }

        command.CommandText = text.ToString();
        await command.ExecuteNonQueryAsync(cancellationToken);
        batch.Clear();
    }

    public Task AddHeadAsync(MySqlConnection connection, MySqlTransaction transaction, long run, SqlTaskFile file, SqlOutcome outcome, CancellationToken cancellationToken)
    {
        var (columns, values) = file.Kind == SqlTaskKind.Check ? (", severity, threshold, message", ", @Severity, @Threshold, @message") : (", plan", ", @Plan");
        return connection.ExecuteAsync(new CommandDefinition(
            $"insert into {Head} (run, {NameColumn}, sql_hash, column_names, {CountColumn}, milliseconds, created_at{columns}) values (@run, @Name, @Hash, @names, @Count, @Milliseconds, utc_timestamp(6){values})",
            new
            {
                run, file.Name, file.Hash, names = JsonSerializer.Serialize(outcome.Columns), outcome.Count, outcome.Milliseconds,
                outcome.Plan, file.Severity, file.Threshold, message = outcome.Count == 0 ? null : file.Message.Text(file, outcome.Count),
            },
            transaction,
            cancellationToken: cancellationToken));
    }
}
