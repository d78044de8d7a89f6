using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Stages.Maintain;

namespace PinScheduler.Tests.Stages.Maintain;

public sealed class MaintainTests
{
    [Fact]
    public async Task AnalyzeTables_CountsThemAnew()
    {
        await using var warehouse = new Warehouse(MariaDb.CreateDatabase("analyze"));
        await using (var connection = await warehouse.OpenAsync(default))
        {
            await connection.ExecuteAsync("create table `odd ``name` (id int primary key); create table plain (id int primary key); create view looks as select * from plain");
        }

        var result = await new AnalyzeTablesStage(warehouse).RunAsync(Context([]), default);
        Assert.Equal((2, 0), (result.Counts["tables"], result.Counts["refused"]));
    }

    [Theory]
    [InlineData(0, 0, "")]
    [InlineData(100, 0, "MB left")]
    [InlineData(100, 100, "'Maintenance:DiskFailurePercent'")]
    public async Task CheckDisk_WarnsAndFails_BelowItsThresholds(double warning, double failure, string says)
    {
        await using var warehouse = new Warehouse(MariaDb.CreateDatabase("disk"));
        var folder = Directory.CreateTempSubdirectory("pinscheduler-disk-");
        var warnings = new List<string>();
        var stage = new CheckDiskStage(warehouse, new DataFolder(folder.FullName), new LandingFolder(folder.FullName), Options.Create(new DiskOptions { DiskWarningPercent = warning, DiskFailurePercent = failure }));
        var context = Context(warnings);
        if (failure > 0)
        {
            var failed = await Assert.ThrowsAsync<StageFailedException>(() => stage.RunAsync(context, default));
            Assert.False(failed.Retry);
            Assert.Contains(says, failed.Message);
        }
        else
        {
            Assert.True((await stage.RunAsync(context, default)).Counts["freeMegabytes"] > 0);
            Assert.Equal(says.Length == 0 ? 0 : 1, warnings.Count);
            Assert.Contains(says, string.Concat(warnings));
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public void Options_MustBeInOrder()
    {
        var validator = new DiskOptionsValidator();
        Assert.True(validator.Validate(null, new DiskOptions()).Succeeded);
        Assert.Contains("'Maintenance:DiskFailurePercent' is 20", validator.Validate(null, new DiskOptions { DiskFailurePercent = 20 }).FailureMessage);
    }

    private static StageContext Context(List<string> warnings) => new()
    {
        RunId = 1,
        TaskKey = "x",
        LogicalDate = new DateOnly(2026, 11, 22),
        Parameters = RunParameters.None,
        Attempt = 1,
        Fence = new Fence("x", 1),
        Log = NullLogger.Instance,
        WarnAsync = text =>
        {
            warnings.Add(text);
            return Task.CompletedTask;
        },
    };
}
