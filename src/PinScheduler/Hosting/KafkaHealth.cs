using Confluent.Kafka;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PinScheduler.Kafka;

namespace PinScheduler.Hosting;

internal sealed class KafkaHealth(TopicCatalog catalog) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await catalog.RefreshAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (KafkaException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Error.Reason);
        }
    }
}
