using PinScheduler.Database;

namespace PinScheduler.Tests.Database;

public sealed class NamedLockTests : IAsyncDisposable
{
    private readonly Warehouse _warehouse = new(MariaDb.CreateDatabase("locks"));

    [Fact]
    public async Task TryTakeAll_TakesAllOrNone_WhenOneIsHeld()
    {
        await using var held = await TakeAsync("b");

        Assert.Null(await TakeAsync("a", "b", "c"));

        await using var a = await TakeAsync("a");
        await using var c = await TakeAsync("c");
        Assert.NotNull(a);
        Assert.NotNull(c);
    }

    [Fact]
    public async Task Dispose_GivesAllBack()
    {
        await (await TakeAsync("a", "b"))!.DisposeAsync();

        await using var again = await TakeAsync("b", "a");
        Assert.NotNull(again);
    }

    [Fact]
    public async Task TryTakeAll_NeverLocksItselfOut_WhenManyWantTheSame()
    {
        var inside = 0;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async worker =>
        {
            string[] names = worker % 2 == 0 ? ["x", "y", "z"] : ["z", "y", "x"];
            await using var held = await NamedLock.TryTakeAllAsync(_warehouse, names, TimeSpan.FromSeconds(20), TimeProvider.System, default);
            Assert.NotNull(held);
            Assert.Equal(1, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        }));
    }

    public ValueTask DisposeAsync() => _warehouse.DisposeAsync();

    private Task<NamedLock?> TakeAsync(params string[] names) => NamedLock.TryTakeAllAsync(_warehouse, names, TimeSpan.Zero, TimeProvider.System, default);
}
