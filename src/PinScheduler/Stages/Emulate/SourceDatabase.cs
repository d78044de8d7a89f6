using MySqlConnector;
using PinScheduler.Hosting;

namespace PinScheduler.Stages.Emulate;

/// <summary>The source tables' server: `ConnectionStrings:Source`, else that of `ConnectionStrings:MySql`. It is only ever read.</summary>
internal sealed class SourceDatabase : IAsyncDisposable
{
    private readonly MySqlDataSource _source;

    public SourceDatabase(IConfiguration configuration)
    {
        var named = new[] { configuration.GetConnectionString("Source"), configuration.GetConnectionString("MySql") }.FirstOrDefault(text => !string.IsNullOrEmpty(text));
        _source = new MySqlDataSource(new MySqlConnectionStringBuilder(named ?? ConfigurationSources.ComposeMySql)
        {
            // a user's table may hold 0000-00-00; the record says so and clean makes it NULL
            AllowZeroDateTime = true,
            TreatTinyAsBoolean = false,
            GuidFormat = MySqlGuidFormat.None,
            CharacterSet = "utf8mb4",
            AutoEnlist = false,
            ApplicationName = "PinScheduler source",
        }.ConnectionString);
    }

    public async Task<MySqlConnection> OpenAsync(CancellationToken cancellationToken) => await _source.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
