using MySqlConnector;

namespace PinScheduler.Stages.Emulate;

/// <summary>Looks once, beside the start, whether a source of the user's own can be read: it may come later, but a wrong setting should be known before the night.</summary>
internal sealed class SourceCheck(SourceDatabase source, ILogger<SourceCheck> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => source.IsNamed ? RunOnceAsync(stoppingToken) : Task.CompletedTask;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenAsync(cancellationToken);
            foreach (var set in DataSet.All)
            {
                await using var look = new MySqlCommand($"select `{set.IndexColumn}` from `{set.SourceTable}` limit 0", connection);
                await look.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch (MySqlException exception)
        {
            EmulateLog.SourceNotReadable(log, source.Explain(exception));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            EmulateLog.SourceNotReadable(log, exception.Message);
        }
    }
}
