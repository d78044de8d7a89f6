using PinScheduler.Database;
using PinScheduler.Settings;

namespace PinScheduler.Landing;

/// <summary>What a server sees to before it serves: that the landing folder is the database's, can be written and holds what it should.</summary>
internal sealed class LandingStart(Warehouse warehouse, LandingOwner owner, StartWarnings warnings)
{
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        if (await owner.CheckAsync(connection, cancellationToken) is { } warning)
        {
            warnings.Add(warning);
        }
    }
}
