using PinScheduler.Tests.EndToEnd;

namespace PinScheduler.Tests.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData(3, "No server answers at http://127.0.0.1:9", "runs", "--server", "http://127.0.0.1:9")]
    [InlineData(2, "no server's address", "runs", "--server", "somewhere")]
    [InlineData(2, "'frobnicate'", "frobnicate")]
    [InlineData(2, "'RUN' missing for command", "show")]
    [InlineData(2, "--diff, --trend and --plan stand alone, after an analysis's name.", "results", "--diff", "1..2")]
    [InlineData(2, "--diff, --trend and --plan stand alone", "results", "x", "--diff", "--trend")]
    [InlineData(2, "--key 'country' is not COLUMN=VALUE.", "results", "x", "--trend", "n", "--key", "country")]
    [InlineData(2, "--reason", "skip", "1", "clean-geo")]
    [InlineData(3, "No server answers", "plan", "rerun", "1", "clean-geo", "--below", "--server", "http://127.0.0.1:9")]
    [InlineData(0, "results", "--help")]
    public async Task Command_EndsWithItsCodeAndASentence(int code, string sentence, params string[] arguments)
    {
        var command = new ChildProcess(Path.GetTempPath(), new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), .. arguments]);

        Assert.True(await command.ExitAsync() == code, command.Output);
        Assert.Contains(sentence, command.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", command.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'Urls'", "--Urls=http://0.0.0.0:5080")]
    [InlineData("'Pipeline:TimeZone'", "--Pipeline:TimeZone=Mars/Olympus")]
    [InlineData("'Pipeline:Posts'", "--Pipeline:Posts=-1")]
    [InlineData("'Pipeline:ResultRetentionRuns'", "--Pipeline:ResultRetentionRuns=0")]
    [InlineData("Kafka", "--Kafka:compression.type=none of all")]
    public async Task Serve_SaysWhichKeyIsWrong_WhenItCannotStart(string key, string setting)
    {
        var folder = Directory.CreateTempSubdirectory("pinscheduler-cli-").FullName;
        var server = new ChildProcess(folder, new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), "serve", "--Urls=http://127.0.0.1:0", "--Kafka:BootstrapServers=127.0.0.1:9", setting]);

        Assert.True(await server.ExitAsync() == 2, server.Output);
        Assert.Contains(key, server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
