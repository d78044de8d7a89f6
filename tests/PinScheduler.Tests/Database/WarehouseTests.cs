using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Tests.Database;

public sealed class WarehouseTests
{
    [Fact]
    public async Task DatabaseErrors_AreThoseOfABrokenConnection_AtItsBreakAndAfterIt()
    {
        await using var warehouse = new Warehouse(MariaDb.CreateDatabase("warehouse"));
        await using var victim = await warehouse.OpenAsync(default);
        await using var other = await warehouse.OpenAsync(default);
        await other.ExecuteAsync($"kill {victim.ServerThread}");

        Assert.True(Warehouse.IsDatabaseError(await Assert.ThrowsAnyAsync<Exception>(() => victim.ExecuteAsync("do 1"))));
        var later = await Assert.ThrowsAnyAsync<InvalidOperationException>(async () => await victim.BeginTransactionAsync());
        Assert.True(Warehouse.IsDatabaseError(later), later.Source);
    }

    [Fact]
    public void DatabaseErrors_AreNotOurOwnMistakes()
    {
        var mistake = Assert.Throws<InvalidOperationException>(() => Array.Empty<int>().First());
        Assert.False(Warehouse.IsDatabaseError(mistake));
    }
}
