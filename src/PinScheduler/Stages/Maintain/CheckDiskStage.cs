using Dapper;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Maintain;

/// <summary>Stage `check`: warns, or fails, before a disk is full that files or tables are on.</summary>
internal sealed class CheckDiskStage(Warehouse warehouse, DataFolder data, LandingFolder landing, IOptions<DiskOptions> options) : IStage
{
    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var disks = (await FoldersAsync(cancellationToken)).Where(Directory.Exists).Distinct().Select(static folder => (Folder: folder, Drive: new DriveInfo(folder))).ToList();
        foreach (var (folder, drive) in disks)
        {
            MaintainLog.Free(context.Log, folder, Megabytes(drive), Percent(drive));
        }

        var (fullest, least) = disks.MinBy(static disk => Percent(disk.Drive));
        var result = StageResult.Of(("freeMegabytes", Megabytes(least)), ("freePercent", (long)Percent(least)));
        var message = $"The disk of '{fullest}' has {Megabytes(least):N0} MB left, {Percent(least):0.0} % of it.";
        if (Percent(least) < options.Value.DiskFailurePercent)
        {
            throw new StageFailedException($"{message} Below {options.Value.DiskFailurePercent} % ('Maintenance:DiskFailurePercent') nights may fail: make room, by 'Pipeline:LandingRetentionDays' for instance.") { Result = result };
        }

        if (Percent(least) < options.Value.DiskWarningPercent)
        {
            await context.WarnAsync(message);
        }

        return result;
    }

    private async Task<List<string>> FoldersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var (host, folder) = await connection.QuerySingleAsync<(string, string)>(new CommandDefinition("select @@hostname, @@datadir", cancellationToken: cancellationToken));
        // another machine's disk is its owner's
        return [data.Path, landing.Root, .. host == Environment.MachineName ? [folder] : Array.Empty<string>()];
    }

    private static long Megabytes(DriveInfo drive) => drive.AvailableFreeSpace >> 20;

    private static double Percent(DriveInfo drive) => 100.0 * drive.AvailableFreeSpace / Math.Max(drive.TotalSize, 1);
}
