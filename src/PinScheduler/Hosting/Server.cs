using Microsoft.Extensions.Options;
using PinScheduler.Settings;

namespace PinScheduler.Hosting;

/// <summary>Starts, serves and stops; every failure to start is one clear message and exit code 2.</summary>
internal static class Server
{
    public static async Task<int> RunAsync(Func<WebApplication> build, Func<WebApplication, CancellationToken, Task> prepareAsync)
    {
        WebApplication app;
        try
        {
            app = build();
        }
        catch (Exception exception) when (StartFailure.Explain(exception, null) is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return StartFailure.ExitCode;
        }

        await using (app)
        {
            var data = app.Services.GetRequiredService<DataFolder>();
            var mark = data.Combine("server.pid");
            try
            {
                LoopbackOnly.Check(app.Configuration["Urls"] ?? "");
                data.Create();
                await File.WriteAllTextAsync(mark, Environment.ProcessId.ToString());
                using var starting = CancellationTokenSource.CreateLinkedTokenSource(app.Lifetime.ApplicationStopping);
                app.Services.GetService<IStartupValidator>()?.Validate();
                await prepareAsync(app, starting.Token);
                await app.StartAsync(starting.Token);
            }
            catch (Exception exception) when (StartFailure.Explain(exception, app.Configuration) is { } reason)
            {
                await Console.Error.WriteLineAsync(reason);
                return StartFailure.ExitCode;
            }

            var warnings = app.Services.GetRequiredService<StartWarnings>();
            foreach (var unknown in app.Services.GetRequiredService<UnknownSettings>().Find())
            {
                warnings.Add(unknown);
            }

            foreach (var warning in warnings.All)
            {
                Console.WriteLine("warning: " + warning);
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
}
