using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PinScheduler.Database;

namespace PinScheduler.Hosting;

internal sealed class MySqlHealth(Warehouse warehouse) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteScalarAsync<int>(new CommandDefinition("select 1", commandTimeout: 5, cancellationToken: cancellationToken));
        return HealthCheckResult.Healthy();
    }
}
