using PinScheduler.Database;

namespace PinScheduler.Landing;

/// <summary>What a server sees to before it serves: that the landing folder is the database's, can be written and holds what it should.</summary>
internal sealed partial class LandingStart(Warehouse warehouse, LandingOwner owner, ILogger<LandingStart> log)
{
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        if (await owner.CheckAsync(connection, cancellationToken) is { } warning)
        {
            // ./run keeps the log in a file, and shows what is said here
            await Console.Error.WriteLineAsync(warning);
            Warned(log, warning);
        }
    }

    [LoggerMessage(2900, LogLevel.Warning, "{Warning}")]
    private static partial void Warned(ILogger logger, string warning);
}
