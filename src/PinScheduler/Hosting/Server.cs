using Microsoft.Extensions.Options;
using MySqlConnector;

namespace PinScheduler.Hosting;

/// <summary>Starts, serves and stops; every failure to start is one clear message and exit code 2.</summary>
internal static class Server
{
    private const int StartFailed = 2;

    public static async Task<int> RunAsync(WebApplication app, Func<WebApplication, CancellationToken, Task> prepareAsync)
    {
        await using (app)
        {
            var data = app.Services.GetRequiredService<DataFolder>();
            var mark = data.Combine("server.pid");
            try
            {
                LoopbackOnly.Check(app.Configuration["Urls"] ?? "");
                Directory.CreateDirectory(data.Path);
                await File.WriteAllTextAsync(mark, Environment.ProcessId.ToString());
                using var starting = CancellationTokenSource.CreateLinkedTokenSource(app.Lifetime.ApplicationStopping);
                app.Services.GetService<IStartupValidator>()?.Validate();
                await prepareAsync(app, starting.Token);
                await app.StartAsync(starting.Token);
            }
            catch (Exception exception) when (Explain(exception) is { } reason)
            {
                await Console.Error.WriteLineAsync(reason);
                return StartFailed;
            }

            foreach (var file in ConfigurationSources.Files.Where(static file => Path.GetDirectoryName(file) != Environment.CurrentDirectory))
            {
                Console.WriteLine("settings of " + file);
            }

            foreach (var url in app.Urls)
            {
                Console.WriteLine("listening on " + url);
            }

            await app.WaitForShutdownAsync();
            File.Delete(mark);
            return 0;
        }
    }

    // what a user can do something about; anything else is a fault of ours and keeps its stack
    private static string? Explain(Exception exception) => exception switch
    {
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        AggregateException several when several.InnerExceptions.All(inner => Explain(inner) is not null) => string.Join(Environment.NewLine, several.InnerExceptions.Select(Explain)),
        MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost } away =>
            $"MySQL does not answer: {away.Message} Set 'ConnectionStrings:MySql', or start it with 'docker compose up -d', or let ./run bring a private one.",
        MySqlException refused => $"MySQL refused: {refused.Message} (error {refused.Number}). See 'ConnectionStrings:MySql' and README.md on the rights that its user needs.",
        IOException taken when taken.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) => $"{taken.Message} Choose another with --Urls=http://127.0.0.1:PORT.",
        InvalidOperationException or IOException => exception.Message,
        _ => null,
    };
}
