using System.Text.Json;

namespace PinScheduler.Tests.EndToEnd;

/// <summary>The packed tool, installed as a user does who has no clone.</summary>
public sealed class ToolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pinscheduler-tool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Tool_IsInstalled_Serves_AndAsksItsServer()
    {
        // bin/CONFIGURATION/FRAMEWORK
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;
        await DoAsync("dotnet", "pack", Path.Combine(MariaDb.Root, "src", "PinScheduler"), "--no-build", "-c", configuration, "-o", _folder, "-nologo");
        // from the package alone, whatever feeds there are
        await File.WriteAllTextAsync(Path.Combine(_folder, "nuget.config"), "<configuration><packageSources><clear /></packageSources></configuration>");
        await DoAsync("dotnet", "tool", "install", "PinScheduler", "--tool-path", "tool", "--add-source", _folder, "--configfile", "nuget.config");
        var tool = Path.Combine(_folder, "tool", "pinscheduler");

        var server = new ChildProcess(_folder, new Dictionary<string, string> { ["ConnectionStrings__MySql"] = MariaDb.CreateDatabase("tool") }, tool, "serve", "--Urls=http://127.0.0.1:0", "--Kafka:BootstrapServers=127.0.0.1:9", "--Pipeline:Source:Posts=20");
        var address = (await server.LineAsync("listening on "))["listening on ".Length..];
        try
        {
            Assert.Contains("There is no run yet", await DoAsync(tool, "runs", "--server", address), StringComparison.Ordinal);
            // the analyses that the package brings along
            var results = JsonDocument.Parse(await DoAsync(tool, "results", "--json", "--server", address)).RootElement;
            Assert.Contains(results.EnumerateArray(), static one => one.GetProperty("analysis").GetString() == "popular_category_by_year");
        }
        finally
        {
            Assert.Equal(0, await server.SignalAsync("TERM"));
        }
    }

    private async Task<string> DoAsync(string program, params string[] arguments)
    {
        var done = new ChildProcess(_folder, new Dictionary<string, string> { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["NO_COLOR"] = "1" }, program, arguments);
        Assert.True(await done.ExitAsync() == 0, done.Output);
        return done.Output;
    }
}
