using MySqlConnector;
using PinScheduler.Hosting;

namespace PinScheduler.Stages.Emulate;

/// <summary>The source tables' server: `ConnectionStrings:Source`, else that of `ConnectionStrings:MySql`. It is only ever read.</summary>
internal sealed class SourceDatabase : IAsyncDisposable
{
    private readonly MySqlDataSource _source;

    public SourceDatabase(IConfiguration configuration)
    {
        IsNamed = !string.IsNullOrEmpty(configuration.GetConnectionString("Source"));
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

    /// <summary>It is the user's own, by a setting of its own.</summary>
    public bool IsNamed { get; }

    /// <exception cref="SourceAwayException">It does not answer, or refuses the login.</exception>
    public async Task<MySqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _source.OpenConnectionAsync(cancellationToken);
        }
        catch (MySqlException exception)
        {
            throw new SourceAwayException(Explain(exception), exception);
        }
    }

    /// <summary>Which source it is, what is wrong with it, and where it is set.</summary>
    public string Explain(MySqlException exception)
    {
        var login = new MySqlConnectionStringBuilder(_source.ConnectionString);
        return $"The source database '{login.Database}' at {login.Server}:{login.Port} cannot be read by '{login.UserID}': {exception.Message.TrimEnd('.')}. "
            + (IsNamed ? "See 'ConnectionStrings:Source', which db_creds.yaml sets where it is there." : "It is that of 'ConnectionStrings:MySql', for no 'ConnectionStrings:Source' is named.");
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
