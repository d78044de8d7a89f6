using PinScheduler.Tests.EndToEnd;

namespace PinScheduler.Tests.Hosting;

/// <summary>A service starts in "/": its settings are where ./pinscheduler is.</summary>
public sealed class HomeFoldersTests : IDisposable
{
    private readonly DirectoryInfo _current = Directory.CreateTempSubdirectory("pinscheduler-current-");
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("pinscheduler-home-");

    [Fact]
    public async Task Settings_AreThoseOfTheCurrentFolder_ThenOfTheCheckouts()
    {
        await WriteAsync(_home, """{"ConnectionStrings":{"MySql":"Server=home"},"Kafka":{"BootstrapServers":"home:9092"}}""");
        Assert.Equal("mysql configured, kafka configured", await ServicesAsync());

        await WriteAsync(_current, """{"ConnectionStrings":{"MySql":"Server=here"}}""");
        Assert.Equal("mysql configured, kafka embedded", await ServicesAsync());
    }

    public void Dispose()
    {
        _current.Delete(recursive: true);
        _home.Delete(recursive: true);
    }

    private static Task WriteAsync(DirectoryInfo folder, string settings) => File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), settings);

    private async Task<string> ServicesAsync()
    {
        var environment = new Dictionary<string, string> { ["PINSCHEDULER_HOME"] = _home.FullName };
        var program = new ChildProcess(_current.FullName, environment, "dotnet", Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), "services");
        Assert.True(await program.ExitAsync() == 0, program.Output);
        return program.Output.Trim().ReplaceLineEndings(", ");
    }
}
