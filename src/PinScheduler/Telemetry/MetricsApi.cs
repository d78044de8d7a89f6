namespace PinScheduler.Telemetry;

internal static class MetricsApi
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services.AddSingleton<MeterReadings>().AddSingleton<WarehouseReadings>();

    /// <summary>GET /metrics, for Prometheus: what the database knows of runs and queues, and what this process has counted since it began.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        // counts from now on, not from when it is first asked
        var counted = app.Services.GetRequiredService<MeterReadings>();
        app.MapGet("/metrics", async (WarehouseReadings known, CancellationToken cancellationToken) =>
        {
            var text = new PrometheusText();
            await known.WriteAsync(text, cancellationToken);
            counted.Write(text);
            return TypedResults.Text(text.ToString(), PrometheusText.ContentType);
        });
    }
}
